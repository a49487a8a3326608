"""A sentence with each organisation shrunk to one sign: patterns see who stands where, not what they are called.

`ORG` stands for one organisation, `BOTH` for words that take up those of an earlier sentence (双方, 两家公司).
Patterns see simplified characters; what is kept of a text is taken from it as written, at the same offsets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from pipelines.reading.gazetteer import Found, Gazetteer, stands_alone
from pipelines.records import Mention
from pipelines.simplifying import simplify_in_place

ORG: Final = "\ue000"
BOTH: Final = "\ue001"

#: A document names few organisations anew; more is a list or an attack.
SHORT_FORMS_LIMIT: Final = 50
_SHORT_FORM: Final = re.compile(
    r"[（(](?:以下|下文|下)?(?:简称|称|合称)(?:为)?[：:]?\s?[“\"「『'‘]?([^”\"」』'’（）()，。；,;\n]{2,20})[”\"」』'’]?[）)]"
)
#: What may stand between a brand and its legal form; words that join two names are no part of either.
_LEGAL_TAIL: Final = re.compile(
    r"(?:(?![与和及同跟向为对由给的])[一-龥]){0,12}?(?:股份有限公司|有限责任公司|有限公司)"
)
_TOGETHER: Final = re.compile(r"双方|两家公司|两家企业|两公司|三方|各方")
_ITSELF: Final = re.compile(
    r"(?:(?<=^)|(?<=[，。；：、\s]))(?:该公司|本公司|公司|我司)(?=[^一-龥]|[未与和将已拟为向在正近日就现获成])"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` with signs, in simplified characters; `written` is the same in those of the document.

    `mentions` by position in it; `offsets[i]` is where character i began in the document.
    """

    text: str
    written: str
    mentions: dict[int, Mention]
    offsets: list[int]

    def between(self, start: int, end: int) -> list[Mention]:
        """The organisations between two positions of the masked text, in order, none twice."""
        found = (self.mentions[at] for at in range(start, end) if at in self.mentions)
        return list(dict.fromkeys(found))

    def origin(self, position: int) -> int:
        """Where a position of the masked text stands in the document."""
        return self.offsets[position]


class Document:
    """The organisations of a whole text: known names, short forms it introduces, and the company it speaks of.

    `text` is as written, `simple` the same in simplified characters, with the same offsets.
    """

    def __init__(self, text: str, gazetteer: Gazetteer, subject: Mention | None = None) -> None:
        self.text = text.replace(ORG, " ").replace(BOTH, " ")
        self.simple = simplify_in_place(self.text)
        self.subject = subject
        named = gazetteer.find(self.text)
        starts = [one.start for one in named[1:]] + [len(self.text)]
        found = [self._with_legal_tail(one, end) for one, end in zip(named, starts, strict=False)]
        self.found = self._with_short_forms(found, gazetteer)
        self._starts = [one.start for one in self.found]

    def _with_legal_tail(self, found: Found, most: int) -> Found:
        """华为技术有限公司 is one name, also where only 华为 is known; it ends before the next name, at `most`."""
        if found.mention.name.endswith("公司"):
            return found
        tail = _LEGAL_TAIL.match(self.simple, found.end, most) if most > found.end else None
        return Found(found.start, tail.end(), found.mention) if tail else found

    def _with_short_forms(self, found: list[Found], gazetteer: Gazetteer) -> list[Found]:
        ends = {one.end: one for one in found}
        aliases: dict[str, Mention] = {}
        brackets: list[Found] = []
        for match in _SHORT_FORM.finditer(self.simple):
            bearer = ends.get(match.start())
            if bearer is None or len(aliases) >= SHORT_FORMS_LIMIT:
                continue
            name = match[1].strip()
            if name and name not in gazetteer and any(char.isalpha() for char in name):
                aliases.setdefault(name, bearer.mention)
            brackets.append(Found(bearer.start, match.end(), bearer.mention))
        spans = [*brackets, *found]
        for name, mention in aliases.items():
            at = self.simple.find(name)
            while at >= 0:
                if stands_alone(self.simple, at, at + len(name)):
                    spans.append(Found(at, at + len(name), mention))
                at = self.simple.find(name, at + len(name))
        spans.sort(key=lambda one: (one.start, -one.end))
        kept: list[Found] = []
        for one in spans:
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def mask(self, start: int, end: int, extra: list[Found] | None = None) -> Masked:
        """The text from `start` to `end` with its organisations as signs; `extra` adds names found otherwise."""
        inside: list[Found | tuple[int, int, str]] = []
        inside += self.found[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        taken = [(one.start, one.end) for one in inside if isinstance(one, Found)]
        inside += [one for one in extra or () if all(one.end <= a or one.start >= b for a, b in taken)]
        piece = self.simple[start:end]
        inside += [(start + m.start(), start + m.end(), BOTH) for m in _TOGETHER.finditer(piece)]
        if self.subject is not None:
            inside += [
                Found(start + m.start(), start + m.end(), self.subject) for m in _ITSELF.finditer(piece)
            ]
        return self._masked(start, end, inside)

    def _masked(self, start: int, end: int, inside: list[Found | tuple[int, int, str]]) -> Masked:
        simple: list[str] = []
        written: list[str] = []
        offsets: list[int] = []
        mentions: dict[int, Mention] = {}
        at = start
        for one in sorted(inside, key=lambda each: each.start if isinstance(each, Found) else each[0]):
            begin, finish = (one.start, one.end) if isinstance(one, Found) else one[:2]
            if begin < at:
                continue
            simple.append(self.simple[at:begin])
            written.append(self.text[at:begin])
            offsets.extend(range(at, begin))
            if isinstance(one, Found):
                mentions[len(offsets)] = one.mention
            simple.append(ORG if isinstance(one, Found) else BOTH)
            written.append(simple[-1])
            offsets.append(begin)
            at = min(finish, end)
        simple.append(self.simple[at:end])
        written.append(self.text[at:end])
        offsets.extend(range(at, end + 1))
        return Masked("".join(simple), "".join(written), mentions, offsets)
