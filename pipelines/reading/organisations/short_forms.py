"""What a text says itself about its names: short forms in brackets, and whom 公司 stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: A text introduces few short forms; more is a list or an attack.
LIMIT: Final = 100
#: Whom a text is about is named at most so far from its beginning, in characters.
_OPENS: Final = 60
_SAID: Final = re.compile(
    r"\s?(?:[（(]\s?(?:股票代码[:：]?\d{6}[.A-Z]{0,3}\s?[,，、]\s?)?"
    r"(?:(?:以下|下文|下)?(?:均|统)?(?:简称|合称)|(?:以下|下文|下|又|也|统)称)|[,，]\s?(?:以下)?简称)(?:为|作)?[:：]?\s?"
    r"[“\"「『'‘]?([^”\"」』'’（）()，。；,;\n]{2,20})[”\"」』'’]?"
    r"(?:\s?[或、]\s?[“\"「『'‘]([^”\"」』'’（）()，。；,;\n]{2,20})[”\"」』'’])?"
)
_BARE: Final = re.compile(
    r"\s?[（(]\s?[“\"「『'‘]?([^”\"」』'’（）()，。；,;:：\d\n]{2,12})[”\"」』'’]?\s?[）)]"
)
_PLACES: Final = frozenset(
    ("中国", "北京", "上海", "深圳", "香港", "集团", "有限合伙", "控股", "亚洲", "国际")
)
#: 某公司（代码）… 公告: whom the text is about, as the first name of its first sentence.
_ANNOUNCES: Final = re.compile(
    r"(?:\s?[（(][^（）()\n]{0,24}[）)])?\s?"
    r"(?:于?\d{1,4}[年月日\d]{0,9}(?:晚间?|晚上|午间|早间)?|今日|昨日|近日|日前|[晚早午]间|今晚|昨晚)?\s?"
    r"(?:发布|披露|发出|刊登)?(?:了)?(?:[^，。；\n]{0,12}的)?公告"
)
_OF_IT: Final = re.compile(
    r"(?:(?<=^)|(?<=[，,。；;：:、\s]))(?:该公司|本公司|公司|我司)"
    r"(?=[未与和将已拟为向在正近日就现获成通全控收出计以及同下])"
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A name found: its span and its words."""

    start: int
    end: int
    name: str


def learnt(text: str, bearers: Sequence[Bearer]) -> dict[str, str]:
    """Short forms that `text` introduces behind its names, with the full names: 星河智能（以下简称“星河”）."""
    forms: dict[str, str] = {}
    for bearer in bearers:
        if len(forms) >= LIMIT:
            break
        said = _SAID.match(text, bearer.end, bearer.end + 80)
        if said:
            for name in said.groups():
                if name and any(char.isalpha() for char in name):
                    forms.setdefault(name.strip(), bearer.name)
            continue
        bare = _BARE.match(text, bearer.end, bearer.end + 20)
        if bare and bare[1] not in _PLACES and _made_of(bare[1].strip(), bearer.name):
            forms.setdefault(bare[1].strip(), bearer.name)
    return {short: full for short, full in forms.items() if short != full}


def referring(text: str, bearers: Sequence[Bearer], forms: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where 公司, 该公司 or 本公司 begins a clause and the text leaves no doubt who that is: (start, end, name).

    No doubt is left where the text says so itself (以下简称“公司”), or where it is an announcement of the company
    named first. Elsewhere such words are left out."""
    subject, after = forms.get("公司") or forms.get("本公司"), 0
    if subject is None and bearers and bearers[0].start < _OPENS:
        first = bearers[0]
        if not _ANNOUNCES.match(text, first.end, first.end + 70):
            return []
        subject, after = first.name, first.end
    if subject is None:
        return []
    return [(found.start(), found.end(), subject) for found in _OF_IT.finditer(text, after)]


def _made_of(short: str, full: str) -> bool:
    """Whether `short` is made of characters of `full`, in their order, and begins with one of its first four."""
    if len(short) < 2 or len(short) >= len(full) or short[0] not in full[:4]:
        return False
    rest = iter(full)
    return all(char in rest for char in short)
