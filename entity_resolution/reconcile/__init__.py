"""The reconciliation service: names of other tables matched with our entities, by the protocol of OpenRefine.

What it says of a name is what resolving a new mention of that name would decide now; asking writes nothing.
"""

from __future__ import annotations

from entity_resolution.reconcile.access import Reach
from entity_resolution.reconcile.service import blueprint

__all__ = ["Reach", "blueprint"]
