"""Where an employer ends and a post begins: 示例集团有限公司财务部副总经理, 甲集团人力资源部总经理.

A post ends in a word for one; before it stand departments. An employer ends in a legal form or a word such as 大学;
where it has none, what is no department or part of a post is its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipelines.reading.people.words import left_edge, one_of, split_by_words, words_of

#: What masks words in brackets that are part of no name.
GAP: Final = "\x00"
LENGTH_LIMIT: Final = 60

_HEAD: Final = re.compile(one_of(words_of("words", "posts")) + r"(?![任职])")
_HEAD_LAST: Final = re.compile(
    rf"(?:{one_of(words_of('words', 'posts'))}|首席[一-龥]{{2,6}}官)(?:$|(?=\x00))"
)
_TAIL: Final = re.compile(
    r"(?:[\s\x00]|等(?:多家|几家|数家)?(?:公司|企业|单位|机构|银行)|等(?:多个)?(?:职务|职位|职|要职)?|一职|之职|职务|职位|工作|至今|一|期间|为止|等?岗位)+$"
)
_BETWEEN: Final = re.compile(r"(?:以及|和|及|与|暨|并|/|\s)")
_DEPARTMENT_WORDS: Final = frozenset(words_of("words", "departments"))
_DEPARTMENT_ENDS: Final = frozenset(words_of("words", "department_ends"))
_BEFORE: Final = frozenset(words_of("words", "before_posts")) | frozenset(words_of("words", "posts"))
_ALL: Final = _DEPARTMENT_WORDS | _DEPARTMENT_ENDS | _BEFORE
_LONGEST: Final = max(map(len, _ALL))
_DEPARTMENT: Final = re.compile(one_of(_DEPARTMENT_ENDS) + "$")
_DEPARTMENT_NEXT: Final = re.compile(rf"{one_of(_DEPARTMENT_WORDS)}{{0,3}}?{one_of(_DEPARTMENT_ENDS)}")

_ITSELF: Final = re.compile(
    one_of(words_of("words", "itself"))
    + r"(?!(?:部|业务部|金融部|业务|金融|控股|制|股份|有限|及|和(?!.{0,60}董事)|名|章程|律师|法|债|秘书|治理|银行))"
)
_COMPANY: Final = re.compile(
    r"(?:(?:股份|集团)?有限(?:责任)?公司|股份公司|集团公司|总公司|集团(?:股份)?|(?<!等)(?<!家)公司|\(集团\)|\((?:有限|特殊普通|普通)合伙\))"
    r"(?!协会|研究会|治理|审核|监管|业|学|律师|法(?!人|定|务|律)|\(集团|\((?:有限|特殊|普通))"
)
_STRONG: Final = re.compile(one_of(words_of("words", "employer_ends")))
#: What follows these is a part of them: 甲银行信贷局.
_LAST: Final = ("银行", "证券", "保险", "信托")
_MINISTRY: Final = re.compile(
    rf"(?:[一-龥]{{0,4}}国|国家|原|中央人民政府)?{one_of(words_of('words', 'ministries'))}"
)
_POSTED: Final = re.compile(r"驻[一-龥]{2,10}?办事处")
_WEAK: Final = re.compile(one_of(words_of("words", "weak_ends")))
_BRANCH: Final = re.compile(rf"[一-龥()]{{2,14}}?{one_of(words_of('words', 'branches'))}(?=.)")
#: 福田支行行长: the name is that of a branch, whose bank was named before.
_OF_BRANCH: Final = re.compile(r"(?:中心)?(?:支行|分行|分公司|营业部|办事处|代表处|支公司)")
#: Whoever has passed an examination has no post by that; nor has who sits in a parliament.
_NO_POST: Final = re.compile(
    r"(?:.{0,6}(?:注册|执业|特许|资深|高级|正高级|中级|助理)(?:[一-龥]{0,6})(?:会计师|审计师|经济师|工程师|核数师|税务师|分析师|评估师|建造师|律师|精算师|管理师)"
    r"|.{0,24}(?:人大代表|政协委员|党代表|人民代表|政协常委|人大常委))"
)
_UNIVERSITY_PART: Final = re.compile(
    rf"[一-龥]{{2,16}}?{one_of(words_of('words', 'university_parts'))}(?!长)"
)
_OWNED: Final = re.compile(
    r"[^,;。]{2,20}?(?:全资|联营|合营|下属|所属|旗下|附属(?!医院|中学|小学|学校|第)|控股(?=子公司|附属|企业|公司的|的)|参股(?=公司|企业|子))"
    r"的?(?:全资|控股|联营|核心)?(?:子公司|附属企业|附属公司|企业|公司|单位|机构|的)?(?=[^的]{4,})"
)
#: 某交易所上市公司甲公司.
_LISTED: Final = re.compile(r"[一-龥]{0,12}上市公司(?=[一-龥a-z])")
_LEAD: Final = re.compile(
    r"(?:[\s\x00\"“”·•*'-]|及|和|与|为|原|时任|前(?!海|程|沿|锦|门|线)|还有|在|于|由|到|赴|至|的|起|后|且|并|也|另|还|又|曾(?!公)|现(?!代)|先后|分别|同时|过|目前|期间|其间|从|自|当时|一直|继续|"
    r"我国|国内|著名的?|知名的?|当时的?|了)"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One post, by offsets in the text read: `employer` is None where the words name none, `itself` where they
    point at the company whose report it is (本公司)."""

    employer: tuple[int, int] | None
    post: tuple[int, int]
    itself: bool = False
    #: Whether the employer's name ends as employers do.
    sure: bool = True


#: 甲公司等公司董事.
_AND_OTHERS: Final = re.compile(
    r"\x00*+(?:等(?:[多几数]家|\d+家)?(?:公司|企业|单位|机构)?)?\x00*+[的之]?\x00*+"
)


def pieces(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """A part of a list cut where a word for a post is followed by 和, 及 and the like."""
    cut: list[tuple[int, int]] = []
    for match in _HEAD.finditer(plain, start, end):
        joint = _BETWEEN.match(plain, match.end(), end)
        if joint is not None and joint.end() < end:
            cut.append((start, match.end()))
            start = joint.end()
    return [*cut, (start, end)]


def is_post(plain: str, start: int, end: int) -> bool:
    """Whether the words end in a word for a post."""
    _, end = trimmed(plain, start, end)
    tail = plain[max(start, end - 12) : end].rstrip("以和及与暨并/ ")
    return any(match.end() == len(tail) for match in _HEAD_LAST.finditer(tail))


def trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    """Without words before an employer, and behind a post, that are part of neither."""
    while start < end and (match := _LEAD.match(plain, start, end)):
        start = match.end()
    tail = _TAIL.search(plain, max(start, end - 40), end)
    return start, (tail.start() if tail is not None else end)


def read_held(plain: str, start: int, end: int, *, within: bool = False) -> Held | None:
    """The employer and post of `plain[start:end]`, or None where it ends in no post, or is too long for one.

    `within`: it stands in a list behind an employer, so that words of unknown meaning before 部 are a department.
    """
    start, end = trimmed(plain, start, end)
    while end > start and plain[end - 1] in "以和及与暨并/ ":
        end -= 1
    if not start < end <= start + LENGTH_LIMIT + 60 or not is_post(plain, start, end):
        return None
    gap = plain.find(GAP, start, end)
    if gap >= 0:
        after = gap
        while after < end and plain[after] == GAP:
            after += 1
        if after < end:
            first = name_start(plain, start, gap)
            edge = employer_end(plain, first, gap)
            if edge is not None and (edge == gap or edge == first + len(plain[first:gap].rstrip())):
                return Held((first, edge), (after + (plain[after] == "的"), end))
            inner = read_held(plain, after, end)
            if inner is not None and inner.employer is None and gap > start:
                return Held((first, gap), inner.post, sure=False)
        end = gap if after >= end else end
    if end - start > LENGTH_LIMIT:
        return None
    if (match := _ITSELF.match(plain, start, end)) and match.end() < end:
        return Held(match.span(), (match.end() + (plain[match.end()] == "的"), end), itself=True)
    first = name_start(plain, start, end)
    edge = employer_end(plain, first, end)
    sure = edge is not None
    if edge is None:
        edge = first + _post_edge(plain[first:end])
        if not _may_be_name(plain[first:edge]) or _OF_BRANCH.search(plain, first, end):
            return Held(None, (start, end))
        if within and (edge - first <= 2 or _DEPARTMENT_NEXT.match(plain, edge, end)):
            return Held(None, (start, end))
    others = _AND_OTHERS.match(plain, edge, end)
    post = others.end() if others else edge
    return Held((first, edge), (post, end), sure=sure) if post < end else Held(None, (start, end))


def _post_edge(words: str) -> int:
    """Where a post begins by its own words: a word for it, what belongs to that, and a department before them."""
    edge = left_edge(words, _BEFORE, _LONGEST)
    if _DEPARTMENT.search(words[:edge]):
        edge = left_edge(words[:edge], _ALL, _LONGEST)
    # 某某原总裁; but a name may end so, too
    return edge - 1 if edge > 2 and words[edge - 1] in "原前现" else edge


def employer_end(plain: str, start: int, end: int) -> int | None:
    """Where the name of an employer ends that begins at `start`, by its last words; None where none tell."""
    last: int | None = None
    for match in _COMPANY.finditer(plain, start, end):
        if match.end() - start > 2 and not _is_department(plain[start : match.end()]):
            last = match.end()
    if last is not None:
        branch = _BRANCH.match(plain, last, end)
        if branch is not None and branch[0].endswith(("行", "所")):
            return last
        if branch is not None and not split_by_words(branch[0], _ALL, _LONGEST):
            return branch.end()
        return last
    ministry = _MINISTRY.match(plain, start, end)
    for pattern in (_STRONG, _WEAK):
        for match in pattern.finditer(plain, start, end):
            words = plain[start : match.end()]
            if words.endswith("投资银行") or (last is not None and plain[start:last].endswith(_LAST)):
                continue
            if match.end() - start > 2 and not _is_department(words):
                # a branch's office is no employer: its bank was named before
                if pattern is _WEAK and ("支行" in words or "分行" in words):
                    return None
                last = match.end()
                if pattern is _WEAK:
                    break
        if pattern is _STRONG and ministry is not None and (last is None or last < ministry.end()):
            last = ministry.end()
        if last is not None:
            return _with_parts(plain, start, last, end)
    return None


def _with_parts(plain: str, start: int, last: int, end: int) -> int:
    """The name goes on with a school of a university, what an office has elsewhere. A bank is
    named without its branch: the post says which."""
    words = plain[start:last]
    if words.endswith(("大学", "科学院")) and (more := _UNIVERSITY_PART.match(plain, last, end)):
        return more.end()
    if more := _POSTED.match(plain, last, end):
        return more.end()
    return last


def _is_department(words: str) -> bool:
    return split_by_words(words, _ALL, _LONGEST)


def name_start(plain: str, start: int, end: int) -> int:
    """Behind 某集团全资子公司 and the like."""
    match = _OWNED.match(plain, start, end) or _LISTED.match(plain, start, end)
    if match is None:
        return start
    edge = employer_end(plain, match.end(), end)
    return match.end() if edge is not None and not plain.endswith("分公司", match.end(), edge) else start


def is_qualification(plain: str, start: int, end: int) -> bool:
    """Whether the words are a title that an examination gives, or a seat in a parliament: no post."""
    return _NO_POST.fullmatch(plain, *trimmed(plain, start, end)) is not None


def _may_be_name(words: str) -> bool:
    plain = words.strip()
    return (
        2 <= len(plain) <= 16
        and any(char.isalpha() for char in plain)
        and not re.search(
            r"[,。;:、\"“”<>@]|\d{5}|届|级|第[一二三四五六七八九十\d]|本|其|该|我|他|她|多家|多个|数家|几家|若干|等$|省$|市$|人民$|各",
            plain,
        )
    )
