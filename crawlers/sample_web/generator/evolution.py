"""How a generated world changes: new articles, amended ones, vanished ones, and changed entries of registries.

What changed is said as the addresses of pages, so that a tracker can be held against it. Listings, sitemaps and
feeds follow their articles and entries; they are not in the lists.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.cooperating import THINGS
from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.model import Cooperation, LeiEntry, Moment, RorEntry, World
from crawlers.sample_web.pages.gleif import API
from crawlers.sample_web.pages.news import url_of
from pipelines.errors import UsageError

#: Of a hundred changes so many are new articles, amended ones, vanished ones; the rest are entries of registries.
_NEW, _AMENDED, _GONE = 45, 30, 15
_ROR_API: Final = "https://api.ror.org/v2/organizations"
#: The first day after what a world as made tells of.
START: Final = dt.date(marginals.LAST + 1, 1, 1)
DAYS: Final = 365


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A world after a change, and the addresses of the pages that are `new`, `changed` or `gone` since."""

    world: World
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def pages(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)


def evolve(world: World, seed: int, share: float = 0.01, day: dt.date = START) -> Change:
    """The world with a share of its articles and entries changed, as of a day. Raises UsageError."""
    if not 0 <= share <= 0.5:
        raise UsageError(f"from none to half of a world can change at once, not {share}")
    if not world.cooperation:
        raise UsageError("a world without cooperation does not change")
    return _Turn(world, Dice(seed, "evolution", day.toordinal()), day).change(share)


class _Turn:
    def __init__(self, world: World, dice: Dice, day: dt.date) -> None:
        self.world, self.dice, self.day = world, dice, day

    def change(self, share: float) -> Change:
        world = self.world
        total = len(world.cooperation) + len(world.quiet) + len(world.ror) + len(world.lei)
        count = max(1, round(total * share)) if share else 0
        new, amended, gone = (max(1, count * part // 100) if count else 0 for part in (_NEW, _AMENDED, _GONE))
        touched = self.dice.order(len(world.cooperation))[: amended + gone].tolist()
        changing, vanishing = set(touched[:amended]), set(touched[amended:])
        kept: list[Cooperation] = []
        changed: list[str] = []
        lost: list[str] = []
        revised = dict(world.revised)
        for at, one in enumerate(world.cooperation):
            if at in vanishing:
                lost.append(url_of(world, one))
                revised.pop(one.number, None)
                continue
            if at in changing:
                one = self._amended(one)
                changed.append(url_of(world, one))
                revised[one.number] = self.day
            kept.append(one)
        fresh = self._fresh(new)
        ror, lei, entries = self._registries(max(0, count - new - amended - gone))
        after = replace(world, cooperation=(*kept, *fresh), ror=tuple(ror), lei=tuple(lei), revised=revised)
        added = [url_of(after, one) for one in fresh]
        return Change(after, tuple(added), tuple(sorted([*changed, *entries])), tuple(lost))

    def _amended(self, one: Cooperation) -> Cooperation:
        """The same article with another technology and thing: who gives and takes stays, and so do the edges."""
        codes = list(marginals.TECHNOLOGIES)
        place = (codes.index(one.technologies[0]) + 1 + one.number % (len(codes) - 1)) % len(codes)
        code = codes[place]
        return replace(one, technologies=(code,), what=THINGS[code][one.number % len(THINGS[code])])

    def _fresh(self, count: int) -> list[Cooperation]:
        """News of the day: between those who have worked together, and some others who have not."""
        world = self.world
        known = world.cooperation
        number = 1 + max(
            max(one.number for one in known),
            max((one.number for one in world.quiet), default=0),
            max((one.article for one in world.rounds), default=0),
        )
        first = self.dice.below(len(known), count)
        other = self.dice.below(len(known), count)
        found = []
        for at in range(count):
            like, another = known[int(first[at])], known[int(other[at])]
            left, right = self._sides(like, another)
            found.append(
                replace(
                    like,
                    number=number + at,
                    when=Moment(self.day, "day"),
                    provider=left,
                    recipients=(right,),
                    parties=(),
                    kind="supply",
                    tender=False,
                )
            )
        return found

    def _sides(self, like: Cooperation, another: Cooperation) -> tuple[str, str]:
        names = like.parties or (like.provider, *like.recipients)
        others = another.parties or (another.provider, *another.recipients)
        bearer = self.world.name_of
        mine = [name for name in names if self.world.organisation(name).sample]
        right = [name for name in others if bearer[name] != bearer[mine[0]]]
        return mine[0], (right or [name for name in names if bearer[name] != bearer[mine[0]]])[0]

    def _registries(self, count: int) -> tuple[list[RorEntry], list[LeiEntry], list[str]]:
        """Entries with a changed attribute: a website, a day of renewal."""
        ror, lei = list(self.world.ror), list(self.world.lei)
        stamp = f"{self.day.isoformat()}T00:00:00Z"
        changed = []
        for at in sorted(self.dice.order(len(ror) + len(lei))[:count].tolist()):
            if at < len(ror):
                site = f"https://www.{ror[at].id}-{self.day:%y%m%d}.example"
                ror[at] = replace(ror[at], links=(("website", site),), modified=self.day.isoformat())
                changed.append(f"{_ROR_API}/{ror[at].id}")
            else:
                entry = lei[at - len(ror)]
                first, _, status, _, issuer = entry.registration
                renewal = f"{self.day.year + 1}-{self.day.month:02d}-01T00:00:00Z"
                lei[at - len(ror)] = replace(entry, registration=(first, stamp, status, renewal, issuer))
                changed.append(f"{API}/{entry.lei}")
        return ror, lei, changed


class Evolution:
    """A year of a world, day by day: day 0 is the world as made, each later day changes the one before.

    The last day asked for is kept: going on from it costs one step a day, going back begins anew.
    """

    def __init__(self, world: World, seed: int, share: float = 0.001, start: dt.date = START) -> None:
        self.start, self.seed, self.share = start, seed, share
        self._first = world
        self._latest: tuple[int, Change] = (0, Change(world, (), (), ()))

    def date(self, day: int) -> dt.date:
        return self.start + dt.timedelta(days=day - 1)

    def on(self, day: int) -> Change:
        """The world on a day, with what changed on that very day. Raises UsageError for a day out of the year."""
        if not 0 <= day <= DAYS:
            raise UsageError(f"the days of the year are 0 to {DAYS}, not {day}")
        at, change = self._latest
        if day < at:
            at, change = 0, Change(self._first, (), (), ())
        while at < day:
            at += 1
            change = evolve(change.world, self.seed, self.share, self.date(at))
        self._latest = (at, change)
        return change
