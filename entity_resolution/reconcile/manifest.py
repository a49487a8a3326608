"""What the service says of itself: the manifest of the Reconciliation Service API 0.2."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from entity_resolution.reconcile import limits, preview
from entity_resolution.reconcile.properties import ORGANISATION, TYPES

#: Ids of entities are made of content, so that they mean the same wherever the same was read.
IDENTIFIER_SPACE: Final = "urn:valuenet:entity:"
SCHEMA_SPACE: Final = "urn:valuenet:schema"


def manifest(base: str, view: str = "") -> dict[str, Any]:
    """The manifest of the service at the address `base`; `view` is the address of an entity's page, with `{{id}}`
    in the id's place (empty: the service's own)."""
    return {
        "versions": ["0.2"],
        "name": "valuenet",
        "identifierSpace": IDENTIFIER_SPACE,
        "schemaSpace": SCHEMA_SPACE,
        "serviceVersion": version("valuenet"),
        "defaultTypes": [TYPES[ORGANISATION].brief()],
        "view": {"url": view or f"{base}/entity/{{{{id}}}}"},
        "preview": {"url": f"{base}/preview/{{{{id}}}}", "width": preview.WIDTH, "height": preview.HEIGHT},
        "suggest": {
            kind: {"service_url": base, "service_path": f"/suggest/{kind}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Values at most",
                    "type": "number",
                    "default": 0,
                    "help_text": f"So many values for each entity; 0 for all, up to {limits.VALUES_MOST}",
                },
                {
                    "name": "year",
                    "label": "Year",
                    "type": "number",
                    "default": 0,
                    "help_text": "What sources state of this year alone (staff, revenue); 0 for any",
                },
            ],
        },
        "batchSize": limits.BATCH_MOST,
    }
