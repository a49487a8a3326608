"""Tells a page of a firewall from the page that was asked for.

Sites behind a firewall answer some visits with status 200 and a page of the firewall: a script that sets a cookie
and loads the page again, a slider, or a notice. Such a page is an obstacle, no content. Three things give it away:
a mark of a known product in a page without running text, a bare script that sets a cookie and loads again, or a
title that asks for verification over next to no text. A long text never is one, whatever it speaks of.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from crawlers.charset import decode
from crawlers.trees import html_tree
from pipelines.errors import InputError

#: The largest page of a firewall: some carry a large obfuscated script.
_LARGEST: Final = 400_000
#: Characters of visible text: an article has more, a firewall's notice fewer.
_NOTICE: Final = 600
_TITLE_OVER: Final = 300
_BARE: Final = 40

#: Product → what only its own pages hold, in lower case.
_MARKS: Final[tuple[tuple[str, tuple[bytes, ...]], ...]] = (
    ("Aliyun", (b"acw_sc__v2", b"acw_sc__v3", b"aliyun_waf_", b"aliyunwaf_", b"errors.aliyun.com")),
    ("Knownsec", (b"__jsl_clearance", b"jsluid", b"365cyd.com")),
    ("Yunsuo", (b"security_verify_data", b"yunsuo_session")),
    ("Safedog", (b"safedog.cn", b"safedog-flow-item", b"404.safedog")),
    ("360", (b"wzws-waf-cgi", b"wzwschallenge", b"wangzhan.360.cn", b"wzws_sessionid")),
    ("RiverSecurity", (b"$_ts=window['$_ts']", b'$_ts=window["$_ts"]', b"$_ts.nsd", b"$_ts.cd=")),
    ("Tencent", (b"waf.tencent-cloud.com", b"/wafcaptcha", b"_waf_bd8ce2ce37")),
    ("Baidu", (b"wappass.baidu.com/static/captcha", b"yunjiasu-captcha")),
    ("Huawei", (b"hwwafsesid",)),
    ("Chaitin", (b"safeline/static", b"/.safeline/", b"slg-title")),
    ("Topsec", (b"topsec waf",)),
    ("Cloudflare", (b"_cf_chl_opt", b"/cdn-cgi/challenge-platform/h/")),
)
#: Titles of notices, as whole titles or at their start.
_TITLES = re.compile(
    r"\s{0,20}(?:(?:网站|web|云)?\s?(?:应用)?防火墙|安全(?:验证|检查|拦截|防护)|访问(?:验证|被?拦截|受限|过于频繁|异常)"
    r"|请?(?:完成|进行)?(?:安全|人机|滑动|身份)验证|(?:输入)?验证码|拦截提示|请求(?:被拦截|过于频繁)"
    r"|just a moment|access denied|attention required|are you a robot|security check)"
    # no more of a sentence may follow: a brief report may begin with the same words
    r"(?:页面?|中心|提示|失败|中)?\s{0,9}(?:$|[-_|–—:：,，.。!！?？…(（])",
    re.IGNORECASE,
)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_TEXT = etree.XPath("//body//text()[not(ancestor::script|ancestor::style|ancestor::noscript)]")
_COOKIE = re.compile(rb"document\s?\.\s?cookie\s{0,5}=|document\[['\"]cookie['\"]\]\s{0,5}=", re.IGNORECASE)
_AGAIN = re.compile(
    rb"location\s?\.\s?reload\s?\(|location(?:\s?\.\s?href)?\s{0,5}=|location\s?\.\s?replace\s?\(",
    re.IGNORECASE,
)


def wall_of(body: bytes, content_type: str = "") -> str | None:
    """What shows that a response of status 200 is a firewall's page, in a few words; None for any other page.

    body: the decoded bytes. Bytes that are no HTML, or too many for such a page, are never one.
    """
    start = body[:2000].lstrip().lower()
    if len(body) > _LARGEST or not start.startswith((b"<", b"\xef\xbb\xbf<")) or start.startswith(b"<?xml"):
        return None
    low = body.lower()
    if b"<html" not in low and b"<script" not in low and b"<!doctype html" not in low:
        return None
    marks = [name for name, signs in _MARKS if any(sign in low for sign in signs)]
    reloads = bool(_COOKIE.search(body) and _AGAIN.search(body))
    title = _title(body)
    if not (marks or reloads or title):
        return None
    shown = _shown(decode(body, content_type)[0])
    if marks and shown < _NOTICE:
        return f"a page of the firewall {marks[0]}"
    if reloads and shown < _BARE:
        return "a script that sets a cookie and loads again"
    if title and shown < _TITLE_OVER:
        return f"a notice titled {title}"
    return None


def _title(body: bytes) -> str:
    """The page's title if it is a notice's."""
    found = _TITLE.search(body)
    if found is None:
        return ""
    for charset in ("utf-8", "gb18030"):
        words = found[1].decode(charset, "replace")
        if _TITLES.match(words):
            return " ".join(words.split())[:60]
    return ""


def _shown(text: str) -> int:
    """How many characters a reader sees, spaces left out."""
    try:
        tree = html_tree(text.encode("utf-8", "replace"))
    except InputError:
        return 0
    return sum(len("".join(words.split())) for words in _TEXT(tree))
