"""Events with their roles: who invests in whom, who takes over whom, who contracts with whom, for how much.

`read_all` is the face. Networks trained on FewFC say for every character what it may be part of; trees weigh every
name for every role; words and patterns add status, days, rounds and sums. `docs/reading-events.md` says what
the roles mean, and how well they are found.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reading.events.reading import Reader
from pipelines.reading.fact import Fact, Organisation

__all__ = ["Reader", "read_all"]


def read_all(texts: Sequence[str], organisations: Sequence[Sequence[Organisation]]) -> list[list[Fact]]:
    """The facts of the types investment, acquisition and contract that each text tells, in the order of the text.

    `organisations` are those found in each text; known ones (`Organisation.known`) are trusted more. Text beyond
    `sentences.TEXT_LIMIT` is not read. Raises ValueError where both are not of one length."""
    return Reader.shared().read_all(texts, organisations)
