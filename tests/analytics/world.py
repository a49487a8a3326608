"""A small store with known facts, entities and a frozen sample, for the tests of tables, figures and the report."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from sqlalchemy import Engine, insert, select

from pipelines.facts import facts_of
from pipelines.records import (
    AnyRecord,
    Attribute,
    Cooperation,
    EntityKind,
    Financing,
    Mention,
    Organisation,
    Person,
    Post,
    Study,
    When,
)
from pipelines.store import schema
from pipelines.store.archive import Archive
from pipelines.store.session import open_store, writing
from pipelines.store.writing import Method, Reading, StoreWriter

SEEN = dt.datetime(2022, 3, 31, 12, tzinfo=dt.UTC)
METHOD = Method("world parser", "1")

#: Name → kind, country, English name, sample layer. Several names of one entity are joined by a bar.
WHO: dict[str, tuple[EntityKind, str | None, str | None, str | None]] = {
    "华为|华为公司": ("company", "CN", "Huawei", "基础层"),
    "阿里巴巴": ("company", "CN", "Alibaba", "应用层"),
    "百度": ("company", "CN", "Baidu", "技术层"),
    "科大讯飞": ("company", "CN", "iFLYTEK", "技术层"),
    "腾讯": ("company", "CN", "Tencent", None),
    "英特尔": ("company", "US", "Intel", None),
    "清华大学": ("university", "CN", "Tsinghua University", None),
    "斯坦福大学": ("university", "US", "Stanford University", None),
    "无名学院": ("university", None, None, None),
    "红杉资本中国|红杉中国": ("investor", "CN", "Sequoia China", None),
    "IDG资本": ("company", "CN", "IDG Capital", None),
    "<b>恶意</b>&资本": ("company", "CN", None, None),
    "王一": ("person", "CN", None, None),
    "李二": ("person", "CN", None, None),
}


def named(name: str) -> Mention:
    kind, country, _, _ = next(who for names, who in WHO.items() if name in names.split("|"))
    return Mention(name=name, kind=kind, country=country)


def day(text: str | None) -> When:
    return (
        When() if text is None else When(start=dt.date.fromisoformat(text), precision="day", as_written=text)
    )


def _gave(
    at: str | None, provider: str, recipient: str, technologies: str, areas: str = "智能制造"
) -> Cooperation:
    return Cooperation(
        locator=f"p[{at}-{provider}-{recipient}]",
        quote=f"{provider}向{recipient}提供{technologies}技术",
        kind="supply",
        providers=(named(provider),),
        recipients=(named(recipient),),
        technologies=tuple(technologies.split("|")),
        applications=tuple(areas.split("|")),
        when=day(at),
    )


def _round(at: str, target: str, *investors: str) -> Financing:
    return Financing(
        locator=f"row {at}", quote=f"{target}完成融资", target=named(target), round="A轮",
        investors=tuple(named(one) for one in investors), event=f"e{at}", when=day(at),
    )  # fmt: skip


def records() -> list[AnyRecord]:
    """What the pages say."""
    return [
        *(
            Organisation(
                locator=f"org {names}",
                quote=names,
                subject=named(names.split("|")[0]),
                attributes=(Attribute(name="layer", value=layer),) if layer else (),
            )
            for names, (_, _, _, layer) in WHO.items()
        ),
        _gave("2019-05-01", "英特尔", "华为", "智能芯片"),
        _gave("2020-05-01", "华为公司", "腾讯", "5G|大数据和云计算", "智慧城市|智能金融"),
        _gave("2020-06-01", "华为", "腾讯", "5G"),
        _gave("2021-02-01", "阿里巴巴", "百度", "大数据和云计算"),
        _gave("2021-03-01", "百度", "阿里巴巴", "没有这种技术"),
        _gave("2021-04-01", "科大讯飞", "腾讯", "语音识别"),
        _gave("2022-01-15", "科大讯飞", "清华大学", "语音识别"),
        _gave(None, "华为", "清华大学", "5G"),
        _round("2018-01-01", "百度", "红杉资本中国", "IDG资本"),
        _round("2019-01-01", "科大讯飞", "红杉中国"),
        _round("2020-01-01", "科大讯飞", "红杉中国", "腾讯"),
        _round("2021-01-01", "阿里巴巴", "<b>恶意</b>&资本", "王一"),
        Person(
            locator="cv 1",
            quote="王一，清华大学博士，曾任职于英特尔",
            person=named("王一"),
            core=True,
            studies=(Study(school=named("清华大学"), degree="博士"), Study(school=named("斯坦福大学"), degree="硕士")),
            posts=(
                Post(employer=named("英特尔"), post="工程师", current=False, when=day("2010-01-01")),
                Post(employer=named("华为"), post="首席科学家", current=True, when=day("2019-01-01")),
            ),
        ),
        Person(
            locator="cv 2",
            quote="李二，清华大学",
            person=named("李二"),
            core=True,
            studies=(Study(school=named("清华大学")), Study(school=named("无名学院"))),
            posts=(Post(employer=named("百度"), post="院长", current=True, when=day("2020-01-01")),),
        ),
    ]  # fmt: skip


def entity_id(name: str) -> str:
    """The id of the entity that bears a name of `WHO`."""
    names = next(names for names in WHO if name in names.split("|"))
    return "vn" + hashlib.sha256(names.encode()).hexdigest()[:8]


def world(url: str, folder: Path) -> Engine:
    """A new store at the URL, filled, resolved, and with the sample `2021` frozen; its archive in the folder."""
    engine = open_store(url, create=True)
    with writing(engine) as connection:
        connection.execute(
            insert(schema.source).values(
                name="world", title="World of the tests", title_zh="测试世界", publisher="tests",
                home="https://world.example", licence="CC0", terms="none", robots="obeyed", cadence="once",
                personal_data="none", lists_all=True, authority=False, declared={}, declared_at=SEEN,
            )
        )  # fmt: skip
        run = connection.execute(
            insert(schema.run)
            .values(source="world", kind="crawl", started_at=SEEN, outcome="running", version="1")
            .returning(schema.run.c.id)
        ).scalar_one()
    archive = Archive(folder, engine, "world")
    writer = StoreWriter(engine, "world", run)
    for number, record in enumerate(records()):
        url_of_page = f"https://world.example/{number}?a=1&b=<x>"
        shot = archive.add(url_of_page, f"page {number}".encode(), fetched_at=SEEN)
        facts = [(fact, METHOD) for fact in facts_of(record)]
        writer.write([Reading(url_of_page, SEEN, shot, facts=facts, records=1)])
    archive.close()
    _resolve(engine)
    return engine


def _resolve(engine: Engine) -> None:
    with writing(engine) as connection:
        mentions = connection.execute(select(schema.mention).order_by(schema.mention.c.id)).all()
        run = connection.execute(
            insert(schema.resolution)
            .values(made_at=SEEN, version="1", mentions=len(mentions), entities=len(WHO))
            .returning(schema.resolution.c.id)
        ).scalar_one()
        seen: set[str] = set()
        for mention in mentions:
            names, (kind, country, english, _) = next(
                one for one in WHO.items() if mention.name in one[0].split("|")
            )
            entity = entity_id(mention.name)
            if entity not in seen:
                seen.add(entity)
                connection.execute(
                    insert(schema.entity).values(
                        id=entity, mention_id=mention.id, born=run, kind=kind, name=names.split("|")[0],
                        name_en=english, country=country,
                    )
                )  # fmt: skip
            connection.execute(
                insert(schema.mention_entity).values(
                    mention_id=mention.id, entity_id=entity, exact_key=mention.name
                )
            )
        connection.execute(
            insert(schema.sample_edition).values(
                edition="2021", proposed_at=SEEN, frozen_at=SEEN, frozen_by="tests", rule={"until": 2021}
            )
        )
        for names, (_, _, _, layer) in WHO.items():
            if layer:
                connection.execute(
                    insert(schema.sample_member).values(
                        edition="2021", entity_id=entity_id(names.split("|")[0]), score=1.0, layer=layer,
                        core_technology=None, decided_by="rule", reason="layer",
                    )
                )  # fmt: skip
