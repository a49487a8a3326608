"""Each change reaches its receiver at least once, in order, whoever fails or is killed when."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawlers import telling, webhook
from crawlers.telling import tell_changes
from crawlers.webhook import NotDeliveredError, Webhook
from pipelines.store.changes import Asked, Position, changes
from pipelines.store.deliveries import delivery_id, told
from pipelines.store.session import open_store
from tests.crawlers.hooks import SECRET, receiver
from tests.pipelines.test_store_changes import DAY, END, company, day, visit


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.SECRET, SECRET)
    monkeypatch.setattr(telling, "LAG", 0.0)
    monkeypatch.setattr(telling, "IN_ONE", 3)
    monkeypatch.setattr(telling, "READ", 7)


def all_ids(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [one.id for one in changes(connection, Asked(Position(DAY), END))]


def test_all_is_told_once_and_then_what_is_new(store: Engine) -> None:
    visit(store, 0, {"1": [company(f"公司{one}", row=f"row:{one}") for one in range(5)]})
    with receiver() as hook:
        target = Webhook(hook.url)
        assert tell_changes(store, target, since=Position(DAY)) == 10
        assert hook.ids == all_ids(store)
        assert [len(body["changes"]) for _, body in hook.taken] == [3, 3, 1, 3]
        assert tell_changes(store, target, since=Position(DAY)) == 0
        visit(store, 1, {"1": [company(f"公司{one}", "2012", f"row:{one}") for one in range(5)]})
        # what is read late stands at its own time: the receiver is past it
        assert tell_changes(store, target) == 0
        assert tell_changes(store, target, kind="attribute") == 0  # asked for otherwise: from now on


def test_a_new_receiver_is_told_from_now_on(store: Engine) -> None:
    visit(store, 0, {"1": [company()]})
    with receiver() as hook:
        assert tell_changes(store, Webhook(hook.url)) == 0
    assert hook.tries == []


def test_a_refused_delivery_comes_again_under_its_number(store: Engine) -> None:
    visit(store, 0, {"1": [company(f"公司{one}", row=f"row:{one}") for one in range(5)]})
    with receiver(lambda tries: 500 if tries == 2 else 200) as hook:
        target = Webhook(hook.url, ())
        with pytest.raises(NotDeliveredError):
            tell_changes(store, target, since=Position(DAY))
        state = told(store, delivery_id(hook.url, source=None, kind=None, entity=None))
        assert state is not None
        assert state.sending is not None
        assert tell_changes(store, target) == 7
    assert hook.ids == all_ids(store)
    assert hook.tries[1] == hook.tries[2]
    assert len(set(hook.tries)) == len(hook.tries) - 1


class KilledError(BaseException):
    """The sender dies here."""


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deaths=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=4))
def test_killed_at_any_moment_nothing_is_skipped(
    deaths: list[tuple[int, bool]], sqlite_template: Path, tmp_path: Path
) -> None:
    copied = shutil.copyfile(sqlite_template, tmp_path / "copied.db")
    engine = open_store(f"sqlite:///{copied}")
    visit(engine, 0, {"1": [company(f"公司{one}", row=f"row:{one}") for one in range(4)]})
    visit(engine, 2, {"1": [company(f"公司{one}", "2012", f"row:{one}") for one in range(4)]})
    got: list[tuple[str, list[str]]] = []

    class Dying(Webhook):
        def __init__(self, after: int, before_sending: bool) -> None:
            super().__init__("https://a.example/")
            self.left, self.before = after, before_sending

        def post(self, number: str, data: object) -> None:
            self.left -= 1
            if self.left < 0 and self.before:
                raise KilledError
            assert isinstance(data, dict)
            got.append((number, [one["id"] for one in data["changes"]]))
            if self.left < 0:
                raise KilledError

    try:
        for after, before in [*deaths, (99, False)]:
            try:
                tell_changes(engine, Dying(after, before), since=Position(day(0)))
            except KilledError:
                continue
        by_number: dict[str, list[str]] = {}
        for number, ids in got:
            assert by_number.setdefault(number, ids) == ids  # the same number says the same
        assert [one for ids in by_number.values() for one in ids] == all_ids(engine)
    finally:
        engine.dispose()
