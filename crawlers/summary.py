"""How a visit to a source, or an import, ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.console import emit, note, table
from pipelines.store.writing import Counts

COUNTS = ("snapshots", "records", "rejected", "facts_new", "facts_changed", "facts_unchanged", "facts_ended")


@dataclass(slots=True)
class Summary:
    """`outcome` is complete, partial or failed; `notes` are alarms and lists for a person to see; `refused` are
    the first rejections, as messages."""

    source: str
    outcome: str
    counts: Counts = field(default_factory=Counts)
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "outcome": self.outcome,
            **self.counts.as_dict(),
            "notes": self.notes,
            "refused": self.refused,
        }


def show(summaries: list[Summary], as_json: bool) -> None:
    """Print what the runs did; notes go to stderr."""
    if as_json:
        emit([summary.as_dict() for summary in summaries], True)
        return
    rows = [{"source": one.source, "outcome": one.outcome, **one.counts.as_dict()} for one in summaries]
    table(rows, ["source", "outcome", *COUNTS])
    for summary in summaries:
        for line in summary.notes:
            note(f"{summary.source}: {line}")
        for line in summary.refused:
            note(f"rejected: {line}")
        if summary.counts.rejected > len(summary.refused):
            note(f"{summary.source}: all {summary.counts.rejected} rejections: valuenet status --rejected")


def merged(summaries: list[Summary]) -> list[Summary]:
    """One summary a source: several files of it summed up."""
    found: dict[str, Summary] = {}
    for one in summaries:
        into = found.setdefault(one.source, Summary(one.source, one.outcome))
        into.counts.add(one.counts)
        into.notes += one.notes
        into.refused += one.refused
    return list(found.values())
