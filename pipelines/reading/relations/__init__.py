"""What a sentence says about two organisations named in it: 44 relations, grouped into types of fact.

`read_all` is the face for texts; `probabilities` gives a pair's chances of each of `LABELS`, and `type_chances` the
calibrated ones of each of `TYPES`. Two models trained on FinRE (docs/reading-relations.md) are mixed: weights of
pieces of text around the two names, and a small pretrained transformer.
"""

from __future__ import annotations

from pipelines.reading.relations.labels import LABELS, TYPES
from pipelines.reading.relations.model import Pair, probabilities, type_chances
from pipelines.reading.relations.reading import read_all

__all__ = ["LABELS", "TYPES", "Pair", "probabilities", "read_all", "type_chances"]
