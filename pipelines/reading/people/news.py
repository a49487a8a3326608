"""Sentences of news about persons: 某人加入甲公司任首席科学家, 甲公司任命某人为总裁, 甲公司总裁某人.

A person must be named in the sentence; whom 他 means is not guessed. What a sentence says of somebody after the
name is read as a CV is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.reading.fact import Fact, Piece, Role
from pipelines.reading.people.cv import read_told
from pipelines.reading.people.persons import NAME_IN_TEXT, is_name
from pipelines.reading.people.plain import Plain
from pipelines.reading.people.posts import Held, employer_end, read_held, trimmed
from pipelines.reading.people.words import one_of, words_of
from pipelines.records import UNDATED

Span = tuple[int, int]

_POSTS: Final = one_of(words_of("words", "posts"))
#: A post with a name right behind it: 甲公司总裁某人.
_BESIDE: Final = re.compile(
    rf"(?P<post>{_POSTS}|首席[一-龥]{{2,5}}官)(?:兼[^,。;、\s]{{2,12}}?{_POSTS})?(?P<name>{NAME_IN_TEXT})"
)
_TELLS: Final = (
    r"(?:加入|加盟|入职|跳槽至|重返|出任|担任|就任|接任|升任|兼任|履新|任职|就职于|供职于|任教于|历任|曾任|现任|先后任|毕业于|创办|创立|获任|获委任|被任命为|被聘为|被聘任为|当选"
    r"|调任|转任|任(?=[一-龥a-z]{2,30}?(?:总|长|官|裁|监|师|家|人|问|授|董事|理|ceo|cto)))"
)
#: A name, what little may stand between, and a verb that tells a post or a school.
_SUBJECT: Final = re.compile(
    rf"(?P<name>{NAME_IN_TEXT})(?:先生|女士|博士|教授)?\s?(?:\x00{{1,60}})?(?P<between>,?[^,。;\n]{{0,14}}?)(?={_TELLS})"
)
#: 任命某人为总裁.
_NAMED_TO: Final = re.compile(
    r"(?P<verb>任命|聘任|聘请|委任|选举|推选|提名|邀请|委派)(?:了|原)?[^,。;]{0,16}?"
    rf"(?P<name>{NAME_IN_TEXT})(?:先生|女士|博士|教授)?\s?(?:\x00{{1,60}})?(?P<to>为|担任|出任|任)"
)
_LEAVES: Final = re.compile(
    rf"(?P<name>{NAME_IN_TEXT})(?:先生|女士|博士|教授)?[^。;\n]{{0,14}}?(?P<verb>辞去|卸任|离任|辞任|不再担任|将不再担任)(?:了|其)?"
)
_ANY: Final = re.compile(
    rf"{_TELLS}|任命|聘任|聘请|委任|选举|推选|提名|辞去|卸任|离任|辞任|不再担任|{_POSTS}"
)
_PLANNED: Final = re.compile(r"将|拟|即将|有望|或(?!者)|计划|预计")
_NOT: Final = re.compile(r"否认|并未|没有|不会|拒绝|未(?!来)|谣言|传闻|不再")
_BORDERS: Final = re.compile(r"[,。;、:\n\s\"“”‘’'《》\x00]")
_LEAD: Final = re.compile(
    r"(?:今日|近日|日前|昨日|当天|当日|目前|此前|随后|据悉|据了解|其中|同时|而|但|由|与|和|及|以及|在|对|向|对于|来自|邀请|包括|被|让|据|如|原|前(?!海|程|沿|锦|门|线)|时任|现任|新任|曾任|(?:新)?(?:选举|聘任|任命|委任)(?:了|原)?|则"
    r"|(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:电|讯)?|\d{1,2}月(?:\d{1,2}日)?(?:电|讯|消息)?|[一-龥]{0,8}(?:获悉|表示|宣布|显示|指出|认为|消息|透露))+"
)
#: What is no part of an employer's name, and so ends what led up to it.
_NO_NAME: Final = re.compile(r"的|是|邀请了?|收到|举报|同事|来自|名叫|称|董事会")
#: 甲公司总裁某人与, before 乙公司总裁.
_SOMEBODY_AND: Final = re.compile(rf"{_POSTS}{NAME_IN_TEXT}[和与]")
#: Words between who names and the naming; none begins another. 于 and 在 take so many characters along.
_SAYS: Final = re.compile(
    r"今日|近日|日前|昨日|昨天|已|正式|同意|发布公告|公告|对外|随后|将|决定|拟|宣布|,|称"
)
_TAKES: Final = {"于": 12, "在": 16}
_NAMING_BODY: Final = re.compile(r"董事会|股东大会|公司|集团")


def read_news(plain: Plain, used: Sequence[Span], method: str) -> list[Fact]:
    """The facts of the paragraphs outside of `used`."""
    facts: list[Fact] = []
    for begin, end in plain.paragraphs():
        if (begin, end) in used:
            continue
        for start, finish, _ in plain.units(begin, end):
            if _ANY.search(plain.masked, start, finish):
                facts += _unique(_sentence(plain, start, finish, method))
    return facts


def _sentence(plain: Plain, start: int, end: int, method: str) -> Iterator[Fact]:
    text = plain.masked
    reached = start
    for match in _NAMED_TO.finditer(text, start, end):
        if is_name(match["name"]):
            yield from _named_to(plain, match, start, end, method)
            reached = match.end()
    for match in _LEAVES.finditer(text, start, end):
        if is_name(match["name"]):
            yield from _left(plain, match, end, method)
            reached = max(reached, match.end())
    for match in _BESIDE.finditer(text, start, end):
        yield from _beside(plain, match, start, method)
    at = reached
    while at < end and (subject := _SUBJECT.search(text, at, end)) is not None:
        if not is_name(subject["name"]) or not _stands_alone(text, subject.start("name"), start):
            at = subject.start("name") + 1
            continue
        following = _SUBJECT.search(text, subject.end() + 4, end)
        until = end
        if (
            following is not None
            and _stands_alone(text, following.start("name"), start)
            and is_name(following["name"])
        ):
            until = following.start("name")
        if not _NOT.search(subject["between"]):
            told = read_told(plain, subject.span("name"), subject.start("between"), until, method)
            planned = _PLANNED.search(subject["between"]) is not None
            yield from (_planned(one) if planned else one for one in told)
        at = max(until if until < end else end, subject.end())


def _stands_alone(text: str, at: int, start: int) -> bool:
    """Whether a name begins at `at`: behind a sign, a word for a post, or a word that speaks of somebody."""
    before = text[max(start, at - 6) : at]
    return (
        not before
        or bool(_BORDERS.match(before[-1]))
        or re.search(rf"(?:{_POSTS}|的|由|原|是|和|与|,|日|月|年|后|员)$", before) is not None
    )


def _named_to(plain: Plain, match: re.Match[str], start: int, end: int, method: str) -> Iterator[Fact]:
    text = plain.masked
    stop = _BORDERS.search(text, match.end(), end)
    held = read_held(text, match.end(), stop.start() if stop else end)
    if held is None:
        return
    employer = held.employer if not held.itself else None
    if employer is None:
        employer = _subject(text, start, match.start("verb"))
    if employer is None or _NOT.search(text, max(start, match.start() - 6), match.start()):
        return
    status = (
        "planned"
        if match["verb"] in ("提名", "邀请")
        or _PLANNED.search(text, max(start, match.start() - 4), match.start())
        else "done"
    )
    yield _fact(plain, match.span("name"), employer, held.post, 0.85, method, status)


def _said_from(text: str, start: int, end: int) -> int:
    """The first place from which all is words of saying up to `end`, behind a board or not; `end` where none is.

    Worked out backwards, place by place: as 于 may take any of those words along, one expression for all of it
    would try every way to share them out, a hundred thousand in forty characters.
    """
    told, first = {end}, end
    for at in range(end - 1, start - 1, -1):
        word = _SAYS.match(text, at, end)
        most = _TAKES.get(text[at], 0)
        if (word and word.end() in told) or any(at + 1 + more in told for more in range(1, most + 1)):
            told.add(at)
        body = _NAMING_BODY.match(text, at, end)
        if at in told or (body and body.end() in told):
            first = at
    return first


def _subject(text: str, start: int, verb: int) -> Span | None:
    """The organisation that names somebody: what stands before the verb, as far as its end tells."""
    last = _said_from(text, max(start, verb - 40), verb)
    first = start
    for border in _BORDERS.finditer(text, start, last):
        first = border.end()
    if (lead := _LEAD.match(text, first, last)) is not None:
        first = lead.end()
    first, last = trimmed(text, first, last)
    edge = employer_end(text, first, last)
    if edge == last or (edge is None and 2 <= last - first <= 8):
        return first, last
    return None


def _left(plain: Plain, match: re.Match[str], end: int, method: str) -> Iterator[Fact]:
    text = plain.masked
    stop = _BORDERS.search(text, match.end(), end)
    held = read_held(text, match.end(), stop.start() if stop else end)
    if held is None or held.employer is None or held.itself:
        return
    # whoever will leave is still there
    details = {} if _PLANNED.search(text, match.end("name"), match.end("verb")) else {"current": "false"}
    yield _fact(plain, match.span("name"), held.employer, held.post, 0.8, method, "done", details)


def _beside(plain: Plain, match: re.Match[str], start: int, method: str) -> Iterator[Fact]:
    text = plain.masked
    if not is_name(match["name"]):
        return
    first = start
    for border in _BORDERS.finditer(text, max(start, match.start() - 50), match.start()):
        first = border.end()
    if first == start and match.start() - start > 50:
        return
    end = match.start("name")
    posts: list[Span] = []
    held = _held(text, first, end)
    # 甲公司董事长、总经理某人: the employer stands before the first of the posts
    while (
        held is not None
        and held.employer is None
        and len(posts) < 4
        and first - 1 > start
        and text[first - 1] == "、"
    ):
        posts.insert(0, held.post)
        before = max(
            (one.end() for one in _BORDERS.finditer(text, max(start, first - 50), first - 1)), default=start
        )
        if first - 1 - before > 50:
            return
        held = _held(text, before, first - 1)
        first = before
    if held is None or held.employer is None or held.itself:
        return
    if not held.sure and held.employer[1] - held.employer[0] > 8:
        return
    employer, last = held.employer, held.post
    former = _former(text, start, employer[0])
    if text[last[0]] in "原前" and last[1] - last[0] > 2:
        last, former = (last[0] + 1, last[1]), True
    details = {"current": "false"} if former else {}
    sure = 0.85 if held.sure else 0.7
    for post in (*_each(text, last), *(one for more in posts for one in _each(text, more))):
        yield _fact(plain, match.span("name"), employer, post, sure, method, "done", details)


def _former(text: str, start: int, employer: int) -> bool:
    """Whether 原 stands before the employer: 原青原集团总裁."""
    return text[max(start, employer - 2) : employer].endswith(("原", "前", "时任"))


def _held(text: str, start: int, end: int) -> Held | None:
    """What `read_held` says behind the words that lead up to a name, and behind words that are part of none."""
    if (lead := _LEAD.match(text, start, end)) is not None:
        start = lead.end()
    for somebody in _SOMEBODY_AND.finditer(text, start, end):
        start = somebody.end()
    held = read_held(text, start, end)
    if held is None or held.employer is None:
        return held
    first, last = held.employer
    for lead_up in _NO_NAME.finditer(text, first, last):
        first = lead_up.end()
    return Held((first, last), held.post, held.itself, held.sure) if last - first > 1 else None


def _each(text: str, post: Span) -> list[Span]:
    """The posts that 兼 joins."""
    at = text.find("兼", *post)
    return [post] if at <= post[0] or at + 1 >= post[1] else [(post[0], at), *_each(text, (at + 1, post[1]))]


def _fact(
    plain: Plain,
    person: Span,
    employer: Span,
    post: Span,
    confidence: float,
    method: str,
    status: str = "done",
    details: dict[str, str] | None = None,
) -> Fact:
    roles: dict[Role, tuple[Piece, ...]] = {
        "person": (plain.piece(*person),),
        "employer": (plain.piece(*employer),),
        "post": (plain.piece(*post),),
    }
    start, end = min(person[0], employer[0], post[0]), max(person[1], employer[1], post[1])
    return Fact(
        "employment", roles, start, end, confidence, method, UNDATED,
        "planned" if status == "planned" else "done", details=details or {},
    )  # fmt: skip


def _planned(fact: Fact) -> Fact:
    return Fact(
        fact.type, fact.roles, fact.start, fact.end, fact.confidence, fact.method, fact.when,
        "planned" if fact.type == "employment" else fact.status, details=fact.details,
    )  # fmt: skip


def _unique(facts: Iterator[Fact]) -> list[Fact]:
    """The first of facts that say the same of the same places."""
    kept: dict[object, Fact] = {}
    for fact in facts:
        key = (fact.type, tuple(sorted((role, pieces) for role, pieces in fact.roles.items())))
        kept.setdefault(repr(key), fact)
    return list(kept.values())
