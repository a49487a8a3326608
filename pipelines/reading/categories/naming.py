"""Names of organisations blotted out, character by character, so that offsets stay: a farmers' bank is no farming.

Names come from whoever knows them; beside these, names are known by their shape: a legal form, or a sort of body,
with what stands before it up to the nearest word that cannot belong to a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

BLOT: Final = "\ue000"

#: A form, and how many characters before it may be the name's.
_FORM: Final = re.compile(
    r"(?P<legal>股份有限公司|有限责任公司|有限公司|集团公司|股份公司|總公司|总公司|分公司|（有限合伙）|\(有限合伙\)|有限合夥|有限合伙)"
    r"|(?P<body>集团|集團|大学|大學|学院|學院|研究院|研究所|协会|協會|学会|學會|商会|商會|基金会|基金會|委员会|委員會|人民政府|管理局|出版社|日报社|时报|日报|晚报)"
)
_LONGEST: Final = {"legal": 34, "body": 12}
#: What ends a name when one walks back from its form.
_STOP: Final = re.compile(
    r"[^一-龥A-Za-z0-9（）()·&\-]|[与和及同跟向为对由给的在是了将被从以把等至或]|公司|企业|厂商|机构|领域|项目|合作|提供|采用|中标|携手|联合|签约|收购"
    r"|投资|牵手|成立|宣布|助力|入股|参股|持有|拥有|控股|旗下|作为|包括|通过|表示|位于|服务|建设|开展|推动|打造|发布|推出|年|月|日"
)
#: These stand in names of companies, too: they end only a name that has no legal form.
_INNER: Final = frozenset(("投资", "控股", "联合", "服务", "建设", "企业", "公司", "同", "和", "为", "成立"))


def hidden(text: str, spans: Iterable[tuple[int, int]] = ()) -> str:
    """`text` of the same length, with the given spans and every name known by its shape blotted out."""
    taken = [(max(0, start), min(end, len(text))) for start, end in spans]
    for match in _FORM.finditer(text):
        sort = match.lastgroup or "body"
        start = _begin(text, match.start(), sort)
        if start < match.start():
            taken.append((start, match.end()))
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
