"""Pages of firewalls are told from pages, and pages that speak of firewalls from them. All pages are our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.firewall import wall_of
from crawlers.middlewares.replay import read_archives
from crawlers.sample_web.pages import news
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.writing import articles
from crawlers.sample_web.world import world
from pipelines.store.archive import read_snapshot
from tests.shared import SHARED

TEXT = "<p>" + "示例科技今天说明了它的产品。" * 60 + "</p>"
WALLS = {
    "cookie script": "<html><head><script>var arg1='00';document.cookie='acw_sc__v2='+arg1;"
    "document.location.reload()</script></head><body></body></html>",
    "bare script": "<script>document.cookie='a=1;path=/';location.href=location.pathname;</script>",
    "jsl": "<script>document.cookie=('_')+('_jsl_clearance');</script><script>var __jsl_clearance=1</script>",
    "yunsuo": "<html><body onload='go()'><script>self.location='?security_verify_data=1'</script></body></html>",
    "notice": "<html><head><title>网站防火墙</title></head><body><p>您的请求带有不合法参数，已被拦截。</p></body></html>",
    "slider": "<html><head><title>滑动验证页面</title></head><body><div id='nc'></div></body></html>",
    "often": "<html><head><title>访问过于频繁</title></head><body>请稍后再试</body></html>",
    "riversecurity": "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;</script></head>"
    "<body><form></form></body></html>",
    "challenge": "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>",
}
PAGES = {
    "about firewalls": f"<html><head><title>网站防火墙怎样工作</title></head><body>{TEXT}</body></html>",
    "quotes a mark": f"<html><head><title>一篇文章</title></head><body>{TEXT}<code>acw_sc__v2</code></body></html>",
    "sets a cookie": f"<html><body>{TEXT}<script>document.cookie='seen=1';function f(){{location.href='/a'}}</script></body></html>",
    "brief": "<html><head><title>身份验证公司示例科技完成融资</title></head><body><p>示例科技完成融资。</p></body></html>",
    "short": "<html><head><title>通知</title></head><body><p>今日休息。</p></body></html>",
    "json": '{"title": "网站防火墙", "html": "<html><title>网站防火墙</title>"}',
    "xml": "<?xml version='1.0'?><rss><title>安全验证</title></rss>",
    "empty": "",
}


@pytest.mark.parametrize("name", WALLS)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_firewall_is_seen(name: str, charset: str) -> None:
    assert wall_of(WALLS[name].encode(charset), "text/html")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_page_is_none(name: str, charset: str) -> None:
    assert wall_of(PAGES[name].encode(charset), "text/html") is None


def test_no_page_of_the_sample_web_is_a_firewall() -> None:
    for one in [*articles(world())]:
        found = news.answer(world(), Asked(news.HOST, one.path))
        assert wall_of(found.body, found.content_type) is None, one.path


def test_no_recorded_page_is_a_firewall() -> None:
    files = sorted((SHARED / "web").glob("*.warc.gz")) if SHARED.exists() else []
    if not files:
        pytest.skip("the shared test material is not here (set VALUENET_SHARED)")
    for one in read_archives(files):
        if one.status == 200:
            body = read_snapshot(one.file.parent, one.file.name, one.offset).body
            assert wall_of(body, dict(one.headers).get("Content-Type", "")) is None, one.url


@given(st.binary(max_size=3000), st.text(max_size=40))
def test_anything_is_judged(body: bytes, kind: str) -> None:
    wall_of(b"<html><title>" + body, kind)
    wall_of(body, kind)


def test_many_open_scripts_cost_little() -> None:
    assert wall_of(b"<html><script>document.cookie=1;location.reload()" + b"<script" * 50_000) is not None
