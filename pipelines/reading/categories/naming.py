"""Names of organisations blotted out, character by character, so that offsets stay: a farmers' bank is no farming.

Names come from whoever knows them; beside these, names are known by their shape: a legal form, or a sort of body,
with what stands before it up to the nearest word that cannot belong to a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import ahocorasick

from pipelines.simplifying import plain_in_place

BLOT: Final = "\ue000"

#: The ends of names, by sort; traditional characters are read, too.
_FORMS: Final = {
    "legal": ("股份有限公司", "有限责任公司", "有限公司", "集团公司", "股份公司", "总公司", "分公司", "有限合伙"),
    "body": (
        "集团", "大学", "学院", "研究院", "研究所", "协会", "学会", "商会", "基金会", "委员会", "人民政府",
        "管理局", "出版社", "日报社", "时报", "日报", "晚报",
    ),
}  # fmt: skip
#: How many characters before its form may be the name's.
_LONGEST: Final = {"legal": 34, "body": 12}
#: What ends a name when one walks back from its form.
_STOP: Final = re.compile(
    r"[^一-龥a-z0-9（）()·&\-]|[与和及同跟向为对由给的在是了将被从以把等至或]|公司|企业|厂商|机构|领域|项目|合作|提供|采用|中标|携手|联合|签约|收购"
    r"|投资|牵手|成立|宣布|助力|入股|参股|持有|拥有|控股|旗下|作为|包括|通过|表示|位于|服务|建设|开展|推动|打造|发布|推出|年|月|日"
)
#: These stand in names of companies, too: they end only a name that has no legal form.
_INNER: Final = frozenset(("投资", "控股", "联合", "服务", "建设", "企业", "公司", "同", "和", "为", "成立"))


def hidden(text: str, spans: Iterable[tuple[int, int]] = ()) -> str:
    """`text` of the same length, with the given spans and every name known by its shape blotted out."""
    taken = [(max(0, start), min(end, len(text))) for start, end in spans]
    plain = plain_in_place(text)
    for last, (sort, length) in _automaton().iter(plain):
        form = last + 1 - length
        start = _begin(plain, form, sort)
        if start < form:
            taken.append((start, last + 1))
    parts: list[str] = []
    at = 0
    for start, end in sorted(taken):
        if end <= at:
            continue
        start = max(start, at)
        parts += (text[at:start], BLOT * (end - start))
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _begin(text: str, form: int, sort: str) -> int:
    """Where the name before a form begins: behind the last word that is no part of it."""
    first = max(0, form - _LONGEST[sort])
    start = first
    for match in _STOP.finditer(text, first, form):
        # 向为 and the like are no part of any name; 联合 and 投资 are, where a legal form shows it to be one.
        if sort == "legal" and match[0] in _INNER:
            continue
        start = match.end()
    if sort == "legal" and start == first and first > 0:
        # As long as this is no name: hide the nearest words alone.
        return max(first, form - 12)
    return start


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for sort, forms in _FORMS.items():
        for form in forms:
            automaton.add_word(form, (sort, len(form)))
    automaton.make_automaton()
    return automaton
