"""Import and replay of real files beside a bare loop on the same work, in one run.

The bare loop reads the same rows, understands amounts and dates no further than `split`, and inserts one table
by executemany. It keeps no snapshot, evidence, mentions or history: the ratio says what those cost.

    python -m tests.benchmarks.bench_collection [--postgres URL]
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import subprocess
import tempfile
import time
import uuid
import zipfile
from pathlib import Path

import click
import psycopg
from lxml import etree
from sqlalchemy import create_engine, text

from pipelines.store.session import store_url
from tests.program import command, environment
from tests.shared import SHARED

ROUNDS = sorted((SHARED / "tables").glob("investment_events_20*.csv"))
LISTS = SHARED / "web" / "cac"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def bare_rounds() -> list[tuple[str, ...]]:
    rows = []
    for path in ROUNDS:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += [tuple(row) for row in csv.reader(file)][1:]
    return rows


def bare_lists() -> list[tuple[str, ...]]:
    rows = []
    for path in sorted(LISTS.glob("*.docx")):
        with zipfile.ZipFile(path) as parts:
            tree = etree.fromstring(parts.read("word/document.xml"))
        for row in tree.iter(f"{WORD}tr"):
            cells = ["".join(cell.itertext()) for cell in row.iter(f"{WORD}tc")]
            rows.append(tuple((cells + [""] * 9)[:8]))
    return rows


def bare(rows: list[tuple[str, ...]], url: str, folder: Path) -> None:
    width = len(rows[0])
    if url.startswith("sqlite"):
        connection = sqlite3.connect(folder / f"{uuid.uuid4().hex}.db")
        connection.execute(f"CREATE TABLE t ({', '.join(f'c{n} TEXT' for n in range(width))})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * width)})", rows)
        connection.commit()
        connection.close()
        return
    plain = store_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE t ({', '.join(f'c{n} TEXT' for n in range(width))})")
        cursor.executemany(f"INSERT INTO t VALUES ({', '.join(['%s'] * width)})", rows)


def ours(url: str, folder: Path, *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        command("--store", url, *arguments, "--archive", str(folder / uuid.uuid4().hex)),
        cwd=folder,
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    chosen = parser.parse_args()
    if not ROUNDS or not LISTS.exists():
        click.echo("the shared test material is not here: nothing to measure (set VALUENET_SHARED)")
        return
    jobs = {
        "import 10,831 rounds": (["import", "financing", *map(str, ROUNDS)], bare_rounds),
        "replay 25 CAC lists": (["crawl", "cac", "--replay", str(LISTS)], bare_lists),
    }
    click.echo(f"{'job':24}{'store':12}{'ours s':>8}{'again s':>9}{'bare s':>8}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, (arguments, read) in jobs.items():
            for kind in ("sqlite", "postgresql"):
                url = f"sqlite:///{folder / uuid.uuid4().hex}.db"
                server = None
                if kind == "postgresql":
                    server = create_engine(chosen.postgres, isolation_level="AUTOCOMMIT")
                    database = f"bench_{uuid.uuid4().hex[:8]}"
                    with server.connect() as connection:
                        connection.execute(text(f'CREATE DATABASE "{database}"'))
                    url = (
                        store_url(chosen.postgres)
                        .set(database=database)
                        .render_as_string(hide_password=False)
                    )
                took, again = ours(url, folder, *arguments), ours(url, folder, *arguments)
                began = time.perf_counter()
                bare(read(), url, folder)
                plain = time.perf_counter() - began
                click.echo(f"{title:24}{kind:12}{took:8.2f}{again:9.2f}{plain:8.2f}{took / plain:7.1f}")
                if server is not None:
                    with server.connect() as connection:
                        connection.execute(text(f'DROP DATABASE "{database}" WITH (FORCE)'))
                    server.dispose()


if __name__ == "__main__":
    main()
