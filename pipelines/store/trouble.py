"""What a database says when it cannot go on, in plain words with the way out."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DatabaseError, OperationalError

#: What to do with a store that is damaged.
RESTORE = (
    "Move it aside with its -wal and -shm, and bring a backup back (valuenet restore FILE), or read the archive "
    "into a new store (valuenet crawl SOURCE --replay DIR); see docs/faults.md"
)
_AGAIN = "what was finished is kept; run the command again"
_WRITABLE = (
    "this user must be allowed to write the file and its folder, for SQLite keeps a -wal and a -shm beside it"
)
_ROOM = f"make room, then run the command again; {_AGAIN.partition(';')[0]}"

#: By what is said where there is no state: no connection came about, or it was lost.
_OF_WORDS = {
    "too many": "53300",
    "connection slots": "53300",
    "No space left": "53100",
    "starting up": "57P03",
    "shutting down": "57P03",
    "Connection refused": "57P03",
}
#: By the lowest byte of SQLite's code.
_OF_SQLITE = {
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_FULL: _ROOM,
}
#: By PostgreSQL's SQLSTATE.
_OF_POSTGRESQL = {
    "25006": "this server takes no writes: it is a standby or set to read only; name the one that does (--store)",
    "25P03": f"the server ends transactions that wait (idle_in_transaction_session_timeout); {_AGAIN}",
    "53100": _ROOM,
    "53300": "the server takes no more connections: run fewer commands at once, or raise max_connections",
    "57014": f"the server ends what takes long (statement_timeout), or somebody ended it; {_AGAIN}",
    "57P01": f"somebody ended the connection, or the server was stopped; {_AGAIN}",
    "57P03": "the server is not there, or starts or stops; run the command again when it answers",
}


def damage(error: BaseException) -> str:
    """What SQLite says of a file that is damaged, or is no database; empty for any other error."""
    cause = getattr(error, "orig", error)
    code = _sqlite_code(cause)
    return str(cause) if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) else ""


def trouble(error: BaseException) -> str:
    """What a database says, on one line, and the way out where one is known; empty for what is a mistake of ours,
    and for any other error."""
    if not isinstance(error, DatabaseError):
        return ""
    if found := damage(error):
        return f"damaged ({found}). {RESTORE}"
    way = _OF_SQLITE.get(_sqlite_code(error.orig), "") or _OF_POSTGRESQL.get(_state(error), "")
    if not way and error.connection_invalidated:
        way = f"the server, or the way to it, broke off; {_AGAIN}"
    # the plain DatabaseError is SQLite's for damage; its other kinds are mistakes of ours
    if not way and not isinstance(error, OperationalError) and type(error) is not DatabaseError:
        return ""
    said = (str(error.orig).splitlines() or [type(error.orig).__name__])[0]
    return f"{said}: {way}" if way else said


def _state(error: DatabaseError) -> str:
    """PostgreSQL's SQLSTATE; empty where nothing tells."""
    state = getattr(error.orig, "sqlstate", None)
    return state or next((one for word, one in _OF_WORDS.items() if word in str(error.orig)), "")


def _sqlite_code(cause: BaseException | None) -> int:
    code = int(getattr(cause, "sqlite_errorcode", 0))
    return code & 0xFF  # the lowest byte is the kind, whatever the detail
