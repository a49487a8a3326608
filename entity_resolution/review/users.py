"""Who may log in: a file of names with hashed passwords, readable by its owner alone.

Invariants kept here:
- no password is kept, only its scrypt hash with a salt of its own; asking for an unknown name takes as long as
  for a known one;
- the file is replaced as a whole: whoever reads it sees the old one or the new one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import InputError, UsageError

#: scrypt with 32 MB and some 0.1 s for each attempt.
_COST = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 1024 * 1024
_NAME = re.compile(r"[\w][\w.\-]{0,39}")
SHORTEST = 10
_LONGEST = 1000
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Users:
    """`path` is the file; it need not exist as long as nobody is added."""

    path: Path

    def names(self) -> list[str]:
        """Everybody who may log in."""
        return sorted(self._read()["users"])

    def add(self, name: str, password: str) -> None:
        """Add somebody, or give them a new password. Raises `UsageError` for unusable ones."""
        if not _NAME.fullmatch(name):
            raise UsageError("a user's name has letters, digits, dots, dashes and underscores, at most 40")
        if not SHORTEST <= len(password) <= _LONGEST:
            raise UsageError(f"a password has at least {SHORTEST} characters")
        kept = self._read()
        salt = secrets.token_bytes(16)
        kept["users"][name] = f"scrypt${salt.hex()}${_hash(password, salt).hex()}"
        self._write(kept)

    def remove(self, name: str) -> None:
        """Whoever is logged in under the name is so no more. Raises `UsageError` for an unknown one."""
        kept = self._read()
        if name not in kept["users"]:
            raise UsageError(f"no user is named {name!r}")
        del kept["users"][name]
        self._write(kept)

    def admits(self, name: str, password: str) -> bool:
        """Whether this is the user's password."""
        if len(password) > _LONGEST:
            return False
        found = self._read()["users"].get(name, "scrypt$00$00")
        _, salt, hashed = found.split("$")
        given = _hash(password, bytes.fromhex(salt))
        return hmac.compare_digest(given, bytes.fromhex(hashed))

    def stamp(self, name: str) -> str:
        """What changes when the user's password does; empty for nobody. A session keeps it, and ends with it."""
        found = self._read()["users"].get(name, "")
        return hashlib.sha256(found.encode()).hexdigest()[:16] if found else ""

    def secret(self) -> str:
        """The key that session cookies are signed with; kept, so that a restart logs nobody out."""
        kept = self._read()
        if not kept["secret"]:
            kept["secret"] = secrets.token_hex(32)
            self._write(kept)
        return str(kept["secret"])

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {"users": {}, "secret": ""}
        try:
            with self.path.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_LARGEST))
            users = {str(name): str(hashed) for name, hashed in kept["users"].items()}
            if not all(re.fullmatch(r"scrypt\$[0-9a-f]+\$[0-9a-f]+", hashed) for hashed in users.values()):
                raise ValueError("a password's hash has another form")
            return {"users": users, "secret": kept["secret"]}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"this is no file of users: {error}", where=str(self.path)) from error

    def _write(self, kept: dict[str, Any]) -> None:
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        new.replace(self.path)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)
