"""Stores of any size, for measuring how work grows: a resolved store of a made world, times so many.

A copy has the world's facts under other names: each coined brand and invented person gets one that no other copy
has, in names, texts and addresses alike; identifiers are others, too. Names of places, of trades and whatever else is
not coined stay, and so do mentions made of them alone. Ids are turned by a number of the copy, so that they are as
scattered as content makes them. Every article and event gets a page and a snapshot of its own, rows of lists twenty to
a page, as if they had been crawled. The list of names kept for the model is made of all in the end.

What it is not: the copies tell of each other nothing (no cooperation crosses from one into another), no text is kept,
and no name of one copy was compared with those of another.

    python -m tests.benchmarks.growth_store RESOLVED.db TARGET.db [--copies 10]
    python -m tests.benchmarks.growth_store TARGET.db postgresql+psycopg://… --load
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
import psycopg
from psycopg import Cursor
from sqlalchemy import Integer, LargeBinary, Table, text

from crawlers.sample_web.generator.naming import CHARACTERS, INVENTED, SURNAMES, brands, persons
from entity_resolution import name_index
from entity_resolution.clustering import entity_id
from entity_resolution.matching.name import Name
from pipelines.store import schema
from pipelines.store.session import open_store, writing

#: Rows of a list that stand on one page; of other files each row is a page.
ROWS_A_PAGE: Final = 20
_LISTS: Final = ("patents", "companies", "accounts", "people")
#: Of a length that holds whole brands and their sounds.
_WORD: Final = re.compile(
    f"[{SURNAMES}][{CHARACTERS}]{{2}}(?:{'|'.join(INVENTED)})|[{CHARACTERS}]{{3}}|[A-Z]?[a-z]{{5,}}"
)


class Renaming:
    """Coined words and what each is in a copy: the words that come that much later in the order they are drawn in."""

    def __init__(self, seed: int, copies: int, used: int, people: int) -> None:
        self._brands = list(islice(brands(seed), used * copies))
        self._people = list(islice(persons(seed), people * copies))
        self._used, self._many = used, people
        self._of_brand = {brand: at for at, (brand, _) in enumerate(self._brands[:used])}
        self._of_sound = {sound: at for at, (_, sound) in enumerate(self._brands[:used])}
        self._of_lower = {sound.lower(): at for sound, at in self._of_sound.items()}
        self._longest = max(map(len, self._of_lower), default=0)
        self._of_person = {name: at for at, name in enumerate(self._people[:people])}

    def text_or_none(self, text: str | None, copy: int) -> str | None:
        """The same of what may be empty."""
        return None if text is None else self.text(text, copy)

    def text(self, text: str, copy: int) -> str:
        """The text as the copy has it."""
        return _WORD.sub(lambda found: self._word(found[0], copy), text)

    def _word(self, word: str, copy: int) -> str:
        if (at := self._of_brand.get(word)) is not None:
            return self._brands[at + copy * self._used][0]
        if (at := self._of_sound.get(word)) is not None:
            return self._brands[at + copy * self._used][1]
        if (at := self._of_lower.get(word)) is not None:
            return self._brands[at + copy * self._used][1].lower()
        if (at := self._of_person.get(word)) is not None:
            return self._people[at + copy * self._many]
        # a key is written in one: the sound and what follows it
        for end in range(min(len(word) - 1, self._longest), 5, -1):
            if (at := self._of_lower.get(word[:end])) is not None:
                return self._brands[at + copy * self._used][1].lower() + word[end:]
        return word


def code(value: str, copy: int) -> str:
    """Another identifier of the same length and alphabet."""
    digest = hashlib.blake2b(f"{copy} {value}".encode(), digest_size=32).digest()
    return "".join(
        chr(ord("0") + byte % 10) if char.isdigit() else char
        for char, byte in zip(value, digest * (len(value) // 32 + 1), strict=False)
    )


def spread(number: int, row: int) -> int:
    """A 62-bit id of a page."""
    return int.from_bytes(hashlib.blake2b(f"{number} {row}".encode(), digest_size=8).digest(), "big") >> 2


def grow(source: Path, target: Path, copies: int, *, seed: int = 1) -> None:
    """Write the store `target`: the resolved store `source` so many times over."""
    shutil.copyfile(source, target)
    database = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-4000000"):
        database.execute(f"PRAGMA {pragma}")
    indexes = [
        (name, words)
        for name, words in database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
    ]
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    _paged(database)
    if copies > 1:
        used, people = _counts(database, seed)
        renaming = Renaming(seed, copies, used, people)
        renamed = lru_cache(maxsize=500_000)(renaming.text_or_none)
        database.create_function("text_of", 2, renamed, deterministic=True)
        database.create_function("code_of", 2, code, deterministic=True)
        database.create_function("entity_of", 1, entity_id, deterministic=True)
        judgements, evidence = (
            database.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]
            for name in ("judgement", "evidence")
        )
        for name in _COPIED:
            database.execute(f"CREATE TEMP TABLE first_{name} AS SELECT * FROM {name}")
        for copy in range(1, copies):
            began = time.process_time()
            _copy(database, copy, judgements, evidence)
            renamed.cache_clear()
            click.echo(f"  copy {copy}: {time.process_time() - began:.0f} CPU s")
        # the last resolution knew all of it: what it did not know would be derived anew by the next
        database.execute(
            "UPDATE resolution SET last_judgement = (SELECT max(id) FROM judgement), "
            "entities = (SELECT count(*) FROM entity WHERE redirect_to IS NULL) "
            "WHERE id = (SELECT max(id) FROM resolution)"
        )
    for _, words in indexes:
        database.execute(words)
    database.execute("PRAGMA journal_mode=WAL")
    database.close()


#: In an order in which each speaks of earlier ones alone.
_COPIED: Final = (
    *("snapshot", "page", "mention", "mention_identifier", "fact", "fact_mention", "evidence", "judgement"),
    *("entity", "mention_entity", "entity_relation", "stated_name", "candidate", "sample_member"),
)


def _counts(database: sqlite3.Connection, seed: int) -> tuple[int, int]:
    """How many brands and persons of the order are in use."""
    found: set[str] = set()
    for (name,) in database.execute("SELECT name FROM mention"):
        found.update(_WORD.findall(name))
    used = max(at for at, (brand, _) in enumerate(islice(brands(seed), 500_000)) if brand in found) + 1
    people = max((at for at, name in enumerate(islice(persons(seed), 200_000)) if name in found), default=0)
    return used, people + 1


def _paged(database: sqlite3.Connection) -> None:
    """A page and a snapshot for each article, and for twenty rows of each list."""
    database.create_function("spread", 2, spread, deterministic=True)
    listed = " OR ".join(f"p.url LIKE '%{name}%'" for name in _LISTS)
    database.execute(
        f"""CREATE TEMP TABLE place AS
        SELECT e.id, e.page_id,
               CAST(substr(e.locator, instr(e.locator, ':') + 1) AS INTEGER)
               / (CASE WHEN {listed} THEN {ROWS_A_PAGE} ELSE 1 END) AS part
        FROM evidence e JOIN page p ON p.id = e.page_id"""
    )
    database.execute(
        "CREATE TEMP TABLE part AS SELECT DISTINCT page_id, part, spread(page_id, part) AS new FROM place"
    )
    database.execute("CREATE UNIQUE INDEX temp.ix_part ON part (page_id, part)")
    database.execute("CREATE UNIQUE INDEX temp.ix_place ON place (id)")
    for table, own in (("snapshot", "s"), ("page", "p")):
        columns = _columns(database, table)
        new = {
            "id": "t.new",
            "snapshot_id": "t.new",
            "url": f"{own}.url || '/' || t.part",
            "sha256": f"substr({own}.sha256, 1, 40) || printf('%024x', t.new)",
            "offset": "t.new % 1000000000",
            "size": "20000",
        }
        database.execute(
            f"INSERT INTO {table} SELECT {', '.join(new.get(name, f'{own}.{_quoted(name)}') for name in columns)} "
            "FROM temp.part t JOIN page p ON p.id = t.page_id JOIN snapshot s ON s.id = p.snapshot_id "
            "ORDER BY t.new"
        )
    database.execute(
        """UPDATE evidence SET page_id = new.new, snapshot_id = new.new FROM (
        SELECT l.id, t.new FROM temp.place l JOIN temp.part t ON t.page_id = l.page_id AND t.part = l.part
        ) AS new WHERE new.id = evidence.id"""
    )
    database.execute("DROP TABLE temp.place")
    database.execute("DROP TABLE temp.part")


def _copy(database: sqlite3.Connection, copy: int, judgements: int, evidence: int) -> None:
    mask = int.from_bytes(hashlib.blake2b(f"copy {copy}".encode(), digest_size=8).digest(), "big") >> 2

    def turned(column: str) -> str:
        return f"(({column} | {mask}) - ({column} & {mask}))"

    def words(column: str) -> str:
        return f"text_of({column}, {copy})"

    # a mention in whose name nothing is coined is the same in every copy
    database.execute(
        f"CREATE TEMP TABLE who AS SELECT id AS old, CASE WHEN {words('name')} = name THEN id "
        f"ELSE {turned('id')} END AS new FROM temp.first_mention"
    )
    database.execute("CREATE UNIQUE INDEX temp.ix_who ON who (old)")
    database.execute(
        "CREATE TEMP TABLE whom AS SELECT e.id AS old, CASE WHEN w.old = w.new THEN e.id "
        "ELSE entity_of(w.new) END AS new "
        "FROM temp.first_entity e JOIN temp.who w ON w.old = e.mention_id"
    )
    database.execute("CREATE UNIQUE INDEX temp.ix_whom ON whom (old)")
    mention = "(SELECT new FROM temp.who WHERE old = x.{})".format
    entity = "(SELECT new FROM temp.whom WHERE old = x.{})".format
    later = f"+ {copy * judgements}"
    new: dict[str, dict[str, str]] = {
        "snapshot": {
            "id": turned("x.id"),
            "url": f"x.url || '?{copy}'",
            "sha256": f"code_of(x.sha256, {copy})",
        },
        "page": {"id": turned("x.id"), "snapshot_id": turned("x.snapshot_id"), "url": f"x.url || '?{copy}'"},
        "mention": {"id": mention("id"), "name": words("x.name")},
        "mention_identifier": {"mention_id": mention("mention_id"), "value": f"code_of(x.value, {copy})"},
        "fact": {
            "id": turned("x.id"),
            "slot": turned("x.slot"),
            "value": f"CASE x.kind WHEN 'patent' THEN code_of(x.value, {copy}) ELSE {words('x.value')} END",
            "as_written": words("x.as_written"),
            "detail": words("x.detail"),
        },
        "fact_mention": {"fact_id": turned("x.fact_id"), "mention_id": mention("mention_id")},
        "evidence": {
            "id": f"x.id + {copy * evidence}",
            "fact_id": turned("x.fact_id"),
            "page_id": turned("x.page_id"),
            "snapshot_id": turned("x.snapshot_id"),
            "quote": words("x.quote"),
        },
        "judgement": {
            "id": f"x.id {later}",
            "left_id": mention("left_id"),
            "right_id": mention("right_id"),
            # a link's case is the mention that it speaks of
            "features": f"CASE x.\"by\" WHEN 'rule:link' THEN replace(x.features, x.left_id, {mention('left_id')}) "
            f"ELSE {words('x.features')} END",
            "reason": words("x.reason"),
            "undoes": f"x.undoes {later}",
        },
        "entity": {
            "id": entity("id"),
            "mention_id": mention("mention_id"),
            "redirect_to": entity("redirect_to"),
            "name": words("x.name"),
            "name_en": words("x.name_en"),
        },
        "mention_entity": {
            "mention_id": mention("mention_id"),
            "entity_id": entity("entity_id"),
            "exact_key": words("x.exact_key"),
        },
        "entity_relation": {
            "inner_id": entity("inner_id"),
            "outer_id": entity("outer_id"),
            "judgement_id": f"x.judgement_id {later}",
        },
        "stated_name": {
            "mention_id": mention("mention_id"),
            "name": words("x.name"),
            "exact_key": words("x.exact_key"),
        },
        "candidate": {
            "id": turned("x.id"),
            "left_id": mention("left_id"),
            "right_id": mention("right_id"),
            "why": words("x.why"),
            "judgement_id": f"x.judgement_id {later}",
        },
        "sample_member": {"entity_id": entity("entity_id")},
    }
    # rows about such mentions alone are there already
    kept = {
        "mention": f"{mention('id')} = x.id",
        "mention_identifier": f"{mention('mention_id')} = x.mention_id",
        "judgement": f"{mention('left_id')} = x.left_id AND {mention('right_id')} = x.right_id",
        "entity": f"{entity('id')} = x.id",
        "mention_entity": f"{mention('mention_id')} = x.mention_id",
        "entity_relation": f"{entity('inner_id')} = x.inner_id AND {entity('outer_id')} = x.outer_id",
        "stated_name": f"{mention('mention_id')} = x.mention_id",
        "candidate": f"{mention('left_id')} = x.left_id AND {mention('right_id')} = x.right_id",
        "sample_member": f"{entity('entity_id')} = x.entity_id",
    }
    for table in _COPIED:
        columns = _columns(database, table)
        values = (new[table].get(name, f"x.{_quoted(name)}") for name in columns)
        where = f"WHERE NOT ({kept[table]}) " if table in kept else ""
        statement = (
            f"INSERT INTO {table} SELECT {', '.join(values)} FROM temp.first_{table} x {where}ORDER BY 1"
        )
        database.execute(statement)
    database.execute("DROP TABLE temp.who")
    database.execute("DROP TABLE temp.whom")


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def _quoted(name: str) -> str:
    return f'"{name}"'


def index_names(source: Path, url: str, copies: int, *, seed: int = 1) -> int:
    """Keep the names of all copies for the model, as `resolve` does where it decides all; how many."""
    with closing(sqlite3.connect(source)) as database:
        renaming = Renaming(seed, copies, *_counts(database, seed))
        rows = database.execute("SELECT exact_key, name, kind, country, place FROM known_name").fetchall()
    named: dict[str, Name] = {}
    for copy in range(copies):
        for key, name, *said in rows:
            there = renaming.text(key, copy) if copy else key
            named.setdefault(there, Name(there, renaming.text(name, copy) if copy else name, *said))
    engine = open_store(url)
    with writing(engine) as connection:
        name_index.make(connection, named)
    engine.dispose()
    return len(named)


def load(source: Path, url: str) -> None:
    """Copy all rows of the SQLite store into an empty database of PostgreSQL, indexes last."""
    engine = open_store(url, create=True)
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with engine.begin() as connection:
        there = [
            (row[0], row[1])
            for row in connection.execute(
                text(
                    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN "
                    "(SELECT conname FROM pg_constraint)"
                )
            )
        ]
        for name, _ in there:
            connection.execute(text(f'DROP INDEX "{name}"'))
    with psycopg.connect(address) as target, target.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        cursor.execute("SET timezone = 'UTC'")
        tables = schema.metadata.sorted_tables
        for table in tables:
            cursor.execute(f'DELETE FROM "{table.name}"')  # what a new store is given: taxonomies
        for table in tables:
            _load_table(source, table, cursor)
            serial = table.autoincrement_column
            if serial is not None and isinstance(serial.type, Integer):
                cursor.execute(
                    f'SELECT setval(s, (SELECT coalesce(max({serial.name}), 0) + 1 FROM "{table.name}"), false) '
                    f"FROM pg_get_serial_sequence('{table.name}', '{serial.name}') s WHERE s IS NOT NULL"
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _, words in there:
            connection.execute(text(words))
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _load_table(source: Path, table: Table, cursor: Cursor[Any]) -> None:
    """By SQLite's own program, as CSV: row by row in Python it takes several times as long."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(
        f"'\\x' || hex(\"{column.name}\")" if isinstance(column.type, LargeBinary) else f'"{column.name}"'
        for column in table.columns
    )
    command = ["sqlite3", "-readonly", "-csv", "-nullvalue", r"\N", str(source)]
    with subprocess.Popen([*command, f'SELECT {values} FROM "{table.name}"'], stdout=subprocess.PIPE) as rows:
        assert rows.stdout is not None
        words = f"COPY \"{table.name}\" ({names}) FROM STDIN (FORMAT csv, NULL '\\N')"
        with cursor.copy(words) as copy:
            while block := rows.stdout.read(1 << 20):
                copy.write(block)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("target")
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--load", action="store_true", help="from SQLite into PostgreSQL, row by row")
    chosen = parser.parse_args()
    began = time.process_time()
    if chosen.load:
        load(chosen.source, chosen.target)
    else:
        grow(chosen.source, Path(chosen.target), chosen.copies)
        url = f"sqlite:///{chosen.target}"
        click.echo(f"{index_names(chosen.source, url, chosen.copies):,} names")
    click.echo(f"{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
