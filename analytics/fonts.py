"""Fonts for charts: one that has Chinese characters, wherever the system keeps it.

Invariant: a chart never shows boxes in place of characters; without a Chinese font its words are English.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib import font_manager

_log = logging.getLogger(__name__)

#: Families with Chinese characters, those with the mainland's shapes of them first.
FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
)
#: Distributions that carry such a font in a folder of their own.
PACKAGES: Final = ("cvttf_NotoSansCJK_Regular",)
#: For Latin letters and digits; matplotlib brings it.
LATIN: Final = "DejaVu Sans"

_FONT_ENDINGS: Final = (".otf", ".ttf", ".ttc")


@cache
def chinese_family() -> str | None:
    """The family of a font with Chinese characters, known to matplotlib from then on; None, with a warning in the
    log, where there is none."""
    found = (
        _first_known(font.name for font in font_manager.fontManager.ttflist)
        or _new_on_system()
        or next(filter(None, map(family_of_package, PACKAGES)), None)
    )
    if found is None:
        _log.warning(
            "no font with Chinese characters was found: charts will be in English; install Noto Sans CJK "
            "(Debian: fonts-noto-cjk) or the package cvttf-notosanscjk-regular"
        )
    return found


def _first_known(names: Iterable[str]) -> str | None:
    known = set(names)
    return next((family for family in FAMILIES if family in known), None)


def _new_on_system() -> str | None:
    """A font that was installed after matplotlib took stock."""
    hints = ("cjk", "sourcehan", "wqy", "notosanssc", "simhei", "msyh", "pingfang")
    stock = {font.fname for font in font_manager.fontManager.ttflist}
    for path in sorted(font_manager.findSystemFonts()):
        if path not in stock and any(hint in Path(path).name.lower() for hint in hints):
            add(Path(path))
    return _first_known(font.name for font in font_manager.fontManager.ttflist)


def family_of_package(name: str) -> str | None:
    """The family of the first font file in an installed package, made known to matplotlib; None without either."""
    spec = importlib.util.find_spec(name)
    for place in spec.submodule_search_locations or () if spec else ():
        for path in sorted(Path(place).rglob("*")):
            if path.suffix.lower() in _FONT_ENDINGS:
                return add(path)
    return None


def add(path: Path) -> str | None:
    """Make a font file known to matplotlib; its family, or None where it cannot be read."""
    try:
        font_manager.fontManager.addfont(str(path))
    except (OSError, RuntimeError) as error:
        _log.warning("the font %s cannot be used: %s", path, error)
        return None
    return next((font.name for font in font_manager.fontManager.ttflist if font.fname == str(path)), None)
