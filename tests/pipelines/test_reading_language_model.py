"""The optional language model, behind a real server: asked with bounds, believed only as far as the text goes."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.errors import SourceError, UsageError
from pipelines.reading.fact import Organisation
from pipelines.reading.language_model import ANSWER_LIMIT, LanguageModel, checked

TEXT = "消息人士说，甲木科技与乙水集团签署了合作协议。丙火资本投资丁土智能。"
KEY = "secret-key-of-a-test"
GOOD = {
    "type": "cooperation", "roles": {"party": ["甲木科技", "乙水集团"]}, "quote": "甲木科技与乙水集团签署了合作协议。",
    "status": "done",
}  # fmt: skip
Answer = tuple[int, dict[str, str], bytes]


def chat(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


class Served:
    """What a server was asked, and what it says: the answers in turn, the last one for ever."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.url = ""


@contextmanager
def serving(*answers: Answer) -> Iterator[Served]:
    served = Served(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            served.asked.append((self.path, dict(self.headers), json.loads(body)))
            status, headers, content = served.answers[min(len(served.asked), len(served.answers)) - 1]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the asker has had enough
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def model(served: Served, **more: Any) -> LanguageModel:
    return LanguageModel(served.url, "small", KEY, **more)


def test_what_the_text_bears_out_is_read() -> None:
    with serving((200, {}, chat(json.dumps({"facts": [GOOD]})))) as served:
        ((one,),) = model(served).read_all([TEXT], [[Organisation(6, 10, "甲木科技", "甲木科技")]])
    assert one.type == "cooperation"
    assert [TEXT[piece.start : piece.end] for piece in one.roles["party"]] == ["甲木科技", "乙水集团"]
    assert (TEXT[one.start : one.end], one.method) == (GOOD["quote"], "model-1")
    ((path, headers, body),) = served.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body["model"] == "small"
    assert TEXT in body["messages"][1]["content"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quote": "甲木科技收购了乙水集团"}, "quote"),
        ({"quote": ""}, "quote"),
        ({"quote": 5}, "quote"),
        ({"roles": {"party": ["甲木科技", "戊金银行"]}}, "roles.party"),
        ({"roles": {"party": ["甲木科技", 7]}}, "roles.party"),
        ({"roles": {"spy": ["甲木科技"]}}, "roles.spy"),
        ({"roles": ["甲木科技"]}, "roles"),
        ({"roles": {"party": ["甲木科技"]}}, "roles"),
        ({"type": "gossip"}, "type"),
        ({"status": "maybe"}, "status"),
    ],
)
def test_what_the_text_does_not_bear_out_is_refused_with_its_reason(
    change: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = checked(json.dumps({"facts": [{**GOOD, **change}, GOOD]}), TEXT)
    assert len(found) == 1
    assert reason in caplog.text


@pytest.mark.parametrize(
    "answer", ["", "no json", "[]", '{"facts": 5}', "[" * 100_000, '{"facts": [1, null]}']
)
def test_any_answer_gives_no_more_than_nothing(answer: str) -> None:
    assert checked(answer, TEXT) == []


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}']
)
def test_an_answer_of_another_form_gives_no_facts(content: bytes) -> None:
    with serving((200, {}, content)) as served:
        assert model(served).read_all([TEXT], [[]]) == [[]]


def test_it_waits_as_long_as_it_is_told_and_not_longer_than_it_likes() -> None:
    good: Answer = (200, {}, chat(json.dumps({"facts": [GOOD]})))
    with serving(
        (429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""), good
    ) as served:
        assert len(model(served).read_all([TEXT], [[]])[0]) == 1
        assert len(served.asked) == 3
    with serving((429, {"Retry-After": "3600"}, b"")) as served:
        with pytest.raises(SourceError, match="429"):
            model(served).read_all([TEXT], [[]])
        assert len(served.asked) == 1
    with serving((503, {"Retry-After": "0"}, b"")) as served:
        with pytest.raises(SourceError, match="503"):
            model(served).read_all([TEXT], [[]])
        assert len(served.asked) == 3


def test_a_refusal_a_flood_and_another_address_end_it(caplog: pytest.LogCaptureFixture) -> None:
    with serving((401, {}, b"bad key")) as served, pytest.raises(SourceError, match="401"):
        model(served).read_all([TEXT], [[]])
    with (
        serving((200, {}, b" " * (ANSWER_LIMIT + 10))) as served,
        pytest.raises(SourceError, match="more than"),
    ):
        model(served).read_all([TEXT], [[]])
    with serving((200, {}, chat("{}"))) as other, serving((307, {"Location": other.url}, b"")) as served:
        with pytest.raises(SourceError, match="307"):
            model(served).read_all([TEXT], [[]])
        assert other.asked == []
    with pytest.raises(SourceError, match="does not answer"):
        LanguageModel("http://127.0.0.1:9", "small", KEY, timeout=1, patience=0).read_all([TEXT], [[]])
    assert KEY not in caplog.text


def test_the_environment_names_it_and_the_key_is_not_shown() -> None:
    given = {"VALUENET_LLM_URL": "https://a.example/v1/", "VALUENET_LLM_MODEL": "m", "VALUENET_LLM_KEY": KEY}
    one = LanguageModel.from_environment(given)
    assert one.url == "https://a.example/v1"
    assert KEY not in repr(one)
    for missing in ("VALUENET_LLM_URL", "VALUENET_LLM_MODEL"):
        with pytest.raises(UsageError, match="VALUENET_LLM_URL"):
            LanguageModel.from_environment({**given, missing: ""})
    with pytest.raises(UsageError, match="http"):
        LanguageModel.from_environment({**given, "VALUENET_LLM_URL": "file:///etc/passwd"})
