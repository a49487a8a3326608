"""`python -m tools.image`: make the image of deploy/Containerfile in a folder, without an engine, and try it.

The steps are read from the file itself and carried out in a Debian that debootstrap makes; bubblewrap runs the
program in it as deploy/compose.yaml says: files read-only, no capability, the user without rights, no network.
What differs from an engine's image: Debian's own Python 3.11 stands in for the official image's, and nothing is
packed into layers. Needs root, debootstrap, bubblewrap, Debian's packages and the package index; some minutes, and
4 GB in --work. With --postgres the services of compose.yaml run on a database of their own, which is dropped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
import yaml
from sqlalchemy import make_url

from tools.image.checks import CHECKS, Image, serves_on_postgresql
from tools.image.containerfile import Settings, ignored, steps
from tools.image.root import StepFailed, account, copy_step, debian, run, run_step

PROJECT: Final = Path(__file__).resolve().parents[2]
DEPLOY: Final = PROJECT / "deploy"


def missing() -> list[str]:
    """What this machine lacks for it, in words."""
    found = [f"the program {name}" for name in ("debootstrap", "bwrap") if shutil.which(name) is None]
    return found + (["root"] if os.geteuid() else [])


def build(work: Path) -> tuple[Path, Settings]:
    """The image in `work`/root, made anew from `work`/debian, which is kept, and its settings. StepFailed."""
    base, root = work / "debian", work / "root"
    if not base.exists():
        say("a Debian in place of the base image")
        debian(base)
    shutil.rmtree(root, ignore_errors=True)
    run(["cp", "-a", str(base), str(root)])  # shutil would read devices, without end
    patterns = ignored((DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8"))
    settings = Settings()
    for step in steps((DEPLOY / "Containerfile").read_text(encoding="utf-8")):
        if settings.take(step):
            if step.word == "WORKDIR":
                (root / settings.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif step.word == "RUN":
            say(f"RUN {step.text[:100]}")
            run_step(root, settings, step.text)
        elif step.word == "COPY":
            copy_step(root, settings, step.text, PROJECT, patterns)
    return root, settings


def main() -> int:
    """Make the image and try it; 0, 1 where something failed, 2 where this machine cannot."""
    parser = argparse.ArgumentParser(prog="python -m tools.image", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/valuenet-image"))  # noqa: S108 - needs space
    parser.add_argument("--postgres", default="", help="URL of a server, for a database of the trial's own")
    parser.add_argument(
        "--check", action="append", default=[], metavar="WORD", help="only checks with it in their name"
    )
    parser.add_argument("--made", action="store_true", help="try what lies in --work already")
    asked = parser.parse_args()
    if lacks := missing():
        say(f"cannot make the image here: {', '.join(lacks)} is missing")
        return 2
    asked.work.mkdir(parents=True, exist_ok=True)
    try:
        if asked.made:
            settings = Settings()
            for step in steps((DEPLOY / "Containerfile").read_text(encoding="utf-8")):
                settings.take(step)
            root = asked.work / "root"
        else:
            root, settings = build(asked.work)
        return tried(root, settings, asked.work / "data", asked.postgres, asked.check)
    except StepFailed as error:
        say(f"failed: {error}")
        return 1


def tried(root: Path, settings: Settings, data: Path, server: str, words: Sequence[str]) -> int:
    """Run the checks whose names have one of the words, or all, one after another; 1 where one fails."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    os.chown(data, *account(root, settings.user))
    services: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))[
        "services"
    ]
    failed = 0
    store, name = "", f"image_check_{uuid.uuid4().hex[:8]}"
    if server:
        store = make_url(server).set(database=name).render_as_string(hide_password=False)
        on_server(server, f"create database {name}")
    image = Image(root, settings, data, services, store)
    try:
        for check in (*CHECKS, *([serves_on_postgresql] if server else [])):
            if words and not any(word in check.__name__ for word in words):
                continue
            began = time.monotonic()
            try:
                check(image)
            except (StepFailed, AssertionError, LookupError, ValueError, OSError) as error:
                failed = 1
                say(f"FAILED {check.__name__.replace('_', ' ')}: {error}")
            else:
                say(f"ok {check.__name__.replace('_', ' ')} ({time.monotonic() - began:.0f} s)")
    finally:
        if server:
            on_server(server, f"drop database if exists {name} with (force)")
    return failed


def on_server(server: str, statement: str) -> None:
    """One statement outside a transaction, such as making a database."""
    plain = make_url(server).set(drivername="postgresql", database="postgres")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement.encode())


def say(words: str) -> None:
    """A line on how it goes."""
    sys.stderr.write(f"== {words}\n")


if __name__ == "__main__":
    raise SystemExit(main())
