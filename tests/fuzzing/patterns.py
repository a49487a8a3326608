"""Every regular expression of the project, and texts made to make it run away.

A pattern is found where it is compiled while the project's modules are imported, and where it stands in a call in
the code. How it is attacked says `attacks.py`, how its time is taken `pace.py`.

python -m tests.fuzzing.patterns [--jobs 2] [--attacks 160]
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import pkgutil
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.fuzzing.attacks import MOST
from tests.fuzzing.pace import paces

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("crawlers", "pipelines", "entity_resolution", "analytics")
CALLS: Final = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with the place in the code where it stands."""

    where: str
    text: str | bytes
    flags: int


def compiled() -> Iterator[Pattern]:
    """The patterns that are compiled while the rooms' modules are imported. Patches `re.compile`: call it in a
    process of its own."""
    found: dict[tuple[str | bytes, int], str] = {}
    real = re.compile

    def noting(pattern: Any, flags: Any = 0) -> Any:
        made = real(pattern, flags)
        frame = sys._getframe(1)
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in ROOMS:
            place = f"{file.relative_to(ROOT)}:{frame.f_lineno}"
            found.setdefault((made.pattern, made.flags), place)
        return made

    re.compile = noting
    for name in modules():
        try:
            importlib.import_module(name)
        except ImportError:  # what only a cluster or a trainer has
            continue
    re.compile = real
    for (text, flags), where in found.items():
        yield Pattern(where, text, flags)


def modules() -> Iterator[str]:
    """The names of all modules of the rooms."""
    for room in ROOMS:
        yield room
        for found in pkgutil.walk_packages([str(ROOT / room)], prefix=f"{room}.", onerror=lambda _: None):
            if not found.name.endswith("__main__"):
                yield found.name


def written() -> Iterator[Pattern]:
    """The patterns that stand as plain text in a call of `re`, wherever it is."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                    continue
                of, first = node.func.value, node.args[0]
                is_call = isinstance(of, ast.Name) and of.id == "re" and node.func.attr in CALLS
                if is_call and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                    flags = re.compile(first.value).flags
                    yield Pattern(f"{file.relative_to(ROOT)}:{node.lineno}", first.value, flags)


#: Patterns whose time grows faster than their text, and why that does no harm: (file, how the pattern begins) to
#: what bounds the texts it sees.
ACCEPTED: Final[dict[tuple[str, str], str]] = {
    ("crawlers/cells.py", r"\s*(?:co|company"): "matched at one place behind each comma, never searched",
    ("crawlers/ppubs.py", r"\s+et al"): "runs of white space are one space before (tidy)",
    (
        "crawlers/sources/ccgp.py",
        ".{4,}(?:厂|",
    ): "matched as a whole, against names of at most 300 characters",
    ("crawlers/sources/sec_edgar.py", "/submissions/CIK"): "an address has at most 2,000 characters",
    (
        "crawlers/sources/sec_edgar.py",
        r"(?P<left>.*\S)",
    ): "matched as a whole, against lines of fewer than 1,000 characters",
    ("crawlers/sources/sec_entities.py", "(?:CIK)?0*"): "matched as a whole, against at most 40 characters",
    ("pipelines/dates.py", r"\s*(?:--|"): "a date has at most 80 characters",
    (
        "pipelines/operations/doctor/environment.py",
        r"^([A-Za-z0-9._-]+)==",
    ): "the lock beside the program, of no stranger",
    (
        "pipelines/reading/categories/industries.py",
        "(?:集团)?(?:股份有限公司",
    ): "a name has at most 300 characters",
    (
        "pipelines/reading/financing.py",
        "^(?:本轮|此次",
    ): "a part of a sentence, which has at most 400 characters",
    (
        "pipelines/reading/people/persons.py",
        r"[\s\d.、:()一二三四五六七八九十]{0,12}(?:[^",
    ): "matched at one place in 120 characters",
    ("pipelines/reading/people/persons.py", r"\s*(?:(?:(?:上官|"): "matched at one place, never searched",
    (
        "pipelines/reading/people/posts.py",
        r"(?:[\s\x00]|等(?:多家|",
    ): "searched in the last 40 characters of a part",
    (
        "pipelines/reading/people/schools.py",
        "(?:专业(?:方向)?|",
    ): "searched in the last 60 characters of a part",
    ("pipelines/reading/people/verbs.py", "(?:先后|曾|"): "matched at one place, never searched",
    ("pipelines/reading/people/verbs.py", r"\s*+(?:(?:19|20)"): "matched at one place, never searched",
    (
        "pipelines/store/reading_facts.py",
        "(?P<name>.*?)",
    ): "the name of a reader in the store, of at most 60 characters",
}


def accepted(pattern: Pattern) -> str:
    """What bounds the texts that the pattern sees; empty where nothing is written down."""
    file, text = pattern.where.partition(":")[0], plain(pattern.text)
    return next((why for (one, head), why in ACCEPTED.items() if file == one and text.startswith(head)), "")


def plain(text: str | bytes) -> str:
    """The pattern as a text, whatever it is of."""
    return text.decode("latin-1") if isinstance(text, bytes) else text


def main() -> None:
    """A line of JSON for each pattern whose time grows, with what bounds its text, and in the end one with the
    number of those attacked, of those that grow, and of those that nothing bounds."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--attacks", type=int, default=MOST, help="the first so many on each pattern")
    given = asked.parse_args()
    warnings.simplefilter("ignore")
    everything = list(compiled())
    known = {one.text for one in everything}
    everything += {one.text: one for one in written() if one.text not in known}.values()
    grow = unbounded = 0
    for number, told in paces(((one.text, one.flags) for one in everything), given.jobs, given.attacks):
        if told is None:
            continue
        one, why = everything[number], accepted(everything[number])
        grow, unbounded = grow + 1, unbounded + (not why)
        shown = told if isinstance(told, str) else asdict(told)
        _say({"where": one.where, "pattern": plain(one.text), "pace": shown, "bound": why})
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = round(own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime)
    _say({"attacked": len(everything), "grow": grow, "unbounded": unbounded, "cpu_seconds": cpu})


def _say(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
