"""The commands that are killed, the states that they begin in, and those that are left out, with the reason.

A state is what a user would have by then; each is made out of the one before it, and kept small: a kill must meet
the work of a command, and a chain of kills must be cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

#: State → the state before it, and the commands that lead to it. `old` is a store of the first schema; in
#: `aged` the responses are a year old, and nothing rests on some of them.
STATES: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "nothing": ("", ()),
    "old": ("nothing", ()),
    "empty": ("nothing", (("init",),)),
    "asked": ("empty", (("queue", "add", "cac", "ror"),)),
    "handed": (
        "empty",
        (
            ("import", "companies", "{files}/companies.csv"),
            ("import", "financing", "{files}/financing.csv"),
        ),
    ),
    "crawled": (
        "handed",
        (
            ("crawl", "cac", "ror", "--web", "{web}"),
            ("crawl", "news", "--web", "{web}", "--limit", "12"),
        ),
    ),
    "visited": ("empty", (("crawl", "cac", "--web", "{web}"), ("crawl", "cac", "--full", "--web", "{web}"))),
    "aged": ("visited", ()),
    "backed": ("handed", (("backup", "backup.zip"),)),
    "resolved": ("crawled", (("read", "--processes", "1"), ("resolve",))),
    "judged": ("resolved", (("judge", "{left}", "{right}", "unsure", "--reason", "kills", "--by", "kills"),)),
    "decided": ("resolved", (("readings", "accept", "{reading}", "--by", "kills"),)),
    "included": (
        "resolved",
        (("sample", "include", "2021", "{left}", "--reason", "kills", "--by", "kills"),),
    ),
    "proposed": ("resolved", (("sample", "propose", "2021", "--until", "2021"),)),
    "frozen": ("proposed", (("sample", "freeze", "2021", "--by", "kills"),)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A command: the state that it begins in, its words, what it writes ({out} in its words)."""

    name: str
    state: str
    words: tuple[str, ...]
    out: str = ""
    postgres: bool = False
    share: int = 1
    #: asked again, it may say the same a second time: a log of what people said
    says_again: bool = False
    #: asked again for what it has done, it is refused; then all must be as it is after one run
    refused_again: bool = False
    #: the files are there all together or not at all
    at_once: bool = False
    #: the file that stands there only when all the others do
    last: str = ""
    #: it works in other processes, or waits: killed by the clock alone
    by_clock: bool = False
    #: it ends with an error, as it should
    fails: bool = False
    #: tables that may lack a row after a kill: docs/faults.md says why
    may_lack: frozenset[str] = frozenset()
    #: the store that it writes
    store: str = "store.db"


_BY = ("--reason", "kills", "--by", "kills")
_SQLITE = (
    Case("init", "nothing", ("init",)),
    Case("init (old store)", "old", ("init",), share=2),
    Case("import", "empty", ("import", "financing", "{files}/financing.csv"), share=4),
    Case("import (less)", "handed", ("import", "financing", "{files}/less/financing.csv"), share=3),
    Case("import (refused)", "empty", ("import", "financing", "{files}/broken.csv"), fails=True),
    Case("crawl", "empty", ("crawl", "cac", "ror", "--web", "{web}"), share=4),
    Case("crawl --full", "visited", ("crawl", "cac", "--full", "--web", "{web}"), share=2),
    Case("replay --apply", "visited", ("replay", "cac", "--apply")),
    Case("read", "crawled", ("read", "--processes", "1"), share=2),
    Case("read FILE", "nothing", ("read", "{files}/texts.jsonl", "--processes", "1", "--out", "{out}/facts.jsonl"), "read"),
    Case("readings accept", "resolved", ("readings", "accept", "{reading}", "--by", "kills"), refused_again=True),
    Case("readings reject", "resolved", ("readings", "reject", "{reading}", "--by", "kills"), refused_again=True),
    Case("readings undo", "decided", ("readings", "undo", "{reading}"), refused_again=True),
    Case("readings export", "decided", ("readings", "export", "--out", "{out}/examples.jsonl"), "examples"),
    Case("resolve", "crawled", ("resolve",), share=4),
    Case("judge", "resolved", ("judge", "{left}", "{right}", "unsure", *_BY), share=2, says_again=True),
    Case("undo", "judged", ("undo", "{judgement}", *_BY), refused_again=True),
    Case("review together", "resolved", ("review", "together", "{waits}", "unsure", "--all", *_BY), says_again=True, refused_again=True),
    Case("review users add", "empty", ("review", "users", "add", "ann", "--password", "a long password of hers", "--users", "{out}/reviewers.json"), "users", refused_again=True, may_lack=frozenset({"audit"})),
    Case("sample propose", "resolved", ("sample", "propose", "2021", "--until", "2021"), share=2),
    Case("sample include", "resolved", ("sample", "include", "2021", "{left}", *_BY), says_again=True, refused_again=True),
    Case("sample undo", "included", ("sample", "undo", "1", *_BY), refused_again=True),
    Case("sample freeze", "proposed", ("sample", "freeze", "2021", "--by", "kills"), share=2),
    Case("network", "frozen", ("network", "2020", "2021", "--out", "{out}"), "networks", share=2),
    Case("measure", "frozen", ("measure", "2021", "--centrality", "{out}/centrality.csv"), "measures"),
    Case("figure", "frozen", ("figure", "1", "--out", "{out}/figure.svg"), "figure"),
    Case("report", "frozen", ("report", "2021", "--out", "{out}", "--only", "table_3"), "report", last="index.html"),
    Case("explorer", "frozen", ("explorer", "2021", "--out", "{out}"), "explorer", last="index.html"),
    Case("package", "frozen", ("package", "2021", "--data-only", "--out", "{out}"), "package", share=2, at_once=True),
    Case("datasette", "frozen", ("datasette", "--out", "{out}/datasette.yml"), "datasette"),
    Case("changes", "crawled", ("changes", "--format", "json", "--source", "ror", "--out", "{out}/changes.json"), "changes"),
    Case("archive index", "crawled", ("archive", "index", "--out", "{out}/index.cdxj"), "index", share=2),
    Case("archive prune", "aged", ("archive", "prune", "--keep", "1", "--apply"), share=2),
    Case("backup", "handed", ("backup", "--force", "{out}/backup.zip"), "backup", share=2),
    Case("restore", "backed", ("restore", "--force", "backup.zip"), share=2, store="new.db"),
    Case("schedule run", "empty", ("schedule", "run", "cac", "--once", "--no-read", "--web", "{web}"), by_clock=True),
    Case("schedule pause", "visited", ("schedule", "pause", "cac")),
    Case("cluster", "nothing", ("cluster", "{files}/names.csv", "--out", "{out}/clusters.csv"), "clusters"),
    Case("match", "nothing", ("match", "{files}/names.csv", "--against", "{files}/names.csv", "--out", "{out}/links.csv"), "links"),
    Case("new-source", "nothing", ("new-source", "town_list", "--kind", "api", "--into", "{out}"), "checkout", refused_again=True),
)  # fmt: skip
_POSTGRES = (
    Case("init on PostgreSQL", "nothing", ("init",), postgres=True),
    Case(
        "import on PostgreSQL",
        "empty",
        ("import", "financing", "{files}/financing.csv"),
        postgres=True,
        share=2,
    ),
    Case("crawl on PostgreSQL", "empty", ("crawl", "cac", "ror", "--web", "{web}"), postgres=True, share=2),
    Case("resolve on PostgreSQL", "handed", ("resolve",), postgres=True, share=2),
    Case("queue add", "empty", ("queue", "add", "cac", "ror"), postgres=True),
    Case(
        "queue work",
        "asked",
        ("queue", "work", "--once", "--dead-after", "5", "--web", "{web}"),
        postgres=True,
        by_clock=True,
    ),
)
CASES = _SQLITE + _POSTGRES

#: Commands that write and are not killed here → why.
LEFT_OUT = {
    "changes --webhook": "what its receiver was told is no part of the store; tests/crawlers shows it",
    "demo": "its steps are here, one by one",
    "evaluate --curve": "one picture, written as figure writes its own",
    "queue forget": "one statement, as schedule pause",
    "queue work (several workers)": "tests/benchmarks/bench_workers.py",
    "readings mend": "as readings accept, with other values",
    "review, metrics, serve": "servers: they work until they are stopped; what review writes is what judge, "
    "undo and readings write",
    "review answer": "one row, as judge writes it",
    "review users key, passwd, remove, role": "they write the file as review users add does",
    "sample exclude": "as sample include",
    "schedule install": "it writes files for systemd that the state of no store depends on",
    "train-reader, train-resolver": "minutes of computing before one folder of files; the same data give the same model",
}
