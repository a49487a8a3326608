"""A visitor in a network of its own, which is cut: nothing says so to anybody."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crawlers.workers.hosts import host_turns
from pipelines.store.session import open_engine
from pipelines.store.turns import Taken
from tests.own_postgres import own_server
from tests.program import environment

pytestmark = pytest.mark.postgres

#: Seconds after which the visitor is taken for dead.
DEAD = 6.0
HOLDER = """
import asyncio, sys, time
from crawlers.workers.hosts import Away, host_turns
from pipelines.store.session import open_engine

async def hold():
    async with host_turns(open_engine(sys.argv[1]), float(sys.argv[2])) as hosts, hosts.turn("a.example"):
        print("held", flush=True)
        try:
            await hosts.lost
        except Away:
            print(time.monotonic(), flush=True)

asyncio.run(hold())
"""


class Wire:
    """Joins this machine's network with that of a namespace."""

    def __init__(self, name: str, network: str) -> None:
        self.name, self.address = name, f"{network}.1"
        self._told("netns", "add", name)
        self._told("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", name)
        self._told("addr", "add", f"{self.address}/24", "dev", f"{name}a")
        self._told("-n", name, "addr", "add", f"{network}.2/24", "dev", f"{name}b")
        self._told("link", "set", f"{name}a", "up")
        self._told("-n", name, "link", "set", f"{name}b", "up")

    def cut(self) -> None:
        self._told("link", "set", f"{self.name}a", "down")

    def remove(self) -> None:
        self._told("netns", "del", self.name)

    def _told(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def wire() -> Iterator[Wire]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network of its own is root's to make, with iproute2's ip")
    try:
        made = Wire(f"vn{os.getpid()}", f"10.213.{os.getpid() % 250}")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    try:
        yield made
    finally:
        made.remove()


def test_one_that_is_cut_off_knows_before_its_hosts_are_another_s() -> None:
    with wire() as net, own_server(also_at=net.address) as server:
        near = open_engine(server.database("hosts"))
        far = server.url("hosts", net.address)
        inside = ("ip", "netns", "exec", net.name)
        with subprocess.Popen(
            [*inside, sys.executable, "-c", HOLDER, far, str(DEAD)],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"

            async def given() -> float:
                async with host_turns(near, DEAD) as hosts:
                    for number in range(600):
                        try:
                            async with hosts.turn("a.example"):
                                assert number, "it was free before the network was cut"
                                return time.monotonic()
                        except Taken:
                            if not number:
                                await asyncio.to_thread(net.cut)
                            await asyncio.sleep(0.1)
                raise AssertionError("the database never noticed")

            free = asyncio.run(given())
            known = float(holder.stdout.readline())
            holder.kill()
        near.dispose()
        assert known < free
