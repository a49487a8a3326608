"""A full disk and a clock that jumps: told plainly, nothing half-written, and the next run completes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, or_, select

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.end_to_end.small_disk import Disk
from tests.program import ROOT, environment, run
from tests.store_content import content


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb() as web:
        yield web


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory, web: SampleWeb) -> Path:
    """Stores on the way to a report: begun, read, and with a frozen sample."""
    folder = tmp_path_factory.mktemp("states")
    web.write_files(folder / "files")
    store = ("--store", f"sqlite:///{folder / 'store.db'}")
    run(*store, "init", cwd=folder)
    _keep(folder, "begun")
    run(*store, "import", "companies", folder / "files" / "companies.csv", cwd=folder, timeout=200)
    run(*store, "import", "financing", folder / "files" / "financing.csv", cwd=folder, timeout=200)
    _keep(folder, "read")
    run(*store, "resolve", cwd=folder, timeout=200)
    run(*store, "sample", "propose", "2021", "--until", "2021", cwd=folder, timeout=200)
    _keep(folder, "proposed")
    return folder


def _keep(folder: Path, name: str) -> None:
    open_store(f"sqlite:///{folder / 'store.db'}").dispose()
    shutil.copyfile(folder / "store.db", folder / f"{name}.db")


CASES = {
    "crawl": ("begun", ("crawl", "ror", "gleif", "--web", "{web}")),
    "import": ("begun", ("import", "companies", "{files}/companies.csv")),
    "resolve": ("read", ("resolve",)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("room", [200])
def test_a_full_disk_is_told_and_the_next_run_completes(
    name: str, room: int, disk: Disk, states: Path, web: SampleWeb, tmp_path: Path
) -> None:
    state, words = CASES[name]
    asked = [word.format(web=web.base, files=states / "files") for word in words]
    whole = tmp_path / "whole.db"
    for target in (whole, disk.place / "store.db"):
        shutil.copyfile(states / f"{state}.db", target)
    run("--store", f"sqlite:///{whole}", *asked, cwd=tmp_path, timeout=200)
    store = f"sqlite:///{disk.place / 'store.db'}"
    disk.resize(disk.used() + room)
    done = run("--store", store, *asked, cwd=tmp_path, check=False, timeout=200)
    disk.resize(64 * 1024)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "full" in done.stdout + done.stderr or "space" in done.stdout + done.stderr
    engine = open_store(store)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    engine.dispose()
    run("--store", store, *asked, cwd=tmp_path, timeout=200)
    assert content(store) == content(f"sqlite:///{whole}")
    assert decided(store) == decided(f"sqlite:///{whole}")


def decided(store: str) -> list[tuple[str, ...]]:
    engine = open_store(store)
    link = schema.mention_entity
    with engine.connect() as connection:
        found = sorted(map(tuple, connection.execute(select(link.c.mention_id, link.c.entity_id)).all()))
    engine.dispose()
    return found


def test_no_file_stands_half_written_on_a_full_disk(disk: Disk, states: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    shutil.copyfile(states / "proposed.db", tmp_path / "store.db")
    asked = ("--store", store, "report", "2021", "--only", "table_3", "--out")
    run(*asked, tmp_path / "whole", cwd=tmp_path, timeout=300)
    wanted = {path.relative_to(tmp_path / "whole"): path.read_bytes() for path in files(tmp_path / "whole")}
    size = sum(len(data) for data in wanted.values()) // 1024
    disk.resize(max(size // 2, 40))
    out = disk.place / "report"
    done = run(*asked, out, cwd=tmp_path, check=False, timeout=300)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr
    there = {path.relative_to(out): path.read_bytes() for path in files(out)}
    assert len(there) < len(wanted)
    assert all(wanted[name] == data for name, data in there.items())
    disk.resize(64 * 1024)
    run(*asked, out, cwd=tmp_path, timeout=300)
    assert {path.relative_to(out): path.read_bytes() for path in files(out)} == wanted


def test_no_half_backup_stands_on_a_full_disk(disk: Disk, states: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{states / 'read.db'}"
    asked = ("--store", store, "backup")
    run(*asked, tmp_path / "whole", cwd=tmp_path)
    size = (tmp_path / "whole").stat().st_size // 1024
    disk.resize(max(size // 2, 40))
    out = disk.place / "backup"
    done = run(*asked, out, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr or "full" in done.stderr
    assert not list(disk.place.iterdir()), (
        "nothing that could be taken for a backup, and the room is free again"
    )
    disk.resize(64 * 1024)
    run(*asked, out, cwd=tmp_path)
    run("restore", out, "--check", cwd=tmp_path)


def test_no_half_package_stands_on_a_full_disk(disk: Disk, states: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    shutil.copyfile(states / "proposed.db", tmp_path / "store.db")
    run("--store", store, "sample", "freeze", "2021", cwd=tmp_path)
    asked = ("--store", store, "package", "2021", "--out")
    run(*asked, tmp_path / "whole", cwd=tmp_path, timeout=200)
    size = sum(path.stat().st_size for path in files(tmp_path / "whole")) // 1024
    disk.resize(max(size // 2, 40))
    out = disk.place / "package"
    done = run(*asked, out, cwd=tmp_path, check=False, timeout=200)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr
    assert not out.exists()
    disk.resize(64 * 1024)
    run(*asked, out, cwd=tmp_path, timeout=200)
    names = {path.relative_to(out) for path in files(out)}
    assert names == {path.relative_to(tmp_path / "whole") for path in files(tmp_path / "whole")}
    assert [path.name for path in disk.place.iterdir()] == ["package"], "what was begun is gone"


def test_an_archive_on_a_full_disk_of_its_own(disk: Disk, web: SampleWeb, tmp_path: Path) -> None:
    """What cannot be kept is not read: no fact stands in the store whose page is not in the archive."""
    whole, store = (f"sqlite:///{tmp_path / name}.db" for name in ("whole", "store"))
    asked = ("crawl", "ror", "gleif", "--web", web.base, "--archive")
    run("--store", whole, *asked, tmp_path / "archive", cwd=tmp_path)
    size = sum(path.stat().st_size for path in files(tmp_path / "archive")) // 1024
    disk.resize(max(size // 2, 8))
    done = run("--store", store, *asked, disk.place / "archive", cwd=tmp_path, check=False, timeout=200)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "space" in done.stdout + done.stderr
    disk.resize(64 * 1024)
    run("--store", store, *asked, disk.place / "archive", cwd=tmp_path, timeout=200)
    assert content(store) == content(whole)
    checked = run(
        "--store", store, "archive", "check", "--archive", disk.place / "archive", cwd=tmp_path, check=False
    )
    assert " 0 bad" in checked.stdout, checked.stdout + checked.stderr


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# ── clocks ────────────────────────────────────────────────────────────────────────────────────

#: Runs the program under another clock. It goes on from `begin` days away, and jumps by `jump` days at its 40th look.
CLOCKED = """
import datetime as dt, sys
import valuenet
from pipelines.store.types import clock
begin, jump, looks = float(sys.argv[1]), float(sys.argv[2]), [0]
def tells():
    looks[0] += 1
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=begin + (jump if looks[0] > 40 else 0))
with clock(tells):
    valuenet.main(sys.argv[3:], prog_name="valuenet")
"""


def clocked(begin: float, jump: float, *words: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLOCKED, str(begin), str(jump), *words],
        cwd=cwd,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def out_of_order(engine: Engine) -> dict[str, int]:
    """How many rows of each table end or are seen last before they were seen first."""
    found = {}
    with engine.connect() as connection:
        for table in (schema.page, schema.snapshot, schema.fact, schema.evidence, schema.rejected):
            wrong = [table.c.last_seen < table.c.first_seen]
            for name in ("ended_at", "gone_at"):
                if name in table.c:
                    wrong.append(table.c[name] < table.c.last_seen)
            query = select(func.count()).select_from(table).where(or_(*wrong))
            if number := connection.execute(query).scalar_one():
                found[table.name] = number
        turned = select(func.count()).where(schema.run.c.ended_at < schema.run.c.started_at)
        if number := connection.execute(turned).scalar_one():
            found["run"] = number
    return found


@pytest.mark.parametrize("second", [(-3.0, 0.0), (400.0, 0.0), (1.0, -2.0), (0.0, 30.0)])
def test_spans_stay_in_order_whatever_the_clock_does(
    second: tuple[float, float], store_address: str, tmp_path: Path
) -> None:
    """Three visits: as usual, under a clock that was set back or forward or jumps meanwhile, and as usual again.
    At the second half of what was there is gone, at the third it is back."""
    asked = ("--store", store_address, "crawl", "ror", "--archive", str(tmp_path / "archive"), "--web")
    larger, smaller = (SampleWeb(world=make_world(5, size)) for size in (0.004, 0.003))
    with larger, smaller:
        clocked(0, 0, *asked, larger.base, cwd=tmp_path)
        whole = statements(store_address)
        clocked(*second, *asked, smaller.base, "--believe", cwd=tmp_path)
        engine = open_store(store_address)
        assert out_of_order(engine) == {}
        with engine.connect() as connection:
            ended = select(func.count()).where(schema.evidence.c.ended_at.is_not(None))
            assert connection.execute(ended).scalar_one(), "nothing ended: the test proves nothing"
        clocked(0.01, 0, *asked, larger.base, cwd=tmp_path)
        assert out_of_order(engine) == {}
        engine.dispose()
    assert statements(store_address) >= whole, "what was said once is kept"


def statements(store: str) -> set[int]:
    engine = open_store(store)
    with engine.connect() as connection:
        found = set(connection.execute(select(schema.evidence.c.fact_id)).scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize("days", [-2.0, 2.0])
def test_a_lease_left_by_a_killed_visit_holds_nobody_up(
    days: float, tmp_path: Path, web: SampleWeb, kill_in_visit: Callable[[str], None]
) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    kill_in_visit(store)
    clocked(days, 0, "--store", store, "crawl", "ror", "--web", web.base, cwd=tmp_path)
    engine = open_store(store)
    with engine.connect() as connection:
        assert connection.execute(select(schema.agenda.c.holder)).scalars().all() == [None]
    engine.dispose()


@pytest.fixture
def kill_in_visit(tmp_path: Path) -> Callable[[str], None]:
    """Begins a visit to a web that does not answer, and kills it while it holds the source."""
    import socket

    def kill(store: str) -> None:
        open_store(store, create=True).dispose()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            base = f"http://127.0.0.1:{silent.getsockname()[1]}"
            process = subprocess.Popen(
                [sys.executable, "-m", "valuenet", "--store", store, "crawl", "ror", "--web", base],
                cwd=tmp_path,
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            silent.accept()[0].close()
            process.kill()
            process.wait()

    return kill
