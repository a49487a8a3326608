"""A font with Chinese characters: found on the system, in a package, or not at all."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib import font_manager

from analytics import fonts


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    fonts.chinese_family.cache_clear()
    yield
    fonts.chinese_family.cache_clear()


def test_the_mainland_shapes_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = [
        font_manager.FontEntry(fname=f"/{name}.otf", name=name)
        for name in ("DejaVu Sans", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Sans CJK SC")
    ]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", stock)
    assert fonts.chinese_family() == "Noto Sans CJK SC"


def test_without_any_there_is_a_plain_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_package_of_fonts",))
    with caplog.at_level(logging.WARNING):
        assert fonts.chinese_family() is None
    assert "charts will be in English" in caplog.text


def test_a_font_in_a_package_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any real font will do to stand for the package's."""
    package = tmp_path / "package_with_a_font"
    package.mkdir()
    (package / "__init__.py").touch()
    real = font_manager.findfont("DejaVu Sans")
    shutil.copy(real, package / "Some.ttf")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
    assert fonts.family_of_package("package_with_a_font") == "DejaVu Sans"
    sys.modules.pop("package_with_a_font", None)


def test_a_file_that_is_no_font_is_left_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "no.ttf").write_bytes(b"not a font")
    with caplog.at_level(logging.WARNING):
        assert fonts.add(tmp_path / "no.ttf") is None
    assert "cannot be used" in caplog.text
