"""What a statement is about: its technologies (17 classes), the areas it is for (19), and a partner's industry.

`categorise_all` is the face for statements, `industry_of` that for organisations. Both read words by codebooks kept
as data in `pipelines/taxonomy/`; definitions, rules and measured quality are in docs/categories.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reading.categories.deciding import Categories, Category, decide
from pipelines.reading.categories.industries import Industry, industry_of
from pipelines.reading.categories.words import show
from pipelines.reading.fact import Organisation

__all__ = [
    "METHOD", "Categories", "Category", "Industry", "categorise", "categorise_all", "industry_of", "show",
]  # fmt: skip

#: Name and version of what decides. Raise the version when a category may come out differently.
METHOD = ("categories", "1")


def categorise_all(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    organisations: Sequence[Sequence[Organisation]] | None = None,
) -> list[Categories]:
    """The categories of the statement at `spans[i]` of `texts[i]`; a text may come several times.

    `organisations` are those that stand in each text, as `organisations.spot_all` gives them: their names decide
    nothing. Without them only names known by their shape (…有限公司, …大学) are set aside.
    """
    named = organisations if organisations is not None else [()] * len(texts)
    return [decide(text, span, known) for text, span, known in zip(texts, spans, named, strict=True)]


def categorise(
    text: str, span: tuple[int, int] | None = None, organisations: Sequence[Organisation] = ()
) -> Categories:
    """As `categorise_all`, for one statement; without a span, for the whole text."""
    return decide(text, span or (0, len(text)), organisations)
