"""What the pages share: the store, the counter, who asks, and what is remembered between two of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, g, session
from sqlalchemy import Engine

from entity_resolution.judgements import Judged
from entity_resolution.review.counting import Counter
from entity_resolution.review.showing import shown

#: So many skipped pairs are remembered: a cookie is small.
_SKIPPED_MOST: Final = 60
#: Characters of a name in a message: the same cookie.
_NAME_MOST: Final = 60
_MESSAGE_MOST: Final = 600


@dataclass(frozen=True, slots=True)
class Desk:
    """The store and whoever counts effects."""

    engine: Engine
    counter: Counter


def desk() -> Desk:
    """That of the running app."""
    found = current_app.extensions["desk"]
    assert isinstance(found, Desk)
    return found


def who() -> str:
    """The person who asks."""
    return str(g.who)


def skipped() -> list[int]:
    """Pairs that this person skipped in this session, the newest last."""
    held = session.get("skipped", [])
    return [int(one) for one in held if str(one).isdigit()] if isinstance(held, list) else []


def skip(candidate: int) -> None:
    """Remember a skipped pair."""
    session["skipped"] = [*(str(one) for one in skipped() if one != candidate), str(candidate)][
        -_SKIPPED_MOST:
    ]


def forget_skipped() -> None:
    """Show skipped pairs again."""
    session.pop("skipped", None)


def tell_done(done: Judged, left: str, verdict: str, right: str) -> None:
    """Say on the next page what was judged, with the way to take it back. `verdict` is a key of the words."""
    gave = ", ".join(" = ".join(one.path) for one in done.given_way)
    session["told"] = {
        "kind": "done",
        "judgement": done.judgement,
        "left": shown(left, _NAME_MOST),
        "right": shown(right, _NAME_MOST),
        "verdict": verdict,
        "gave": shown(gave, _MESSAGE_MOST),
    }


def tell(key: str, message: str = "", **values: object) -> None:
    """Say words on the next page; `message` is shown after them as it is."""
    held = {
        name: value if isinstance(value, int) else shown(value, _NAME_MOST) for name, value in values.items()
    }
    session["told"] = {"kind": "words", "key": key, "values": held, "message": shown(message, _MESSAGE_MOST)}


def told() -> Mapping[str, Any] | None:
    """What is to be said on this page, once."""
    found = session.pop("told", None)
    return found if isinstance(found, dict) else None
