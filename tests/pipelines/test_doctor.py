"""The doctor finds what a test breaks, and says how to mend it; a sound store has no errors."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, insert, select, text, update

from pipelines.operations.doctor import archives, environment, models, settings, stores
from pipelines.operations.doctor.finding import Finding
from pipelines.operations.doctor.looking import look
from pipelines.operations.stages import queued_visits
from pipelines.store import schema
from pipelines.store.archive import Archive
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import writing
from pipelines.store.turns import this_visitor
from pipelines.store.types import now
from pipelines.store.writing import Reading, StoreWriter
from tests.filled_store import fill, financing, source_row, supply
from valuenet import main

DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def told(found: Iterable[Finding], level: str = "") -> list[str]:
    return [one.what for one in found if one.level == level or (not level and one.level != "ok")]


@pytest.fixture
def filled(store: Engine) -> Engine:
    fill(store, financing("甲木科技", "丙火资本"), supply("甲木科技", "乙水集团"))
    return store


# ── the store ─────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_store(filled: Engine) -> None:
    with filled.connect() as connection:
        assert told(stores.whole(filled, connection, full=True)) == []
        assert told(stores.clocks(connection)) == []
        assert told(stores.runs(connection)) == []
        assert told(stores.agenda(connection)) == []
        assert told(stores.waiting(connection)) == ["3 names belong to nobody yet"]
        assert queued_visits(connection) == {}


def _without_evidence(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(delete(schema.evidence))


def _without_roles(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(delete(schema.fact_mention))


def _backwards(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(schema.evidence).values(ended_at=DAY.replace(year=1999)))


def _open_on_gone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(schema.page).values(gone_at=DAY))


def _chain(engine: Engine) -> None:
    with writing(engine) as connection:
        keys = list(connection.execute(select(schema.mention.c.id)).scalars())
        done = connection.execute(
            insert(schema.resolution).values(made_at=DAY, version="1", mentions=0, entities=0)
        )
        assert done.inserted_primary_key
        for at, (name, onward) in enumerate((("a", None), ("b", "a"), ("c", "b"))):
            connection.execute(
                insert(schema.entity).values(
                    id=name, mention_id=keys[at], born=done.inserted_primary_key[0], redirect_to=onward,
                    kind="company", name=name,
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_without_evidence, "2 facts have no evidence"),
        (_without_roles, "2 facts speak of nobody"),
        (_backwards, "2 places of facts end before they begin"),
        (_open_on_gone, "2 places of facts are open on pages that are gone"),
        (_chain, "1 entities lead to one that leads on"),
    ],
)
def test_what_is_not_whole(harm: Callable[[Engine], None], said: str, filled: Engine) -> None:
    harm(filled)
    with filled.connect() as connection:
        found = list(stores.whole(filled, connection))
    assert said in told(found)
    assert all(one.mend for one in found if one.level != "ok")


def test_rows_that_name_nothing(filled: Engine) -> None:
    if filled.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets nobody write such rows")
    with filled.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    raw = filled.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("DELETE FROM page")
    raw.close()
    with filled.connect() as connection:
        assert "2 rows name a row that is not there" in told(stores.whole(filled, connection), "error")


def _process(number: int) -> str:
    return f"{socket.gethostname()} process {number} begun 1"


def test_runs_and_leases_of_the_dead(filled: Engine) -> None:
    long_ago = now() - dt.timedelta(hours=3)
    for name in ("dead", "alive", "elsewhere", "files", "failed"):
        kind, scope = "import" if name == "files" else "crawl", "site=x" if name == "elsewhere" else ""
        run = open_run(filled, source_row(name), kind, scope)
        if name == "failed":
            close_run(filled, run, "failed", "no answer", alarm="it gave nothing")
    with writing(filled) as connection:
        open_now = schema.run.c.outcome == "running"
        connection.execute(update(schema.run).where(open_now).values(started_at=long_ago))
        soon = now() + dt.timedelta(minutes=2)
        held = {"held_since": long_ago, "held_until": soon, "part": ""}
        connection.execute(
            insert(schema.agenda),
            [
                {"source": "dead", "holder": _process(2**22 + 1), "held_since": long_ago, "held_until": soon},
                {"source": "alive", "holder": this_visitor(), "held_since": long_ago, "held_until": soon},
            ],
        )
        connection.execute(
            insert(schema.part_turn),
            {**held, "source": "elsewhere", "part": "site=x", "holder": "far process 1 begun 1"},
        )
    with filled.connect() as connection:
        found = list(stores.runs(connection))
    assert [one.split(" (")[0] for one in told(found, "warning")] == [
        "run 2 of dead",
        "failed: it gave nothing",
        "the last visit of failed failed: no answer",
    ]
    assert [one.split(" is held")[0] for one in told(found, "note")] == ["dead"]
    with writing(filled) as connection:
        files = schema.part_turn.c.source == "files"
        connection.execute(update(schema.part_turn).where(files).values(held_until=long_ago))
    with filled.connect() as connection:
        assert any("of files" in one for one in told(stores.runs(connection), "warning"))


def test_overdue_and_ahead(filled: Engine) -> None:
    with writing(filled) as connection:
        late = now() - dt.timedelta(days=3)
        connection.execute(insert(schema.agenda).values(source="test", due_at=late))
        connection.execute(update(schema.run).values(started_at=now() + dt.timedelta(days=1)))
    with filled.connect() as connection:
        assert [one[:17] for one in told(stores.agenda(connection))] == ["test is due since"]
        assert "in the future" in told(stores.clocks(connection), "error")[0]
    with writing(filled) as connection:
        connection.execute(update(schema.agenda).values(paused=True))
    with filled.connect() as connection:
        assert told(stores.agenda(connection)) == []


# ── the archive ───────────────────────────────────────────────────────────────────────────────────


def test_the_archive(filled: Engine, tmp_path: Path) -> None:
    with writing(filled) as connection:  # facts of `fill` cite a file that never was
        connection.execute(text("UPDATE snapshot SET archive = 'none.warc.gz'"))
    folder = tmp_path / "archive"
    assert "no folder" in told(archives.archive(filled, folder), "error")[0]
    run = open_run(filled, source_row("bytes"), "crawl")
    kept = Archive(folder, filled, "bytes")
    pages = [f"https://a.example/{number}" for number in range(30)]
    readings = [Reading(page, DAY, kept.add(page, page.encode() * 50, fetched_at=DAY)) for page in pages]
    kept.close()
    StoreWriter(filled, "bytes", run).write(readings)
    assert told(archives.archive(filled, folder, seed=1)) == [
        "none.warc.gz is missing, which 1 snapshots lie in"
    ]
    (warc,) = folder.glob("bytes*")
    data = bytearray(warc.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    warc.write_bytes(data)
    for full in (True, False):
        assert (
            "snapshots read are bad" in told(archives.archive(filled, folder, full=full, seed=1), "error")[-1]
        )


# ── the machine ───────────────────────────────────────────────────────────────────────────────────


def test_libraries_against_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(
        "click==0.0.1 \\\n    --hash=sha256:00\n"
        "no-such-library==1 \\\n    --hash=sha256:00\n"
        "no-such-either==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )
    found = list(environment.libraries(lock))
    assert told(found, "error") == ["not installed: no-such-library"]
    assert told(found, "warning")[0].startswith("other than tested with: click")
    assert told(environment.libraries(tmp_path / "none"), "note") != []


def test_a_library_of_the_system_that_is_not_there() -> None:
    (found,) = environment.linked({"libnobodyhasit.so.9": ("libnobody9", "nothing works")})
    assert (found.level, found.area) == ("error", "libraries")
    assert found.what == "libnobodyhasit.so.9 is not there: nothing works"
    assert found.mend == "apt-get install libnobody9"
    assert list(environment.linked()) == []


def test_models_are_those_handed_out(tmp_path: Path) -> None:
    wanted = environment.CHECKSUMS.read_text("utf-8").splitlines()
    again = "a model was trained anew: python -m pipelines.operations.doctor.models, and commit what it wrote"
    assert models.listed() == wanted, again
    assert told(environment.models()) == []
    name = "pipelines/reading/x/model/a.bin"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(b"a")
    sums = tmp_path / "sums"
    sums.write_text("\n".join(models.listed(tmp_path)) + f"\n{'0' * 64}  absent\n")
    assert told(environment.models(tmp_path, sums)) == ["missing: absent"]
    (tmp_path / name).write_bytes(b"b")
    assert told(environment.models(tmp_path, sums), "warning") == [f"not as handed out: {name}"]


def test_secrets_that_others_read(tmp_path: Path) -> None:
    path = tmp_path / "valuenet.env"
    path.write_text("VALUENET_EPO_KEY=hidden")
    path.chmod(0o640)
    (one,) = environment.secrets([tmp_path, tmp_path / "none"])
    assert (one.level, one.mend) == ("error", f"chmod 600 {path}")
    path.chmod(0o600)
    assert told(environment.secrets([tmp_path])) == []


def test_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("VALUENET_BROWSER", "no-such-browser")
    assert [one.level for one in environment.programs(True)] == ["error", *["warning"] * 4]
    assert next(iter(environment.font())).area == "font"


def test_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert len(list(environment.room([tmp_path, tmp_path / "not" / "there"]))) == 1
    monkeypatch.setattr(environment, "ROOM_LEAST", 1 << 62)
    assert told(environment.room([tmp_path]), "error") != []
    assert told(environment.python(), "error") == []


def test_settings_and_keys_without_their_values() -> None:
    given = {"VALUENET_ARCHIVE": "not/there", "VALUENET_LLM_URL": "http://x", "VALUENET_A_KEY": "very secret"}
    found = list(settings.settings(given))
    assert len(told(found, "warning")) == 3
    wanted = {
        "VALUENET_A_KEY": ("a", True, "why"),
        "VALUENET_B_KEY": ("b", True, "why"),
        "VALUENET_C": ("c", False, ""),
    }
    own = list(settings.keys(wanted, given))
    assert [one.level for one in own] == ["ok", "note", "note"]
    assert not any("very secret" in one.what + one.mend for one in (*found, *own))


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────


def test_as_a_command(filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = filled.url.render_as_string(hide_password=False)
    archive = tmp_path / "a"
    done = CliRunner().invoke(main, ["--store", url, "doctor", "--archive", str(archive), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [one["area"] for one in found if one["level"] == "error"] == ["archive"]
    with writing(filled) as connection:
        connection.execute(text("UPDATE snapshot SET archive = 'a.warc.gz'"))
    archive.mkdir()
    done = CliRunner().invoke(main, ["--store", url, "doctor", "--archive", str(archive)])
    assert "a.warc.gz is missing" in done.stdout
    assert "Python 3" not in done.stdout


def test_a_store_that_cannot_be_used(tmp_path: Path) -> None:
    found = list(look(f"sqlite:///{tmp_path / 'absent.db'}"))
    assert told(found, "error") == [f"there is no store at {tmp_path / 'absent.db'}; run: valuenet init"]
    away = list(look("postgresql://nobody:hidden@127.0.0.1:1/none"))
    assert len(told(away, "error")) == 1
    assert not any("hidden" in one.what for one in away)
