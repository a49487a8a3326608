"""Organisations named in running text: where each name begins and ends, and how sure that is.

`spot_all` is the face. It joins three things: names known to stand in a text, a tagger's finds, and what the text
itself says about its names (short forms in brackets, and names that come again).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reading.fact import Organisation
from pipelines.reading.organisations.spotting import Spotter

__all__ = ["Spotter", "spot", "spot_all"]


def spot_all(texts: Sequence[str], known: Sequence[Sequence[str]] | None = None) -> list[list[Organisation]]:
    """The organisations of each text, sorted by start. `known` gives, by text, names that are said to stand in it:
    they are found as written wherever they stand as a whole.

    None overlaps another, but for one case: a known name that stands only inside a longer name is given beside the
    longer one, which comes first."""
    return Spotter.shared().spot_all(texts, known)


def spot(text: str, known: Sequence[str] = ()) -> list[Organisation]:
    """As `spot_all`, for a single text."""
    return spot_all([text], [known])[0]
