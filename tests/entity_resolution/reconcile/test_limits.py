"""How the service says no."""

from __future__ import annotations

from entity_resolution.reconcile.limits import Refused
from pipelines.errors import ValuenetError


def test_a_refusal_has_a_status_and_says_where() -> None:
    refused = Refused("too many", status=413, field="queries", hint="Send fewer.")
    assert isinstance(refused, ValuenetError)
    assert (refused.status, str(refused)) == (413, "field queries: too many. Send fewer.")
    assert Refused("no").status == 400
