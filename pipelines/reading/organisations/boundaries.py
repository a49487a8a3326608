"""Where a name begins and ends, by what Chinese names are made of: legal forms, branches, brackets, stock marks."""

from __future__ import annotations

import re
from typing import Final

#: Words that point to a body without naming it: never a name by themselves.
_GENERIC: Final = re.compile(
    r"[该本贵我各此其两三几多数]{0,2}[\d一二三四五六七八九十]{0,3}[家个]?"
    r"(?:上市|标的|目标|母|子|孙|全资|控股|参股|合资|外资|项目|集团|民营|国有|关联|新|大型|投资|律师|会计师|私募|公募|证券|保险|信托|基金|私募投资|相关|其他|知名|有限){0,3}"
    r"(?:公司|企业|子公司|集团|机构|银行|基金|部门|事务所|券商|股东|股份|有限公司|股份有限公司|平台|品牌|法院|政府|投资者|投资人|机构投资者|双方|资金)"
)
_FORM: Final = re.compile(
    r"(?:(?![与和及同跟向为对由给的将拟以于在共已])[一-龥（）()]){0,10}?(?:股份有限公司|有限责任公司|集团有限公司|有限公司)"
)
_BRANCH: Final = re.compile(
    r"(?:(?![与和及同跟向为对由给的将拟以于在共已]|银行|公司|证券)[一-龥]){0,10}?(?:分行|支行|分公司|支公司|营业部)"
)
#: Words that end names, and are verbs before 了 and 过: 腾讯投资了 is 腾讯.
_VERB: Final = re.compile(r"投资|控股|收购|入股|增资|注资|并购|合作|合资|参股|增持|减持")
_PARTNERS: Final = re.compile(r"\s?[（(](?:有限|普通|特殊普通)合伙[）)]")
_STOCK: Final = re.compile(r"(?:S\*ST|SST|\*ST|ST)\s?$")
_BODY_OF_BRANCHES: Final = re.compile(r"(?:银行|证券|保险|信用社|有限公司|股份公司|财险|人寿|农商行)$")
_FORMED: Final = (
    "公司",
    "分行",
    "支行",
    "营业部",
    "大学",
    "学院",
    "研究院",
    "研究所",
    "委员会",
    "协会",
    "法院",
    "人民政府",
)
_EDGES: Final = " \t\u3000“”\"'‘’「」『』《》<>，,。；;：:、|丨·-—"
_BRACKETS: Final = {"（": "）", "(": ")"}
_CLOSED_WITHIN: Final = 10


def is_generic(name: str) -> bool:
    """Whether the words only say what kind of body is meant: 公司, 三家上市公司, 该银行."""
    return bool(_GENERIC.fullmatch(name))


def mended(text: str, start: int, end: int, most: int) -> tuple[int, int]:
    """The span of the whole name of which a tagger found `start` to `end`. The next name begins at `most`.

    Legal forms, branches of banks and 有限合伙 in brackets are taken in; quotes and half brackets are cut off."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    if start >= end:
        return start, start
    if (
        text[end : end + 1] in ("了", "过")
        and _VERB.search(text, max(start, end - 2), end)
        and end - start > 3
    ):
        end -= 2
    stock = _STOCK.search(text, max(0, start - 5), start)
    start = stock.start() if stock else start
    if not text[start:end].endswith(_FORMED):
        form = _FORM.match(text, end, min(most, end + 24))
        end = form.end() if form and form.end() - end <= 16 else end
    if _BODY_OF_BRANCHES.search(text, max(start, end - 6), end):
        # A tagger may have taken the branch for a name of its own, so this one goes beyond `most`.
        branch = _BRANCH.match(text, end, end + 16)
        end = branch.end() if branch else end
    partners = _PARTNERS.match(text, end, min(most, end + 10))
    end = partners.end() if partners else end
    return _balanced(text, start, end, most)


def _balanced(text: str, start: int, end: int, most: int) -> tuple[int, int]:
    name = text[start:end]
    for opened, closed in _BRACKETS.items():
        if name.count(opened) > name.count(closed):
            at = text.find(closed, end, min(most, end + _CLOSED_WITHIN))
            if at == end:
                return start, at + 1
            cut = name.rfind(opened)
            return (start, start + cut) if cut > 1 else (start + cut + 1, end)
        if name.count(closed) > name.count(opened):
            cut = name.find(closed)
            if cut == len(name) - 1:
                return start, end - 1
            return start + cut + 1, end
    return start, end
