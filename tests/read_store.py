"""A store with documents, and rows of what readers found in them: for tests of readings."""

from __future__ import annotations

import datetime as dt
from collections import Counter
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
from tests.filled_store import fill, source_row, supply

SEEN = dt.datetime(2021, 5, 1, tzinfo=dt.UTC)
FIRST = (
    "2021年4月2日，甲木科技有限公司与乙水集团有限公司在北京签署战略合作协议，双方将在智能芯片方面开展合作。"
    "市场上有人认为这是两家公司多年往来之后的自然结果，接下来还要看产品能否按时交付，以及客户是否愿意为它付钱。"
)
OTHER = (
    "丙火资本有限公司宣布完成对丁土智能有限公司的收购，收购价为3亿元。丁土智能有限公司的团队说，工厂明年搬到新的园区，"
    "那里离港口近，原料从海上来，成品走铁路，三天之内可以送到各地的仓库。"
)
TEXT = "近日，甲木科技与乙水集团签署合作协议。丙火资本投资了丁土智能。"


def add_documents(
    engine: Engine,
    texts: dict[str, str],
    *,
    at: dt.datetime = SEEN,
    source: str = "press",
    title: str = "消息",
    **facts: Any,
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
                    title=title,
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


def open_evidence(engine: Engine, kind: str) -> list[tuple[int, str, str]]:
    """Of the facts of a kind that are said: fact, method and page."""
    evidence, fact, page = schema.evidence, schema.fact, schema.page
    with engine.connect() as connection:
        rows = connection.execute(
            select(fact.c.id, evidence.c.method, page.c.url)
            .join(fact, fact.c.id == evidence.c.fact_id)
            .join(page, page.c.id == evidence.c.page_id)
            .where(fact.c.kind == kind, evidence.c.ended_at.is_(None))
            .order_by(page.c.url)
        ).all()
    return [(row.id, row.method, row.url) for row in rows]


def states(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        return Counter(connection.execute(select(schema.reading.c.state)).scalars())


def tell_names(engine: Engine) -> Engine:
    """Have the store know the companies of `FIRST` and `OTHER` from elsewhere."""
    for name in ("甲木科技有限公司", "乙水集团有限公司", "丙火资本有限公司", "丁土智能有限公司"):
        fill(engine, supply(name, "戊金"), page=name)
    return engine
