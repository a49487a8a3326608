"""A PostgreSQL server for a test alone: it may be stopped and started, since no other test's database is in it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.conftest import unavailable


class Server:
    """A cluster of its own, which may be stopped and started: no other test's database is in it."""

    def __init__(self, programs: Path, folder: Path, also_at: str = "") -> None:
        self._programs, self._folder = programs, folder
        self._addresses = ",".join(filter(None, ("127.0.0.1", also_at)))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._told("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")
        if also_at:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {also_at}/24 trust\n")

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses={self._addresses} -c fsync=off"
        log = str(self._folder / "log")
        self._told("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """immediate: as where the machine goes down; what was committed comes back from its log."""
        self._told("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", how, "stop")

    def url(self, name: str, address: str = "127.0.0.1") -> str:
        return f"postgresql+psycopg://postgres@{address}:{self._port}/{name}"

    def database(self, name: str) -> str:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self.url(name)

    def _told(self, program: str, *words: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        subprocess.run(
            [str(self._programs / program), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=self._folder,
        )


@contextmanager
def own_server(also_at: str = "") -> Iterator[Server]:
    """A server that runs until the block's end, on loopback and at one more address of this machine. Skips the
    test where PostgreSQL's programs are not here."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(places[-1]) if places else shutil.which("initdb")
    if found is None:
        unavailable("postgres", "PostgreSQL's server programs (initdb) are not here")
    folder = Path(tempfile.mkdtemp(prefix="cluster"))
    if os.geteuid() == 0:
        try:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        except KeyError:
            unavailable("postgres", "no user is there under whom PostgreSQL would run")
    made = Server(Path(str(found)).parent, folder, also_at)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
