"""What is taken from the environment, and the settings by which sites are visited."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from crawlers.registry import declarations
from crawlers.settings import BASE
from tools.reference.markdown import MADE, code, plain, table

FILE: Final = Path(__file__).with_name("environment.yaml")

#: Settings that a visitor of sites may want to know, with what they are.
SHOWN: Final = {
    "ROBOTSTXT_OBEY": "robots.txt is obeyed",
    "AUTOTHROTTLE_ENABLED": "slow hosts are asked more slowly",
    "RETRY_TIMES": "so often a request is made again",
    "RETRY_HTTP_CODES": "after these answers",
    "DOWNLOAD_TIMEOUT": "seconds until a request is given up",
    "DOWNLOAD_MAXSIZE": "bytes of a response at most; bulk files are read from the disk",
    "REDIRECT_MAX_TIMES": "redirects that are followed",
    "DEPTH_LIMIT": "links in a row that are followed",
    "URLLENGTH_LIMIT": "characters of an address at most",
    "CLOSESPIDER_TIMEOUT": "seconds of a visit at most",
    "COOKIES_ENABLED": "whether cookies are kept",
}


def environment() -> dict[str, dict[str, str]]:
    """`program` and `tools`: variable → what it is, as Markdown."""
    found: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def keys() -> dict[str, tuple[str, bool, str]]:
    """Variable → source, whether the source cannot be visited without it, what it gives."""
    return {
        key.env: (declared.name, key.required, key.why)
        for declared in declarations()
        for key in declared.keys
    }


def environment_page() -> str:
    """The page."""
    told = environment()
    known = [
        (code(name), code(source), "yes" if required else "no", plain(why))
        for name, (source, required, why) in sorted(keys().items())
    ]
    shown = [(code(name), code(_value(BASE[name])), plain(what)) for name, what in SHOWN.items()]
    return (
        "".join(
            (
                MADE,
                "# Environment and settings\n\nThere is no file of settings: a command's options say what it does, "
                "and the environment says what is of this place or secret. Secrets are kept nowhere; "
                "`valuenet doctor` tells which are set.\n\n## Of the program\n\n",
                table(("variable", "is"), _told(told["program"])),
                "## Keys of sources\n\n",
                table(("variable", "source", "needed", "for"), known),
                "## Of set-up and tests\n\n",
                table(("variable", "is"), _told(told["tools"])),
                "## How sites are visited\n\n"
                "Rates of each source stand with [the sources](sources.md). For all:\n\n",
                table(("setting", "value", "means"), shown),
            )
        ).rstrip()
        + "\n"
    )


def _told(told: dict[str, str]) -> list[tuple[str, str]]:
    return [(code(name), " ".join(what.split())) for name, what in told.items()]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )
