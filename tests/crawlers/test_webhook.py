"""What is posted is signed, goes to safe addresses only, and is tried again when that may help."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from crawlers import webhook
from crawlers.webhook import NotDeliveredError, Webhook, signature
from pipelines.errors import UsageError
from tests.crawlers.hooks import SECRET, receiver

NO_WAIT = (0.0, 0.0)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.SECRET, SECRET)


def test_the_signature_is_that_of_the_specification() -> None:
    # the example of the specification's own libraries
    secret = webhook._bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_is_taken_and_signed() -> None:
    with receiver() as hook:
        Webhook(hook.url).post("n1", {"words": "示例科技", "day": None})
    assert hook.taken == [("n1", {"words": "示例科技", "day": None})]


def test_what_passes_is_tried_again_under_the_same_number() -> None:
    with receiver(lambda tries: 503 if tries < 3 else 200) as hook:
        Webhook(hook.url, NO_WAIT).post("n1", {})
    assert hook.tries == ["n1"] * 3


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (302, 1), (500, 3), (429, 3)])
def test_a_refusal_is_told(status: int, tries: int) -> None:
    with (
        receiver(lambda _: status, {"Location": "http://127.0.0.1:1/elsewhere"}) as hook,
        pytest.raises(NotDeliveredError, match=str(status)),
    ):
        Webhook(hook.url, NO_WAIT).post("n1", {})
    assert len(hook.tries) == tries


def test_who_asks_for_much_patience_is_asked_the_next_time() -> None:
    with receiver(lambda _: 429, {"Retry-After": "3600"}) as hook, pytest.raises(NotDeliveredError):
        Webhook(hook.url, NO_WAIT).post("n1", {})
    assert len(hook.tries) == 1


def test_nobody_there() -> None:
    with pytest.raises(NotDeliveredError, match=r"127\.0\.0\.1 did not take"):
        Webhook("http://127.0.0.1:1/hook", ()).post("n1", {})


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "http://a.example/hook", "a.example", "https:///x", "http://[::1", "file:///etc/x"],
)
def test_unsafe_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        Webhook(url)


@pytest.mark.parametrize(
    "url", ["https://a.example/h", "http://localhost:1/", "http://[::1]:8/x", "http://127.9.9.9/"]
)
def test_safe_addresses_are_not(url: str) -> None:
    Webhook(url)


def test_a_secret_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.SECRET, "whsec_*")
    with pytest.raises(UsageError, match="base64"):
        Webhook("https://a.example/")
    monkeypatch.delenv(webhook.SECRET)
    with pytest.raises(UsageError, match="VALUENET_WEBHOOK_SECRET"):
        Webhook("https://a.example/")


@contextmanager
def talker(answer: Iterator[bytes]) -> Iterator[str]:
    """A receiver that says the pieces of `answer`, as long as anybody listens."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with suppress(OSError):
            connected, _ = server.accept()
            with connected:
                connected.recv(65536)
                for piece in answer:
                    connected.sendall(piece)

    threading.Thread(target=talk, daemon=True).start()
    with closing(server):
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"


def trickle() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX: "
    while True:
        time.sleep(0.02)
        yield b"x"


@pytest.mark.parametrize(
    "answer",
    [
        trickle(),
        (b"HTTP/1.1 200 OK\r\nX: " if at == 0 else b"x" * 65_536 for at in itertools.count()),
        (b"HTTP/1.1 200 OK\r\n" if at == 0 else b"X: y\r\n" for at in itertools.count()),
        (b"HTTP/1.1 100 Continue\r\n\r\n" for _ in itertools.count()),
    ],
    ids=["a trickle", "a line without end", "headers without end", "the same answer for ever"],
)
def test_who_never_comes_to_an_end_is_cut_off(
    answer: Iterator[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "WHOLE", 0.5)
    with talker(answer) as url, pytest.raises(NotDeliveredError):
        Webhook(url, ()).post("n1", {})


def test_a_body_without_end_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n"
    with talker(head if at == 0 else bytes(65_536) for at in itertools.count()) as url:
        Webhook(url, ()).post("n1", {})
