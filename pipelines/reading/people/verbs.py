"""The words by which the clauses of a CV are taken apart: verbs of posts and places, and what is left alone.

`VERB` has a named group for each kind: `series` (历任), `past` (曾任), `now` (现任), `later` (后任), `besides`
(兼任), `also` (兼), `works` (加入, 就职于: a place), `holds` (任, 担任 …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipelines.reading.people.words import one_of, words_of

_GUARDED: Final = r"(?<![主责信委首专离留前胜重连])任(?!职资格|期|务|何|意|命|免|选|责|性|丘|子行|家|职|教)"
#: Of these the first are guarded, and the others too often something else.
_NOT_HOLDS: Final = ("任", "任职", "当选", "晋升", "挂职")
_HOLDS: Final = one_of(one for one in words_of("words", "holds") if one not in _NOT_HOLDS)
#: 任职甲公司, without 于.
_SERVES: Final = r"[任就供]职(?=[一-龥a-z]{3})(?!期间|资格|条件|经历|关系)"
VERB: Final = re.compile(
    "|".join(
        f"(?P<{name}>{one_of(one for one in words_of('words', f'holds_{name}') if one != '兼')})(?![职教])"
        for name in ("series", "past", "now", "later", "besides")
    )
    + r"|(?P<also>兼(?![职并具容顾任]))"
    + f"|(?P<works>{one_of(words_of('words', 'works_at'))}|{_SERVES})|(?P<holds>{_HOLDS}|{_GUARDED})"
)
CLOSED: Final = re.compile(one_of(words_of("words", "works_closed")))
#: For `match` alone: a search would begin anew at each word that leads there.
AT: Final = re.compile(r"(?:先后|曾|一直|分别|长期|均|开始|\s|\x00)*+[在于至到赴由]")
SOMEWHERE: Final = re.compile(r"[在于至到赴由]")
JOINT: Final = re.compile(r"([^和及与]{2,8})[和及与](?:原|时任)?")
#: 甲有限公司及乙有限公司, where a post of both follows.
AND_ANOTHER: Final = re.compile(
    r"(?:公司|集团|银行|大学|学院|事务所|协会)\x00*(?P<joint>以及|及|和|与)(?![其子分])"
)
SEAT: Final = re.compile(r"代表$|委员$|常委$")
#: 加入甲公司之前.
BEFORE: Final = re.compile(r"(?:之前|以前|之后|以来|以后|的?时期|期间|前|后|时|起|至今)$")
LATER: Final = re.compile(r"(?:[一二两三四五六七八九十\d]{1,3}(?:多)?(?:年|个月)|不久)(?:多)?$")
_SEPARATORS: Final = re.compile(r"[,、:]")
NO_EMPLOYER: Final = re.compile(
    r"中国共产党|共产党|党$|民盟|民建|九三学社|社会|大学学习|行业|领域|工作$|.{0,6}阶段|董事会$|监事会$|参加|(?<=[在于到])部队$"
)
CV_BEGINS: Final = re.compile(
    r"\s*+(?:(?:19|20)\d\d\s?[年./-]|历任|曾任|现任|工作经历|主要(?:工作)?(?:经历|简历))"
)
LEAVES: Final = re.compile(
    r"退休|离职|离任|辞去|卸任|辞任|不再担任|去世|处罚|惩戒|未持有|持有.{0,10}股|关联关系|任职资格|荣获|被评为|获评|发表|著有|出版"
)
PRIVATE_CLAUSE: Final = re.compile(
    r"身份证|住址|地址|电话|手机|邮箱|电子邮件|联系方式|籍贯|户籍|护照|微信号|qq号"
)


def closing(text: str, start: int, end: int) -> int | None:
    """Where 工作 begins that closes 在 …; None where the words end otherwise."""
    for match in CLOSED.finditer(text, start, end):
        if match[0] == "从事" or match.end() >= end - 3 or text[match.end()] == "\x00":
            return match.start()
    return None


def clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a unit between commas and the like."""
    at = start
    for match in _SEPARATORS.finditer(text, start, end):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < end:
        yield at, end
