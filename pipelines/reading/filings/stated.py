"""One number as one place of a filing states it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipelines.reading.filings.figures import Figure, Unit
from pipelines.reading.filings.items import Item
from pipelines.reading.filings.periods import Period


@dataclass(frozen=True, slots=True)
class Stated:
    """A number with its period, its unit and its place. `sure` is False for a number out of running text."""

    item: Item
    period: Period
    figure: Figure
    unit: Unit
    locator: str
    quote: str
    sure: bool = True

    @property
    def number(self) -> Decimal:
        """In units of the currency, in percent, or in persons."""
        return self.figure.value * self.unit.scale

    @property
    def slack(self) -> Decimal:
        """How far the true number may lie away: a filing rounds, or cuts, at the last digit that it prints."""
        return self.figure.place * self.unit.scale

    @property
    def written(self) -> str:
        """The number and its unit, as they stand there."""
        unit = "" if self.figure.written.endswith(("%", "％")) else self.unit.written
        return f"{self.figure.written} {unit}".strip()

    def agrees(self, other: Stated) -> bool:
        """Whether one number, rounded, can stand behind both."""
        # persons are counted, not rounded
        slack = Decimal(0) if self.item.moment else max(self.slack, other.slack)
        exact = self.slack == other.slack and self.sure and other.sure
        return self.unit.currency == other.unit.currency and (
            abs(self.number - other.number) <= (Decimal(0) if exact else slack)
        )
