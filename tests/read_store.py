"""A store with documents, and rows of what readers found in them: for tests of readings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from pipelines.reading.fact import Fact, Piece, Role, Type
from pipelines.reading.fact_json import fact_json
from pipelines.records import Document, When
from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import writing
from pipelines.store.types import content_id, now
from pipelines.store.writing import Reading, SnapshotRef, StoreWriter
from tests.filled_store import source_row

SEEN = dt.datetime(2021, 5, 1, tzinfo=dt.UTC)
TEXT = "近日，甲木科技与乙水集团签署合作协议。丙火资本投资了丁土智能。"


def add_documents(
    engine: Engine, texts: dict[str, str], *, at: dt.datetime = SEEN, source: str = "press", **facts: Any
) -> list[int]:
    """A page for each URL with its text, seen at a moment; the ids of the documents. `facts`: as `Reading` has."""
    run = open_run(engine, source_row(source), "crawl")
    readings = [
        Reading(
            url,
            at,
            SnapshotRef(sha256=f"{content_id(url, text):064x}", archive="a.warc.gz", offset=0),
            documents=[
                Document(
                    locator="page",
                    url=url,
                    title="消息",
                    text=text,
                    when=When(start=dt.date(2021, 4, 30), precision="day"),
                )
            ],
            **facts,
        )
        for url, text in texts.items()
    ]
    StoreWriter(engine, source, run).write(readings)
    close_run(engine, run, "complete")
    found = []
    with engine.connect() as connection:
        for url, text in texts.items():
            query = select(schema.document.c.id).where(
                schema.document.c.url == url, schema.document.c.text == text
            )
            found.append(connection.execute(query).scalar_one())
    return found


def piece(text: str, words: str) -> Piece:
    at = text.index(words)
    return Piece(words, at, at + len(words))


def fact(text: str, kind: Type, confidence: float = 0.6, **roles: str) -> Fact:
    """A fact of a text: roles with their words, several after `|`; its span is that of the words."""
    pieces: dict[Role, tuple[Piece, ...]] = {
        role: tuple(piece(text, one) for one in words.split("|"))  # type: ignore[misc]
        for role, words in roles.items()
    }
    spans = [one for listed in pieces.values() for one in listed]
    start, end = min(one.start for one in spans), max(one.end for one in spans)
    return Fact(
        kind, pieces, start, end, confidence, "test/1", When(start=dt.date(2021, 4, 30), precision="day")
    )


def add_reading(connection: Connection, document: int, one: Fact, state: str = "waiting") -> int:
    """A row of `reading`; its id."""
    told = fact_json(one)
    key = content_id("reading", document, "text", one.type, told["roles"], one.start, one.end)
    connection.execute(
        insert(schema.reading).values(
            id=key,
            document_id=document,
            type=one.type,
            fact=told,
            start=one.start,
            end=one.end,
            confidence=one.confidence,
            method=one.method,
            state=state,
            said=content_id("said", key),
            made_at=now(),
        )
    )
    return key


def waiting_store(engine: Engine) -> tuple[int, list[int]]:
    """One document with a cooperation and an investment that wait; its id and theirs."""
    (document,) = add_documents(engine, {"https://press.example/1": TEXT})
    with writing(engine) as connection:
        rows = [
            add_reading(connection, document, fact(TEXT, "cooperation", 0.7, party="甲木科技|乙水集团")),
            add_reading(
                connection, document, fact(TEXT, "investment", 0.6, investor="丙火资本", target="丁土智能")
            ),
        ]
    return document, rows
