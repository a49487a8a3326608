"""How well facts agree with labels: by (type, role, words), each once for a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.reading.events.fewfc import Said
from pipelines.reading.fact import ORGANISATION_ROLES, Fact


@dataclass(frozen=True, slots=True)
class Score:
    """`right` of `given` hold, of `wanted` that there are."""

    right: int
    given: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.given)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.wanted)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.given + self.wanted)


def said_by(facts: Sequence[Fact]) -> set[Said]:
    """What facts say of organisations. Who leads an investment is an investor, too."""
    said: set[Said] = set()
    for fact in facts:
        for role in ORGANISATION_ROLES[fact.type]:
            for piece in fact.roles.get(role, ()):
                said.add((fact.type, "investor" if role == "lead" else role, piece.text))
    return said


def score(wanted: Sequence[Collection[Said]], facts: Sequence[Sequence[Fact]]) -> dict[str, Score]:
    """All together (`all`), and by type."""
    return scored(wanted, [said_by(each) for each in facts])


def scored(wanted: Sequence[Collection[Said]], given: Sequence[Collection[Said]]) -> dict[str, Score]:
    """As `score`, of what is said itself."""
    counts: Counter[tuple[str, str]] = Counter()
    for labels, found in zip(wanted, given, strict=True):
        for kind, some in (("wanted", labels), ("given", found), ("right", set(labels) & set(found))):
            for one in some:
                counts["all", kind] += 1
                counts[one[0], kind] += 1
    names = ["all", *sorted({name for name, _ in counts} - {"all"})]
    return {
        name: Score(counts[name, "right"], counts[name, "given"], counts[name, "wanted"]) for name in names
    }
