"""No command writes through a link that leads out of the folder that was named."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest

from analytics.csv_files import write_whole
from analytics.out_folder import refuse_ways_out
from pipelines.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.txt").write_text("kept", encoding="utf-8")
    return tmp_path / "out"


@pytest.mark.parametrize(
    "target", ["../elsewhere", "../elsewhere/kept.txt", "../elsewhere/none", "/etc", "deep/../.."]
)
@pytest.mark.parametrize("place", ["entities", "deep/index.html"])
def test_a_link_that_leads_out_is_refused(target: str, place: str, folder: Path) -> None:
    link = folder / place
    link.symlink_to(target if target.startswith("/") or "/" not in place else f"../{target}")
    with pytest.raises(UsageError, match="leads out"):
        refuse_ways_out(folder)


def test_links_within_and_a_named_link_are_not(folder: Path) -> None:
    (folder / "again").symlink_to("deep")
    named = folder.with_name("named")
    named.symlink_to("out")
    refuse_ways_out(folder)
    refuse_ways_out(named)
    refuse_ways_out(folder / "not there yet")


def test_a_link_in_the_place_of_a_half_written_file_is_replaced(folder: Path) -> None:
    kept = folder.with_name("elsewhere") / "kept.txt"
    (folder / "a.csv").symlink_to(kept)
    (folder / "a.csv.part").symlink_to(kept)

    def fill(file: IO[str]) -> None:
        file.write("new")

    write_whole(folder / "a.csv", fill)
    assert (folder / "a.csv").read_text(encoding="utf-8") == "new"
    assert kept.read_text(encoding="utf-8") == "kept"
