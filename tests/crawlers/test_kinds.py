"""The kinds of files handed in: what `kinds.yaml` says is whole, and each kind has its reader and its words."""

from __future__ import annotations

from typing import get_args

import pytest

from crawlers.handed_in import READERS
from crawlers.kinds import Field, Kind, kinds, plain
from crawlers.mappings import WITH_ATTRIBUTES
from crawlers.organisation_rows import Relation
from pipelines.records import AlsoNamed, Cooperation, EntityKind

KINDS = list(kinds().values())


def name(kind: Kind) -> str:
    return kind.name


def test_each_kind_has_its_reader() -> None:
    assert set(READERS) == set(kinds())
    promised = {"companies", "financing", "people", "patents", "cooperation", "names", "policies"}
    assert promised <= set(kinds())


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_kind_says_what_its_fields_mean(kind: Kind) -> None:
    assert kind.row
    assert kind.required or kind.name == "cooperation"
    for one in (*kind.fields.values(), *kind.attributes.values()):
        assert one.means
        assert one.columns[0] == one.name
    assert all(kind.left.values())
    assert bool(kind.attributes) <= (kind.name in WITH_ATTRIBUTES)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_what_is_left_is_not_also_read_first(kind: Kind) -> None:
    """A column may be both (an application number names a document that has no other): then not by its own name."""
    left = {plain(one) for one in kind.left}
    assert not left & {plain(one) for one in (*kind.fields, *kind.attributes)}


@pytest.mark.parametrize(
    ("kind", "field", "words"),
    [
        ("companies", "kind", get_args(EntityKind)),
        ("links", "name_kind", get_args(EntityKind)),
        ("links", "relation", get_args(Relation)),
        ("names", "type", get_args(AlsoNamed.model_fields["type"].annotation)),
        ("cooperation", "kind", get_args(Cooperation.model_fields["kind"].annotation)),
        ("cooperation", "status", get_args(Cooperation.model_fields["status"].annotation)),
    ],
)
def test_closed_words_are_those_of_the_records(kind: str, field: str, words: tuple[str, ...]) -> None:
    one: Field = kinds()[kind].fields[field]
    assert set(one.words.values()) == set(words)
    assert all(one.words[plain(word)] == word for word in words)


def test_names_of_columns_are_compared_loosely() -> None:
    assert plain("公开（公告） 号") == plain("公开(公告)号")
    assert plain("Publication_Number") == plain("publication number")
