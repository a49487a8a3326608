"""What stands in each file of a data package: names, types, units and meanings of its columns, in two languages.

Types are those of Frictionless Table Schema; the Parquet files have the same columns under the types given here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa

from analytics.exhibits import Words

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime"]

#: How each type is kept in Parquet. Moments are kept to the second.
ARROW: Final[Mapping[FieldType, pa.DataType]] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("s", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `refers`: the file and column whose values these are; `required`: never empty."""

    name: str
    type: FieldType
    words: Words
    unit: Words | None = None
    refers: tuple[str, str] | None = None
    required: bool = False

    def described(self) -> dict[str, Any]:
        """As Table Schema has it; what is in Chinese stands under keys that end in `_zh`."""
        found: dict[str, Any] = {"name": self.name, "type": self.type}
        found |= {"description": self.words.en, "description_zh": self.words.zh}
        if self.unit:
            found |= {"unit": self.unit.en, "unit_zh": self.unit.zh}
        if self.required:
            found["constraints"] = {"required": True}
        return found


@dataclass(frozen=True, slots=True)
class Content:
    """A file of the package: `data/NAME.csv` and `data/NAME.parquet` for data, other folders for exhibits."""

    name: str
    words: Words
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    folder: str = "data"

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(one.name, ARROW[one.type]) for one in self.fields])

    def schema(self) -> dict[str, Any]:
        """The Table Schema."""
        found: dict[str, Any] = {"fields": [one.described() for one in self.fields], "missingValues": [""]}
        if self.key:
            found["primaryKey"] = list(self.key)
        if foreign := [
            {"fields": one.name, "reference": {"resource": one.refers[0], "fields": one.refers[1]}}
            for one in self.fields
            if one.refers
        ]:
            found["foreignKeys"] = foreign
        return found


def _entity(name: str, zh: str, en: str, required: bool = True) -> Field:
    return Field(name, "string", Words(zh, en), refers=("entities", "entity"), required=required)


_FACT: Final = Field(
    "fact", "integer", Words("事实编号", "the fact's id"), refers=("facts", "fact"), required=True
)
_SOURCE: Final = Field(
    "source", "string", Words("来源", "the source"), refers=("sources", "source"), required=True
)

ENTITIES: Final = Content(
    "entities",
    Words("主体", "Entities: organisations and persons"),
    (
        Field("entity", "string", Words("主体编号，永不改变", "id, never given to another"), required=True),
        Field("name", "string", Words("名称", "name")),
        Field("name_en", "string", Words("英文名称", "name in English")),
        Field("kind", "string", Words("类别", "kind of organisation, or person"), required=True),
        Field("country", "string", Words("国家（ISO 3166-1）", "country, ISO 3166-1 alpha-2")),
        Field("sample", "boolean", Words("是否样本企业", "whether it is a sample node"), required=True),
        Field("layer", "string", Words("技术层次", "layer of the AI industry (sample only)")),
        Field("core_technology", "string", Words("核心技术", "core technology (sample only)")),
        Field("listed", "boolean", Words("是否有证券代码", "whether it has a stock code"), required=True),
    ),
    ("entity",),
)
NAMES: Final = Content(
    "names",
    Words("名称", "Names as sources write them, by entity"),
    (
        _entity("entity", "主体", "the entity that the name counts as"),
        Field(
            "own", "string", Words("并入前的主体", "the entity itself, before it is rolled up"), required=True
        ),
        Field("name", "string", Words("来源所写名称", "the name as written"), required=True),
        _SOURCE,
        Field("kind", "string", Words("来源所述类别", "kind, as the source says")),
    ),
)
IDENTIFIERS: Final = Content(
    "identifiers",
    Words("标识符", "Identifiers of organisations (of persons only ORCID)"),
    (
        _entity("entity", "主体", "the entity"),
        Field("scheme", "string", Words("标识体系", "scheme: uscc, lei, ror, stock, …"), required=True),
        Field("value", "string", Words("标识", "the identifier"), required=True),
        _SOURCE,
    ),
)
FACTS: Final = Content(
    "facts",
    Words("事实", "Facts: statements of one source"),
    (
        Field("fact", "integer", Words("事实编号（由内容得出）", "id, made of the content"), required=True),
        Field("kind", "string", Words("类别", "kind: financing, cooperation, education, …"), required=True),
        Field("value", "string", Words("值（已清理）", "value, cleaned")),
        Field("as_written", "string", Words("来源原文写法", "value as the source writes it")),
        Field("number", "number", Words("数值", "number, in `unit`")),
        Field("low", "number", Words("金额下限", "lower bound of an amount, in `unit`")),
        Field("high", "number", Words("金额上限", "upper bound of an amount, in `unit`")),
        Field("unit", "string", Words("单位或币种", "unit or currency (ISO 4217)")),
        Field("detail", "string", Words("其他内容（JSON）", "what else the kind has, as a JSON object")),
        Field("date", "date", Words("有效起始日", "first day on which it holds")),
        Field("end", "date", Words("有效终止日", "last day on which it holds")),
        Field("precision", "string", Words("日期精度", "how exact the date is: day, month, year")),
        _SOURCE,
    ),
    ("fact",),
)
ROLES: Final = Content(
    "roles",
    Words("事实中的主体", "Who stands in a fact, as what"),
    (
        _FACT,
        Field("role", "string", Words("角色", "role: target, investor, provider, …"), required=True),
        Field("position", "integer", Words("次序", "place among those of the role"), required=True),
        _entity("entity", "主体", "the entity, rolled up"),
        Field("own", "string", Words("并入前的主体", "the entity itself"), required=True),
        Field("written", "string", Words("来源所写名称", "the name as written there")),
    ),
    ("fact", "role", "position"),
)
EVIDENCE: Final = Content(
    "evidence",
    Words("证据", "Evidence: where each fact stands"),
    (
        _FACT,
        Field("url", "string", Words("网址", "address"), required=True),
        Field("locator", "string", Words("页内位置", "place in the page")),
        Field("sha256", "string", Words("快照的 sha256", "sha256 of the snapshot's bytes"), required=True),
        Field("quote", "string", Words("引文（许可允许时）", "quoted words, where the licence allows")),
        Field("method", "string", Words("读取方法", "what read it"), required=True),
        Field("method_version", "string", Words("方法版本", "version of the method"), required=True),
        Field("confidence", "number", Words("置信度（0–1）", "confidence, 0 to 1"), required=True),
        Field(
            "first_seen",
            "datetime",
            Words("首次见到", "when the source was first seen to say so"),
            required=True,
        ),
        Field("last_seen", "datetime", Words("最近见到", "when it was last seen to"), required=True),
    ),
)
RELATIONS: Final = Content(
    "relations",
    Words("关系", "Relations of sample nodes, one row a fact and pair"),
    (
        _FACT,
        _entity("source", "起点", "where it comes from: provider, investor, school or former employer"),
        _entity("target", "终点", "where it goes to: recipient, company"),
        Field("dimension", "string", Words("维度", "technology, human_capital, investment"), required=True),
        Field("date", "date", Words("起始日（空缺：无日期）", "first day; empty: undated, in no network")),
        Field("via", "integer", Words("另一依据的事实", "a second fact that it rests on")),
        _entity("person", "核心人员", "the core person (human capital)", required=False),
        Field("technologies", "string", Words("技术类别（JSON）", "technology categories, as a JSON list")),
        Field("applications", "string", Words("应用领域（JSON）", "application areas, as a JSON list")),
    ),
)
EDGES: Final = Content(
    "edges",
    Words("各年价值网络的边", "Edges of the yearly value networks (cumulative)"),
    (
        Field("year", "integer", Words("年份", "the network's year"), required=True),
        _entity("source", "起点", "where it comes from"),
        _entity("target", "终点", "where it goes to"),
        Field("dimension", "string", Words("维度", "technology, human_capital, investment"), required=True),
        Field("facts", "integer", Words("事实数", "facts behind it"), Words("条", "facts"), required=True),
        Field("weight", "number", Words("权重", "weight"), required=True),
        Field("since", "date", Words("起始日", "first day"), required=True),
    ),
    ("year", "source", "target", "dimension"),
)
SAMPLE: Final = Content(
    "sample",
    Words("样本", "The sample of the edition"),
    (
        _entity("entity", "主体", "the company"),
        Field("name", "string", Words("名称", "name")),
        Field("score", "number", Words("得分", "score by the rule"), Words("分", "points"), required=True),
        Field("layer", "string", Words("技术层次", "layer")),
        Field("core_technology", "string", Words("核心技术", "core technology")),
        Field("decided_by", "string", Words("由谁决定", "rule, or the person who decided"), required=True),
        Field("reason", "string", Words("入选理由", "why it was chosen"), required=True),
    ),
)
LEFT: Final = Content(
    "sample_left",
    Words("退出样本的企业", "Companies of the edition before that are not in this one"),
    (
        _entity("entity", "主体", "the company"),
        Field("name", "string", Words("名称", "name")),
        Field("reason", "string", Words("退出理由", "why"), required=True),
    ),
)
SOURCES: Final = Content(
    "sources",
    Words("来源", "Sources, their licences, and what is passed on of each"),
    (
        Field("source", "string", Words("来源", "the source"), required=True),
        Field("title", "string", Words("英文标题", "title in English")),
        Field("title_zh", "string", Words("中文标题", "title in Chinese")),
        Field("publisher", "string", Words("发布者", "publisher")),
        Field("home", "string", Words("网址", "home page")),
        Field("licence", "string", Words("许可", "licence")),
        Field("terms", "string", Words("使用条款", "terms")),
        Field("personal_data", "string", Words("个人数据", "what it has on persons")),
        Field("passed_on", "string", Words("转交范围", "all, quotations, facts or nothing"), required=True),
        Field("why", "string", Words("理由", "why"), required=True),
        Field("facts_packed", "integer", Words("包内事实数", "facts in this package"), required=True),
        Field("facts_withheld", "integer", Words("未转交事实数", "facts held back"), required=True),
    ),
    ("source",),
)  # fmt: skip
DATA: Final = (
    ENTITIES, NAMES, IDENTIFIERS, FACTS, ROLES, EVIDENCE, RELATIONS, EDGES, SAMPLE, LEFT, SOURCES,
)  # fmt: skip
