"""Taxonomies: the closed lists of words that facts are classified by, each a data file beside this module.

`taxonomy("technology_categories")` gives one, checked and cached. Where the yearly report names the classes, the
code is the Chinese label itself; elsewhere it is the standard's (GB/T 4754, GB/T 2260, ISO 3166).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError
from pipelines.folding import fold

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Term:
    """One class: its code, labels, other names, and the code of the class above it."""

    code: str
    zh: str
    en: str = ""
    parent: str | None = None
    also: tuple[str, ...] = ()
    definition_zh: str = ""
    definition_en: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Terms in the file's order; `find` knows them by code, label and other name, in any width and case."""

    name: str
    version: int
    title_zh: str
    title_en: str
    source: str
    terms: Mapping[str, Term]
    _names: Mapping[str, str]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def __len__(self) -> int:
        return len(self.terms)

    def __contains__(self, code: object) -> bool:
        return code in self.terms

    def __getitem__(self, code: str) -> Term:
        try:
            return self.terms[code]
        except KeyError:
            raise InputError(
                f"{code!r} is no code of {self.name}",
                field=self.name,
                hint="Known codes are: " + ", ".join(list(self.terms)[:40]),
            ) from None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.terms)

    def find(self, name: str) -> Term | None:
        """The term that `name` is a code, label or other name of; None when unknown."""
        code = self._names.get(_key(name))
        return None if code is None else self.terms[code]

    def label(self, code: str, language: str = "zh") -> str:
        """The label of a code in `zh` or `en`."""
        term = self[code]
        return term.zh if language == "zh" else term.en or term.zh


@cache
def taxonomy(name: str) -> Taxonomy:
    """The taxonomy kept in `NAME.yaml`; InputError, naming the file and field, when it is missing or wrong."""
    if name not in names():
        raise InputError(f"there is no taxonomy {name!r}", hint="There are: " + ", ".join(names()))
    return load(FOLDER / f"{name}.yaml")


@cache
def names() -> tuple[str, ...]:
    """The names of all taxonomies."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(path: Path) -> Taxonomy:
    """Read and check one file: unique codes and names, known parents, no circles, labels present."""
    head = read_yaml(path)
    title = head.part("title", zh=str, en=str)
    version = head.value("version", int)
    source = head.value("source", str)
    terms: dict[str, Term] = {}
    known: dict[str, str] = {}
    for item in head.items("items"):
        term = _term(item)
        if term.code in terms:
            raise item.error("code", f"{term.code!r} is given twice")
        terms[term.code] = term
        for spelling in (term.code, term.zh, term.en, *term.also):
            if spelling and known.setdefault(_key(spelling), term.code) != term.code:
                # A section and its only division may share a name (教育, 房地产业): the section has it.
                if terms[known[_key(spelling)]].code == term.parent:
                    continue
                raise item.error("also", f"{spelling!r} already names {known[_key(spelling)]!r}")
    head.finish()
    for term in terms.values():
        _check_parents(term, terms, head)
    return Taxonomy(
        name=path.stem,
        version=version,
        title_zh=title["zh"],
        title_en=title["en"],
        source=source,
        terms=MappingProxyType(terms),
        _names=MappingProxyType(known),
    )


def _key(name: str) -> str:
    return fold(name).casefold()


def _term(item: Fields) -> Term:
    code = item.value("code", str)
    definition: Mapping[str, Any] = item.part("definition", default={}, zh=str, en=str)
    attributes = item.value("attributes", dict, default={})
    if not all(isinstance(value, str | int) for value in attributes.values()):
        raise item.error("attributes", "each must be a word or a whole number")
    term = Term(
        code=code,
        zh=item.value("zh", str, default=code),
        en=item.value("en", str, default=""),
        parent=item.value("parent", str, default=None),
        also=tuple(item.words("also")),
        definition_zh=definition.get("zh", ""),
        definition_en=definition.get("en", ""),
        attributes=MappingProxyType({key: str(value) for key, value in attributes.items()}),
    )
    item.finish()
    return term


def _check_parents(term: Term, terms: Mapping[str, Term], head: Fields) -> None:
    seen = {term.code}
    above = term.parent
    while above is not None:
        if above not in terms:
            raise head.error("parent", f"{term.code!r} stands under {above!r}, which is not there")
        if above in seen:
            raise head.error("parent", f"{term.code!r} stands under itself")
        seen.add(above)
        above = terms[above].parent
