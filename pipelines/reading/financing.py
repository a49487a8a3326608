"""Financing out of running text: who raised, which round, how much, from whom, when.

Only what happened is read: a `Financing` record has no place for plans, rumours and denials. Investors and newly
funded companies are seldom known before, so names are also taken from where the sentence puts them, with less
confidence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipelines.reading.gazetteer import Found, Gazetteer
from pipelines.reading.masking import BOTH, ORG, Document, Masked
from pipelines.reading.sentences import Sentence, after_heading, sentences
from pipelines.reading.stated import (
    clause_start,
    published_when,
    stated_amounts,
    stated_status,
    stated_when,
)
from pipelines.records import Amount, Financing, Mention, When
from pipelines.rounds import read_round

#: Confidence by how the target and the round were told; our estimate.
RAISED, INVESTED, ACQUIRED = 0.85, 0.75, 0.7
#: Investors are told in the sentence of the round or so many after it.
REACH: Final = 3
#: A name that is only inferred from its place is worth less.
INFERRED: Final = 0.8
_INVESTORS_LIMIT: Final = 30

_NO: Final = rf"。；;！？{ORG}{BOTH}"
_BRACKET: Final = rf"(?:[（(][^（）(){_NO}]{{0,40}}[）)])?"
_ONE: Final = rf"[“\"「『]?{ORG}(?:集团|公司)?[”\"」』]?{_BRACKET}"
_LIST: Final = rf"{_ONE}(?:\s?(?:、|，|,|和|与|及|以及)\s?{_ONE}){{0,15}}"
_GAP: Final = rf"[^的：{_NO}]{{0,24}}?"

#: A quoted name of whoever completes a round.
_QUOTED: Final = re.compile(
    r"[“\"「『](?P<name>[^“”\"「」『』。，；：！？\n]{2,24})[”\"」』](?:[（(][^（）()]{0,40}[）)])?"
    r"[^，。；“「]{0,14}?(?:宣布|完成|获得|获|斩获)"
)
_ROUND: Final = re.compile(
    r"(?i:pre)-?(?:[A-K](?:\d|\+{1,3})?|IPO)轮?|(?:种子|天使)(?:\+{1,3})?轮|[A-K](?:\d|\+{1,3})?轮"
    r"|战略(?:投资|融资|轮)|股权融资|债权融资|定向增发|(?<![A-Za-z])Series [A-K]"
)
_RAISED: Final = re.compile(
    rf"(?P<t>{_ONE}){_GAP}(?P<v>完成|获得|获|斩获|拿到)了?(?P<w>[^。；;！？]{{0,70}}?)(?P<x>融资|投资|注资|募资|入股)"
)
_INVESTED: Final = (
    re.compile(rf"(?P<i>{_LIST}){_GAP}向(?P<t>{_ONE})(?P<w>[^{_NO}]{{0,6}}?)(?P<v>投资|注资|增资)"),
    re.compile(
        rf"(?P<i>{_LIST}){_GAP}(?P<v>领投|战略投资|投资|入股|注资|参投|参股|增资)了?(?P<w>)(?P<t>{_ONE})"
    ),
)
#: Who took part stands before the verb, known or not; the round stands behind its target.
_TOOK_PART: Final = re.compile(
    rf"(?P<v>参与|跟投|参投|领投)了?(?P<t>{_ONE})的?(?P<w>[^，,{_NO}]{{0,24}}?)(?:融资|募资|增资扩股|轮投资|轮战略投资)"
)
#: A round as the subject, its backers behind it: 某公司的B轮融资由某资本领投.
_BACKED: Final = re.compile(
    rf"(?P<t>{_ONE})的?(?P<w>[^，,的{_NO}]{{1,24}}?)融资(?P<v>由|获得?|吸引了?|引入了?)[^。；;！？]{{2,120}}?"
    r"(?:领投|跟投|参投|投资|加持|支持)"
)
_ACQUIRED: Final = (
    re.compile(rf"(?P<i>{_ONE}){_GAP}完成对?(?P<t>{_ONE})[^{_NO}]{{0,14}}?(?P<w>)(?P<v>收购|并购)"),
    re.compile(rf"(?P<i>{_ONE})[^的：{_NO}]{{0,30}}?(?P<v>全资收购|收购|并购)了?(?P<w>)(?P<t>{_ONE})"),
)
_START: Final = r"(?:由|获|，|,|。|^)"
_LED: Final = re.compile(rf"{_START}(?P<n>[^，,。；;由]{{1,120}}?)(?:共同|联合|独家)?(?P<v>领投)")
#: Greedy up to the last verb before a comma, as names end in 投资 themselves.
_JOINED: Final = re.compile(
    rf"{_START}(?P<n>[^，,。；;由]{{1,160}})(?<!战略)"
    r"(?P<v>跟投|参投|参与投资|参与|联合投资|共同投资|独家投资|追加投资|加注|追投|战略投资|入局|投资)"
)
_SURE: Final = frozenset(("领投", "跟投", "参投"))
_ROLE: Final = r"(?:方|人|机构|者)(?:阵容|名单)?(?:还|则|分别)?(?:包括|包含|为|是|有|涵盖|：|:)了?"
_LED_BY: Final = re.compile(rf"(?P<v>领投){_ROLE}(?P<n>[^，,。；;]{{1,120}})")
#: A list may go on over commas, as long as no other clause begins.
_LISTED: Final = re.compile(
    rf"(?P<v>跟投|参投|出资|投资|(?<![投出])资){_ROLE}(?P<n>[^，,。；;]{{1,160}}"
    r"(?:[，,](?![^，,。；;]{0,40}(?:顾问|担任|表示|认为|估值|用于|[将曾]|创始|成立|完成|资金|[领跟参]投|此前|此次|本轮|金额))"
    r"[^，,。；;]{1,60}){0,12})"
)
#: A sum told apart from its round.
_SUM: Final = re.compile(
    r"(?:金额|融资额|投资额|交易额|融资总额|投资总额|融资规模|交易对价|交易价格|收购价格?)"
    r"(?:总计|合计|共计|共|达到?|为|是|：|:)?(?P<w>[^，,。；;]{1,24})"
)
_SEPARATORS: Final = re.compile(r"、|，|,|以及|(?<!和)和(?!光|创|玉|利|暄|谐|君|达)|与|及(?!时)")
_TRIM: Final = re.compile(
    r"^(?:本轮|此次|该轮|融资|本次|其中|由|获|老股东|原股东|新股东|知名|以及|包括|同时|还有|国内|头部|的)+"
    r"|(?:共同|联合|继续|独家|持续|等|[领跟参]投)+$|等(?:多家|机构|知名|投资)[^，。]*$"
)
_GENERIC: Final = re.compile(
    r"多家|若干|数家|股东|机构$|财团$|上市公司$|资本方$|^基金$|^资本$|投资方|产业资本$|本轮|资金|[的了将在为]"
    r"|公司$|团队$|融资|投资者|政策性|^(?:天使|战略|股权|风险|项目)$"
)
#: A name of few characters stands where only names stand: before 领投, 跟投 and 参投.
_SHORT: Final = re.compile(r"[一-龥A-Za-z0-9·&.]{2,8}")
_ORGANISED: Final = re.compile(
    r"(?:资本|投资|基金|创投|风投|集团|控股|银行|证券|保险|信托|产投|国投|资产|股份|科创|合伙）|合伙\)|"
    r"Capital|Ventures?|Partners|Fund|Investment)s?$"
)


@dataclass(slots=True)
class _Event:
    """A round as it is being told, sentence by sentence."""

    target: Mention
    sentence: Sentence
    confidence: float
    when: When
    round: str = ""
    amount: Amount | None = None
    investors: dict[str, Mention] = field(default_factory=dict)
    leads: dict[str, Mention] = field(default_factory=dict)
    inferred: bool = False


def read_financing(text: str, title: str, published: dt.date | None, gazetteer: Gazetteer) -> list[Financing]:
    """The rounds, investments and takeovers that `text` and `title` say were done, in the order of the text."""
    when = published_when(published)
    told = list(_read(Document(text, gazetteer), when, after_heading(text, title)))
    headed = list(_read(Document(title, gazetteer), when))
    for event in headed:
        same = [one for one in told if one.target == event.target]
        for one in same[:1]:
            one.round = one.round or event.round
            one.amount = one.amount or event.amount
    targets = {event.target for event in told}
    return [_record(event, text, "text") for event in told] + [
        _record(event, title, "title") for event in headed if event.target not in targets
    ]


def _read(document: Document, published: When, begin: int = 0) -> list[_Event]:
    events: list[_Event] = []
    current: _Event | None = None
    age = 0
    for sentence in sentences(document.text, begin):
        masked = document.mask(sentence.start, sentence.end, _quoted(document, sentence))
        fresh = list(_events(masked, sentence, published))
        for event in fresh:
            current, age = _merged(events, event), 0
        if current is not None and age < REACH:
            _add_investors(current, masked)
            _add_amount(current, masked)
        age += 1
    return events


def _merged(events: list[_Event], event: _Event) -> _Event:
    """The event told before that this one repeats, filled up; or the event itself, added."""
    for one in events:
        if one.target == event.target and (
            not one.round or not event.round or read_round(one.round).name == read_round(event.round).name
        ):
            one.round = one.round or event.round
            one.amount = one.amount or event.amount
            one.investors |= event.investors
            return one
    events.append(event)
    return event


def _quoted(document: Document, sentence: Sentence) -> list[Found]:
    return [
        Found(*match.span("name"), Mention(name=name, kind="company"))
        for match in _QUOTED.finditer(document.simple, sentence.start, sentence.end)
        if (name := document.text[match.start("name") : match.end("name")].strip()) and name.isprintable()
    ]


def _events(masked: Masked, sentence: Sentence, published: When) -> Iterator[_Event]:
    text = masked.text
    if ORG not in text:
        return
    found = False
    for match in _RAISED.finditer(text):
        amounts = stated_amounts(masked, *match.span("w"), bare=True)
        rounds = _ROUND.search(text, match.start("v"), min(len(text), match.end() + 12))
        backers = masked.between(*match.span("w"))
        if match["x"] != "融资" and not (amounts or rounds or backers):
            continue
        if not _done(text, match):
            continue
        target = masked.between(*match.span("t"))[-1]
        event = _Event(target, sentence, RAISED, stated_when(masked, match.start("v"), published))
        event.round = rounds[0] if rounds else ""
        event.amount = amounts[0] if amounts else None
        event.investors = {one.name: one for one in backers if one != target}
        found = True
        yield event
    if found:
        return
    for form in (_TOOK_PART, _BACKED):
        for match in form.finditer(text):
            rounds = _ROUND.search(text, match.start("w"), match.end())
            amounts = stated_amounts(masked, *match.span("w"), bare=True)
            if not (rounds or amounts or form is _TOOK_PART) or not _done(text, match):
                continue
            target = masked.between(*match.span("t"))[0]
            event = _Event(target, sentence, INVESTED, stated_when(masked, match.start("v"), published))
            event.round = rounds[0] if rounds else ""
            event.amount = amounts[0] if amounts else None
            _add_investors(event, masked)
            if event.investors:
                yield event
                return
    for forms, sure in ((_INVESTED, INVESTED), (_ACQUIRED, ACQUIRED)):
        for form in forms:
            for match in form.finditer(text):
                if not _done(text, match):
                    continue
                target = masked.between(*match.span("t"))[0]
                investors = [one for one in masked.between(*match.span("i")) if one != target]
                if not investors:
                    continue
                event = _Event(target, sentence, sure, stated_when(masked, match.start("v"), published))
                rounds = _ROUND.search(text, match.start("v"))
                event.round = "并购" if sure == ACQUIRED else rounds[0] if rounds else ""
                amounts = stated_amounts(masked)
                event.amount = amounts[0] if len(amounts) == 1 else None
                event.investors = {one.name: one for one in investors}
                if match["v"] == "领投":
                    event.leads = dict(event.investors)
                yield event
                return


def _done(text: str, match: re.Match[str]) -> bool:
    start = clause_start(text, match.start())
    return stated_status(text, start, match.start("v")) == "done"


def _add_investors(event: _Event, masked: Masked) -> None:
    """Investors named in this sentence, known or by their place in it."""
    for form, lead in ((_LED, True), (_LED_BY, True), (_JOINED, False), (_LISTED, False)):
        for match in form.finditer(masked.text):
            first = min(match.start("n"), match.start("v"))
            if stated_status(masked.text, clause_start(masked.text, first), match.start("v")) != "done":
                continue
            for mention, inferred in _names(match, masked):
                if mention == event.target or len(event.investors) >= _INVESTORS_LIMIT:
                    continue
                event.inferred |= inferred and mention.name not in event.investors
                event.investors.setdefault(mention.name, mention)
                if lead:
                    event.leads.setdefault(mention.name, mention)


def _add_amount(event: _Event, masked: Masked) -> None:
    """The sum of a round that was told without one, where a sentence behind it states just that."""
    others = [
        one for one in masked.mentions.values() if one != event.target and one.name not in event.investors
    ]
    if event.amount is not None or others:
        return
    match = _SUM.search(masked.text)
    if (
        match is None
        or stated_status(masked.text, clause_start(masked.text, match.start()), match.end()) != "done"
    ):
        return
    amounts = stated_amounts(masked, *match.span("w"), bare=True)
    event.amount = amounts[0] if len(amounts) == 1 else None


def _names(match: re.Match[str], masked: Masked) -> Iterator[tuple[Mention, bool]]:
    """The names in a list, each with whether it is only inferred: unknown words must look like a name."""
    verb = match["v"]
    known = masked.between(*match.span("n"))
    yield from ((mention, False) for mention in known)
    for piece, written in _pieces(masked, *match.span("n")):
        if ORG in piece or BOTH in piece:
            continue
        name = _TRIM.sub("", piece.strip(' “”"「」『』'))
        name = re.sub(r"[（(][^（）()]{0,40}[）)]$", "", name).strip(' “”"「」『』')
        if not 2 <= len(name) <= 40 or not name.isprintable() or _GENERIC.search(name):
            continue
        if _ORGANISED.search(name) or (verb in _SURE and _SHORT.fullmatch(name)):
            # Only the ends were cut off, so the name still stands in its piece.
            at = piece.index(name)
            yield Mention(name=written[at : at + len(name)], kind="investor"), True


def _pieces(masked: Masked, start: int, end: int) -> Iterator[tuple[str, str]]:
    """What stands between the separators of a list: in simplified characters, and as written."""
    for match in (*_SEPARATORS.finditer(masked.text, start, end), None):
        stop = match.start() if match else end
        yield masked.text[start:stop], masked.written[start:stop]
        start = match.end() if match else end


def _record(event: _Event, text: str, where: str) -> Financing:
    sentence = event.sentence
    return Financing(
        locator=f"{where}:{sentence.start}-{sentence.end}",
        quote=text[sentence.start : sentence.end][:1000],
        confidence=round(event.confidence * (INFERRED if event.inferred else 1), 3),
        target=event.target,
        investors=tuple(event.investors.values()),
        leads=tuple(event.leads.values()),
        round=event.round if not event.round or read_round(event.round).known else "",
        amount=event.amount,
        when=event.when,
    )
