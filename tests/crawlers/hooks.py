"""A receiver of webhooks on this machine, which checks each signature and may refuse."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of this test"


class Receiver:
    """`taken`: what was received and answered with 200, as (number, body); `tries` counts all."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.tries: list[str] = []

    @property
    def ids(self) -> list[str]:
        """Ids of all changes taken, in order, as often as they came."""
        return [one["id"] for _, body in self.taken for one in body["changes"]]


@contextmanager
def receiver(answer: Callable[[int], int] = lambda tries: 200, headers: Any = None) -> Iterator[Receiver]:
    """Answers the n-th try (from 1) with `answer(n)`; a signature that is wrong gets 401."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            number = self.headers["webhook-id"]
            signed = f"{number}.{self.headers['webhook-timestamp']}.".encode() + body
            mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
            right = self.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
            here.tries.append(number)
            status = answer(len(here.tries)) if right else 401
            if status == 200:
                here.taken.append((number, json.loads(body)))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = Receiver(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
