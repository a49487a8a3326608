"""What is given out of what the readers say, and what goes into the store without a person: data, by type of fact.

The file `thresholds.yaml` beside this says it; docs/reading.md says on which texts it was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.reading.fact import Type
from pipelines.reading.fact_json import TYPES

#: The readers, by the names that they have in facts' methods.
READERS: Final = ("relations", "events", "patterns", "people", "model")
#: No fact is so sure: what is never given out, or never taken.
NEVER: Final = 2.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """For one type of fact. `given`: reader → the least confidence at which its facts are given out; `pair` the
    same where the text comes with exactly two names: how are they related? `taken`: the least confidence at which
    a joined fact becomes a fact of the store; below it waits for a person. `waits`: below this it is not even put
    to a person."""

    given: Mapping[str, float]
    pair: Mapping[str, float]
    taken: float
    waits: float

    def least(self, reader: str, *, pair: bool) -> float:
        return (self.pair if pair else self.given).get(reader, NEVER)


@cache
def thresholds() -> Mapping[Type, Threshold]:
    """The thresholds that ship. Raises `InputError` for a file that is not as it should be."""
    return read_thresholds(Path(__file__).with_name("thresholds.yaml"))


def read_thresholds(path: Path) -> Mapping[Type, Threshold]:
    """The thresholds of a file: for every type of fact."""
    top = read_yaml(path)
    found: dict[Type, Threshold] = {}
    for kind in TYPES:
        fields = Fields(top.value(kind, dict), f"{top.where}: {kind}")
        given = _readers(fields, "given")
        pair = {**given, **_readers(fields, "pair")}
        found[kind] = Threshold(given, pair, _number(fields, "taken"), _number(fields, "waits"))
        fields.finish()
    top.finish()
    return found


def _readers(fields: Fields, name: str) -> dict[str, float]:
    listed: dict[str, object] = fields.value(name, dict, default={})
    inner = Fields(listed, f"{fields.where} {name}")
    found: dict[str, float] = {name: _number(inner, name) for name in READERS if name in listed}
    inner.finish()
    return found


def _number(fields: Fields, name: str) -> float:
    value = fields.content.get(name)
    found = fields.value(name, int if isinstance(value, int) else float)
    if not 0 <= found <= NEVER:
        raise fields.error(name, f"not from 0 to 1 (or {NEVER:g} for never)")
    return float(found)
