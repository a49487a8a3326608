"""The page about an entity."""

from __future__ import annotations

import base64
import hashlib

from sqlalchemy import Engine

from entity_resolution.lookup import find_entity
from entity_resolution.reconcile import bearers
from entity_resolution.reconcile.preview import STYLE, STYLE_DIGEST, page
from tests.entity_resolution.reconcile.asking import USCC, filled
from tests.entity_resolution.world import organisation


def html(engine: Engine, name: str, *, whole: bool = False) -> str:
    with engine.connect() as connection:
        entity = find_entity(connection, name)
        return page(connection, bearers.entities(connection, [entity])[entity], whole=whole)


def test_it_says_what_is_known(store: Engine) -> None:
    found = html(filled(store), "北京示例科技")
    for words in ("北京示例科技有限公司", USCC, "2014-05-01", "示例集团", "company · CN", "<bdi>120</bdi>"):
        assert words in found


def test_little_at_first_and_more_where_the_whole_is_asked_for(store: Engine) -> None:
    also = [(f"Name {at}", "alias") for at in range(9)]
    filled(store, organisation("多名", *also))
    assert "Name 8" not in html(store, "多名")
    assert " …</dd>" in html(store, "多名")
    assert "Name 8" in html(store, "多名", whole=True)


def test_strangers_words_are_escaped(store: Engine) -> None:
    name = "<script>alert(1)</script>\u202e&\"'"
    filled(store, organisation(name, ("<img src=x onerror=alert(1)>", "alias")))
    found = html(store, name)
    assert "<script" not in found
    assert "<img" not in found
    assert "\u202e" not in found
    assert "&lt;script&gt;" in found


def test_the_style_is_the_one_that_the_policy_knows(store: Engine) -> None:
    assert base64.b64decode(STYLE_DIGEST) == hashlib.sha256(STYLE.encode()).digest()
    assert f"<style>{STYLE}</style>" in html(filled(store), "示例集团")
