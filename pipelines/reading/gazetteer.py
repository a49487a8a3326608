"""Known names of organisations, found in running text in one pass.

The longest name wins where several overlap. A name counts only as a whole: no ASCII letter or digit may join on,
names of up to three letters must keep their case, and a Chinese name that goes on as another body's (平安银行 for
平安) is not that name. Traditional and simplified characters, wide and narrow ones are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import ahocorasick

from pipelines.records import Mention
from pipelines.simplifying import plain_in_place

#: Words that are names of somebody and, far more often, of nothing: never looked for.
COMMON: Final = frozenset((
    "中国", "科技", "技术", "公司", "集团", "银行", "基金", "资本", "投资", "政府", "大学", "学院", "研究院",
    "研究所", "人工智能", "未来", "创新", "发展", "生活", "智能", "数据", "网络", "机器人", "互联网", "教育",
    "医疗", "金融", "汽车", "市场", "平台", "行业", "企业", "北京", "上海", "深圳", "广州", "杭州", "美国", "日本",
    "今日", "世界", "国际", "中心", "协会", "联盟",
    "ai", "it", "app", "ceo", "cto", "ipo", "the", "and", "for", "new", "group", "inc",
))  # fmt: skip
LENGTHS: Final = range(2, 81)
_OTHER_BODY: Final = ("大学", "学院", "银行", "证券", "保险", "基金会", "医院", "法院")
_CASE_MATTERS: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text, by offsets, with the mention it stands for."""

    start: int
    end: int
    mention: Mention


class Gazetteer:
    """Names, or mentions where kind or country are known. Those unfit to be looked for are in `left_out`.

    Two mentions of one spelling that differ in kind are kept as one of unknown kind.
    """

    def __init__(self, names: Iterable[str | Mention]) -> None:
        self.left_out: set[str] = set()
        self._known: dict[str, tuple[str, Mention]] = {}
        for name in names:
            self._add(name if isinstance(name, Mention) else Mention(name=name))
        self._automaton = _automaton(self._known)

    def within(self, *texts: str) -> Gazetteer:
        """The names that stand in these texts alone: there it finds what this one finds, and is small enough to
        be handed to another process."""
        part = Gazetteer(())
        if self._known:
            folded = [plain_in_place(text) for text in texts]
            keys = {
                one[last + 1 - len(name) : last + 1]
                for one in folded
                for last, (name, _) in self._automaton.iter(one)
            }
            part._known = {key: self._known[key] for key in sorted(keys)}
            part._automaton = _automaton(part._known)
        return part

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: str) -> bool:
        return plain_in_place(name) in self._known

    def _add(self, mention: Mention) -> None:
        key = plain_in_place(mention.name)
        if len(key) not in LENGTHS or key in COMMON or not any(char.isalpha() for char in key):
            self.left_out.add(mention.name)
            return
        before = self._known.get(key)
        if before is not None and before[1].kind != mention.kind:
            mention = Mention(name=before[1].name)
        self._known[key] = (before[0] if before else mention.name, mention)

    def find(self, text: str) -> list[Found]:
        """The known names in `text`, left to right, none overlapping; time linear in text and matches."""
        if not self._known:
            return []
        folded = plain_in_place(text)
        spans = [
            (last + 1 - len(name), last + 1, name, mention)
            for last, (name, mention) in self._automaton.iter(folded)
        ]
        spans.sort(key=lambda span: (span[0], -span[1]))
        return list(self._whole(text, folded, spans))

    def _whole(self, text: str, folded: str, spans: list[tuple[int, int, str, Mention]]) -> Iterator[Found]:
        reached = 0
        for start, end, name, mention in spans:
            if start < reached or not stands_alone(folded, start, end):
                continue
            if name.isascii() and len(name) <= _CASE_MATTERS and text[start:end] != name:
                continue
            if folded.startswith(_OTHER_BODY, end):
                reached = end  # what is inside a longer foreign name is not looked for either
                continue
            reached = end
            yield Found(start, end, mention)


def _automaton(known: Mapping[str, tuple[str, Mention]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for key, value in known.items():
        automaton.add_word(key, value)
    if known:
        automaton.make_automaton()
    return automaton


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no ASCII letter or digit joins on to an ASCII edge of the span."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (text[start].isascii() and text[start].isalnum() and before.isascii() and before.isalnum())
        or (text[end - 1].isascii() and text[end - 1].isalnum() and after.isascii() and after.isalnum())
    )
