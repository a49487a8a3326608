"""Who may log in: a file of names with roles and hashed passwords, readable by its owner alone.

Invariants kept here:
- no password and no key is kept, only their hashes; asking for an unknown name takes as long as for a known one;
- the file is replaced as a whole: whoever reads it sees the old one or the new one, and of two who change it at
  once the second waits for the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from werkzeug.security import check_password_hash, generate_password_hash

from entity_resolution.review.roles import ROLES
from pipelines.errors import InputError, UsageError

#: scrypt with 32 MB and some 0.1 s for each attempt.
_METHOD: Final = "scrypt:32768:8:1"
#: The hash that an unknown name is compared with: of no password that anybody knows.
_NOBODYS: Final = generate_password_hash(secrets.token_hex(16), _METHOD)
_NAME = re.compile(r"[\w][\w.\-]{0,39}")
_HASH = re.compile(r"scrypt:\d+:\d+:\d+\$[^$]+\$[0-9a-f]+")
SHORTEST: Final = 10
_LONGEST: Final = 1000
_LARGEST: Final = 1_000_000
_KEY_STARTS: Final = "vnk_"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may log in. `stamp` changes when the password does: a session keeps it, and ends with it."""

    name: str
    role: str
    stamp: str
    has_key: bool


@dataclass(frozen=True, slots=True)
class Users:
    """`path` is the file; it need not exist as long as nobody is added."""

    path: Path

    def names(self) -> list[str]:
        """Everybody who may log in."""
        return sorted(self._read()["users"])

    def listed(self) -> list[Known]:
        """Everybody, by name."""
        return [_known(name, held) for name, held in sorted(self._read()["users"].items())]

    def find(self, name: str) -> Known | None:
        """Somebody; None for who may not log in."""
        held = self._read()["users"].get(name)
        return None if held is None else _known(name, held)

    def add(self, name: str, password: str, role: str = "reviewer") -> None:
        """Add somebody. Raises `UsageError` for what is unusable, and for a name that is there."""
        if not _NAME.fullmatch(name):
            raise UsageError("a user's name has letters, digits, dots, dashes and underscores, at most 40")
        hashed = _hashed(password)
        with self._changing() as kept:
            if name in kept["users"]:
                raise UsageError(
                    f"{name} is there already; a new password: valuenet review users passwd {name}"
                )
            kept["users"][name] = {"password": hashed, "role": _role(role), "key": ""}

    def set_password(self, name: str, password: str) -> None:
        """A new password; sessions and the key under the name end. Raises `UsageError`."""
        hashed = _hashed(password)
        with self._changing() as kept:
            _held(kept, name).update(password=hashed, key="")

    def set_role(self, name: str, role: str) -> str:
        """Another role, from the next request on; returns the one before. Raises `UsageError`."""
        with self._changing() as kept:
            held = _held(kept, name)
            before, held["role"] = held["role"], _role(role)
            return str(before)

    def remove(self, name: str) -> None:
        """Whoever is logged in under the name is so no more. Raises `UsageError` for an unknown one."""
        with self._changing() as kept:
            _held(kept, name)
            del kept["users"][name]

    def new_key(self, name: str) -> str:
        """A key with which programs ask under the name; the one before ends. It can be told once, now."""
        key = _KEY_STARTS + secrets.token_urlsafe(32)
        with self._changing() as kept:
            _held(kept, name)["key"] = _digest(key)
        return key

    def end_key(self, name: str) -> None:
        """No program asks under the name any more."""
        with self._changing() as kept:
            _held(kept, name)["key"] = ""

    def admits(self, name: str, password: str) -> bool:
        """Whether this is the user's password."""
        if len(password) > _LONGEST:
            return False
        held = self._read()["users"].get(name)
        is_right = check_password_hash(held["password"] if held else _NOBODYS, password)
        return is_right and held is not None

    def bearer(self, key: str) -> Known | None:
        """Whose key this is."""
        given, found = _digest(key[:_LONGEST]), None
        for name, held in self._read()["users"].items():  # through all of them, whoever it is
            if held["key"] and hmac.compare_digest(held["key"], given):
                found = _known(name, held)
        return found

    def end_session(self, session: str, until: float) -> None:
        """The session counts no more; it is remembered `until` it would have ended by itself (Unix time)."""
        moment = time.time()
        with self._changing() as kept:
            kept["ended"] = {one: end for one, end in kept["ended"].items() if end > moment} | {
                session: until
            }

    def has_ended(self, session: str) -> bool:
        """Whether the session was ended."""
        return session in self._read()["ended"]

    def secret(self) -> str:
        """The key that session cookies are signed with; kept, so that a restart logs nobody out."""
        found = self._read()["secret"]
        if not found:
            with self._changing() as kept:
                found = kept["secret"] = kept["secret"] or secrets.token_hex(32)
        return str(found)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        descriptor = os.open(self.path.parent, os.O_RDONLY)  # a lock of its own would be one file more
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            kept = self._read()
            yield kept
            self._write(kept)
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {"users": {}, "secret": "", "ended": {}}
        try:
            with self.path.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_LARGEST))
            users = {str(name): _checked(held) for name, held in kept["users"].items()}
            ended = {str(one): float(until) for one, until in kept["ended"].items()}
            return {"users": users, "secret": str(kept["secret"]), "ended": ended}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"this is no file of users: {error}",
                where=str(self.path),
                hint="move it away and add its users anew: valuenet review users add NAME",
            ) from error

    def _write(self, kept: dict[str, Any]) -> None:
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        new.replace(self.path)


def _checked(held: dict[str, str]) -> dict[str, str]:
    if not isinstance(held, dict) or not _HASH.fullmatch(held["password"]):
        raise ValueError("a password's hash has another form")
    if held["role"] not in ROLES:
        raise ValueError(f"there is no role {held['role']!r}")
    return {"password": held["password"], "role": held["role"], "key": str(held["key"])}


def _held(kept: dict[str, Any], name: str) -> dict[str, str]:
    if name not in kept["users"]:
        raise UsageError(f"no user is named {name!r}")
    held: dict[str, str] = kept["users"][name]
    return held


def _known(name: str, held: dict[str, str]) -> Known:
    stamp = hashlib.sha256(held["password"].encode()).hexdigest()[:16]
    return Known(name, held["role"], stamp, bool(held["key"]))


def _role(role: str) -> str:
    if role not in ROLES:
        raise UsageError(f"a role is one of {', '.join(ROLES)}")
    return role


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(f"a password has at least {SHORTEST} characters, and at most {_LONGEST}")
    return generate_password_hash(password, _METHOD)


def _digest(key: str) -> str:
    """A key is long and drawn by lot: a plain hash is as good as a slow one."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
