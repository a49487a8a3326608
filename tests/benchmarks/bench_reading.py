"""`valuenet read` from end to end, as its users call it: right and complete on labelled texts, and how fast.

FewFC: F1 of (type, role, words) of organisations, with and without names given, on texts that no reader was trained
on and on which nothing was chosen. FinRE: F1 of (pair, type) with names given, on one half of the validation file.
Beside ours: the sentence patterns alone, and the readers each alone. Last, 1,000 articles of 1,500 characters, which
have to be read in five minutes, in flat memory.

    python -m tests.benchmarks.bench_reading
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pipelines.reading.fact import ORGANISATION_ROLES
from pipelines.reading.organisations.labels import held_back, tuned_on
from pipelines.reading.relations.labels import type_of
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
        speed(path)


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


def speed(folder: Path) -> None:
    """Articles of labelled texts one behind another: how long they take, and how much memory."""
    texts = [row["text"] for row in few_events()]
    articles: list[dict[str, Any]] = []
    at = 0
    while len(articles) < ARTICLES:
        article = ""
        while len(article) < ARTICLE:
            article += texts[at % len(texts)] + "\n"
            at += 1
        articles.append({"id": len(articles), "text": article[:ARTICLE]})
    for count in (ARTICLES // 4, ARTICLES):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        facts = read(folder, articles[:count])
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        kinds = Counter(one["type"] for one in facts)
        click.echo(
            f"{count} articles: {seconds:.1f} s, {cpu:.1f} s of processors ({os.cpu_count()}), "
            f"{1000 * seconds / count:.0f} ms an article, at most {after.ru_maxrss / 1024:.0f} MB; {dict(kinds)}"
        )
        if count == ARTICLES and cpu / 2 > SECONDS:
            raise SystemExit(f"too slow: {cpu:.0f} s of processors on two cores for {count} articles")


if __name__ == "__main__":
    main()
