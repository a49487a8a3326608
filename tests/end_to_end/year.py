"""Plays a year of daily visits to a changing site through, in one process, under a clock of its own.

    python -m tests.end_to_end.year FOLDER DAYS SEED

Prints, as JSON, for each day what the site said then: article → the two organisations that it names. The site fails
for a week; what it said before stays known meanwhile.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from crawlers.running import Plan, crawl
from pipelines.store.session import open_store
from pipelines.store.types import clock
from tests.crawlers.site import HOST, Site, article, running

START = dt.datetime(2022, 1, 1, 3, tzinfo=dt.UTC)
NAMES = ("百度", "华为", "腾讯", "小米", "科大讯飞", "商汤科技", "旷视科技", "寒武纪")
#: Days on which the site answers nothing but errors.
WEEK = range(20, 27)


class Year:
    """The site's life: `turn` makes it a day older."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.chance = site, random.Random(seed)
        self.says: dict[str, tuple[str, str]] = {}
        self.day = -1
        self.known: list[dict[str, tuple[str, str]]] = []
        self._number = 0

    def turn(self) -> None:
        self.day += 1
        for _ in range(8 if self.day == 0 else self.chance.choice((0, 0, 1))):
            self._number += 1
            self._write(f"/{self._number:04}.html")
        if self.says and self.chance.random() < 0.3:
            self._write(self.chance.choice(sorted(self.says)))
        if len(self.says) > 5 and self.chance.random() < 0.15:
            lost = self.chance.choice(sorted(self.says))
            del self.says[lost], self.site.pages[lost]
        failing = self.day in WEEK
        self.site.fail = dict.fromkeys([*self.site.pages, "/sitemap.xml"], 500) if failing else {}
        self.known.append(dict(self.known[-1] if failing else self.says))

    def _write(self, path: str) -> None:
        left, right = self.chance.sample(NAMES, 2)
        self.says[path] = (left, right)
        sentence = f"2021年3月4日，{left}与{right}签署战略合作协议，双方将在人工智能领域开展合作。"
        self.site.pages[path] = article(path.strip("/"), "2021-03-04", sentence)


def play(folder: Path, days: int, seed: int) -> list[dict[str, tuple[str, str]]]:
    """Visit the site each day; what it said, day by day."""
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}", create=True)
    with running(Site()) as site:
        year = Year(site, seed)

        def morning() -> Iterator[int]:
            for day in range(days):
                year.turn()
                yield day

        with clock(lambda: START + dt.timedelta(days=max(year.day, 0))):
            plan = Plan(web=site.base, arguments={"news": {"site": f"https://{HOST}/"}})
            crawl(engine, folder / "archive", ["news"], plan, times=morning())
    engine.dispose()
    return year.known


if __name__ == "__main__":
    print(json.dumps(play(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])), ensure_ascii=False))  # noqa: T201
