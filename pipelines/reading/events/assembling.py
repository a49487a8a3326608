"""Events put together: which of the words found in a window belong to one event, and what else it says of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from pipelines.amounts import read_amount
from pipelines.errors import InputError
from pipelines.reading.events.candidates import Seen
from pipelines.reading.events.labels import CHANNELS, FURTHER, ORGANISATION, TYPES, Channel
from pipelines.reading.events.spans import Span, spans
from pipelines.reading.fact import Fact, Piece, Role
from pipelines.reading.masking import Masked
from pipelines.reading.stated import clause_start, stated_status, stated_sums, stated_when
from pipelines.records import UNDATED, When
from pipelines.rounds import read_round

METHOD: Final = "events-2"
#: More verbs of one event in one window are a list or an attack.
_TRIGGERS_LIMIT: Final = 20
#: The channels that a fact is told with.
_TOLD: Final = frozenset(
    at
    for at, one in enumerate(CHANNELS)
    if one.event in TYPES or (one.event, one.role) == ("股份股权转让", "proportion")
)
#: A full stop between two words sets them as far apart as so many characters.
_STOP: Final = 30
_STOPS: Final = frozenset("。；;！？!?")
_ROUND: Final = re.compile(
    r"(?:[Pp]re-?)?(?<![A-Za-z])[A-K](?:\d|\+{1,3})?轮|(?:种子|天使)(?:\+{1,3})?轮|Pre-IPO轮?|战略(?:投资|融资)|定向增发"
)
_LED: Final = re.compile(r"[^，,。；;：:、与和]{0,6}领投")
#: What makes the sum behind it another than the event's.
_OTHER_SUM: Final = re.compile(
    r"(?:每股|单价|收入|营收|净利润?|利润|估值|市值|总资产|净资产|注册资本|亏损|产值|销售额)[^，,。；;]{0,8}$"
)
_RATIO: Final = (Channel("收购", "proportion"), Channel("股份股权转让", "proportion"))


class Given(NamedTuple):
    """A role that somebody plays in a window, with its chance."""

    channel: Channel
    start: int
    end: int
    chance: float


def facts_of(text: str, offset: int, seen: Seen, given: Sequence[Given]) -> list[Fact]:
    """The facts of a window that begins at `offset` of `text`; offsets of `given` are in the window."""
    by_channel: defaultdict[Channel, list[Span]] = defaultdict(list)
    for span in spans(seen.chances, among=_TOLD):
        by_channel[CHANNELS[span.channel]].append(span)
    facts: list[Fact] = []
    for event in TYPES:
        played = [one for one in given if one.channel.event == event]
        if played:
            facts += _facts(text, offset, seen, event, played, by_channel)
    return facts


def _facts(
    text: str,
    offset: int,
    seen: Seen,
    event: str,
    played: Sequence[Given],
    by_channel: Mapping[Channel, Sequence[Span]],
) -> list[Fact]:
    triggers = [(one.start, one.end) for one in by_channel.get(Channel(event, "trigger"), ())]
    if not triggers:
        # The networks are not sure of the verb: the place where it most likely is.
        at = CHANNELS.index(Channel(event, "trigger"))
        likeliest = int(seen.chances[:, at, 1].argmax())
        triggers = [(likeliest, min(likeliest + 2, len(seen.text)))]
    triggers = triggers[:_TRIGGERS_LIMIT]
    nearest = _Nearest(seen.text, triggers)
    groups: defaultdict[int, list[Given]] = defaultdict(list)
    for one in played:
        groups[nearest(one.start, one.end)].append(one)
    _part(groups, triggers, seen, event)
    _share(groups, event)
    nearest = _Nearest(seen.text, triggers)
    beside: defaultdict[int, defaultdict[Channel, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for channel, found in by_channel.items():
        for span in found:
            at = nearest(span.start, span.end)
            if at in groups and _belongs(span, seen, triggers[at], groups[at], triggers):
                beside[at][channel].append(span)
    return [
        _fact(text, offset, seen, event, triggers[at], roles, beside[at])
        for at, roles in sorted(groups.items())
    ]


def _part(groups: dict[int, list[Given]], triggers: list[tuple[int, int]], seen: Seen, event: str) -> None:
    """Part those who stand with one verb by sentence, where a sentence names both sides by itself: the others are
    in another event, whose verb the networks missed."""
    at = CHANNELS.index(Channel(event, "trigger"))
    for number in sorted(groups):
        by_sentence: defaultdict[tuple[int, int], list[Given]] = defaultdict(list)
        for one in groups[number]:
            by_sentence[_sentence(seen.text, (one.start, one.end))].append(one)
        if not any(_complete(roles) for roles in by_sentence.values()):
            continue
        own = _sentence(seen.text, triggers[number])
        groups[number] = by_sentence.pop(own, [])
        for (start, end), roles in sorted(by_sentence.items()):
            likeliest = start + int(seen.chances[start:end, at, 1].argmax())
            triggers.append((likeliest, min(likeliest + 2, end)))
            groups[len(triggers) - 1] = roles
        if not groups[number]:
            del groups[number]


def _complete(roles: Sequence[Given]) -> bool:
    """Whether both sides of an event are told: one who does it and one it is done to, or two parties."""
    played = [ORGANISATION[one.channel] for one in roles]
    return len(set(played)) == 2 or played.count("party") > 1


def _belongs(
    span: Span,
    seen: Seen,
    trigger: tuple[int, int],
    roles: Sequence[Given],
    triggers: Sequence[tuple[int, int]],
) -> bool:
    """Whether a sum, a day or a share is told of the event of `trigger`: in its sentence, in one that names
    somebody of it, or right behind, where nobody else is named and nothing else happens."""
    own = _sentence(seen.text, trigger)
    start, end = _sentence(seen.text, (span.start, span.end))
    places = [(one.start, one.end) for one in roles]
    if (start, end) == own or any(start <= low < end for low, _ in places):
        return True
    behind = own[1] <= start <= own[1] + 2
    words = {seen.text[low:high] for low, high in places}
    return (
        behind
        and not any(start <= low < end for low, _ in triggers)
        and all(seen.text[low:high] in words for low, high, _, _ in seen.named if start <= low < end)
    )


class _Nearest:
    """Which of some triggers words stand nearest to, full stops between them counted."""

    def __init__(self, text: str, triggers: Sequence[tuple[int, int]]) -> None:
        self._triggers = triggers
        self._stops = [0, *accumulate(char in _STOPS for char in text)]

    def __call__(self, start: int, end: int) -> int:
        def far(at: int) -> int:
            first, last = self._triggers[at]
            low, high = (end, first) if end <= first else (last, start)
            return max(0, high - low) + _STOP * max(0, self._stops[high] - self._stops[low])

        return min(range(len(self._triggers)), key=far)


def _share(groups: dict[int, list[Given]], event: str) -> None:
    """A verb that nobody is said to do, behind one that somebody does, is done by the same."""
    doer = next(channel for channel in ORGANISATION if channel.event == event)
    before: list[Given] = []
    for at in sorted(groups):
        here = [one for one in groups[at] if one.channel == doer]
        if not here:
            groups[at] += before
        before = here or before


def _fact(
    text: str,
    offset: int,
    seen: Seen,
    event: str,
    trigger: tuple[int, int],
    played: Sequence[Given],
    nearby: Mapping[Channel, Sequence[Span]],
) -> Fact:
    roles: defaultdict[Role, list[Piece]] = defaultdict(list)

    def piece(start: int, end: int) -> Piece:
        return Piece(text[offset + start : offset + end], offset + start, offset + end)

    for one in sorted(played, key=lambda each: (each.start, each.end)):
        role = ORGANISATION[one.channel]
        if not any(
            one.start < other.end - offset and other.start - offset < one.end for other in roles[role]
        ):
            roles[role].append(piece(one.start, one.end))
            if event == "投资" and role == "investor" and _LED.match(seen.text, one.end):
                roles["lead"].append(roles[role][-1])
    for channel, role in FURTHER.items():
        if channel.event == event:
            found_at = [(one.start, one.end) for one in nearby.get(channel, ())]
            roles[role] += [
                piece(*one) for one in (_sums(seen.text, found_at) if role == "amount" else found_at)
            ]
    details = {"event": event, "trigger": text[offset + trigger[0] : offset + trigger[1]]}
    if event in ("投资", "收购"):
        start, end = _sentence(seen.text, trigger)
        found = _ROUND.search(seen.text, start, end)
        if found is not None and read_round(found[0]).known:
            roles["round"].append(piece(*found.span()))
        ratios = [one for channel in _RATIO for one in nearby.get(channel, ())]
        if ratios:
            details["ratio"] = text[offset + ratios[0].start : offset + ratios[0].end]
    if amounts := roles.get("amount"):
        currency = _currency(amounts[0].text)
        if currency:
            details["currency"] = currency
    dates = nearby.get(Channel(event, "date"), ())
    if dates:
        details["date"] = text[offset + dates[0].start : offset + dates[0].end]
    ends = [(one.start, one.end) for pieces in roles.values() for one in pieces]
    ends.append((offset + trigger[0], offset + trigger[1]))
    clause = clause_start(seen.text, trigger[0])
    return Fact(
        type=TYPES[event],
        roles={role: tuple(pieces) for role, pieces in roles.items() if pieces},
        start=min(start for start, _ in ends),
        end=max(end for _, end in ends),
        confidence=round(min(one.chance for one in played), 3),
        method=METHOD,
        when=_when(text, offset, seen, trigger),
        status=stated_status(seen.text[: _sentence(seen.text, trigger)[1]], clause, trigger[0]),
        details=details,
    )


def _sums(text: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The whole sums of which the networks found some words; none that is the price of a share, or a turnover."""
    sums: list[tuple[int, int]] = []
    for place in found:
        start, end = _sentence(text, place)
        for first, last, _ in stated_sums(text[start:end], bare=True):
            whole = (start + first, start + last)
            touches = whole[0] < place[1] and place[0] < whole[1]
            if touches and whole not in sums and not _OTHER_SUM.search(text, start, whole[0]):
                sums.append(whole)
    return sums


def _sentence(text: str, trigger: tuple[int, int]) -> tuple[int, int]:
    start = max((text.rfind(stop, 0, trigger[0]) for stop in _STOPS), default=-1) + 1
    ends = [at for stop in _STOPS if (at := text.find(stop, trigger[1])) >= 0]
    return start, min(ends, default=len(text))


def _when(text: str, offset: int, seen: Seen, trigger: tuple[int, int]) -> When:
    """The day that the sentence states in full; others are resolved where the day of publication is known."""
    start, end = _sentence(seen.text, trigger)
    sentence = seen.text[start:end]
    masked = Masked(sentence, text[offset + start : offset + end], {}, list(range(len(sentence) + 1)))
    return stated_when(masked, trigger[0] - start, UNDATED)


def _currency(words: str) -> str:
    try:
        return read_amount(words).currency or ""
    except InputError:
        return ""
