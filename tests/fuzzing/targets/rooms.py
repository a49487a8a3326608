"""The modules whose coverage a guided engine watches, by target; they have to be known before they are imported."""

from __future__ import annotations

from typing import Final

#: Of addresses; all others are values.
KEYS: Final = "keys of addresses"
ROOMS: Final[dict[str, tuple[str, ...]]] = {
    "amounts": ("pipelines.folding", "pipelines.amounts"),
    "dates": ("pipelines.folding", "pipelines.dates"),
    "identifiers": ("pipelines.folding", "pipelines.identifiers"),
    "places and rounds": ("pipelines.places", "pipelines.rounds"),
    "names": (
        "pipelines.folding",
        "pipelines.unseen",
        "entity_resolution.names",
        "entity_resolution.matching.telling",
    ),
    KEYS: ("pipelines.store.cdx",),
}
