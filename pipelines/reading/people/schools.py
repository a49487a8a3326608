"""Schools, degrees and fields of study: 毕业于某大学某学院某专业, 某大学工商管理硕士, 获经济学学士学位."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipelines.reading.people.posts import GAP, is_post
from pipelines.reading.people.words import one_of, words_of

Span = tuple[int, int]

_DEGREE_WORD: Final = one_of(words_of("education", "degrees"))
_DEGREE: Final = re.compile(
    rf"(?<![a-z]){_DEGREE_WORD}(?![a-z])(?!生导师|导师|后流动站|后工作站|后科研|点|学校|院校)"
)
_SHORT: Final = one_of(words_of("education", "short_schools"))
_ENDS: Final = (
    r"(?:科学院[一-龥]{0,10}?(?:研究所|研究院|研究中心|大学|研究生院)|科学院研究生院"
    r"|大学(?!学历|本科|专科|文化|毕业|生(?!物)|程度|教授|学士|讲师|老师|期间|学习|时)"
    rf"|{one_of(one for one in words_of('education', 'school_ends') if one != '大学')})"
)
_CAMPUS: Final = r"(?:\([一-龥]{2,6}\)(?=.)|\((?:北京|武汉|深圳|华东|徐州|珠海|威海)\))?(?:[一-龥]{2,8}分校)?"
_NAME: Final = re.compile(rf"(?:[一-龥a-z·•&.'() -]{{1,30}}?{_ENDS}(?:{_CAMPUS})|{_SHORT})")
_COLLEGE: Final = re.compile(
    rf"[一-龥]{{0,14}}?{one_of(words_of('education', 'colleges'))}(?!统|列|长|主任|学)"
)
_VERB: Final = re.compile(one_of(words_of("education", "verbs")))
_CLOSED: Final = re.compile(one_of(words_of("education", "closed")))
_LEAD: Final = re.compile(
    r"(?:[\s\x00\"“”:·•*-]|于|在|从|由|自|到|赴|就|曾|先后|分别|并|且|又|后|随后|及|和|与|以及|同年|其间|期间|全日制|在职|成功|专业|本科|硕士|博士|毕业(?!设计)"
    r"|专科|大专|学习|起|年|月|日|为|是|系|中国国籍|教育背景|学历|最高学历|研究生|免试|保送|公派|留学|一|优秀|被)"
)
_FIELD: Final = re.compile(r"[一-龥a-z()·&、和与及 -]{2,24}")
#: A field is looked for behind no longer tail, in characters.
_TAIL_MOST: Final = 60
_FIELD_TAIL: Final = re.compile(
    r"(?:专业(?:方向)?|方向|全日制|在职|(?:的)?(?:高级|双|荣誉|联合培养|第一|第二|国际|一级)|系|班|\s|的|,|获|取得|、)++$"
)
_FIELD_LEAD: Final = re.compile(
    r"(?:[\s\x00,:、]|的|和|及|与|以及|获得|取得|获|攻读|主修|第?[一二双]|学习|修读|荣誉|授予|荣获|双)+"
)
_NO_FIELD: Final = frozenset(
    (
        "本科",
        "专科",
        "研究生",
        "学习",
        "全日制",
        "在职",
        "高级",
        "进修",
        "学历",
        "第一",
        "名誉",
        "荣誉",
        "普通",
        "函授",
    )
)


@dataclass(slots=True)
class Studied:
    """What a clause says of one school, by offsets."""

    school: Span
    college: Span | None = None
    degrees: list[Span] = field(default_factory=list)
    field: Span | None = None


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree with what was studied for it."""

    degree: Span
    field: Span | None


def read_studies(plain: str, start: int, end: int) -> list[Studied]:
    """The schools that `plain[start:end]`, a clause between two commas, names as places of study.

    A clause that ends in a post (某大学教授) names employers; one that tells of no degree or study tells nothing.
    """
    if is_post(plain, start, end) and not plain[start:end].rstrip().endswith("博士后"):
        return []
    found: list[Studied] = []
    at = start
    while (match := _next_school(plain, at, end)) is not None:
        college = (
            _COLLEGE.match(plain, _past_gap(plain, match.end(), end), end)
            if "大学" in match[0] or "学院" in match[0]
            else None
        )
        if college is not None and (college.end() - match.end() < 2 or _DEGREE.search(college[0])):
            college = None
        studied = Studied(match.span(), college.span() if college else None)
        found.append(studied)
        at = college.end() if college else match.end()
    if not found:
        return []
    borders = [(one.college or one.school)[1] for one in found]
    for one, border, until in zip(
        list(found), borders, [*(two.school[0] for two in found[1:]), end], strict=True
    ):
        degrees = read_degrees(plain, border, until)
        if degrees:
            one.degrees, one.field = [degrees[0].degree], degrees[0].field
            one.degrees += [more.degree for more in degrees[1:] if more.field is None]
            found += [
                Studied(one.school, one.college, [more.degree], more.field)
                for more in degrees[1:]
                if more.field is not None
            ]
        else:
            one.field = _field(plain, border, until, until)
    told = any(one.degrees for one in found) or any(
        pattern.search(plain, start, end) for pattern in (_VERB_STRONG, _CLOSED)
    ) or re.compile("专业").search(plain, borders[0], end)  # fmt: skip
    return found if told else []


_VERB_STRONG: Final = re.compile(
    one_of(
        one
        for one in words_of("education", "verbs")
        if one not in ("获得", "取得", "获", "拥有", "持有", "具有", "进入", "赴", "荣获", "被授予", "获颁")
    )
)


def bare_school(plain: str, start: int, end: int) -> Studied | None:
    """A clause that is the name of a school and nothing else, as in 甲大学、乙大学工商管理硕士."""
    match = _next_school(plain, start, end)
    if match is None:
        return None
    college = _COLLEGE.match(plain, match.end(), end)
    last = college.end() if college else match.end()
    return Studied(match.span(), college.span() if college else None) if last == end else None


def read_degrees(plain: str, start: int, end: int) -> list[Degree]:
    """The degrees of a part of a clause, each with what was studied: 工商管理学士及工商管理硕士学位."""
    found: list[Degree] = []
    at = start
    for match in _DEGREE.finditer(plain, start, end):
        if match.start() < at:
            continue
        found.append(Degree(match.span(), _field(plain, at, match.start(), match.start())))
        at = match.end()
        while (tail := _TAILS.match(plain, at, end)) is not None:
            at = tail.end()
    return found


_TAILS: Final = re.compile(one_of(words_of("education", "degree_tails")))


def _next_school(plain: str, at: int, end: int) -> re.Match[str] | None:
    while at < end:
        at = _after_lead(plain, at, end)
        match = _NAME.search(plain, at, end)
        if match is None:
            return None
        start = match.start()
        # words of verbs within what was taken for a name: the name begins behind the last of them
        inner = list(_VERB.finditer(plain, start, match.end() - 2)) + list(
            _PLACE.finditer(plain, start, match.end() - 2)
        )
        # 甲大学硕士及乙大学学士
        inner += list(_DEGREE.finditer(plain, start, match.end() - 2))
        if inner:
            cut = max(one.end() for one in inner)
            cut = _after_lead(plain, cut, end)
            again = _NAME.match(plain, cut, end)
            if again is not None:
                match = again
            elif cut > at:
                at = cut
                continue
        if (
            GAP in match[0]
            or len(match[0]) < 2
            or match[0].strip() in ("大学", "学院", "学校", "研究院", "商学院", "中学", "中专")
        ):
            at = match.end()
            continue
        return match
    return None


_PLACE: Final = re.compile(r"(?:毕业于|于(?=[一-龥]{2})(?!都)|在(?=[一-龥]{3})|先后)")


def _past_gap(plain: str, at: int, end: int) -> int:
    while at < end and plain[at] == GAP:
        at += 1
    return at


def _after_lead(plain: str, at: int, end: int) -> int:
    while at < end and (match := _VERB.match(plain, at, end) or _LEAD.match(plain, at, end)):
        at = match.end()
    return at


def _field(plain: str, start: int, end: int, until: int) -> Span | None:
    """The words of a field between a school, or a degree, and the next degree or 专业."""
    lead = _FIELD_LEAD.match(plain, start, end)
    start = lead.end() if lead else start
    while (verb := _VERB.match(plain, start, end)) or (verb := _AFTER_SCHOOL.match(plain, start, end)):
        start = verb.end()
    special = plain.find("专业", start, end)
    if special > start:
        end = special
    elif end == until and special < 0 and not _DEGREE.match(plain, end):
        return None
    tail = _FIELD_TAIL.search(plain, max(start, end - _TAIL_MOST), end)
    end = tail.start() if tail else end
    words = plain[start:end]
    if not _FIELD.fullmatch(words) or words.strip() in _NO_FIELD or words.endswith("大学"):
        return None
    return start, end


_AFTER_SCHOOL: Final = re.compile(r"(?:毕业|就读|学习|攻读|主修|修读|获得|取得|获|授予的?|颁发的?|,|、|的)")
