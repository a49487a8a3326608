"""The review app behind a server of its own, on an address that says who may come.

Invariant: beyond this computer nobody gets in without a password, and only under names that were given.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from waitress.server import create_server

from entity_resolution.reconcile import Reach, blueprint
from entity_resolution.review.access import LOOPBACK, Access, mount
from entity_resolution.review.app import create_app
from entity_resolution.review.effects import Effects
from entity_resolution.review.users import Users
from pipelines.errors import UsageError

_THREADS = 8
_PATIENCE = 5
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where the app listens: `names` are further host names that it may be asked for under; `https`: a proxy
    before it, at the address `proxy`, speaks it and tells whose requests it passes on. Port 0 is any free one. The
    reconciliation service beside the pages answers this computer, or with `for_others` everybody, and in a browser
    the pages of this computer and of `origins`."""

    host: str = "127.0.0.1"
    port: int = 8000
    names: tuple[str, ...] = ()
    https: bool = False
    proxy: str = "127.0.0.1"
    origins: tuple[str, ...] = ()
    for_others: bool = False

    @property
    def is_local(self) -> bool:
        """Whether it is heard on this computer alone."""
        return _is_loopback(self.host)


def access_for(address: Address, users: Users | None, who: str) -> Access:
    """Who may come in at an address. With a file of users everybody logs in, here or from elsewhere.

    Raises `UsageError` for an address beyond this computer without users, or heard under no name that is known.
    """
    if users is not None and not users.names():
        raise UsageError(f"{users.path} has no users; add one with: valuenet review users add NAME")
    hosts: tuple[str, ...] = (*LOOPBACK, *address.names)
    if not address.is_local:
        if users is None:
            raise UsageError(
                "beyond this computer everybody logs in: add a user with valuenet review users add"
            )
        if _is_any(address.host) and not address.names:
            raise UsageError(
                "on all addresses, say with --name under which host name the pages are asked for"
            )
        if not _is_any(address.host):
            hosts = (*hosts, address.host)
    return Access(who=who, users=users, hosts=hosts, https=address.https)


class Server:
    """The app, listening. `url` is what a browser opens; `close` ends `run`."""

    def __init__(
        self,
        engine: Engine,
        address: Address,
        *,
        users: Users | None,
        who: str,
        effects: Effects | None = None,
    ) -> None:
        self._closed = threading.Event()
        access = access_for(address, users, who)
        self.app: Flask = create_app(engine, effects=effects, access=access)
        self._server = create_server(
            self.app, sockets=[_bound(address)], threads=_THREADS, ident=None, max_request_body_size=_LARGEST,
            clear_untrusted_proxy_headers=True, url_scheme="https" if address.https else "http",
            **_trust(address),
        )  # fmt: skip
        port = getattr(self._server, "effective_port", address.port)
        shown = address.names[0] if address.names and not address.is_local else address.host
        host = f"[{shown}]" if ":" in shown else shown
        base = f"https://{host}" if address.https else f"http://{host}:{port}"
        self.url = f"{base}/" if users else f"{base}/enter/{access.token}"
        # behind a proxy every request seems to come from this computer
        if address.for_others or not address.https:
            reach = Reach(frozenset(address.origins), access.hosts, address.for_others)
            mount(self.app, blueprint(engine, reach=reach, view=f"{base}/entity/{{{{id}}}}"))

    def run(self) -> None:
        """Answer until `close`, or until interrupted."""
        run: Callable[[], None] = self._server.run
        try:
            run()
        except OSError as error:
            # the loop was waiting on the very sockets that `close` has just closed
            if not (self._closed.is_set() and error.errno == errno.EBADF):
                raise

    def close(self) -> None:
        """Stop listening. What is being answered is answered first, for a few seconds."""
        self._closed.set()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=_PATIENCE)
        self._server.close()


def users_file(path: Path) -> Users | None:
    """The users of a file that is there."""
    return Users(path) if path.exists() else None


def _trust(address: Address) -> dict[str, Any]:
    """Whom the server believes whose request it is: failed logins are counted by address."""
    if not address.https:
        return {}
    return {"trusted_proxy": address.proxy, "trusted_proxy_headers": {"x-forwarded-for"}}


def _bound(address: Address) -> socket.socket:
    """A socket at the address. The server's own way to one leaves it open where the address is taken."""
    where = f"{address.host} port {address.port}"
    try:
        found = socket.getaddrinfo(address.host or None, address.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"cannot listen on {where}: {error}") from error
    made = socket.socket(found[0], found[1])
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(found[4])
    except OSError as error:
        made.close()
        raise UsageError(f"cannot listen on {where}: {error}") from error
    return made


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return not host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    if not host:
        return False
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise UsageError(f"no address is known for {host!r}") from error
    return all(ipaddress.ip_address(one).is_loopback for one in map(str, found))
