"""What the environment sets: whether it is there and leads somewhere. No value of a secret is ever shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipelines.operations.doctor.finding import Finding, Findings


def settings(environment: Mapping[str, str] | None = None) -> Findings:
    """The contact, and the variables that name files or belong together."""
    given = os.environ if environment is None else environment
    if given.get("VALUENET_CONTACT", "").strip():
        yield Finding("ok", "settings", "VALUENET_CONTACT is set")
    else:
        mend = "export VALUENET_CONTACT=you@institute.example"
        yield Finding(
            "warning", "settings", "VALUENET_CONTACT is not set: no site is visited without it", mend
        )
    for name, what in (
        ("VALUENET_ARCHIVE", "the archive"),
        ("VALUENET_SOURCES", "what sources are asked for"),
    ):
        path = given.get(name, "").strip()
        if path and not Path(path).exists():
            yield Finding(
                "warning", "settings", f"{name} ({what}) names {path}, which is not there", f"mend {name}"
            )
    if bool(given.get("VALUENET_LLM_URL")) != bool(given.get("VALUENET_LLM_MODEL")):
        what = "of VALUENET_LLM_URL and VALUENET_LLM_MODEL only one is set: no language model is asked"
        yield Finding("warning", "settings", what, "set both, or neither")


def keys(
    wanted: Mapping[str, tuple[str, bool, str]], environment: Mapping[str, str] | None = None
) -> Findings:
    """Keys of sources. wanted: environment variable → source, whether it cannot be visited without, what
    for."""
    given = os.environ if environment is None else environment
    for name, (source, required, why) in sorted(wanted.items()):
        if given.get(name, "").strip():
            yield Finding("ok", "keys", f"{source}: {name} is set")
        elif required:
            yield Finding(
                "note", "keys", f"{source} is not visited: {name} is not set ({why})", f"export {name}=…"
            )
        else:
            yield Finding("note", "keys", f"{source} is visited without a key: {name} is not set ({why})")
