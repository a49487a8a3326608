"""YAML data files, read with checks: errors name the file, the item and the field; no field is ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml: the same, ten times slower
    from yaml import SafeLoader  # type: ignore[assignment]

from pipelines.errors import InputError

#: Larger files are no data files of ours.
SIZE_LIMIT: Final = 5_000_000

#: Deeper nesting is none of ours. The quick loader calls itself for each level and has no bound of its own.
DEPTH_LIMIT: Final = 50

_REQUIRED: Final = object()


class Fields:
    """The fields of one mapping; `finish` complains of those never asked for."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self.content, self.where = content, where
        self._asked: set[str] = set()

    def error(self, field: str, message: str) -> InputError:
        return InputError(message, where=self.where, field=field)

    def value(self, field: str, kind: type, default: Any = _REQUIRED) -> Any:
        """The value of `field`, of just that kind; the default may be of another."""
        self._asked.add(field)
        if field not in self.content:
            if default is _REQUIRED:
                raise self.error(field, "missing")
            return default
        value = self.content[field]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(field, f"must be {_KINDS.get(kind, kind.__name__)}, not {value!r:.80}")
        if kind is str and not str(value).strip():
            raise self.error(field, "empty")
        return value

    def words(self, field: str) -> list[str]:
        """A list of words; none when the field is missing."""
        words: list[str] = self.value(field, list, default=[])
        if not all(isinstance(word, str) and word.strip() for word in words):
            raise self.error(field, "must be a list of words; put quotes round numbers")
        return words

    def part(self, field: str, default: Any = _REQUIRED, **kinds: type) -> dict[str, Any]:
        """A mapping with just the fields named in `kinds`."""
        content = self.value(field, dict, default=default)
        if not content and default is not _REQUIRED:
            return {}
        inner = Fields(content, f"{self.where} {field}")
        found = {name: inner.value(name, kind) for name, kind in kinds.items()}
        inner.finish()
        return found

    def items(self, field: str) -> Iterator[Fields]:
        """The mappings of a list, each with its place in it (and its code, if it has one)."""
        for number, item in enumerate(self.value(field, list), start=1):
            if not isinstance(item, dict):
                raise self.error(field, f"item {number} is no mapping")
            name = item.get("code") or item.get("id") or ""
            yield Fields(item, f"{self.where}: {field} {number}" + (f" ({name})" if name else ""))

    def finish(self) -> None:
        if unknown := [str(field) for field in self.content if field not in self._asked]:
            raise self.error(", ".join(sorted(unknown)), "not known here")


_KINDS: Final[dict[type, str]] = {
    str: "a word (in quotes, if it looks like a number or date)",
    int: "a whole number",
    list: "a list",
    dict: "a mapping",
}


class _Loader(SafeLoader):
    """Safe, and strict: a key given twice is an error, not a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def loaded(text: str) -> Any:
    """What a YAML text says. Raises yaml.YAMLError for what is no YAML, is nested too deep or gives a key twice."""
    depth = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            raise yaml.YAMLError(f"nested deeper than {DEPTH_LIMIT} levels")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader


def read_yaml(path: Path) -> Fields:
    """The top mapping of a YAML file. Raises InputError when it cannot be read as one."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InputError(f"larger than {SIZE_LIMIT} bytes", where=str(path))
        content = loaded(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"cannot be read as YAML: {error}", where=str(path)) from error
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise InputError("must be a mapping of fields", where=str(path))
    return Fields(content, path.name)
