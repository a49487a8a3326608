"""Every article of the sample web, through the real parser and reading, against what it was written from.

The articles are our own few turns of phrase: what is shown here is that parsing, names, direction, topics and dates
work together, not how well news at large is read. That is measured below on labelled sentences of other hands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

import pytest

from crawlers.sample_web.model import Quiet, World
from crawlers.sample_web.pages import news
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.writing import articles
from crawlers.sample_web.truth import truth
from crawlers.sample_web.world import world
from crawlers.sources.news import NewsSpider
from pipelines.amounts import read_amount
from pipelines.reading import Gazetteer, read_cooperation, read_document
from pipelines.records import Amount, Cooperation, Document, Financing, Mention, Record
from pipelines.rounds import read_round
from tests.crawlers.saved_pages import respond
from tests.shared import shared

LEAST = 0.97
#: What this reading reached on the labelled sentences; less is a step back.
LEAST_PRECISION, LEAST_RECALL = 0.84, 0.34
COOPERATION = frozenset(("合作", "签约", "订单"))
#: Labels that may or may not mean a cooperation: neither right nor wrong to read.
UNDECIDED = frozenset(("帮助", "被帮助", "交易", "合资", "商讨"))

Rows = set[tuple[Hashable, ...]]


@dataclass(frozen=True)
class Reading:
    """What was read on each page, by the article's address."""

    world: World
    records: dict[str, list[Record]]

    def done(self, kind: type[Cooperation]) -> Iterator[tuple[str, Cooperation]]:
        for url, records in self.records.items():
            yield from ((url, one) for one in records if isinstance(one, kind) and one.status == "done")

    def rounds(self) -> Iterator[tuple[str, Financing]]:
        for url, records in self.records.items():
            yield from ((url, one) for one in records if isinstance(one, Financing))

    def who(self, mention: Mention) -> str:
        """The organisation's id; a name that nobody bears stands for itself, and will be missed."""
        return str(self.world.name_of.get(mention.name, mention.name))


@pytest.fixture(scope="module")
def reading() -> Reading:
    facts = world()
    names = {
        # Names in traditional characters are left out: the articles in them are to be read all the same.
        Mention(name=name, kind=one.kind)
        for one in facts.organisations.values()
        for name, kind in one.names()
        if kind != "traditional"
    }
    ordered = sorted(names, key=lambda mention: mention.name)
    gazetteer = Gazetteer(ordered)
    spider, records = NewsSpider(), {}
    for article in articles(facts):
        answer = news.answer(facts, Asked(news.HOST, article.path))
        page = respond(news.url(article), answer.body, {"headers": {"Content-Type": answer.content_type}})
        (document,) = list(spider.read(page))
        assert isinstance(document, Document)
        records[document.url] = read_document(document, gazetteer)
    return Reading(facts, records)


def _say(words: str) -> None:
    """Shown by pytest on failure, and with -s."""
    print(words)  # noqa: T201  # what differs is what the reader of this test looks for


def _compare(what: str, read: Rows, true: Rows) -> None:
    """Fails below the least precision or recall; what differs is printed either way."""
    precision, recall = len(read & true) / max(1, len(read)), len(read & true) / len(true)
    _say(f"{what}: {len(true)} true, {len(read)} read, precision {precision:.3f}, recall {recall:.3f}")
    for mark, rows in (("missed", true - read), ("false", read - true)):
        for row in sorted(rows, key=str):
            _say(f"  {mark}: {row}")
    assert precision >= LEAST, what
    assert recall >= LEAST, what


def _sides(reading: Reading, one: Cooperation) -> Iterator[tuple[str, str]]:
    """Provider and recipient; both ways where the text gives no direction."""
    yield from permutations(map(reading.who, one.parties), 2)
    yield from product(map(reading.who, one.providers), map(reading.who, one.recipients))


def test_who_provides_to_whom(reading: Reading) -> None:
    read: Rows = {(url, *pair) for url, one in reading.done(Cooperation) for pair in _sides(reading, one)}
    told = truth().technology
    true: Rows = {(row["url"], row["source"], row["target"]) for row in told.to_dict("records")}
    _compare("pairs", read, true)


def test_kind_date_technologies_and_applications(reading: Reading) -> None:
    read: dict[str, Rows] = defaultdict(set)
    true: dict[str, Rows] = defaultdict(set)
    for url, one in reading.done(Cooperation):
        for pair in _sides(reading, one):
            read["dates"].add((url, *pair, str(one.when.start), one.when.precision))
            read["kinds"].add((url, *pair, one.kind))
            read["technologies"] |= {(url, *pair, code) for code in one.technologies}
            read["applications"] |= {(url, *pair, code) for code in one.applications}
            read["all at once"].add(
                (url, *pair, str(one.when.start), *sorted((*one.technologies, *one.applications)))
            )
    for row in truth().technology.to_dict("records"):
        key = (row["url"], row["source"], row["target"])
        day = str(row["date"].date())
        true["dates"].add((*key, day, row["precision"]))
        true["kinds"].add((*key, row["kind"]))
        true["technologies"] |= {(*key, code) for code in row["technologies"]}
        true["applications"] |= {(*key, code) for code in row["applications"]}
        true["all at once"].add((*key, day, *sorted((*row["technologies"], *row["applications"]))))
    for what in ("dates", "technologies", "applications", "all at once"):
        _compare(what, read[what], true[what])
    # A kind is not always told: a joint product may be told as one's supply to the other.
    right = read["kinds"] & true["kinds"]
    _say(f"kinds: {len(right)} of {len(true['kinds'])}")


def test_who_invests_in_whom(reading: Reading) -> None:
    read: Rows = set()
    for url, one in reading.rounds():
        for investor in one.investors:
            event = (str(one.when.start), one.when.precision, read_round(one.round).name, _sum(one.amount))
            read.add((url, reading.who(investor), reading.who(one.target), *event))
    told = truth().investment
    true: Rows = set()
    for row in told[told["url"] != ""].to_dict("records"):
        day, amount = str(row["date"].date()), read_amount(row["amount"])
        event = (day, row["precision"], read_round(row["round"]).name, _sum(amount))
        true.add((row["url"], row["source"], row["target"], *event))
    _compare("investments", read, true)


def _sum(amount: Amount | None) -> tuple[Hashable, ...]:
    return (amount.low, amount.high, amount.currency) if amount else (None, None, None)


def test_silent_articles_say_nothing_is_done(reading: Reading) -> None:
    silent = [one for one in articles(reading.world) if isinstance(one.about, Quiet)]
    assert {one.about.reason for one in silent if isinstance(one.about, Quiet)} == {
        "denied", "planned", "general",
    }  # fmt: skip
    for article in silent:
        for one in reading.records[news.url(article)]:
            assert isinstance(one, Cooperation), (article.title, one)
            assert one.status != "done", (article.title, one)


def test_articles_in_traditional_characters_are_quoted_as_written(reading: Reading) -> None:
    printed = [one for one in articles(reading.world) if getattr(one.about, "script", "") == "traditional"]
    assert len(printed) >= 3
    for article in printed:
        found = reading.records[news.url(article)]
        assert found, article.title
        words = "\n".join((article.title, *article.paragraphs))
        assert all(one.quote in words for one in found)


def test_an_announcement_is_one_fact(reading: Reading) -> None:
    """No article gives two readings of one pair: an agreement and its content, or a text and its title."""
    for url, records in reading.records.items():
        pairs = Counter(
            frozenset(pair)
            for one in records
            if isinstance(one, Cooperation)
            for pair in set(map(frozenset, _sides(reading, one)))
        )
        assert not pairs or pairs.most_common(1)[0][1] == 1, (url, records)


@pytest.mark.shared
def test_sentences_of_other_hands_are_read_as_precisely_as_before() -> None:
    """Pairs of organisations in real sentences (FinRE, validation), labelled as cooperating or not."""
    lines = shared("text", "finre_valid.tsv").read_text("utf-8").splitlines()
    labelled: dict[str, list[list[str]]] = defaultdict(list)
    for *row, text in (line.split("\t") for line in lines if line):
        labelled[text.replace("<N>", "")].append(row)
    seen: Counter[str] = Counter()
    for words, rows in labelled.items():
        read: set[frozenset[str]] = set()
        for record in read_cooperation(
            words, "", None, Gazetteer([name for row in rows for name in row[:2]])
        ):
            sides = (
                (record.parties, record.parties) if record.parties else (record.providers, record.recipients)
            )
            read |= {frozenset((left.name, right.name)) for left, right in product(*sides)}
        labels: dict[frozenset[str], set[str]] = defaultdict(set)
        for one, other, label in rows:
            labels[frozenset((one, other))].add(label)
        for pair, given in labels.items():
            if len(pair) == 2 and (given & COOPERATION or not given & UNDECIDED):
                seen[f"{bool(given & COOPERATION)} {pair in read}"] += 1
    precision = seen["True True"] / (seen["True True"] + seen["False True"])
    recall = seen["True True"] / (seen["True True"] + seen["True False"])
    _say(f"{dict(seen)}: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= LEAST_PRECISION
    assert recall >= LEAST_RECALL
