"""The types and properties that the service knows, with their names in English and Chinese.

Invariant: a property is answered for every entity, if only with no value; of persons none is known but the name,
the registered identifier and what is shown of everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, get_args

from entity_resolution.reconcile.limits import Refused
from pipelines.folding import fold
from pipelines.records import EntityKind

#: Where a property's values are: in the entity's row, its mentions, their identifiers, what sources state of them
#: as attributes, or in relations to other entities.
Holds = Literal["entity", "mention", "identifier", "attribute", "relation"]

#: The type of everybody but persons.
ORGANISATION: Final = "organisation"
PERSON: Final = "person"

_KINDS_ZH: Final = {
    "company": "企业",
    "university": "高等院校",
    "research institute": "科研院所",
    "investor": "投资机构",
    "government": "政府部门",
    "alliance": "联盟",
    "park": "园区",
    "person": "人物",
    "other": "其他机构",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A category of entities; `kinds` are the kinds of entity in it."""

    id: str
    name: str
    kinds: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        """As the protocol has it: id, name, and the broader types."""
        broader = [] if self.id in (ORGANISATION, PERSON) else [TYPES[ORGANISATION].brief()]
        return {**self.brief(), "broader": broader}

    def brief(self) -> dict[str, str]:
        """Id and name alone."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Property:
    """Something that is known of entities. `about` says what its values are."""

    id: str
    name: str
    holds: Holds
    about: str

    def as_json(self) -> dict[str, str]:
        """As suggestions and proposals have it."""
        return {"id": self.id, "name": self.name, "description": self.about}


_Known = TypeVar("_Known", Type, Property)


def _types() -> Iterable[Type]:
    kinds = frozenset(get_args(EntityKind))
    yield Type(ORGANISATION, "organisation 机构", kinds - {PERSON})
    for kind in get_args(EntityKind):
        yield Type(kind, f"{kind} {_KINDS_ZH[kind]}", frozenset({kind}))


TYPES: Final[Mapping[str, Type]] = MappingProxyType({one.id: one for one in _types()})

_PROPERTIES: Final[tuple[tuple[str, str, Holds, str], ...]] = (
    ("name", "name 名称", "entity", "the name that it is shown by"),
    ("name_en", "English name 英文名", "entity", "the English name that it is shown by"),
    ("kind", "kind 类别", "entity", "company, university, research institute, investor …"),
    ("country", "country 国家", "entity", "two letters (ISO 3166-1)"),
    ("names", "all names 全部名称", "mention", "every name that sources know it by"),
    ("place", "place 所在地", "mention", "province or city, as written"),
    (
        "uscc",
        "unified social credit code 统一社会信用代码",
        "identifier",
        "18 digits and capitals (GB 32100)",
    ),
    ("lei", "LEI 法人机构识别编码", "identifier", "20 digits and capitals (ISO 17442)"),
    ("ror", "ROR id", "identifier", "id in the Research Organization Registry"),
    ("wikidata", "Wikidata id 维基数据", "identifier", "such as Q42"),
    ("stock", "stock code 证券代码", "identifier", "with the exchange: 000001.SZ, 00001.HK"),
    ("ticker", "ticker 海外证券代码", "identifier", "on exchanges outside China"),
    ("grid", "GRID id", "identifier", "the register that ROR went on from"),
    ("isni", "ISNI", "identifier", "ISO 27729"),
    ("fundref", "Funder id", "identifier", "Crossref's register of funders"),
    ("cik", "CIK", "identifier", "number at the United States' securities commission"),
    ("orcid", "ORCID", "identifier", "of persons"),
    ("founded", "founded 成立时间", "attribute", "year or day"),
    ("website", "website 网址", "attribute", "address of its site"),
    ("status", "status 经营状态", "attribute", "whether it goes on"),
    ("industry", "industry 行业", "attribute", "as the source has it"),
    ("industry_tag", "industry tag 行业标签", "attribute", "as the source has it"),
    ("layer", "layer 技术层次", "attribute", "基础层, 技术层, 应用层"),
    ("core_technology", "core technology 核心技术", "attribute", "as the source has it"),
    ("staff", "staff 员工人数", "attribute", "persons; newest first"),
    ("rd_staff", "research staff 研发人员", "attribute", "persons; newest first"),
    ("revenue", "revenue 营业收入", "attribute", "newest first"),
    ("school_level", "school level 办学层次", "attribute", "such as 双一流"),
    ("institute_type", "type of institute 机构类型", "attribute", "such as 新型研发机构"),
    ("level", "level 级别", "attribute", "国家级, 省级, 市级"),
    ("unit_of", "unit of 隶属于", "relation", "the organisation that it is a part of"),
    ("subsidiary_of", "subsidiary of 母公司", "relation", "the company that owns it"),
    ("units", "units 下属部门", "relation", "its parts"),
    ("subsidiaries", "subsidiaries 子公司", "relation", "companies that it owns"),
)

PROPERTIES: Final[Mapping[str, Property]] = MappingProxyType({one[0]: Property(*one) for one in _PROPERTIES})
#: What may be told of persons.
OF_PERSONS: Final = frozenset({"name", "name_en", "kind", "names", "orcid"})


def find_type(given: str) -> Type:
    """The type with this id or name. Raises `Refused`."""
    found = TYPES.get(given) or _by_words(TYPES.values(), given)
    if found is None:
        raise Refused(f"no type is called {given[:60]!r}", field="type", hint="See suggest/type.")
    return found


def find_property(given: str) -> Property:
    """The property with this id or name, or a part of its name as it is shown. Raises `Refused`."""
    found = PROPERTIES.get(given) or _by_words(PROPERTIES.values(), given)
    if found is None:
        raise Refused(
            f"no property is called {given[:60]!r}", field="properties", hint="See suggest/property."
        )
    return found


def of_type(given: str) -> list[Property]:
    """The properties that entities of this type may have. Raises `Refused` for an unknown one."""
    persons = bool(given) and find_type(given).id == PERSON
    return [
        one
        for one in PROPERTIES.values()
        if (one.id in OF_PERSONS if persons else one.id != "orcid" or not given)
    ]


def matching(known: Iterable[_Known], prefix: str) -> list[_Known]:
    """Those whose id, name or a word of it begins so, in their order; all for an empty prefix."""
    wanted = fold(prefix).casefold()
    return [one for one in known if any(text.startswith(wanted) for text in _ways(one))]


def _by_words(known: Iterable[_Known], given: str) -> _Known | None:
    """The only one that is called so, in English, Chinese or both."""
    wanted = fold(given).casefold()
    found = [one for one in known if wanted and wanted in _ways(one)]
    return found[0] if len(found) == 1 else None


def _ways(one: Type | Property) -> list[str]:
    """The id, the name, and what is left of the name when words are left out at its beginning or its end."""
    words = fold(one.name).casefold().split()
    tails = [" ".join(words[at:]) for at in range(len(words))]
    return [one.id, *tails, " ".join(words[:-1])]
