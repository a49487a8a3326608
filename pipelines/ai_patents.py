"""Which patents are about artificial intelligence: one stated rule, kept as data with its version.

A patent is one by a class (CPC or IPC) or by a word of a title; the judgement names what decided and the version of
the rule, so that any count can be repeated, and told apart from a count by another version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError
from pipelines.folding import fold
from pipelines.simplifying import plain_in_place
from pipelines.taxonomy import FOLDER

RULE: Final = FOLDER / "rules" / "ai_patents.yaml"
#: A judgement names so many of the symbols and words that decided.
_SHOWN: Final = 10

_SYMBOL = re.compile(r"([A-HY][0-9]{2}[A-Z])(?:([0-9]{1,4})(?:/([0-9]{2,6})?)?)?")
_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`ai` is None where a patent states neither class nor title; `classes` and `words` are what decided."""

    version: int
    ai: bool | None
    classes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with the fact; empty where nothing could be judged."""
        if self.ai is None:
            return {}
        said: dict[str, Any] = {"rule": f"ai_patents {self.version}", "is": self.ai}
        if self.classes:
            said["classes"] = list(self.classes)
        if self.words:
            said["words"] = list(self.words)
        return said


@dataclass(frozen=True, slots=True)
class Group:
    """A part of CPC or IPC: a subclass, a main group, or the subgroups from `low` to `high`, both included."""

    subclass: str
    main: int | None = None
    low: str | None = None
    high: str | None = None

    def has(self, symbol: str) -> bool:
        """Whether a symbol such as `G06N3/08` lies in the group; what is no symbol does not."""
        found = _SYMBOL.fullmatch(symbol)
        if found is None or found[1] != self.subclass:
            return False
        if self.main is None:
            return True
        if found[2] is None or int(found[2]) != self.main:
            return False
        # Subgroups are decimal fractions: 30 comes before 302, and 302 before 31.
        return self.low is None or (found[3] is not None and self._below(found[3]))

    def _below(self, subgroup: str) -> bool:
        assert self.low is not None
        assert self.high is not None
        return self.low <= subgroup and (subgroup <= self.high or subgroup.startswith(self.high))


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one version, with its definition in both languages."""

    version: int
    definition_zh: str
    definition_en: str
    source: str
    groups: tuple[Group, ...]
    exceptions: tuple[Group, ...]
    words: tuple[str, ...]

    def judge(self, titles: Iterable[str], classes: Iterable[str]) -> Judgement:
        """The judgement on a patent with these titles (any languages) and symbols."""
        symbols = [one.replace(" ", "").upper() for one in classes]
        deciding = [one for one in symbols if self._counts(one)]
        folded = [plain_in_place(fold(one)).casefold() for one in titles if one.strip()]
        words = [word for word in self.words if any(_stands_in(word, title) for title in folded)]
        if not symbols and not folded:
            return Judgement(self.version, None)
        return Judgement(
            self.version,
            bool(deciding or words),
            tuple(dict.fromkeys(deciding))[:_SHOWN],
            tuple(words[:_SHOWN]),
        )

    def _counts(self, symbol: str) -> bool:
        return any(one.has(symbol) for one in self.groups) and not any(
            one.has(symbol) for one in self.exceptions
        )


def judge(titles: Sequence[str], classes: Sequence[str]) -> Judgement:
    """The judgement of today's rule."""
    return rule().judge(titles, classes)


@cache
def rule() -> Rule:
    """Today's rule. Raises InputError, naming the file and field, where it is wrong."""
    return load(RULE)


def load(path: Path) -> Rule:
    """Read and check a rule: readable groups, no word or group given twice."""
    head = read_yaml(path)
    definition = head.part("definition", zh=str, en=str)
    version, source = head.value("version", int), head.value("source", str)
    groups, exceptions = _groups(head, "classes"), _groups(head, "except")
    words = Fields(head.value("words", dict), f"{head.where} words")
    given = [plain_in_place(fold(one)).casefold() for name in ("zh", "en") for one in words.words(name)]
    words.finish()
    head.finish()
    if twice := sorted({one for one in given if given.count(one) > 1}):
        raise head.error("words", f"given twice: {', '.join(twice)}")
    return Rule(version, definition["zh"], definition["en"], source, groups, exceptions, tuple(given))


def read_group(text: str) -> Group:
    """A group as the rule's file writes it. Raises InputError for anything else."""
    low_text, dash, high_text = text.partition("-")
    low, high = _SYMBOL.fullmatch(low_text), _SYMBOL.fullmatch(high_text if dash else low_text)
    if low is None or high is None or (low[3] and high[3] and low.group(1, 2) != high.group(1, 2)):
        raise InputError(f"no group of CPC or IPC: {text!r}")
    subclass, main, subgroup = low[1], low[2], low[3]
    if main is None or subgroup is None:
        if dash:
            raise InputError(f"a range has a subgroup on either side: {text!r}")
        return Group(subclass, None if main is None else int(main))
    last = high[3]
    if last is None or last < subgroup:
        raise InputError(f"a range that ends before it begins: {text!r}")
    return Group(subclass, int(main), subgroup, last)


def _groups(head: Fields, field: str) -> tuple[Group, ...]:
    found: list[Group] = []
    for item in head.items(field):
        item.value("why", str)
        try:
            group = read_group(item.value("group", str))
        except InputError as error:
            raise item.error("group", error.message) from error
        if group in found:
            raise item.error("group", "given twice")
        found.append(group)
        item.finish()
    return tuple(found)


def _stands_in(word: str, title: str) -> bool:
    """Whether the word stands in the title: Latin words whole, Chinese ones anywhere. Both are folded."""
    if not _LATIN.match(word):
        return word in title
    at = title.find(word)
    while at >= 0:
        end = at + len(word)
        if not _LATIN.match(title[at - 1 : at]) and not _LATIN.match(title[end : end + 1]):
            return True
        at = title.find(word, at + 1)
    return False
