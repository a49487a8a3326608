"""Who may play which role: words that the network or others take for a name, and what speaks for each role.

A candidate is looked at for each role of an organisation (`labels.ORGANISATION`), with one row of figures; the
model in `weighing` makes a chance of the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.reading.events.labels import CHANNELS, ORGANISATION, Channel
from pipelines.reading.events.network import Array
from pipelines.reading.events.spans import spans
from pipelines.reading.events.windows import half_width

_AT: Final = {channel: at for at, channel in enumerate(CHANNELS)}
#: The channels that are weighed, in the order of `Candidate.chances`.
WEIGHED: Final = tuple(ORGANISATION)
_MAIN: Final = np.array([_AT[one] for one in WEIGHED])
_WANTED: Final = frozenset(_MAIN.tolist())
#: Roles in neighbouring events that tell what somebody is: a seller is no investor.
_BESIDE: Final = np.array(
    [
        _AT[Channel(*one)]
        for one in (
            ("股份股权转让", "sub-org"),
            ("股份股权转让", "obj-org"),
            ("股份股权转让", "target-company"),
            ("减持", "sub"),
            ("减持", "obj"),
            ("质押", "sub-org"),
            ("起诉", "obj-org"),
            ("担保", "obj-org"),
        )
    ]
)
_EVENTS: Final = ("投资", "收购", "中标", "签署合同", "股份股权转让", "减持")
_TRIGGERS: Final = np.array([_AT[Channel(event, "trigger")] for event in _EVENTS])
_EVENT_OF: Final = np.array([_EVENTS.index(one.event) for one in WEIGHED])
#: The other side of the same event, by place in `WEIGHED`: each event has two.
_OTHER_SIDE: Final = np.arange(len(WEIGHED)) ^ 1
#: Characters right before or after a name that say something about it; others are 0.
_TELLING: Final = {
    char: at
    for at, char in enumerate(
        '，,。、；;：:“”"（()）和与向对由被的获将拟在等及以收购入投增持股发公成为了标中签日', 1
    )
}
#: What is looked at finds more than is found: the model decides.
_BIAS: Final = 2.5
#: Fewer signs than this for a role, and no known name: not weighed.
_FAINT: Final = 0.04
#: More candidates in one window than this are a list or an attack: the first ones are taken.
_LIMIT: Final = 80
#: A name is no longer.
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A window of a text with what is known of it. Offsets of `named` are in the window; each is
    (start, end, known, confidence). `given` says that names were given for the text."""

    text: str
    chances: Array
    named: tuple[tuple[int, int, bool, float], ...]
    given: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate for one role: `window` numbers the window in the text, `channel` is a place in `WEIGHED`."""

    window: int
    start: int
    end: int
    channel: int
    text: str
    figures: tuple[float, ...]


#: The names of the figures, in order.
FIGURES: Final = (
    "channel mean soft begin after other_side rival "
    + " ".join(f"beside_{at}" for at in range(len(_BESIDE)))
    + " "
    + " ".join(f"trigger_{at}" for at in range(len(_EVENTS)))
    + " own_trigger distance between tagged named known confidence given length place window candidates"
    " rank lead elsewhere times longer shorter before behind strongest amount"
).split()
CATEGORIES: Final = ("channel", "before", "behind", "strongest")
_AMOUNTS: Final = np.array([at for at, one in enumerate(CHANNELS) if one.role in ("money", "amount")])


def rows_of(text: Sequence[Seen]) -> list[Row]:
    """What is to be weighed in a text, given as its windows."""
    looked = [_looked(seen) for seen in text]
    # What is said of the same words in other windows of the text.
    best: defaultdict[str, Array] = defaultdict(lambda: np.zeros(len(WEIGHED), np.float32))
    times: defaultdict[str, int] = defaultdict(int)
    for seen, (places, means, _) in zip(text, looked, strict=True):
        for (start, end), mean in zip(places, means, strict=True):
            words = seen.text[start:end]
            times[words] += 1
            best[words] = np.maximum(best[words], mean)
    rows: list[Row] = []
    for number, (seen, (places, means, softs)) in enumerate(zip(text, looked, strict=True)):
        if places:
            rows += _rows(number, seen, places, means, softs, best, times)
    return rows


def _looked(seen: Seen) -> tuple[list[tuple[int, int]], Array, Array]:
    """The candidates of a window, and for each and each weighed channel the chance as a whole, and by character."""
    found = {(one.start, one.end) for one in spans(seen.chances, _BIAS, _WANTED)}
    found |= {(start, end) for start, end, _, _ in seen.named}
    places = sorted(one for one in found if one[1] - one[0] <= _LONGEST)[:_LIMIT]
    if not places:
        return [], np.zeros((0, len(WEIGHED)), np.float32), np.zeros((0, len(WEIGHED)), np.float32)
    means, softs = _likely(seen.chances, _MAIN, places)
    return places, means, softs


def _likely(
    chances: Array, channels: npt.NDArray[np.int64], places: Sequence[tuple[int, int]]
) -> tuple[Array, Array]:
    part = np.maximum(chances[:, channels], 1e-6)
    going = np.concatenate((np.zeros((1, len(channels))), np.cumsum(np.log(part[:, :, 2]), axis=0)))
    within = np.concatenate((np.zeros((1, len(channels))), np.cumsum(1 - part[:, :, 0], axis=0)))
    starts = np.array([one[0] for one in places])
    ends = np.array([one[1] for one in places])
    many = (ends - starts)[:, None]
    whole = np.log(part[starts, :, 1]) + going[ends] - going[starts + 1]
    return np.exp(whole / many).astype(np.float32), ((within[ends] - within[starts]) / many).astype(
        np.float32
    )


def _rows(
    number: int,
    seen: Seen,
    places: Sequence[tuple[int, int]],
    means: Array,
    softs: Array,
    best: defaultdict[str, Array],
    times: defaultdict[str, int],
) -> list[Row]:
    text, chances = half_width(seen.text), seen.chances
    _, beside = _likely(chances, _BESIDE, places)
    begins = chances[:, _TRIGGERS, 1]
    triggers, at_trigger = begins.max(axis=0), begins.argmax(axis=0)
    strongest = int(triggers[:4].argmax())
    amount = float(chances[:, _AMOUNTS, 1].max())
    named = {(start, end): (known, sure) for start, end, known, sure in seen.named}
    order = (-softs).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    top = np.sort(softs, axis=0)[::-1]
    starts = np.array([one[0] for one in places])
    rows: list[Row] = []
    for at, (start, end) in enumerate(places):
        words = seen.text[start:end]
        known, sure = named.get((start, end), (False, 0.0))
        whole = (start, end) in named
        longer = any(a <= start and end <= b and (a, b) != (start, end) for a, b in places)
        shorter = any(start <= a and b <= end and (a, b) != (start, end) for a, b in places)
        for channel in range(len(WEIGHED)):
            soft, own = float(softs[at, channel]), float(triggers[_EVENT_OF[channel]])
            if soft < _FAINT and not (known and own >= _FAINT):
                continue
            spot = int(at_trigger[_EVENT_OF[channel]])
            lead = soft - float(top[1 if order[at, channel] == 0 and len(places) > 1 else 0, channel])
            rival = float(np.delete(softs[at], channel).max())
            low, high = min(start, spot), max(start, spot)
            figures = (
                channel, means[at, channel], soft, chances[start, _MAIN[channel], 1],
                chances[end, _MAIN[channel], 2] if end < len(text) else 0.0,
                softs[at, _OTHER_SIDE[channel]], rival, *beside[at], *triggers, own, start - spot,
                ((starts > low) & (starts < high)).sum(), means[at, channel] > 0.3, whole, known, sure, seen.given,
                end - start, start / max(1, len(text)), len(text), len(places), order[at, channel], lead,
                best[words][channel], times[words], longer, shorter,
                _TELLING.get(text[start - 1], 0) if start else -1,
                _TELLING.get(text[end], 0) if end < len(text) else -1, strongest, amount,
            )  # fmt: skip
            rows.append(Row(number, start, end, channel, words, tuple(map(float, figures))))
    return rows
