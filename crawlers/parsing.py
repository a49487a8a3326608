"""What every parser of a source needs: bounded reading of JSON, and rejection instead of exceptions.

A parser never raises for bad content: what cannot be used becomes a `Rejected` that names place, field and reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from pipelines.errors import InputError
from pipelines.records import Record, Rejected

#: The largest page that is read at all, in bytes: registries answer with far less.
BODY_LIMIT = 32_000_000
#: Commas and opening brackets of a page of JSON: an empty list is three bytes there, and sixty-four in memory.
VALUES_MOST = 10_000_000
#: As much of what was there as is kept with a rejection, in characters.
RAW_LIMIT = 4_000
QUOTE_LIMIT = 1_000

R = TypeVar("R", bound=Record)

#: Controls, signs without a width, and those that turn the direction of writing; the archive keeps what was read.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def tidy(text: str) -> str:
    """The words of a text with each run of white space as one space, and nothing invisible."""
    return " ".join(_CONTROL.sub("", text).split())


def safe(text: str, limit: int) -> str:
    """A text that any store takes: lone surrogates replaced, cut to `limit` characters."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8").replace("\x00", "�")


def reject(
    locator: str, reason: str, *, kind: str = "", field: str = "", value: object = "", raw: object = ""
) -> Rejected:
    """A rejection whose parts are cut to what a `Rejected` may hold."""
    return Rejected(
        locator=safe(locator, 500),
        reason=safe(reason, 2000) or "no reason given",
        kind=kind,
        field=safe(field, 300),
        value=safe(value if isinstance(value, str) else repr(value), 2000),
        raw=safe(raw if isinstance(raw, str) else shown(raw, RAW_LIMIT), RAW_LIMIT),
    )


def shown(value: object, limit: int = QUOTE_LIMIT) -> str:
    """A piece of JSON as text in one line, cut to `limit` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        text = repr(type(value))
    return safe(text, limit)


def checked(build: Callable[[], R], *, locator: str, kind: str, raw: object = "") -> R | Rejected:
    """The record that `build` makes, or why it cannot be one."""
    try:
        return build()
    except (ValidationError, InputError) as error:
        return refused(error, locator=locator, kind=kind, raw=raw)


def refused(error: ValidationError | InputError, *, locator: str, kind: str, raw: object = "") -> Rejected:
    """The rejection that says what the error says."""
    if isinstance(error, InputError):
        return reject(locator, error.message, kind=kind, field=error.field, raw=raw)
    first = error.errors(include_url=False)[0]
    field = ".".join((error.title, *(str(part) for part in first["loc"])))
    return reject(locator, first["msg"], kind=kind, field=field, value=first.get("input", ""), raw=raw)


def load_json(body: bytes, limit: int = BODY_LIMIT) -> Any:
    """The JSON value in a response's body.

    Raises InputError for what is too large, not UTF-8, cut short or nested without end.
    """
    if len(body) > limit:
        raise InputError(f"{len(body):,} bytes are more than the {limit:,} that are read")
    if body.count(b",") + body.count(b"[") + body.count(b"{") > VALUES_MOST:
        raise InputError(f"more than the {VALUES_MOST:,} values that are read")
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise InputError("nested too deeply") from error
    except ValueError as error:
        raise InputError(f"not JSON: {error}") from error


def at(value: Any, path: str) -> Any:
    """What stands at a path such as `entity.legalName.name`; None where a step is missing or null.

    Raises InputError where a step leads into something that is no object.
    """
    here = value
    for step in path.split("."):
        if here is None:
            return None
        if not isinstance(here, Mapping):
            raise InputError(f"an object was expected before “{step}”, not {shown(here, 80)}", field=path)
        here = here.get(step)
    return here


def text_at(value: Any, path: str) -> str:
    """The tidied text at a path, empty where there is none. Raises InputError where it is no text."""
    found = at(value, path)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise InputError(f"a text was expected, not {shown(found, 80)}", field=path)
    return tidy(found)


def object_at(value: Any, path: str) -> Mapping[str, Any]:
    """The object at a path, empty where there is none. Raises InputError where it is no object."""
    found = at(value, path)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise InputError(f"an object was expected, not {shown(found, 80)}", field=path)
    return found


def list_at(value: Any, path: str) -> Sequence[Any]:
    """The list at a path, empty where there is none. Raises InputError where it is no list."""
    found = at(value, path)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise InputError(f"a list was expected, not {shown(found, 80)}", field=path)
    return found


def number_at(value: Any, path: str) -> int | None:
    """The whole number at a path, or None. Raises InputError where it is something else."""
    found = at(value, path)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        raise InputError(f"a whole number was expected, not {shown(found, 80)}", field=path)
    return found


def texts_at(value: Any, path: str) -> Iterator[str]:
    """The non-empty texts of a list at a path. Raises InputError where one is no text."""
    for index, one in enumerate(list_at(value, path)):
        if not isinstance(one, str):
            raise InputError(f"a text was expected, not {shown(one, 80)}", field=f"{path}[{index}]")
        if tidied := tidy(one):
            yield tidied
