"""The announcements of algorithm filings: list, announcement, Word file (www.cac.gov.cn, beian.cac.gov.cn).

As on the real site, an attachment is given only to a reader who comes from its announcement; anyone else gets the
page of a firewall, with status 200.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import lru_cache
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

import docx

from crawlers.sample_web.model import Batch, World
from crawlers.sample_web.pages.answers import Answer, Asked, as_json, missing, number, text

SITE: Final = "www.cac.gov.cn"
NOTICES: Final = "beian.cac.gov.cn"
HOSTS: Final = (SITE, NOTICES)
#: The third column of a list says the class of an algorithm or the role of its provider.
THIRD_COLUMN: Final = {"互联网信息服务算法备案": "算法类别", "深度合成服务算法备案": "角色"}
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTE: Final = (
    "示例网页：格式同公开网站，内容为公开备案清单中的部分事实，用途一栏为本软件自拟。人物（如有）均为虚构。"
)

_DOWNLOAD = "/cms/pub/interact/downloadfile.jsp"
_STAMP = (1980, 1, 1, 0, 0, 0)


def answer(world: World, asked: Asked) -> Answer:
    if asked.path == "/robots.txt":
        return text("User-agent: *\nDisallow: /cms/admin/\n", "text/plain")
    if asked.host == NOTICES:
        return _notices(world) if asked.path == "/api/notice/list" else missing(asked)
    if asked.path == "/cms/JsonList":
        return _json_list(world, asked)
    if asked.path == "/sample/list.htm":
        return _page(
            "公告列表", "".join(f'<li><a href="{b.page}">{title(b)}</a></li>' for b in _newest(world))
        )
    for batch in world.batches:
        if asked.path == batch.page:
            return _announcement(batch)
        if asked.path == _DOWNLOAD and asked.query.get("filepath") == _key(batch):
            if urlsplit(asked.referer).path != batch.page:
                return _page("访问验证", "<p>访问过于频繁或来源不明，请稍后再试。</p>")
            return Answer(word(batch), WORD, modified=_at(batch.announced))
    return missing(asked)


def list_title(batch: Batch) -> str:
    """The title inside the Word file."""
    day = batch.month.day
    return f"境内{batch.register}清单（{day.year}年{day.month}月）"


def title(batch: Batch) -> str:
    """The announcement's title."""
    return f"关于发布{batch.register}信息的公告（{batch.month.day.year}年{batch.month.day.month}月）"


@lru_cache(maxsize=16)
def word(batch: Batch) -> bytes:
    """The Word file of a batch: the same bytes each time."""
    document = docx.Document()
    for words in ("附件", "", list_title(batch), "", ""):
        document.add_paragraph(words)
    heads = [
        "序号",
        "算法名称",
        THIRD_COLUMN[batch.register],
        "主体名称",
        "应用产品",
        "主要用途",
        "备案编号",
        "备注",
    ]
    rows = [
        [str(index), one.name, one.kind, one.bearer, one.products, one.use, one.number, one.remark]
        for index, one in enumerate(batch.rows, start=1)
    ]
    table = document.add_table(rows=len(rows) + 1, cols=len(heads))
    for place, cells in zip(table.rows, [heads, *rows], strict=True):
        for cell, words in zip(place.cells, cells, strict=True):
            cell.text = words
    written = io.BytesIO()
    document.save(written)
    return _settled(written.getvalue())


def _settled(data: bytes) -> bytes:
    """The same package without the times of its writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(zipfile.ZipInfo(name, _STAMP), given.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _newest(world: World) -> list[Batch]:
    return sorted(world.batches, key=lambda one: one.announced, reverse=True)


def _key(batch: Batch) -> str:
    return f"sample{batch.announced:%Y%m%d}"


def _json_list(world: World, asked: Asked) -> Answer:
    listed = [
        {"topic": title(one), "infourl": f"//{SITE}{one.page}", "pubtime": f"{one.announced} 10:00:00"}
        for one in _newest(world)
    ]
    # A list holds other announcements, too: this one leads nowhere and says nothing of filings.
    listed.insert(1, {"topic": "示例：与本清单无关的公告", "infourl": f"//{SITE}/sample/other.htm",
                      "pubtime": "2023-07-01 10:00:00"})  # fmt: skip
    size = number(asked.query.get("perPage", ""), 1, 100, 20)
    start = (number(asked.query.get("pageno", ""), 1, 10_000, 1) - 1) * size
    return as_json({"list": listed[start : start + size], "totalRec": len(listed)})


def _notices(world: World) -> Answer:
    return as_json(
        {
            "datas": [
                {
                    "noticeId": f"sample-{index}",
                    "title": title(one),
                    "content": f"https://{SITE}{one.page}",
                    "type": 1,
                    "createTime": f"{one.announced} 10:00:00",
                }
                for index, one in enumerate(_newest(world), start=1)
            ]
        }
    )


def _announcement(batch: Batch) -> Answer:
    name = list_title(batch)
    link = f"{_DOWNLOAD}?filepath={_key(batch)}&fText={quote(name + '.docx')}"
    return _page(
        title(batch),
        f"<p>现公布{escape(batch.register)}清单，共{len(batch.rows)}项，见附件。</p>"
        f'<p>附件：<a href="{escape(link)}">{escape(name)}</a></p>',
        _at(batch.announced),
    )


def _page(heading: str, body: str, modified: dt.datetime | None = None) -> Answer:
    html = (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(heading)}</title></head>\n'
        f"<body><h1>{escape(heading)}</h1>\n{body}\n<footer>{NOTE}</footer></body></html>\n"
    )
    return text(html, "text/html", modified=modified) if modified else text(html, "text/html")


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 2, tzinfo=dt.UTC)
