"""A site of science parks whose pages their scripts make (parks.valuenet.example): a list that is loaded, one that
goes on while it is scrolled, and one that opens by a click.

The parks are invented, and say so. Without scripts the pages hold no park at all.
"""

from __future__ import annotations

from typing import Final

from crawlers.sample_web.model import World
from crawlers.sample_web.pages.answers import Answer, Asked, as_json, missing, number, text

HOST: Final = "parks.valuenet.example"
HOSTS: Final = (HOST,)
BASE: Final = f"https://{HOST}"
NOTE: Final = "本站是软件自带的示例网站，园区均为虚构，仅供演示。"
PARKS: Final = tuple(f"示例园区{number:03d}" for number in range(1, 61))
_PER_PAGE: Final = 10
_ROBOTS: Final = "User-agent: *\nDisallow: /private/\n"

_SHOW: Final = """
function show(parks) {
  const list = document.getElementById("parks");
  for (const park of parks) {
    const item = document.createElement("li");
    item.className = "park";
    item.dataset.number = park.number;
    item.textContent = park.name;
    item.style.height = "120px";
    list.appendChild(item);
  }
}
async function parks(page) {
  const answer = await fetch("/api/parks?page=" + page);
  return (await answer.json()).parks;
}
"""
_LIST: Final = "parks(1).then(show);"
_SCROLL: Final = """
let next = 1, busy = false, done = false;
async function more() {
  if (busy || done) return;
  busy = true;
  const found = await parks(next++);
  done = found.length === 0;
  show(found);
  busy = false;
}
addEventListener("scroll", () => {
  if (innerHeight + scrollY >= document.body.scrollHeight - 50) more();
});
more();
"""
_CLICK: Final = """
let page = 1;
document.getElementById("open").addEventListener("click", async () => {
  const found = await parks(page++);
  show(found);
  if (found.length === 0) document.getElementById("open").remove();
});
"""
_WAYS: Final = {"/list": "列表", "/scroll": "滚动", "/click": "展开"}
_SCRIPTS: Final = {"/list.js": _LIST, "/scroll.js": _SCROLL, "/click.js": _CLICK}


def answer(world: World, asked: Asked) -> Answer:
    path = asked.path
    if path == "/robots.txt":
        return text(_ROBOTS, "text/plain")
    if path == "/api/parks":
        return _parks(number(asked.query.get("page", ""), 1, 1000, 1))
    if path == "/show.js":
        return text(_SHOW, "text/javascript")
    if path in _SCRIPTS:
        return text(_SCRIPTS[path], "text/javascript")
    if path == "/":
        links = " ".join(f'<a href="{way}">{name}</a>' for way, name in _WAYS.items())
        return text(_frame(f"<p>{links}</p>"), "text/html")
    if f"{path}.js" in _SCRIPTS:
        button = '<button id="open">展开</button>' if path == "/click" else ""
        body = (
            f'<ul id="parks"></ul>{button}<script src="/show.js"></script><script src="{path}.js"></script>'
        )
        return text(_frame(body), "text/html")
    return missing(asked)


def _parks(page: int) -> Answer:
    start = (page - 1) * _PER_PAGE
    shown = [{"number": at + 1, "name": PARKS[at]} for at in range(start, min(start + _PER_PAGE, len(PARKS)))]
    return as_json({"page": page, "total": len(PARKS), "parks": shown})


def _frame(body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>示例园区</title></head>\n'
        f"<body><h1>示例园区</h1>\n{body}\n<footer>{NOTE}</footer></body></html>\n"
    )
