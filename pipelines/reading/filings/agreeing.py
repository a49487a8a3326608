"""Numbers that a filing states in several places: one statement where they agree, a rejection where they do not.

The income statement, the key figures, the chapter on research and running text repeat the same numbers, rounded
more or less. The most exact of a table is kept. Numbers that cannot be one, rounded, are all withheld: the filing
does not say which of them is a slip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from pydantic import ValidationError

from pipelines.reading.filings.stated import Stated
from pipelines.records import Attribute, Mention, Organisation, Rejected

#: How sure a number out of running text is; one of a table, at its label and header, is stated outright.
OF_TEXT: Final = 0.8
_LOCATOR: Final = 500
_TOLD_MOST: Final = 40
#: How far a share may lie beside what spend and revenue give, in points: shares are rounded at one or two decimals.
_POINTS: Final = 0.2


def records(stated: Iterable[Stated], company: Mention) -> Iterator[Organisation | Rejected]:
    """An `Organisation` with one dated attribute for each number, in order of name and period."""
    groups: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for one in stated:
        day = str(one.period.end if one.item.moment else one.period.start)
        groups[one.item.attribute(one.period), day].append(one)
    agreed: dict[tuple[str, str], Stated] = {}
    for key in sorted(groups):
        # 营业总收入 speaks only where no 营业收入 does
        group = [one for one in groups[key] if not one.item.fallback] or groups[key]
        # what is said often is looked at once; of so many different numbers the first already disagree
        told = list(
            {(one.number, one.slack, one.unit.currency, one.sure): one for one in reversed(group)}.values()
        )
        odd = next(
            (pair for pair in combinations(told[::-1][:_TOLD_MOST], 2) if not pair[0].agrees(pair[1])), None
        )
        if odd is not None:
            yield _disagreement(key[0], *odd)
            continue
        agreed[key] = min(group, key=lambda one: (not one.sure, one.slack))
    for key in list(agreed):
        if key in agreed and key[0].startswith("research_share"):
            yield from _against_the_share(key, agreed)
    for key, one in agreed.items():
        yield _record(key[0], one, company)


def _against_the_share(key: tuple[str, str], agreed: dict[tuple[str, str], Stated]) -> Iterator[Rejected]:
    """Spend by revenue must be the share; where it is not, one of the three was misprinted or misread."""
    name, day = key
    rest = name.removeprefix("research_share")
    spend_key, revenue_key = ("research_spend" + rest, day), ("revenue" + rest, day)
    spend, revenue, share = agreed.get(spend_key), agreed.get(revenue_key), agreed[key]
    if (
        spend is None
        or revenue is None
        or spend.unit.currency != revenue.unit.currency
        or revenue.number <= 0
    ):
        return
    given = float(spend.number / revenue.number * 100)
    if abs(given - float(share.number)) <= max(_POINTS, 0.02 * abs(given), float(share.slack)):
        return
    for one in (spend_key, key):
        del agreed[one]
    told = f"{spend.written} ({spend.locator}) of {revenue.written} ({revenue.locator}) is {given:.2f} %"
    yield Rejected(
        locator=share.locator,
        reason=f"spend, revenue and share do not fit: {told}, the share says {share.written}",
        kind="field",
        field=name,
        value=f"{share.written} / {spend.written}",
        raw="\n".join((spend.quote, revenue.quote, share.quote)),
    )


def _disagreement(name: str, one: Stated, other: Stated) -> Rejected:
    return Rejected(
        locator=f"{one.locator}; {other.locator}"[:_LOCATOR],
        reason=f"two places state {name} of {one.period.start} to {one.period.end} differently: "
        f"{one.written} ({one.locator}), {other.written} ({other.locator})",
        kind="field",
        field=name,
        value=f"{one.written} / {other.written}",
        raw=f"{one.quote}\n{other.quote}",
    )


def _record(name: str, one: Stated, company: Mention) -> Organisation | Rejected:
    try:
        attribute = Attribute(
            name=name,
            value=one.written,
            number=float(one.number),
            unit={"money": one.unit.currency, "share": "%", "persons": "persons"}[one.item.measure],
            when=one.period.at_end() if one.item.moment else one.period.when(),
        )
        return Organisation(
            locator=one.locator,
            quote=one.quote,
            confidence=1.0 if one.sure else OF_TEXT,
            subject=company,
            attributes=(attribute,),
        )
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        return Rejected(locator=one.locator, reason=reason, kind="field", field=name, value=one.written)
