"""Every invariant of entities against a slow check, over random histories of judgements."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import combinations, pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.clustering import APART, Clustering, Node, cluster, entity_id, exclusive
from entity_resolution.log import CURATED, Judgement, Verdict, deciding, effective
from pipelines.errors import InputError
from tests.steps import calls

JUDGES = ("person:ann", "person:bo", CURATED, "rule:exact", "model:1")


def same(number: int, left: object, right: object, by: str = "person:ann", score: float = 1.0) -> Judgement:
    return Judgement(number, left, right, "same", by, score)


def different(number: int, left: object, right: object, by: str = "person:ann") -> Judgement:
    return Judgement(number, left, right, "different", by)


def undo(number: int, what: int) -> Judgement:
    return Judgement(number, "a", "a", "undo", "person:ann", undoes=what)


def nodes(*names: str) -> list[Node]:
    return [Node(name, name.upper(), f"{at:03}") for at, name in enumerate(names)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Node], list[Judgement]]:
    count = draw(st.integers(1, 12))
    schemes = st.sampled_from(["uscc", "lei", "site:own", "stock"])
    values = st.sampled_from(["1", "2", "600000", "600001", "00700"])
    made = [
        Node(
            key,
            f"name {key}",
            draw(st.sampled_from(["2020", "2021"])),
            tuple(draw(st.sets(st.tuples(schemes, values), max_size=2))),
        )
        for key in range(count)
    ]
    founders = draw(st.sets(st.integers(0, count - 1)))
    made = [
        Node(n.key, n.name, n.seen, n.identifiers, draw(st.integers(1, 3)), f"old{n.key}")
        if n.key in founders
        else n
        for n in made
    ]
    log: list[Judgement] = []
    for number in range(1, draw(st.integers(0, 40)) + 1):
        verdict = draw(st.sampled_from(["same", "same", "same", *get_args(Verdict)]))
        if verdict == "undo" and not log:
            continue
        log.append(
            Judgement(
                number,
                draw(st.integers(0, count - 1)),
                draw(st.integers(0, count - 1)),
                verdict,
                draw(st.sampled_from(JUDGES)),
                draw(st.sampled_from([0.5, 0.9, 1.0])),
                undoes=draw(st.sampled_from([row.id for row in log])) if verdict == "undo" else None,
            )
        )
    return made, log


def slow_effective(log: list[Judgement]) -> list[Judgement]:
    """By the definition: a row counts unless a later row that counts undoes it."""

    def counts(row: Judgement) -> bool:
        return not any(later.undoes == row.id and counts(later) for later in log)

    return [row for row in log if row.verdict != "undo" and counts(row)]


def slow_deciding(log: list[Judgement]) -> dict[frozenset[object], Judgement]:
    decided = {}
    counting = slow_effective(log)
    for pair in {frozenset((row.left, row.right)) for row in counting if row.left != row.right}:
        about = [row for row in counting if frozenset((row.left, row.right)) == pair]
        top = max(row.authority for row in about)
        weighty = [row for row in about if row.authority == top]
        # a rule that does not know is silent where another of its weight knows; a person who doubts speaks
        knowing = [row for row in weighty if row.by_person or row.verdict != "unsure"]
        decided[pair] = max(knowing or weighty, key=lambda row: row.id)
    return decided


def forbidden(
    group: set[object], by_key: dict[object, Node], decided: dict[frozenset[object], Judgement]
) -> bool:
    """Whether a group of more than one breaks an invariant."""
    if any(pair <= group and row.verdict in APART for pair, row in decided.items()):
        return True
    borne = defaultdict(set)
    for key in group:
        for scheme, value in by_key[key].identifiers:
            within = exclusive(scheme, value)
            if within:
                borne[within].add(value)
    return len(group) > 1 and any(len(values) > 1 for values in borne.values())


def slow_groups(made: list[Node], log: list[Judgement]) -> tuple[set[frozenset[object]], set[int]]:
    """Strongest first, each judgement carried out if the joint group breaks nothing; and the ids refused."""
    by_key: dict[object, Node] = {node.key: node for node in made}
    decided = slow_deciding(log)
    groups: list[set[object]] = [{key} for key in by_key]
    refused = set()
    joins = [row for row in decided.values() if row.verdict == "same"]
    for row in sorted(joins, key=lambda row: (-row.authority, -row.score, row.id)):
        left = next(group for group in groups if row.left in group)
        right = next(group for group in groups if row.right in group)
        if left is right:
            continue
        if forbidden(left | right, by_key, decided):
            refused.add(row.id)
            continue
        groups = [group for group in groups if group is not left and group is not right] + [left | right]
    return {frozenset(group) for group in groups}, refused


def groups_of(result: Clustering) -> set[frozenset[object]]:
    return {frozenset(members) for members in result.members.values()}


@settings(max_examples=300, deadline=None)
@given(histories())
def test_entities_are_those_of_the_slow_way(history: tuple[list[Node], list[Judgement]]) -> None:
    made, log = history
    result = cluster(made, log)
    groups, refused = slow_groups(made, log)
    assert groups_of(result) == groups
    assert {refusal.judgement.id for refusal in result.refusals} == refused
    assert effective(log) == sorted(slow_effective(log), key=lambda row: row.id)
    assert {row.id for row in deciding(effective(log))} == {row.id for row in slow_deciding(log).values()}


@settings(max_examples=200, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_order_of_input_is_irrelevant(history: tuple[list[Node], list[Judgement]], random: object) -> None:
    made, log = history
    first = cluster(made, log)
    random.shuffle(made)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    random.shuffle(log)  # type: ignore[attr-defined]
    again = cluster(made, log)
    assert (first.entity_of, first.members, first.redirects, first.refusals) == (
        again.entity_of,
        again.members,
        again.redirects,
        again.refusals,
    )


@settings(max_examples=200, deadline=None)
@given(histories())
def test_ids_belong_to_founders(history: tuple[list[Node], list[Judgement]]) -> None:
    made, log = history
    result = cluster(made, log)
    by_key = {node.key: node for node in made}
    assert len(set(result.entity_of.values())) == len(result.members)
    for name, members in result.members.items():
        founders = [by_key[key] for key in members if by_key[key].entity]
        if founders:
            oldest = min(founders, key=lambda node: (node.born or 0, node.seen, str(node.key)))
            assert name == oldest.entity
            assert name not in result.founded
        else:
            oldest = min((by_key[key] for key in members), key=lambda node: (node.seen, str(node.key)))
            assert result.founded[name] == oldest.key == members[0]
            assert name == entity_id(oldest.key)
        for founder in founders:
            assert founder.entity is not None
            assert result.redirects.get(founder.entity, founder.entity) == name


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_refusal_names_the_way_between_what_must_stay_apart(
    history: tuple[list[Node], list[Judgement]],
) -> None:
    made, log = history
    result = cluster(made, log)
    by_name = {node.name: node for node in made}
    by_key = {node.key: node for node in made}
    decided = slow_deciding(log)
    for refusal in result.refusals:
        keys = [by_name[name].key for name in refusal.path]
        assert len(set(keys)) == len(keys) >= 2
        steps = [decided[frozenset(pair)] for pair in pairwise(keys)]
        assert [row.verdict for row in steps] == ["same"] * len(steps)
        assert refusal.judgement in steps
        ends = {keys[0], keys[-1]}
        assert forbidden(ends, by_key, decided) or ends & set(result.clashing)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_a_component_of_same_judgements_can_be_derived_alone(
    history: tuple[list[Node], list[Judgement]],
) -> None:
    made, log = history
    whole = cluster(made, log)
    linked = {
        frozenset((row.left, row.right)) for row in slow_deciding(log).values() if row.verdict == "same"
    }
    waiting, component = [made[0].key], {made[0].key}
    while waiting:
        here = waiting.pop()
        for pair in linked:
            if here in pair:
                waiting += [key for key in pair if key not in component]
                component |= pair
    alone = cluster([node for node in made if node.key in component], log)
    assert alone.entity_of == {key: whole.entity_of[key] for key in component}


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_undoing_brings_the_earlier_state_back(
    history: tuple[list[Node], list[Judgement]], data: st.DataObject
) -> None:
    made, log = history
    before = cluster(made, log)
    # the entities are written down, as after a resolution
    written = [
        Node(node.key, node.name, node.seen, node.identifiers, node.born or 9, node.entity or name)
        if node.entity or before.members[name][0] == node.key
        else node
        for node in made
        for name in [before.entity_of[node.key]]
    ]
    keys = st.sampled_from([node.key for node in made])
    later = max((row.id for row in log), default=0) + 1
    merged = [*log, same(later, data.draw(keys), data.draw(keys))]
    after = cluster(written, [*merged, undo(later + 1, later)])
    assert after.entity_of == before.entity_of
    assert not after.founded


def test_a_different_binds_through_a_chain() -> None:
    log = [different(1, "a", "d"), same(2, "a", "b"), same(3, "b", "c"), same(4, "c", "d")]
    result = cluster(nodes("a", "b", "c", "d"), log)
    assert groups_of(result) == {frozenset("abc"), frozenset("d")}
    (refusal,) = result.refusals
    assert (refusal.judgement.id, refusal.against) == (4, 1)
    assert refusal.path in (("A", "B", "C", "D"), ("D", "C", "B", "A"))


def test_two_identifiers_of_a_scheme_keep_a_chain_apart() -> None:
    chain = [
        Node("a", "A", identifiers=(("lei", "1"),)),
        Node("b", "B"),
        Node("c", "C"),
        Node("d", "D", identifiers=(("lei", "2"),)),
    ]
    result = cluster(chain, [same(1, "a", "b"), same(2, "c", "d"), same(3, "b", "c")])
    assert groups_of(result) == {frozenset("ab"), frozenset("cd")}
    assert result.refusals[0].path in (("A", "B", "C", "D"), ("D", "C", "B", "A"))
    assert result.refusals[0].against == "lei"


def test_ids_of_a_source_never_forbid() -> None:
    pair = [
        Node("a", "A", identifiers=(("site:own", "1"),)),
        Node("b", "B", identifiers=(("site:own", "2"),)),
    ]
    assert not cluster(pair, [same(1, "a", "b")]).refusals


@pytest.mark.parametrize(
    ("scheme", "value", "within"),
    [
        ("stock", "000063", "stock in A shares"),
        ("stock", "000063.SZ", "stock in A shares"),
        ("stock", "00763", "stock in Hong Kong"),
        ("stock", "0763.HK", None),
        ("stock", "200725", "stock in B shares"),
        ("stock", "BABA", None),
        ("uscc", "91440300708461136T", "uscc"),
        ("isni", "0000000123456789", None),
        ("cac:filing", "1", None),
    ],
)
def test_what_a_bearer_has_one_of(scheme: str, value: str, within: str | None) -> None:
    assert exclusive(scheme, value) == within


def test_the_stronger_of_two_that_exclude_each_other_stands() -> None:
    trio = [
        Node("a", "A", identifiers=(("lei", "1"),)),
        Node("b", "B"),
        Node("c", "C", identifiers=(("lei", "2"),)),
    ]
    weak_first = [same(1, "a", "b", "model:1", 0.99), same(2, "b", "c", "person:ann", 0.5)]
    assert groups_of(cluster(trio, weak_first)) == {frozenset("a"), frozenset("bc")}


def test_a_unit_is_never_one_with_its_whole() -> None:
    log = [
        Judgement(1, "a", "b", "unit of", CURATED),
        same(2, "a", "c", "model:1"),
        same(3, "c", "b", "model:1"),
    ]
    result = cluster(nodes("a", "b", "c"), log)
    assert result.entity_of["a"] != result.entity_of["b"]
    assert len(result.refusals) == 1


def test_a_persons_word_beats_the_rules_and_the_newest_of_two_decides() -> None:
    log = [same(1, "a", "b", CURATED), different(2, "a", "b"), same(3, "a", "b", "rule:exact")]
    assert len(cluster(nodes("a", "b"), log).members) == 2
    log.append(same(4, "a", "b", "person:bo"))
    assert len(cluster(nodes("a", "b"), log).members) == 1
    log.append(undo(5, 4))
    assert len(cluster(nodes("a", "b"), log).members) == 2


def test_broken_logs_are_named() -> None:
    for log in ([undo(1, 7)], [undo(1, 1)], [same(1, "a", "b"), same(1, "a", "b")]):
        with pytest.raises(InputError, match="judgement 1"):
            cluster(nodes("a", "b"), log)
    with pytest.raises(InputError, match="two mentions"):
        cluster(nodes("a", "a"), [])


def test_an_id_that_is_taken_grows() -> None:
    taken = entity_id("a")
    result = cluster(nodes("a"), [], lambda name: name == taken)
    assert result.entity_of["a"].startswith(taken)
    assert len(result.entity_of["a"]) == len(taken) + 2


@pytest.mark.parametrize("shape", ["chain", "star", "refused"])
def test_work_grows_nearly_linearly(shape: str) -> None:
    def work(count: int) -> int:
        made = [
            Node(at, str(at), identifiers=(("lei", str(at % 2)),) if shape == "refused" else ())
            for at in range(count)
        ]
        log = [
            same(at, at - 1 if shape == "chain" else 0, at, "model:1", 1 - at / count / 2)
            for at in range(1, count)
        ]
        log += [different(count + at, at, (at + count // 2) % count) for at in range(count // 50)]
        return calls(partial(cluster, made, log))

    assert work(8_000) < 5 * work(2_000)


def test_entity_ids_are_spread_and_lasting() -> None:
    assert entity_id(1) == "vn" + entity_id(1)[2:]
    ids = {entity_id(number) for number in range(10_000)}
    assert len(ids) == 10_000
    assert all(len(one) == 14 and not set(one[2:]) & set("ilou") for one in ids)
    assert entity_id("a", 14).startswith(entity_id("a", 12))


def test_pairs_of_members_are_all_allowed() -> None:
    log = [different(1, "a", "c"), same(2, "a", "b"), same(3, "b", "c"), same(4, "c", "d"), same(5, "d", "a")]
    result = cluster(nodes("a", "b", "c", "d"), log)
    for members in result.members.values():
        assert ("a", "c") not in {tuple(sorted(map(str, pair))) for pair in combinations(members, 2)}
    assert {refusal.judgement.id for refusal in result.refusals} == {3, 5}
