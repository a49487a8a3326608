"""Files that people hand in: mappings, corrections, taxonomies, curated names (YAML), tables, lists of edges."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from analytics.edge_files import read_network
from crawlers import importing
from crawlers.kinds import kinds
from crawlers.mappings import LAYOUTS, load_mapping
from crawlers.tabular import read_sheet
from entity_resolution.curated import read_curated
from pipelines import taxonomy
from pipelines.correcting import load_corrections
from pipelines.errors import InputError, UsageError
from pipelines.store.session import open_store
from tests.fuzzing.pages import _bytes
from tests.fuzzing.targets import Target, short
from tests.fuzzing.targets.texts import damaged_text

ROOT: Final = Path(__file__).resolve().parents[3]
#: The messages of a file's errors name what is known; none is longer, in characters.
MESSAGE_MOST: Final = 20_000
_YAML_WORDS: Final = (
    "\n", ": ", "- ", "{", "}", "[", "]", "null", "~", "1e3", "0x1F", "2020-01-01", "yes", "!!python/name:os.system", "&a ", "*a",
    "<<: *a", "? ", "|", ">", "'", '"', "#", "\t", "%YAML 9.9", "---", "kind", "columns", "12:30:45", ".inf", "!!binary x", "=",
)  # fmt: skip


def _config(folder: str, pattern: str = "*.yaml") -> list[str]:
    return [one.read_text("utf-8")[:6_000] for one in sorted((ROOT / folder).glob(pattern))]


def _damaged_yaml(examples: list[str]) -> Callable[[random.Random], str]:
    def make(dice: random.Random) -> str:
        return damaged_text(dice.choice(examples), dice, _YAML_WORDS)

    return make


def _read_by(reader: Callable[[Path], Any], *, folder: bool = False) -> Callable[[str], None]:
    def check(text: str) -> None:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "given.yaml")
            path.write_text(text, encoding="utf-8", errors="replace")
            try:
                reader(Path(place) if folder else path)
            except (InputError, UsageError) as error:
                short(error, MESSAGE_MOST)

    return check


def _table(dice: random.Random) -> tuple[str, bytes]:
    """A table of some kind, with damages in its header, its cells or its bytes."""
    kind = dice.choice(sorted(kinds()))
    headers = [
        *kinds()[kind].required,
        *dice.sample(sorted(kinds()[kind].fields), k=min(4, len(kinds()[kind].fields))),
    ]
    rows = [[damaged_text(dice.choice(_CELLS), dice) if dice.random() < 0.4 else dice.choice(_CELLS) for _ in headers]
            for _ in range(dice.randint(0, 4))]  # fmt: skip
    if dice.random() < 0.3:
        headers = [damaged_text(one, dice) if dice.random() < 0.3 else one for one in headers]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headers, *rows])
    text = out.getvalue()
    charset = dice.choice(("utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"))
    data = text.encode(charset, "replace")
    return kind, _bytes(data, dice) if dice.random() < 0.4 else data


_CELLS: Final = (
    "甲公司", "2014-03-05", "1亿元", "A轮", "北京", "company", "乙大学", "", "yes", "=1+1", "x" * 400, "91110108551385082Q",
    "甲公司、乙公司", "12.5", "-", "https://example.org", "1,000", "a\nb", "张三", "\x00", "2014",
)  # fmt: skip


def check_table(given: tuple[str, bytes]) -> None:
    """Every row becomes records or a rejection, or the file is refused as a whole; nothing of it is dropped."""
    kind, data = given
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "rows.csv")
        path.write_bytes(data)
        engine = open_store(f"sqlite:///{place}/store.db", create=True)
        try:
            importing.import_file(engine, Path(place, "archive"), kind, path)
            rows = sum(1 for one in read_sheet(path, data).rows if any(one.cells.values()) or one.fault)
            with engine.connect() as connection:
                told = connection.exec_driver_sql(
                    "SELECT (SELECT count(*) FROM fact) + (SELECT count(*) FROM rejected) + (SELECT count(*) FROM mention)"
                ).scalar_one()
            assert told or not rows, (kind, rows)
        except (InputError, UsageError) as error:
            short(error, MESSAGE_MOST)
        finally:
            engine.dispose()


def _edges(dice: random.Random) -> tuple[bytes, bool]:
    ends = ("a", "b", "c", "甲", "=1", '"q"', "", " d ")
    rows = [["Source", "Target", "Weight", "Type"][: dice.randint(2, 4)]]
    rows += [
        [
            dice.choice(ends),
            dice.choice(ends),
            dice.choice(("1", "2.5", "0", "-1", "nan", "1e999", "x")),
            "Directed",
        ][: len(rows[0])]
        for _ in range(dice.randint(0, 8))
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    text = out.getvalue()
    data = (damaged_text(text, dice) if dice.random() < 0.5 else text).encode("utf-8", "replace")
    return _bytes(data, dice) if dice.random() < 0.3 else data, dice.random() < 0.5


def check_edges(given: tuple[bytes, bool]) -> None:
    """Refused with a place, or a network whose edges stand between its nodes, with positive weights."""
    data, undirected = given
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "edges.csv")
        path.write_bytes(data)
        try:
            network = read_network(path, undirected=undirected)
        except InputError as error:
            short(error, MESSAGE_MOST, "edges.csv")
            return
    assert network.nodes["entity"].is_unique
    assert (network.edges["weight"] > 0).all()
    assert {*network.edges["source"], *network.edges["target"]} <= {*range(len(network.nodes))}


TARGETS: Final = (
    Target("mappings", _damaged_yaml([one.read_text("utf-8") for one in sorted(LAYOUTS.glob("*.yaml"))]), _read_by(load_mapping)),
    Target("corrections", _damaged_yaml(_config("pipelines/corrections")), _read_by(load_corrections, folder=True)),
    Target("taxonomies", _damaged_yaml(_config("pipelines/taxonomy")), _read_by(taxonomy.load)),
    Target("curated names", _damaged_yaml(_config("entity_resolution/curated")), _read_by(read_curated)),
    Target("tables handed in", _table, check_table),
    Target("lists of edges", _edges, check_edges),
)  # fmt: skip
