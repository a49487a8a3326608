"""What a Containerfile says: its steps in order, and which files of the project an ignore file keeps out.

Only what deploy/Containerfile uses is understood; anything else is refused, never guessed.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Final

WORDS: Final = frozenset(
    "FROM RUN ENV WORKDIR COPY USER VOLUME STOPSIGNAL ENTRYPOINT CMD".split()  # noqa: SIM905 - reads as the file does
)


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: its word, and the rest of it on one line."""

    word: str
    text: str


@dataclass(slots=True)
class Settings:
    """What the steps so far say of whoever runs in the image."""

    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    volumes: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def take(self, step: Step) -> bool:
        """Take in a step that sets something; False for one that makes files (FROM, RUN, COPY)."""
        match step.word:
            case "ENV":
                self.environment |= dict(_pair(word) for word in shlex.split(step.text))
            case "WORKDIR":
                self.workdir = step.text
            case "USER":
                self.user = step.text
            case "VOLUME":
                self.volumes += step.text.split()
            case "ENTRYPOINT":
                self.entrypoint = _words(step.text)
            case "CMD":
                self.command = _words(step.text)
            case "STOPSIGNAL":
                if step.text != "SIGTERM":
                    raise ValueError(f"STOPSIGNAL {step.text}: only SIGTERM is sent")
            case _:
                return False
        return True


def steps(text: str) -> list[Step]:
    """The instructions of a Containerfile, continued lines joined, comments left out.

    ValueError: an instruction or a flag that is not understood.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = []
    for line in re.sub(r"\\\s*\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word not in WORDS or rest.startswith("--"):
            raise ValueError(f"not understood: {line}")
        found.append(Step(word, rest.strip()))
    return found


def kept_out(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    """Whether a file or folder of the project, or a folder above it, is kept out by the lines of an ignore file:
    NAME at the top, or **/NAME anywhere."""
    return any(
        fnmatch(part, pattern.removeprefix("**/"))
        for pattern in patterns
        for part in (path.parts if pattern.startswith("**/") else path.parts[:1])
    )


def ignored(text: str) -> list[str]:
    """The patterns of an ignore file. ValueError: one that is neither NAME nor **/NAME."""
    found = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for pattern in found:
        if "/" in pattern.removeprefix("**/") or pattern.startswith("!"):
            raise ValueError(f"not understood: {pattern}")
    return found


def service_words(service: Mapping[str, object], image: Settings) -> list[str]:
    """The command line of a service of compose.yaml: its own entry point and command, or the image's."""
    entry, command = (service.get(name, own) for name, own in _parts(image))
    if not isinstance(entry, list) or not isinstance(command, list):
        raise ValueError("entrypoint and command are lists of words")
    return [str(word).replace("$$", "$") for word in (*entry, *command)]


def _parts(image: Settings) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    return ("entrypoint", image.entrypoint), ("command", image.command)


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def _words(text: str) -> list[str]:
    found: list[str] = json.loads(text)
    return found
