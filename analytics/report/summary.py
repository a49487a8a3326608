"""The edition in a few sentences, computed: fixed sentences with places for numbers and names, each from a cell.

Invariants: a sentence with a number or name that nobody knows is left out; whatever stands in a sentence names the
cell that it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics.basis import Basis
from analytics.checks import Check
from analytics.exhibits import Exhibit, Language, Table, Words, table_of
from analytics.report.describing import cell_text, display

_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; `path`: the cell that it comes from, empty for fixed words; `entity`: who is named."""

    text: str
    path: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`cells`: the names of the places in `words` → paths of cells."""

    words: Words
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number for the first page, with its cell's path."""

    words: Words
    text: str
    path: str


class Summary:
    """The sentences and key numbers that the tables of an edition allow."""

    def __init__(self, basis: Basis, exhibits: Mapping[str, Exhibit]) -> None:
        self._tables: dict[str, Table] = {name: table_of(one) for name, one in exhibits.items()}
        self._paths = {name: _places(table) for name, table in self._tables.items() if name in _USED}
        first, last = basis.years[0], basis.last
        self._sentences = [
            one for one in _sentences(self, first, last) if all(map(self._known, one.cells.values()))
        ]
        self._key = [(words, path) for words, path in _key_numbers(last) if self._known(path)]

    def value(self, path: str) -> Any:
        """A cell's value; None where there is no such cell, or nobody knows."""
        place = self._paths.get(path.partition("/")[0], {}).get(path)
        return None if place is None else self._tables[path.partition("/")[0]].value(*place)

    def largest(self, row: str) -> str:
        """The path of the largest share in a row of shares; empty where there is none."""
        table = self._tables.get(row.partition("/")[0])
        shares = [one.name for one in table.columns if one.kind == "share"] if table else []
        known = [(value, name) for name in shares if (value := self.value(f"{row}/{name}")) is not None]
        return f"{row}/{max(known)[1]}" if known and max(known)[0] > 0 else ""

    def heading(self, path: str) -> Words:
        """The words of a cell's column."""
        identity = path.partition("/")[0]
        return self._tables[identity].column(self._paths[identity][path][1]).words

    def _known(self, path: str) -> bool:
        return self.value(path) is not None

    def key_numbers(self) -> list[KeyNumber]:
        """The numbers for the first page."""
        return [KeyNumber(words, self._text(path, "zh").text, path) for words, path in self._key]

    def sentences(self, language: Language) -> list[list[Piece]]:
        """Each sentence in its pieces."""
        return [list(self._pieces(one, language)) for one in self._sentences]

    def _pieces(self, sentence: Sentence, language: Language) -> Iterator[Piece]:
        at = 0
        words = sentence.words.of(language)
        for place in _PLACE.finditer(words):
            yield Piece(words[at : place.start()])
            yield self._text(sentence.cells[place[1]], language)
            at = place.end()
        yield Piece(words[at:])

    def _text(self, path: str, language: Language) -> Piece:
        identity = path.partition("/")[0]
        table = self._tables[identity]
        row, name = self._paths[identity][path]
        column = table.column(name)
        value = table.value(row, name)
        if column.kind != "entity":
            return Piece(cell_text(value, column), f"{table.row_path(row)}/{name}")
        english = str(table.value(row, column.english) or "") if column.english else ""
        main = f"{table.row_path(row)}/{table.main}"
        return Piece(display(str(value), english, language), main, str(table.value(row, "entity")))

    def check(self) -> list[Check]:
        """Whether every number of the sentences is that of its cell, in both languages."""
        wrong = [
            f"{piece.path}: {piece.text} ≠ {value}"
            for language in ("zh", "en")
            for sentence in self.sentences(language)
            for piece in sentence
            if piece.path and not piece.entity and not _says(piece.text, value := self.value(piece.path))
        ]
        words = Words("摘要中的数字与各表一致", "the numbers of the summary are those of the tables")
        return [Check("summary", words, not wrong, "; ".join(wrong))] if self._sentences else []


def _says(text: str, value: Any) -> bool:
    plain = text.replace(",", "")
    decimals = len(plain.partition(".")[2])
    return bool(abs(float(plain) - float(value)) <= 0.5 * 10**-decimals + 1e-9)


def _places(table: Table) -> dict[str, tuple[int, str]]:
    return {path: (row, column) for path, row, column in table.paths()}


def _key_numbers(last: int) -> Sequence[tuple[Words, str]]:
    return (
        (Words("样本企业", "Sample companies"), "table_1/sample_companies/count"),
        (Words("网络节点", "Nodes of the network"), f"table_3/{last}/nodes"),
        (Words("关系（边）", "Relations (edges)"), f"table_3/{last}/edges"),
        (Words("平均度", "Average degree"), f"table_3/{last}/average_degree"),
        (Words("投资者", "Investors"), "table_1/investors/count"),
    )


def _sentences(tables: Summary, first: int, last: int) -> Iterator[Sentence]:
    row = f"table_3/{last}"
    yield Sentence(
        Words(
            f"截至{last}年末，价值网络有 {{nodes}} 个节点（样本节点 {{sample}} 个，关系节点 {{others}} 个）"
            "和 {edges} 条边，平均度 {degree}。",
            f"At the end of {last} the value network has {{nodes}} nodes ({{sample}} sample nodes and {{others}} "
            "relation nodes) and {edges} edges; the average degree is {degree}.",
        ),
        {
            "nodes": f"{row}/nodes",
            "sample": f"{row}/sample_nodes",
            "others": f"{row}/relation_nodes",
            "edges": f"{row}/edges",
            "degree": f"{row}/average_degree",
        },
    )
    if first < last:
        yield Sentence(
            Words(
                f"{first}年末有 {{before}} 条边，{last}年末有 {{edges}} 条。",
                f"There were {{before}} edges at the end of {first} and {{edges}} at the end of {last}.",
            ),
            {"before": f"table_3/{first}/edges", "edges": f"{row}/edges"},
        )
    for identity, block, words in _LEADING:
        place = f"{identity}/{block or last}/1"
        yield Sentence(words, {"name": f"{place}/name", "value": place})
    for identity, words in _LARGEST:
        if path := tables.largest(f"{identity}/{last}"):
            heading = tables.heading(path)
            yield Sentence(
                Words(words.zh.replace("*", heading.zh), words.en.replace("*", heading.en)), {"share": path}
            )
    yield Sentence(
        Words(
            f"截至{last}年末，样本企业的技术输入关系 {{input}} 对，技术赋能关系 {{given}} 对。",
            f"By the end of {last} sample companies receive technology in {{input}} pairs "
            "and give it in {given}.",
        ),
        {"input": f"figure_23/{last}/input", "given": f"figure_23/{last}/empowerment"},
    )
    yield Sentence(
        Words(
            "国别已知的学习经历关系中国内占 {study}%，工作经历关系中国内占 {work}%。",
            "Of the relations with a known country, {study}% of those by study and {work}% of those by earlier "
            "work are domestic.",
        ),
        {"study": "figure_26/education/domestic", "work": "figure_26/work/domestic"},
    )


#: Table, block (empty: the last year), sentence about its first row.
_LEADING: Final = (
    (
        "table_4",
        "",
        Words(
            "技术关系中度最高的样本节点是{name}（{value}）。",
            "The sample node with the highest degree in technology relations is {name} ({value}).",
        ),
    ),
    (
        "table_5",
        "",
        Words(
            "度最高的关系节点是{name}（{value}）。",
            "The relation node with the highest degree is {name} ({value}).",
        ),
    ),
    (
        "table_6",
        "education_domestic",
        Words(
            "与样本企业核心人员有学习关系最多的国内机构是{name}（{value}）。",
            "The domestic institution where core people of most sample companies studied is {name} ({value}).",
        ),
    ),
    (
        "table_7",
        "institutional",
        Words(
            "投资样本企业最多的投资机构是{name}（{value} 家）。",
            "The institutional investor in most sample companies is {name} ({value}).",
        ),
    ),
    (
        "table_7",
        "non_institutional",
        Words(
            "投资样本企业最多的非投资机构是{name}（{value} 家）。",
            "The non-institutional investor in most sample companies is {name} ({value}).",
        ),
    ),
)
#: Figure of shares by year, sentence about the largest of the last year; the star is its name.
_LARGEST: Final = (
    (
        "figure_27",
        Words(
            "技术合作关系中占比最高的技术类别是*（{share}%）。",
            "The technology category with the largest share of technology relations is * ({share}%).",
        ),
    ),
    (
        "figure_40",
        Words(
            "占比最高的应用领域是*（{share}%）。",
            "The area of application with the largest share is * ({share}%).",
        ),
    ),
)
_USED: Final = frozenset(
    {"table_1", "table_3", "figure_23", "figure_26"}
    | {one for one, _, _ in _LEADING}
    | {one for one, _ in _LARGEST}
)
