"""Cooperation read from news of a made world, told in its own words and in words by another hand.

Precision and recall of edges: who provides to whom, or who are partners, as pairs of names with their direction, and
without it. `unseen_wording.yaml` was written for this alone and nothing was tuned on it; it turns sentences round,
leaves out and takes up names, and tells plans, denials and mere company as well.

    python -m tests.benchmarks.bench_wording [--articles N]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import yaml

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import Cooperation, World
from crawlers.sample_web.pages.writing import joined, write
from pipelines.reading import read_document
from pipelines.reading.fact import Fact
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.reader import Asked, Read, batches, read
from pipelines.reading.thresholds import thresholds
from pipelines.records import Cooperation as Told
from pipelines.records import Document, When

WORDING: Final = Path(__file__).with_name("unseen_wording.yaml")
SEED, SIZE = 7, 0.02
#: Provider, recipient, True; or two partners, False.
Edge = tuple[str, str, bool]
#: The id of an organisation of the world, or words that name none.
Name = str


@dataclass(frozen=True)
class Article:
    """A text, and the edges that it states."""

    title: str
    text: str
    day: When
    edges: frozenset[Edge]
    sort: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=600, help="of each wording")
    wanted = parser.parse_args()
    world = make_world(SEED, SIZE)
    names = Gazetteer(
        [name for one in world.organisations.values() for name in (one.name, one.legal) if name]
    )
    for title, articles in (
        ("the world's own words", list(own_words(world, wanted.articles))),
        ("words by another hand", list(other_words(world, wanted.articles))),
    ):
        click.echo(f"{title}: {len(articles)} articles, {sum(len(one.edges) for one in articles)} edges")
        given, blind = by_all(articles, names), by_all(articles, None)
        for reader, told in (
            ("patterns, names known (the crawl)", by_the_crawl(articles, names)),
            ("all readers, names known", [one(0.0) for one in given]),
            ("all readers, names known, sure enough for the store", [one(None) for one in given]),
            ("all readers, no name known", [one(0.0) for one in blind]),
            ("all readers, no name known, sure enough for the store", [one(None) for one in blind]),
        ):
            click.echo(f"  {reader}: {figures(world, articles, told)}")


# ── articles ──────────────────────────────────────────────────────────────────────────────────────


def facts_of(world: World, count: int) -> list[Cooperation]:
    """Facts of the world whose articles are in simplified characters, evenly over the years."""
    plain = [one for one in world.cooperation if one.script != "traditional"]
    return plain[:: max(1, len(plain) // count)][:count]


def own_words(world: World, count: int) -> Iterator[Article]:
    for one in facts_of(world, count):
        article = write(world, one)
        yield Article(
            article.title, "\n".join(article.paragraphs), day_of(one), edges_of(world, one), one.kind
        )


def other_words(world: World, count: int, wording: Mapping[str, Any] | None = None) -> Iterator[Article]:
    """Three articles in four tell a cooperation, the others none."""
    told = wording or yaml.safe_load(WORDING.read_text("utf-8"))
    facts = facts_of(world, count)
    for number, one in enumerate(facts):
        sort = "mutual" if one.parties else "directed"
        if number % 4 == 3 and not one.parties:
            sort = "not_done" if number % 8 == 3 else "unrelated"
        forms = told[sort]
        title, text = forms[(number * 7 + number // 4) % len(forms)]
        other = facts[(number + 17) % len(facts)]
        words = {
            "p": one.provider,
            "r": joined(one.recipients, "和"),
            "a": joined(one.parties, "与"),
            "w": one.what,
            "d": one.when.chinese,
            "x": other.provider or other.parties[0],
        }
        around = told["around"]
        text = f"{text}{around[number % len(around)]}".format(**words)
        holds = edges_of(world, one) if sort in ("mutual", "directed") else frozenset()
        yield Article(title.format(**words), text, day_of(one), holds, sort)


def day_of(one: Cooperation) -> When:
    return When(start=one.when.reported, precision="day")


def edges_of(world: World, one: Cooperation) -> frozenset[Edge]:
    if one.parties:
        parties = sorted({_bearer(world, name) for name in one.parties})
        return frozenset((a, b, False) for at, a in enumerate(parties) for b in parties[at + 1 :])
    return frozenset((_bearer(world, one.provider), _bearer(world, name), True) for name in one.recipients)


def _bearer(world: World, name: str) -> str:
    return world.name_of[name]


# ── what is read ──────────────────────────────────────────────────────────────────────────────────


def by_the_crawl(articles: Sequence[Article], names: Gazetteer) -> list[set[Edge]]:
    found = []
    for one in articles:
        document = Document(
            locator="page", url="https://a.example/", title=one.title, text=one.text, when=one.day
        )
        records = [each for each in read_document(document, names) if isinstance(each, Told)]
        found.append({edge for each in records if each.status == "done" for edge in _edges(each)})
    return found


def _edges(one: Told) -> Iterator[Edge]:
    for giver in one.providers:
        for taker in one.recipients:
            yield giver.name, taker.name, True
    yield from _partners(each.name for each in one.parties)


def _partners(names: Iterable[str]) -> Iterator[Edge]:
    listed = sorted(set(names))
    for at, one in enumerate(listed):
        for other in listed[at + 1 :]:
            yield one, other, False


def by_all(articles: Sequence[Article], names: Gazetteer | None) -> list[Callable[[float | None], set[Edge]]]:
    """For each article the edges told with a least confidence; None: with that from which a fact is taken."""
    asked = [Asked(one.text, one.day, (), one.title, names, read_title=True) for one in articles]
    return [partial(_edges_told, each) for batch in batches(asked) for each in read(batch)]


def _edges_told(told: Read, least: float | None) -> set[Edge]:
    return {
        edge
        for fact in (*told.facts, *told.titled)
        if fact.type in ("cooperation", "contract")
        and fact.status == "done"
        and fact.confidence >= (thresholds()[fact.type].taken if least is None else least)
        for edge in _fact_edges(fact, told.means)
    }


def _fact_edges(fact: Fact, means: Mapping[str, str]) -> Iterator[Edge]:
    def of(role: Any) -> list[str]:
        return [means.get(one.text, one.text) for one in fact.roles.get(role, ())]

    for giver in of("provider"):
        for taker in of("recipient"):
            yield giver, taker, True
    yield from _partners(of("party"))


# ── how right ─────────────────────────────────────────────────────────────────────────────────────


def figures(world: World, articles: Sequence[Article], told: Sequence[set[Edge]]) -> str:
    """Precision and recall with the direction and without, and how many articles that tell none are read wrong."""
    counts: Counter[tuple[str, str]] = Counter()
    silent: Counter[Any] = Counter()
    for article, edges in zip(articles, told, strict=True):
        found = {_turned(world.name_of.get(a, a), world.name_of.get(b, b), way) for a, b, way in edges}
        gold = {_turned(*one) for one in article.edges}
        for name, ours, theirs in (
            ("directed", found, gold),
            ("pairs", {frozenset(one[:2]) for one in found}, {frozenset(one[:2]) for one in gold}),
        ):
            counts[name, "told"] += len(ours)
            counts[name, "gold"] += len(theirs)
            counts[name, "both"] += len(ours & theirs)
        if not article.edges:
            silent[article.sort] += 1
            silent[article.sort, "wrong"] += bool(found)
    shown = [
        f"{name} P {counts[name, 'both'] / max(counts[name, 'told'], 1):.2f} "
        f"R {counts[name, 'both'] / max(counts[name, 'gold'], 1):.2f}"
        for name in ("pairs", "directed")
    ]
    shown += [
        f"{sort} read as cooperation {silent[sort, 'wrong']} of {silent[sort]}"
        for sort in ("not_done", "unrelated")
        if silent[sort]
    ]
    return "; ".join(shown)


def _turned(one: Name, other: Name, way: bool) -> tuple[Name, Name, bool]:
    first, second = (one, other) if way else sorted((one, other))
    return first, second, way


if __name__ == "__main__":
    main()
