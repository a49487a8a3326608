"""What the service says of itself."""

from __future__ import annotations

from entity_resolution.reconcile import limits
from entity_resolution.reconcile.manifest import manifest
from tests.entity_resolution.reconcile.asking import check_named

BASE = "http://127.0.0.1:8000/reconcile"


def test_the_manifest_has_what_the_protocol_asks_for() -> None:
    found = manifest(BASE)
    assert found["versions"] == ["0.2"]
    assert all(
        isinstance(found[key], str) and found[key] for key in ("name", "identifierSpace", "schemaSpace")
    )
    assert found["batchSize"] == limits.BATCH_MOST
    for kind in found["defaultTypes"]:
        check_named(kind)
    assert found["view"] == {"url": f"{BASE}/entity/{{{{id}}}}"}
    assert found["preview"]["url"] == f"{BASE}/preview/{{{{id}}}}"
    assert all(isinstance(found["preview"][side], int) for side in ("width", "height"))
    for kind, where in found["suggest"].items():
        assert where == {"service_url": BASE, "service_path": f"/suggest/{kind}"}
    assert set(found["suggest"]) == {"entity", "property", "type"}
    assert found["extend"]["propose_properties"] == {"service_url": BASE, "service_path": "/properties"}
    for setting in found["extend"]["property_settings"]:
        assert {"name", "label", "type"} <= set(setting)
        assert (setting["type"], setting["default"]) == ("number", 0)


def test_entities_may_have_their_page_elsewhere() -> None:
    assert manifest(BASE, "http://127.0.0.1:8000/e/{{id}}")["view"]["url"].endswith("/e/{{id}}")
