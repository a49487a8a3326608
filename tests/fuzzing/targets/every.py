"""All targets, by name."""

from __future__ import annotations

from typing import Final

from tests.fuzzing.targets import Target, archives, asked, files, networks, pages, reading, values

TARGETS: Final[dict[str, Target]] = {
    one.name: one
    for module in (pages, values, files, networks, archives, reading, asked)
    for one in module.TARGETS
}
