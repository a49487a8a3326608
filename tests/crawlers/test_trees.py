"""Trees are built of what is bounded, and of nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.trees import ATTRIBUTES_MOST, NODES_MOST, TAGS_MOST, html_tree, xml_tree
from pipelines.errors import InputError


@given(st.binary(max_size=300))
def test_anything_is_a_tree_or_an_error_of_input(body: bytes) -> None:
    for read in (xml_tree, html_tree):
        with suppress(InputError):
            assert read(body) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" + b"<b/>" * NODES_MOST + b"</a>",
        b"<a " + b" ".join(b'a%x=""' % one for one in range(NODES_MOST)) + b"/>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>" + b"&x;" * NODES_MOST + b"</a>",
    ],
    ids=["elements", "attributes", "references"],
)
def test_too_many_nodes_are_refused_before_a_tree_is_built(body: bytes) -> None:
    with pytest.raises(InputError, match="more than the 4,000,000"):
        xml_tree(body)


@pytest.mark.parametrize(
    "start", ["<p ", "<p x='>' ", '<p y="<b>" ', "<p a<b ", "<script>if (a<b) {}</script><p/", "<p a=1/"]
)
def test_a_tag_of_too_many_attributes_is_refused_however_it_begins(start: str) -> None:
    names = " ".join(f"a{one:x}" for one in range(ATTRIBUTES_MOST + 1))
    with pytest.raises(InputError, match="a tag with more than"):
        html_tree(f"<html><body>{start}{names}>x</p>".encode())


def test_many_words_are_no_attributes() -> None:
    words = "<b " * 3 + ">" + "word " * 50_000 + "<i title='" + "a b=c " * 5_000 + "'>x</i>"
    assert "word word" in html_tree(f"<html><body>{words}".encode()).text_content()


def test_too_many_tags_are_refused() -> None:
    with pytest.raises(InputError, match="400,000 tags"):
        html_tree(b"<html>" + b"<p>" * TAGS_MOST)


@pytest.mark.parametrize("name", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_no_entity_is_resolved(name: str) -> None:
    root = xml_tree(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{name}">]><a>&x;</a>'.encode())
    assert "".join(root.itertext(tag=None)).replace("&x;", "") == ""


def test_laughs_without_end_stay_words() -> None:
    entities = "".join(f'<!ENTITY l{one} "{f"&l{one - 1};" * 10}">' for one in range(1, 12))
    body = f'<!DOCTYPE a [<!ENTITY l0 "lol">{entities}]><a>&l11;</a>'.encode()
    with suppress(InputError):  # the library's own bound
        assert len("".join(xml_tree(body).itertext())) < 100
