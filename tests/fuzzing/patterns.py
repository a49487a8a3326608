"""Every regular expression of the project, and texts made to make it run away.

A pattern is found where it is compiled while the project's modules are imported, and where it stands in a call in
the code. What attacks it is made of the pattern itself: for every repetition in it, the words that lead there, what is
repeated, many times, and a tail on which it fails.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined] # no public way to a pattern's tree
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("crawlers", "pipelines", "entity_resolution", "analytics")
CALLS: Final = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
TAILS: Final = ("\x00", "!x")
#: Texts of a pattern's own words are bounded: the rest of the pattern is attacked by other texts.
UNITS_MOST: Final = 16


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
                    yield Pattern(f"{file.relative_to(ROOT)}:{node.lineno}", first.value, 0)


def attacks(pattern: Pattern, size: int) -> Iterator[str]:
    """Texts of about `size` characters on which the pattern may run away, the same ones for the same size."""
    tree = parser.parse(_plain(pattern.text), pattern.flags & ~re.LOCALE)
    pairs = dict.fromkeys(_repeated(tree, ""))
    for lead, unit in list(pairs)[:UNITS_MOST]:
        for tail in TAILS:
            yield lead + unit * max(1, size // max(1, len(unit))) + tail
        # the whole lead, over and over: a search begins anew at every place
        if lead:
            whole = lead + unit
            yield whole * max(1, size // len(whole)) + "\x00"


def _repeated(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """For each repetition without a small bound: a text that leads to it and one round of it."""
    for code, value in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            _, high, body = value
            if high > 100:
                for unit in _samples(body):
                    yield lead, unit
            yield from _repeated(body, lead)
        elif code is op.SUBPATTERN:
            yield from _repeated(value[3], lead)
        elif code is op.ATOMIC_GROUP:
            yield from _repeated(value, lead)
        elif code is op.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch, lead)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeated(value[1], lead)
        lead += _sample([(code, value)], 0)


def _samples(body: Any) -> list[str]:
    return [one for one in dict.fromkeys(_sample(body, turn) for turn in range(4)) if one] or ["a"]


def _sample(tree: Any, turn: int) -> str:
    """A text that the pattern's tree takes, nearly; another for another turn."""
    out = ""
    for code, value in tree:
        if code is op.LITERAL:
            out += chr(value)
        elif code is op.NOT_LITERAL:
            out += "ab1 "[turn % 4] if value not in map(ord, "ab1 ") else "z"
        elif code is op.ANY:
            out += "a1 ,"[turn % 4]
        elif code is op.IN:
            out += _of_class(value, turn)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            out += _sample(value[2], turn) * max(value[0], 1 if turn % 2 == 0 else value[0])
        elif code is op.SUBPATTERN:
            out += _sample(value[3], turn)
        elif code is op.ATOMIC_GROUP:
            out += _sample(value, turn)
        elif code is op.BRANCH:
            out += _sample(value[1][turn % len(value[1])], turn)
    return out


_BY_CATEGORY: Final = {
    op.CATEGORY_DIGIT: "1729", op.CATEGORY_SPACE: " \t\n ", op.CATEGORY_WORD: "a1_中",
    op.CATEGORY_NOT_DIGIT: "a .中", op.CATEGORY_NOT_SPACE: "a1.中", op.CATEGORY_NOT_WORD: " .-,",
}  # fmt: skip


def _of_class(items: Any, turn: int) -> str:
    """A character of the class, another for another turn."""
    if items[0][0] is op.NEGATE:
        made = parser.parse("x")
        made.data = [(op.IN, items)]
        return next((char for char in "ab1 中.-<\"'&/"[turn:] if _takes(items, char)), "\u2603")
    found: list[str] = []
    for code, value in items:
        if code is op.LITERAL:
            found.append(chr(value))
        elif code is op.RANGE:
            found += [chr(value[0]), chr(value[1])]
        elif code is op.CATEGORY:
            found += list(_BY_CATEGORY[value])
    return found[turn % len(found)]


def _takes(items: Any, char: str) -> bool:
    """Whether a negated class takes the character."""
    for code, value in items[1:]:
        if code is op.LITERAL and ord(char) == value:
            return False
        if code is op.RANGE and value[0] <= ord(char) <= value[1]:
            return False
        if code is op.CATEGORY and char in _BY_CATEGORY[value]:
            return False
    return True


def _plain(text: str | bytes) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else text


class TooLongError(Exception):
    """A match went on beyond its time."""


def seconds(made: re.Pattern[Any], text: str, most: float) -> float:
    """CPU seconds of searching the text, at most `most`; sre looks for signals while it matches."""

    def stop(*_: object) -> None:
        raise TooLongError

    given: Any = text.encode("utf-8", "replace") if isinstance(made.pattern, bytes) else text
    before = signal.signal(signal.SIGVTALRM, stop)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    try:
        for _ in made.finditer(given):
            pass
        made.fullmatch(given)
    except TooLongError:
        return most
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - start


#: Texts of these sizes, in characters. A pattern that takes less than `QUICK` CPU seconds for the large one is not
#: doubted; one that takes `LONG` is not waited for.
MIDDLE, LARGE = 2_500, 10_000
QUICK: Final = 0.04
LONG: Final = 0.4
#: Four times the text: linear is 4, square is 16.
GROWTH: Final = 9


def run_away(pattern: Pattern) -> tuple[float, float, str] | None:
    """CPU seconds at both sizes and the text's beginning, of the first text where the growth is more than linear by
    far; None for a pattern that keeps its pace."""
    made = re.compile(pattern.text, pattern.flags)
    for middle, large in zip(attacks(pattern, MIDDLE), attacks(pattern, LARGE), strict=True):
        after = seconds(made, large, LONG)
        if after < QUICK:
            continue
        before = min(seconds(made, middle, LONG) for _ in range(2))
        if after / max(before, 1e-6) > GROWTH or before >= LONG:
            return before, after, large[:60]
    return None


#: Patterns of more than linear time that never see a long text: (file, how the pattern begins) and what bounds it.
BOUNDED = {
    ("pipelines/dates.py", r"\s*(?:--|"): "a date has at most 80 characters",
    ("crawlers/cells.py", r"\s*(?:co|company"): "only matched at one place, never searched",
    ("crawlers/ppubs.py", r"\s+et al"): "runs of white space are one space before",
    ("crawlers/sources/sec_edgar.py", "/submissions/CIK"): "an address has at most 2,000 characters",
    ("pipelines/reading/people/posts.py", r"(?:[\s\x00]|"): "searched in the last 40 characters of a part",
    ("pipelines/reading/people/posts.py", r"\x00*(?:"): "only matched at one place, never searched",
    ("pipelines/reading/people/schools.py", "(?:专业"): "a field of study, of at most 24 characters",
}


def is_bounded(pattern: Pattern) -> bool:
    """Whether it is written down what bounds the texts that the pattern sees."""
    file, text = pattern.where.partition(":")[0], _plain(pattern.text)
    return any(file == one and text.startswith(head) for one, head in BOUNDED)


def main() -> None:
    """A line of JSON for each pattern that runs away and is not bounded, and in the end one with the number of those attacked."""
    warnings.simplefilter("ignore")
    everything = {(one.text, one.flags): one for one in written()}
    everything |= {(one.text, one.flags): one for one in compiled()}
    for one in everything.values():
        worst = None if is_bounded(one) else run_away(one)
        if worst is not None:
            _say([one.where, _plain(one.text), *worst])
    _say({"attacked": len(everything)})


def _say(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
