"""Training of all that reads events, from files of FewFC: `train(paths, out, say)`.

The texts are dealt into parts; a network is fitted on all parts but one, and what it sees in the part it does not
know teaches the trees that weigh roles. Shipped are all networks, asked together, and the trees. One text in six is
held back from all of it (`fewfc.Labelled.held_back`): the card's figures are of those.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pipelines.reading.events.candidates import WEIGHED, Row, rows_of
from pipelines.reading.events.fewfc import Labelled, read_labelled, windows_of
from pipelines.reading.events.fitting import fit
from pipelines.reading.events.hidden import shared_hidden
from pipelines.reading.events.labels import ORGANISATION, TYPES
from pipelines.reading.events.network import Network, Tagger
from pipelines.reading.events.reading import Reader
from pipelines.reading.events.scoring import Score, score
from pipelines.reading.events.seeing import see
from pipelines.reading.events.weighing import Weigher
from pipelines.reading.fact import Organisation
from pipelines.reading.organisations import spot_all

Say = Callable[[str], None]

PARTS: Final = 3
_EPOCHS: Final = 16
#: A character seen fewer times has no vector of its own.
_RARE: Final = 3
#: What finds organisations has been trained on these texts, too, and is better here than elsewhere: so many of its
#: finds are taken away.
_MISSED: Final = 0.1


def train(paths: Sequence[Path], out: Path, say: Say) -> None:
    """Train on `paths` (files of FewFC) and write the model into `out`. Needs the extra `train`; takes some
    minutes of one processor for each part."""
    labelled = read_labelled(paths)
    known = [one for one in labelled if not one.held_back]
    say(f"{len(known)} texts to learn from, {len(labelled) - len(known)} held back")
    networks = []
    for part in range(PARTS):
        say(f"network {part + 1} of {PARTS}")
        networks.append(fit_part(known, part, say))
    finish(labelled, networks, out, say)


def fit_part(known: Sequence[Labelled], part: int, say: Say) -> Network:
    """A network that knows all texts but those of one part."""
    counted = Counter(char for one in known for window in windows_of(one) for char in window.text)
    characters = "".join(sorted(char for char, times in counted.items() if times >= _RARE))
    pieces = [window for one in known if one.part(PARTS) != part for window in windows_of(one)]
    states = shared_hidden().states([piece.text for piece in pieces])
    return fit(pieces, states, characters, _EPOCHS, part + 1, say)


def finish(labelled: Sequence[Labelled], networks: Sequence[Network], out: Path, say: Say) -> None:
    """Train the trees on what each network sees in its part, write all, and measure on the texts held back."""
    rows, wanted = learnt(labelled, networks)
    say(f"{len(rows)} candidates, {sum(wanted)} of them right")
    weigher = Weigher.fit(rows, wanted)
    Tagger(networks).save(out)
    weigher.save(out)
    figures = measured([one for one in labelled if one.held_back], out)
    for name, one in figures.items():
        say(f"{name}: F1 {one.f1:.3f} ({one.precision:.3f}, {one.recall:.3f})")
    written = {
        name: {"precision": round(one.precision, 3), "recall": round(one.recall, 3), "f1": round(one.f1, 3)}
        for name, one in figures.items()
    }
    card = {
        "what": "events of running Chinese text and who plays which role in them",
        "data": "FewFC, files of its base and trans training sets",
        "licence": "CC BY-SA 4.0",
        "texts": len(labelled),
        "held_back": sum(one.held_back for one in labelled),
        "figures": written,
    }
    (out / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")


def learnt(labelled: Sequence[Labelled], networks: Sequence[Network]) -> tuple[list[Row], list[bool]]:
    """The candidates of the texts not held back, each seen by the network that does not know it, and whether they
    hold; once without names given, and once with them."""
    chance = random.Random(1)  # noqa: S311  (what is left out)
    rows: list[Row] = []
    wanted: list[bool] = []
    for part, network in enumerate(networks):
        some = [one for one in labelled if not one.held_back and one.part(len(networks)) == part]
        texts = [one.text for one in some]
        for given in (False, True):
            found = spot_all(texts, [one.names if given else () for one in some])
            kept: list[list[Organisation]] = [
                [one for one in each if one.known or chance.random() >= _MISSED] for each in found
            ]
            for one, views in zip(some, see(texts, kept, shared_hidden(), Tagger([network])), strict=True):
                for row in rows_of([view.seen for view in views]):
                    start = views[row.window].start + row.start
                    words = one.text[start : start + row.end - row.start]
                    channel = WEIGHED[row.channel]
                    rows.append(row)
                    wanted.append((TYPES[channel.event], ORGANISATION[channel], words) in one.said)
    return rows, wanted


def measured(held_back: Sequence[Labelled], folder: Path) -> dict[str, Score]:
    """F1 and the like of the model in `folder`, with names given and without, all and by type."""
    reader = Reader.load(folder)
    texts = [one.text for one in held_back]
    figures: dict[str, Score] = {}
    for name, names in (("without names", None), ("with names", [one.names for one in held_back])):
        facts = reader.read_all(texts, spot_all(texts, names))
        figures |= {
            f"{name}, {what}": one for what, one in score([one.said for one in held_back], facts).items()
        }
    return figures
