"""The reconciliation service on a large store: a batch of 50 names, suggestions, values of 100 entities.

Names are made: a place, a brand of two to four characters, a trade, a legal form. Of the 50 asked for three in five
are written otherwise than in the store (without form or place, shortened), one in ten is nobody's. The first batch
loads the model and what is held in memory; it is timed by itself.

    python -m tests.benchmarks.bench_reconciliation [--mentions 100000] [--postgres URL] [--model]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from entity_resolution.matcher import shipped
from entity_resolution.reconcile import blueprint
from entity_resolution.resolver import resolve
from pipelines.store.session import open_store
from tests.entity_resolution.world import organisation, write

_PLACES = ("北京", "上海", "深圳", "杭州", "广州", "南京", "苏州", "成都", "武汉", "西安", "合肥", "天津")
_LETTERS = "星河云海天启智慧明远博雅创新华泰恒信联讯达飞凌宇辰光晨曦瑞丰金石永安康宁图灵深思灵犀玄武青龙朱雀白泽麒麟鲲鹏"
_TRADES = (
    "科技",
    "智能科技",
    "信息技术",
    "网络科技",
    "数据服务",
    "软件",
    "机器人",
    "电子",
    "投资管理",
    "文化传媒",
)
_FORMS = ("有限公司", "股份有限公司", "有限责任公司")


def names(count: int, seed: int = 1) -> Iterator[tuple[str, str, str, str]]:
    """Distinct names, as their parts."""
    rng = random.Random(seed)
    seen: set[tuple[str, ...]] = set()
    while len(seen) < count:
        brand = "".join(rng.choices(_LETTERS, k=rng.choice((2, 2, 3, 4))))
        parts = (rng.choice(_PLACES), brand, rng.choice(_TRADES), rng.choice(_FORMS))
        if parts[:3] not in seen:
            seen.add(parts[:3])
            yield parts


def asked(made: list[tuple[str, str, str, str]], seed: int) -> dict[str, dict[str, str]]:
    """A batch of 50 queries."""
    rng = random.Random(seed)
    queries = {}
    for at, (place, brand, trade, form) in enumerate(rng.sample(made, 50)):
        written = (
            place + brand + trade + form,
            brand + trade,
            place + brand + trade + form,
            f"{place}市{brand}{trade[:2]}",
            f"{brand}{trade}（{place}）{form}",
        )[at % 5]
        queries[f"q{at}"] = {"query": written if at % 10 else f"{brand[::-1]}不知名{at}"}
    return queries


def timed(what: str, times: int, call: Callable[[int], Any]) -> None:
    """Prints the median and the worst of so many calls, in milliseconds."""
    spent = []
    for at in range(times):
        start = time.perf_counter()
        call(at)
        spent.append(1000 * (time.perf_counter() - start))
    click.echo(f"  {what:<42} median {statistics.median(spent):8.0f} ms   worst {max(spent):8.0f} ms")


def measure(engine: Engine, made: list[tuple[str, str, str, str]]) -> None:
    """All figures for one store."""
    app = Flask(__name__)
    app.register_blueprint(blueprint(engine))
    browser = app.test_client()

    def batch(seed: int) -> Any:
        answer = browser.post("/reconcile", data={"queries": json.dumps(asked(made, seed))})
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    timed("the first batch", 1, batch)
    timed("a batch of 50 names", 10, batch)
    found = [one for seed in range(3) for one in batch(seed).values()]
    click.echo(
        f"  matched without a person: {sum(any(c['match'] for c in one['result']) for one in found)} of {len(found)}"
    )
    timed("suggestions for two characters", 20, lambda at: _suggest(browser, "".join(made[at][:2])[:3]))
    ids = [one["result"][0]["id"] for one in found if one["result"]][:100]
    wanted = [{"id": name} for name in ("names", "place", "country", "uscc", "founded", "units")]
    form = {"extend": json.dumps({"ids": ids, "properties": wanted})}
    timed(
        f"six properties of {len(ids)} entities",
        10,
        lambda _: browser.post("/reconcile", data=form).get_json(),
    )


def _suggest(browser: FlaskClient, prefix: str) -> Any:
    return browser.get("/reconcile/suggest/entity", query_string={"prefix": prefix}).get_json()["result"]


def main() -> None:
    """Fill a store, resolve it, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=100_000)
    parser.add_argument("--postgres", default="", help="URL of an empty database")
    parser.add_argument(
        "--model", action="store_true", help="resolve with the model, which keeps an index of names"
    )
    given = parser.parse_args()
    made = list(names(given.mentions))
    with tempfile.TemporaryDirectory() as folder:
        for url in filter(None, (f"sqlite:///{Path(folder) / 'store.db'}", given.postgres)):
            engine = open_store(url, create=True)
            start = time.perf_counter()
            write(engine, "made", *(organisation("".join(one), country="CN", place=one[0]) for one in made))
            resolve(engine, matcher=shipped() if given.model else None)
            click.echo(
                f"{engine.dialect.name}: {given.mentions:,} mentions, filled in {time.perf_counter() - start:.0f} s"
            )
            measure(engine, made)
            engine.dispose()


if __name__ == "__main__":
    main()
