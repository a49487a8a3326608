"""Sessions of people: begun anew at each login, ended by time, by logging out, or with the password.

Invariant: a cookie that was copied is worth nothing once its session ended, whatever it holds.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from flask import session

from entity_resolution.review.users import Users

#: Seconds without a request, and in all, after which one logs in again.
IDLE: Final = 2 * 3600
WHOLE: Final = 12 * 3600
#: A cookie is written anew no more often.
_TOUCHED: Final = 60


class Sessions:
    """Those of one app. `users` keep what was ended beyond a restart; without them memory does, because then a
    restart ends all."""

    def __init__(self, users: Users | None, clock: Callable[[], float] = time.time) -> None:
        self._users, self._clock = users, clock
        self._ended: dict[str, float] = {}
        self._lock = threading.Lock()

    def begin(self, who: str) -> None:
        """Whoever asks is known from now on. Nothing that was there before goes on."""
        session.clear()
        session.permanent = True
        moment = int(self._clock())
        session["who"], session["id"] = who, secrets.token_urlsafe(16)
        session["began"] = session["seen"] = moment
        session["stamp"] = self._stamp(who)

    def who(self) -> str:
        """Whose session this is; nobody's where it is over."""
        held = {name: session.get(name) for name in ("who", "id", "began", "seen")}
        if not isinstance(held["who"], str) or not isinstance(held["id"], str):
            return ""
        if not self._is_young(held) or self._has_ended(held["id"]):
            return ""
        stamp = self._stamp(held["who"])
        if self._users is not None and (not stamp or session.get("stamp") != stamp):
            return ""
        moment = int(self._clock())
        if moment - int(held["seen"] or 0) > _TOUCHED:
            session["seen"] = moment
        return held["who"]

    def end(self) -> None:
        """It counts no more, in any browser that has its cookie."""
        one, until = session.get("id"), self._clock() + WHOLE
        session.clear()
        if not isinstance(one, str):
            return
        if self._users is not None:
            self._users.end_session(one, until)
            return
        with self._lock:
            moment = self._clock()
            self._ended = {key: end for key, end in self._ended.items() if end > moment} | {one: until}

    def _is_young(self, held: dict[str, Any]) -> bool:
        began, seen = held["began"], held["seen"]
        if not isinstance(began, int) or not isinstance(seen, int):
            return False
        moment = self._clock()
        return moment - seen <= IDLE and moment - began <= WHOLE

    def _has_ended(self, one: str) -> bool:
        return one in self._ended if self._users is None else self._users.has_ended(one)

    def _stamp(self, who: str) -> str:
        found = self._users.find(who) if self._users is not None else None
        return found.stamp if found is not None else ""
