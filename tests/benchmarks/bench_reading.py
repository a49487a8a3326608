"""`valuenet read` from end to end, as its users call it: right and complete on labelled texts, and how fast.

FewFC: F1 of (type, role, words) of organisations, with and without names given, on texts that no reader was trained
on and on which nothing was chosen. FinRE: F1 of (pair, type) with names given, on one half of the validation file.
Beside ours: the sentence patterns alone, and the readers each alone. Last, 1,000 articles of 1,500 characters, which
have to be read in five minutes of two cores, in flat memory: hard ones, of nothing but labelled texts, and such as
news are, where three sentences in four are of texts and abstracts in which nothing is labelled.

    python -m tests.benchmarks.bench_reading [--articles N] [--only quality|speed]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import resource
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pipelines.reading.fact import ORGANISATION_ROLES
from pipelines.reading.organisations import spot_all
from pipelines.reading.organisations.labels import held_back, tuned_on
from pipelines.reading.relations.labels import type_of
from pipelines.reading.sentences import sentences
from tests.program import command, environment
from tests.shared import shared

SECONDS = 300.0
ARTICLES = 1000
ARTICLE = 1500
#: FewFC's events and the roles of their subject and object, as types and roles of facts.
EVENTS = {
    "投资": ("investment", "investor", "target"),
    "收购": ("acquisition", "investor", "target"),
    "签署合同": ("contract", "party", "party"),
    "中标": ("contract", "provider", "recipient"),
}
Told = set[tuple[Any, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES, help="to time; fewer are reckoned up")
    parser.add_argument("--only", choices=("quality", "speed"))
    chosen = parser.parse_args()
    if chosen.only != "speed":
        quality()
    if chosen.only != "quality":
        speed(chosen.articles)


def quality() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        rows = [row for row in few_events() if held_back(row["text"]) and not tuned_on(row["text"])]
        gold = {(row["id"], *one) for row in rows for one in row["gold"]}
        click.echo(f"FewFC: {len(rows)} texts, {len(gold)} arguments")
        for title, names in (("without names", False), ("with names", True)):
            lines = [
                {"id": row["id"], "text": row["text"], **({"names": row["names"]} if names else {})}
                for row in rows
            ]
            facts = read(path, lines)
            report(f"  {title}", gold, arguments(facts))
            for reader in ("patterns", "relations", "events"):
                alone = [one for one in facts if one["method"].startswith(reader)]
                report(f"    {reader} first", gold, arguments(alone))
        pairs = [one for one in relations("finre_valid.tsv") if in_second_half(one["text"])]
        gold = {(*one["key"], kind) for one in pairs for kind in one["types"]}
        click.echo(f"FinRE: {len(pairs)} pairs, {len(gold)} grouped relations")
        lines = [
            {"id": number, "text": one["text"], "names": list(one["names"])}
            for number, one in enumerate(pairs)
        ]
        report("  pair by pair", gold, related(read(path, lines), dict(enumerate(pairs))))
        sentences = by_sentence(pairs)
        lines = [
            {"id": number, "text": text, "names": names} for number, (text, names, _) in enumerate(sentences)
        ]
        told = related_of_sentences(read(path, lines), sentences)
        report("  sentence by sentence", gold, told)


# ── labelled texts ────────────────────────────────────────────────────────────────────────────────


def few_events() -> Iterator[dict[str, Any]]:
    """FewFC's texts with their arguments that are organisations, and all names labelled in them."""
    for part in ("base", "trans"):
        path = shared("text", f"fewfc_train_{part}.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            gold, names = set(), set()
            for event in row["events"]:
                kind = EVENTS.get(event["type"])
                for one in event["mentions"]:
                    side = one["role"].removesuffix("-org")
                    if side not in ("sub", "obj"):
                        continue
                    names.add(one["word"])
                    if kind is not None:
                        gold.add((kind[0], kind[1 if side == "sub" else 2], one["word"]))
            yield {"id": row["id"], "text": row["content"], "gold": gold, "names": sorted(names)}


def relations(name: str) -> list[dict[str, Any]]:
    """FinRE's pairs, each once whichever name comes first, with the types of facts between them."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for line in shared("text", name).read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) == 4 and cells[0] != cells[1]:
            kind = type_of(cells[2])
            first, second = sorted(cells[:2])
            found[cells[3], first, second] |= {kind} if kind else set()
    return [{"key": key, "text": key[0], "names": key[1:], "types": types} for key, types in found.items()]


def in_second_half(text: str) -> bool:
    """The half that nothing was chosen on."""
    return hashlib.sha256(text.encode()).digest()[1] % 2 == 1


def by_sentence(pairs: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[str], list[Any]]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for one in pairs:
        found[one["text"]].append(one)
    return [
        (text, sorted({name for one in own for name in one["names"]}), own) for text, own in found.items()
    ]


# ── what is read, and what it is worth ────────────────────────────────────────────────────────────


def read(folder: Path, lines: Sequence[Mapping[str, Any]], *options: str) -> list[dict[str, Any]]:
    """The facts that the command finds in lines."""
    given, out = folder / "texts.jsonl", folder / "facts.jsonl"
    given.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")
    subprocess.run(
        command("--quiet", "read", str(given), "--out", str(out), "--json", *options),
        env=environment(), check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def arguments(facts: Iterable[Mapping[str, Any]]) -> Told:
    """(text, type, role, words) of the organisations in facts of FewFC's types; who leads a round is an investor."""
    kinds = {kind for kind, *_ in EVENTS.values()}
    return {
        (fact["doc"], fact["type"], "investor" if role == "lead" else role, one["text"])
        for fact in facts
        if fact["type"] in kinds
        for role, pieces in fact["roles"].items()
        if role in ORGANISATION_ROLES[fact["type"]]
        for one in pieces
    }


def _names(fact: Mapping[str, Any]) -> set[str]:
    return {one["text"] for role in ORGANISATION_ROLES[fact["type"]] for one in fact["roles"].get(role, ())}


def related(facts: Iterable[Mapping[str, Any]], pairs: Mapping[int, Mapping[str, Any]]) -> Told:
    """(text, name, name, type) of the pairs asked for."""
    return {
        (*pairs[fact["doc"]]["key"], fact["type"])
        for fact in facts
        if set(pairs[fact["doc"]]["names"]) <= _names(fact)
    }


def related_of_sentences(
    facts: Iterable[Mapping[str, Any]], sentences: Sequence[tuple[str, list[str], list[Any]]]
) -> Told:
    return {
        (*pair["key"], fact["type"])
        for fact in facts
        for pair in sentences[fact["doc"]][2]
        if set(pair["names"]) <= _names(fact)
    }


def report(title: str, gold: Told, told: Told) -> dict[str, float]:
    """Print precision, recall and F1: of all, and of each type."""
    kinds = sorted({_kind(one) for one in gold})
    scores = {"all": score(gold, {one for one in told if _kind(one) in kinds})}
    for kind in kinds:
        scores[kind] = score(
            {one for one in gold if _kind(one) == kind}, {one for one in told if _kind(one) == kind}
        )
    click.echo(
        title + ": " + "; ".join(f"{name} {p:.3f}/{r:.3f} F1 {f:.3f}" for name, (p, r, f) in scores.items())
    )
    return {name: f for name, (_, _, f) in scores.items()}


def _kind(one: tuple[Any, ...]) -> str:
    return str(one[1] if one[1] in {"investment", "acquisition", "contract"} else one[-1])


def score(gold: Told, told: Told) -> tuple[float, float, float]:
    both = len(gold & told)
    precision, recall = both / max(len(told), 1), both / max(len(gold), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


# ── speed ─────────────────────────────────────────────────────────────────────────────────────────


def speed(count: int) -> None:
    """How long so many articles take, and how much memory; at a quarter of them as well."""
    for title, articles in (("hard", hard_articles(count)), ("as news are", news_articles(count))):
        organisations = sum(map(len, spot_all(articles[:20]))) / 20
        click.echo(f"articles, {title}: {organisations:.0f} mentions of organisations each")
        with tempfile.TemporaryDirectory() as folder:
            for some in (count // 4, count):
                _timed(Path(folder), articles[:some])


def hard_articles(count: int) -> list[str]:
    """Labelled texts one behind another."""
    texts = [row["text"] for row in few_events()]
    return _filled(count, lambda number: texts[number % len(texts)])


def news_articles(count: int) -> list[str]:
    """Paragraphs of which one sentence in four is labelled, the others being of abstracts of news, or unlabelled."""
    labelled: list[str] = []
    plain: list[str] = []
    for part in ("base", "trans"):
        for line in shared("text", f"fewfc_train_{part}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            starts = [one["span"][0] for event in row["events"] for one in event["mentions"]]
            for one in sentences(row["content"]):
                told = any(one.start <= start < one.end for start in starts)
                (labelled if told else plain).append(row["content"][one.start : one.end])
    with shared("text", "ai_news_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            plain += [row["summary"][one.start : one.end] for one in sentences(row["summary"])]
    chance = random.Random(7)

    def paragraph(_: int) -> str:
        return "".join(
            chance.choice(labelled if chance.random() < 0.25 else plain) for _ in range(chance.randint(2, 4))
        )

    return _filled(count, paragraph)


def _filled(count: int, paragraph: Callable[[int], str]) -> list[str]:
    """Articles of `ARTICLE` characters out of the paragraphs that come."""
    articles: list[str] = []
    at = 0
    while len(articles) < count:
        article = ""
        while len(article) < ARTICLE:
            article += paragraph(at) + "\n"
            at += 1
        articles.append(article[:ARTICLE])
    return articles


def _timed(folder: Path, articles: Sequence[str]) -> None:
    lines = [{"id": number, "text": text} for number, text in enumerate(articles)]
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    facts = read(folder, lines)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cpu_each, kinds = cpu / len(articles), Counter(one["type"] for one in facts)
    click.echo(
        f"  {len(articles)}: {seconds:.0f} s, {cpu:.0f} s of processors (load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()}), {1000 * cpu_each:.0f} ms of one an article; a process takes at most "
        f"{after.ru_maxrss / 1024:.0f} MB; {dict(kinds)}"
    )
    if cpu_each * ARTICLES / 2 > SECONDS:
        raise SystemExit(f"too slow: {cpu_each * ARTICLES / 2:.0f} s on two cores for {ARTICLES} articles")


if __name__ == "__main__":
    main()
