"""The service over HTTP: routes, forms, limits, headers; once over a real connection."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from entity_resolution.reconcile import Reach, limits
from pipelines.store import schema
from tests.entity_resolution.reconcile.asking import (
    app,
    ask,
    check_extension,
    check_named,
    check_result,
    client,
    filled,
)
from tests.entity_resolution.world import rows


def error(answer: Any, status: int) -> str:
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    said: dict[str, str] = answer.get_json()
    assert list(said) == ["error"]
    return said["error"]


def test_the_manifest_is_at_the_door_and_its_addresses_lead_somewhere(store: Engine) -> None:
    browser = client(filled(store))
    for door in ("/reconcile", "/reconcile/"):
        answer = browser.get(door)
        assert answer.status_code == 200
        manifest = answer.get_json()
        assert manifest["versions"] == ["0.2"]
    (found, *_) = ask(browser, "示例集团")
    for address in (manifest["view"]["url"], manifest["preview"]["url"]):
        page = browser.get(address.replace("{{id}}", found["id"]))
        assert page.status_code == 200
        assert page.mimetype == "text/html"
        assert "示例集团" in page.text
    for where in manifest["suggest"].values():
        for one in browser.get(f"{where['service_url']}{where['service_path']}?prefix=示").get_json()[
            "result"
        ]:
            check_named(one)
    proposing = manifest["extend"]["propose_properties"]
    proposed = browser.get(
        f"{proposing['service_url']}{proposing['service_path']}?type=company&limit=3"
    ).get_json()
    assert set(proposed) == {"properties", "type", "limit"}
    assert (len(proposed["properties"]), proposed["type"], proposed["limit"]) == (3, "company", 3)
    assert set(browser.get("/reconcile/properties").get_json()) == {"properties"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_batches_and_single_queries_by_either_method(store: Engine, method: str) -> None:
    browser = client(filled(store))

    def send(**sent: str) -> Any:
        form = {"query_string": sent} if method == "get" else {"data": sent}
        return getattr(browser, method)("/reconcile", **form)

    found = send(queries=json.dumps({"b": {"query": "示例集团"}, "a": {"query": "无名"}})).get_json()
    assert list(found) == ["b", "a"]
    for one in found.values():
        check_result(one)
    assert found["b"]["result"][0]["match"]
    for query in ("示例集团", '{"query": "示例集团"}'):
        assert send(query=query).get_json() == found["b"]
    assert send(queries="{}").get_json() == {}


def test_data_extension(store: Engine) -> None:
    browser = client(filled(store))
    (found, *_) = ask(browser, "北京示例科技")
    ids, wanted = [found["id"], found["id"].upper(), "vn-nobody"], ["staff", "unit_of", "names"]
    form = {"extend": json.dumps({"ids": ids, "properties": [{"id": one} for one in wanted]})}
    for answer in (browser.post("/reconcile", data=form), browser.get("/reconcile", query_string=form)):
        told = answer.get_json()
        check_extension(told, ids, wanted)
        assert told["rows"][ids[0]] == told["rows"][ids[1]]
        assert told["rows"]["vn-nobody"] == {one: [] for one in wanted}
        assert told["meta"][1]["type"]["id"] == "organisation"


def test_errors_are_json_with_their_status(store: Engine) -> None:
    browser = client(store)
    assert "no JSON" in error(browser.get("/reconcile?queries={"), 400)
    assert "JSONP" in error(browser.get("/reconcile?callback=alert"), 400)
    assert "queries or extend" in error(browser.post("/reconcile", data={"q": "x"}), 400)
    error(browser.post("/reconcile", json={"queries": {}}), 415)
    error(browser.post("/reconcile", data={"queries": "x" * (limits.BODY_MOST + 1)}), 413)
    many = json.dumps({str(at): {"query": "x"} for at in range(limits.BATCH_MOST + 1)})
    error(browser.post("/reconcile", data={"queries": many}), 413)
    for path in (
        "/suggest/planet",
        "/preview/vn-nobody",
        "/entity/%00",
        "/preview/" + "x" * 500,
        "/nowhere",
        "/a/b",
    ):
        error(browser.get(f"/reconcile{path}"), 404)
    error(browser.get("/reconcile/suggest/entity?cursor=-1"), 400)
    error(browser.get("/reconcile/properties?type=planet"), 400)
    error(browser.get("/reconcile", headers={"Origin": "https://evil.example"}), 403)
    error(browser.get("/reconcile", headers={"Host": "evil.example"}), 403)
    error(browser.get("/reconcile", environ_base={"REMOTE_ADDR": "192.0.2.1"}), 403)


def test_what_browsers_are_told(store: Engine) -> None:
    browser = client(filled(store), reach=Reach(origins=frozenset({"https://refine.example"})))
    for path in ("/reconcile", "/reconcile/suggest/type", "/reconcile/nowhere"):
        for origin in ("http://127.0.0.1:3333", "https://refine.example"):
            headers = browser.get(path, headers={"Origin": origin}).headers
            assert headers["Access-Control-Allow-Origin"] == origin
            assert "Origin" in headers["Vary"]
            assert "Access-Control-Allow-Credentials" not in headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        refused = browser.get(path, headers={"Origin": "https://evil.example"})
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused.headers
    preflight = browser.options("/reconcile", headers={"Origin": "http://localhost:3333"})
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    (found, *_) = ask(browser, "示例集团")
    policy = browser.get(f"/reconcile/preview/{found['id']}").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("https://refine.example")
    assert "unsafe" not in policy


def test_nothing_is_written(store: Engine) -> None:
    browser = client(filled(store))
    before = [
        rows(store, table) for table in (schema.judgement, schema.mention, schema.entity, schema.candidate)
    ]
    ask(browser, "全新的名字")
    for method in ("put", "patch", "delete"):
        assert getattr(browser, method)("/reconcile/anything").status_code in (404, 405)
    assert before == [
        rows(store, table) for table in (schema.judgement, schema.mention, schema.entity, schema.candidate)
    ]


def test_as_a_client_does_it_over_a_connection(store: Engine) -> None:
    """The way of OpenRefine: manifest, a batch, the values of what was matched."""
    server = make_server("127.0.0.1", 0, app(filled(store)), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.port}/reconcile"

        def call(url: str, **form: Any) -> Any:
            data = urllib.parse.urlencode({key: json.dumps(value) for key, value in form.items()}).encode()
            request = urllib.request.Request(url, data or None, {"Origin": "http://127.0.0.1:3333"})
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read())

        manifest = call(base)
        assert manifest["suggest"]["entity"]["service_url"] == base
        found = call(
            base, queries={f"q{at}": {"query": name} for at, name in enumerate(("示例集团", "星河大学"))}
        )
        ids = [one["result"][0]["id"] for one in found.values() if one["result"][0]["match"]]
        assert len(ids) == 2
        told = call(base, extend={"ids": ids, "properties": [{"id": "kind"}]})
        assert [told["rows"][one]["kind"] for one in ids] == [[{"str": "company"}], [{"str": "university"}]]
        with pytest.raises(urllib.error.HTTPError) as caught:
            call(f"{base}?queries=[")
        caught.value.close()
        assert caught.value.code == 400
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
