"""Spans of organisations in texts, from the trained tagger, from names known beforehand, and from the text's words.

No claim of one text is kept for the next. Of claims that overlap the strongest holds: a known name before a short
form the text explains, that before the tagger's finds, those before names that merely come again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import ahocorasick
import numpy as np

from pipelines.reading.fact import Organisation
from pipelines.reading.gazetteer import Gazetteer, stands_alone
from pipelines.reading.organisations.boundaries import is_generic, mended
from pipelines.reading.organisations.chain import Array
from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.organisations.lists import passed_over
from pipelines.reading.organisations.network import Network
from pipelines.reading.organisations.short_forms import LIMIT, Bearer, learnt, referring
from pipelines.reading.sentences import TEXT_LIMIT, sentences
from pipelines.simplifying import simplify_in_place
from pipelines.taxonomy import taxonomy

MODEL: Final = Path(__file__).with_name("model")
#: The tagger's finds below this confidence are left out.
LEAST: Final = 0.35
#: A name at least so sure is looked for in the rest of its text.
_COMES_AGAIN: Final = 0.8
#: Less sure ones are held against the sure names of their text.
_DOUBTED: Final = 0.7
#: A name the caller does not vouch for stands only where the tagger thinks it at least so likely a part of a name.
_IN_A_NAME: Final = 0.25
#: What stands in a list of organisations is one if the tagger holds it at least so likely.
_IN_A_LIST: Final = 0.1
_LISTED: Final = 0.6
_SURE: Final = 0.97
_SHORT: Final = 3
#: Characters of texts looked at together.
_TOGETHER: Final = 60_000
_KNOWN, _FORM, _TAGGED, _AGAIN = range(4)


@dataclass(frozen=True, slots=True)
class _Claim:
    start: int
    end: int
    rank: int
    confidence: float
    means: str = ""


class Spotter:
    """Finds organisations. `gazetteer` has names that may stand in any text, such as those of the store."""

    def __init__(self, network: Network, gazetteer: Gazetteer | None = None) -> None:
        self._network = network
        self._gazetteer = gazetteer

    @staticmethod
    @cache
    def shared() -> Spotter:
        """The one spotter of this process, with the model that is shipped."""
        return Spotter(Network.load(MODEL))

    def spot_all(
        self, texts: Sequence[str], known: Sequence[Sequence[str]] | None = None
    ) -> list[list[Organisation]]:
        """See `pipelines.reading.organisations.spot_all`."""
        names: Sequence[Sequence[str]] = [()] * len(texts) if known is None else known
        if len(names) != len(texts):
            raise ValueError(f"{len(texts)} texts, but known names for {len(names)}")
        given: list[list[Organisation]] = []
        for first, last in _groups(texts):
            some = [text[:TEXT_LIMIT] for text in texts[first:last]]
            for text, read, vouched in zip(some, self._read(some), names[first:last], strict=True):
                given.append(self._join(text, *read, vouched))
        return given

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[str, list[_Claim], Array]]:
        """Of each text: its simplified form, what the tagger claims, and how likely each character is in a name."""
        simple = [simplify_in_place(text) for text in texts]
        places = [
            (number, one.start, one.end) for number, text in enumerate(simple) for one in sentences(text)
        ]
        pieces = [simple[number][start:end] for number, start, end in places]
        readings = self._network.read(pieces, shared_lexer().scores(pieces))
        claims: list[list[_Claim]] = [[] for _ in texts]
        inside: list[Array] = [np.zeros(len(text), np.float32) for text in texts]
        for (number, begin, finish), reading in zip(places, readings, strict=True):
            inside[number][begin:finish] = reading.inside
            starts = [*(begin + span.start for span in reading.spans), finish][1:]
            for span, most in zip(reading.spans, starts, strict=True):
                confidence = self._network.confidence(span.probability)
                start, end = mended(simple[number], begin + span.start, begin + span.end, most)
                if claims[number] and start < claims[number][-1].end:
                    continue  # the branch of the body before, by now a part of its name
                if confidence >= LEAST and end - start > 1 and _is_name(simple[number][start:end]):
                    claims[number].append(_Claim(start, end, _TAGGED, confidence))
        return zip(simple, claims, inside, strict=True)

    def _join(
        self, text: str, simple: str, tagged: list[_Claim], inside: Array, vouched: Sequence[str]
    ) -> list[Organisation]:
        claims = [*_agreeing(text, tagged), *_vouched(text, vouched, inside)]
        if self._gazetteer is not None:
            for found in self._gazetteer.find(text):
                long = found.end - found.start > _SHORT
                if long or float(inside[found.start : found.end].mean()) >= _IN_A_NAME:
                    claims.append(_Claim(found.start, found.end, _KNOWN, 0.9))
        settled = _settled(text, claims)
        claims += [
            _Claim(start, end, _AGAIN, _LISTED)
            for start, end in passed_over(simple, [(one.start, one.end) for one in settled])
            if float(inside[start:end].mean()) >= _IN_A_LIST and not is_generic(simple[start:end])
        ]
        bearers = [Bearer(one.start, one.end, text[one.start : one.end]) for one in settled]
        forms = learnt(text, bearers)
        claims += _again(text, settled, forms, inside)
        claims += [
            _Claim(start, end, _FORM, 0.8, name) for start, end, name in referring(text, bearers, forms)
        ]
        return [
            Organisation(
                one.start,
                one.end,
                text[one.start : one.end],
                one.means or forms.get(text[one.start : one.end], text[one.start : one.end]),
                one.rank == _KNOWN,
                round(one.confidence, 4),
            )
            for one in _settled(text, claims)
        ]


def _is_name(words: str) -> bool:
    """Towns stay: their governments are called so. Countries do not."""
    return not is_generic(words) and (words.isascii() or taxonomy("countries").find(words) is None)


def _groups(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    first, size = 0, 0
    for at, text in enumerate(texts):
        size += min(len(text), TEXT_LIMIT)
        if size >= _TOGETHER:
            yield first, at + 1
            first, size = at + 1, 0
    if first < len(texts):
        yield first, len(texts)


def _occurrences(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where `names` stand as a whole; the longest where several begin or overlap. One pass over the text."""
    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name, len(name))
    if not len(automaton):
        return
    automaton.make_automaton()
    for last, length in automaton.iter_long(text):
        if stands_alone(text, last + 1 - length, last + 1):
            yield last + 1 - length, last + 1


def _agreeing(text: str, tagged: Sequence[_Claim]) -> list[_Claim]:
    """The tagger's claims; an unsure one with a character or two too many is cut to what is sure elsewhere."""
    sure = {
        text[one.start : one.end]: one.confidence
        for one in tagged
        if one.confidence >= _COMES_AGAIN and one.end - one.start >= _SHORT
    }
    return [one if one.confidence >= _DOUBTED else _cut(text, one, sure) for one in tagged]


def _cut(text: str, one: _Claim, sure: dict[str, float]) -> _Claim:
    for cut in (1, 2):
        for start, end in ((one.start, one.end - cut), (one.start + cut, one.end)):
            if text[start:end] in sure:
                return _Claim(start, end, _TAGGED, 0.9 * sure[text[start:end]])
    return one


def _vouched(text: str, names: Sequence[str], inside: Array) -> list[_Claim]:
    """Names said to stand in this text. A short one that is a common word elsewhere in it (苹果, 长城) counts only
    where it is read as a name, if anywhere it is."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for start, end in _occurrences(text, [name for name in names if any(map(str.isalnum, name))]):
        found.setdefault(text[start:end], []).append((start, end, float(inside[start:end].mean())))
    claims = []
    for name, places in found.items():
        unsure = len(name) <= _SHORT and max(chance for _, _, chance in places) >= _IN_A_NAME
        claims += [
            _Claim(start, end, _KNOWN, max(0.9, min(chance, 1.0)))
            for start, end, chance in places
            if chance >= _IN_A_NAME or not unsure
        ]
    return claims


def _again(text: str, settled: Sequence[_Claim], forms: dict[str, str], inside: Array) -> list[_Claim]:
    """Short forms the text explains, and sure names of it, wherever else they stand."""
    sure: dict[str, float] = {}
    for one in settled:
        name = text[one.start : one.end]
        if one.confidence >= _COMES_AGAIN and len(sure) < 10 * LIMIT:
            sure[name] = max(one.confidence, sure.get(name, 0.0))
    claims = []
    spelled = [name for name in forms if not is_generic(name)]
    for start, end in _occurrences(text, [*spelled, *sure]):
        name = text[start:end]
        if name in forms:
            claims.append(_Claim(start, end, _FORM, _SURE))
        elif len(name) > _SHORT or float(inside[start:end].mean()) >= _IN_A_NAME:
            claims.append(_Claim(start, end, _AGAIN, 0.9 * sure[name]))
    return claims


def _settled(text: str, claims: Sequence[_Claim]) -> list[_Claim]:
    """The claims that hold, by start: none overlap, but a known name whose only place is inside a longer name."""
    tagged = [one for one in claims if one.rank == _TAGGED]
    held = {one for one in claims if one.rank == _KNOWN and _holder(one, tagged)}
    alone = {text[one.start : one.end] for one in claims if one.rank == _KNOWN and one not in held}
    taken = bytearray(len(text))
    kept: list[_Claim] = []
    for one in sorted(claims, key=lambda one: (one.rank, one.start - one.end, -one.confidence, one.start)):
        if one not in held and not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    long = {(one.start, one.end) for one in kept}
    for one in held:
        holder = _holder(one, tagged)
        free = not any(taken[one.start : one.end])
        inside = holder is not None and (holder.start, holder.end) in long
        if free or (inside and text[one.start : one.end] not in alone):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.start, -one.end))


def _holder(one: _Claim, tagged: Sequence[_Claim]) -> _Claim | None:
    """The tagger's longer name around `one`; `tagged` is sorted by start, and none of it overlaps."""
    at = bisect_right(tagged, one.start, key=lambda other: other.start) - 1
    if at < 0 or tagged[at].end < one.end or tagged[at].end - tagged[at].start == one.end - one.start:
        return None
    return tagged[at]
