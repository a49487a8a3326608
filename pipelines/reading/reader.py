"""All readers of running text joined: from texts to facts, in batches, with dates, status and categories.

`read_facts` is the face. What each reader gives out, and from which confidence on, is in `thresholds.yaml`: chosen
on labelled text, so that the facts of a type are as right and as complete as they can be.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pipelines.errors import ValuenetError
from pipelines.reading import categories, events, organisations, people, relations
from pipelines.reading.by_patterns import gazetteer_of, read_patterns
from pipelines.reading.cooperation import TITLE_LIMIT
from pipelines.reading.fact import ORGANISATION_ROLES, Fact, Organisation, Piece, Role, Type
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.joining import join
from pipelines.reading.masking import Document, Masked
from pipelines.reading.processes import one_core
from pipelines.reading.sentences import TEXT_LIMIT, after_heading, sentences
from pipelines.reading.stated import clause_start, published_when, stated_status, stated_when
from pipelines.reading.thresholds import NEVER, thresholds
from pipelines.records import UNDATED, When

#: Version of the joined readers, for the store: raise it when a reading may come out differently.
VERSION: Final = "3"
#: So many texts, and about so many characters, go through the readers together: more would only take memory.
BATCH_TEXTS: Final = 64
BATCH_CHARACTERS: Final = 200_000
#: Types of facts that happen at a time: where none is stated, the publication's stands in.
_EVENTS: Final = frozenset(("cooperation", "contract", "investment", "acquisition"))
_CLAUSE_END: Final = re.compile(r"[，,。；;！？!?\n]")
_SHADING: Final = frozenset(("investment", "acquisition"))
#: Types that one matter may be told as: shorter in a title than in the text.
_ALIKE: Final = (_SHADING, frozenset(("cooperation", "contract")))
#: Types of facts that are about some technology.
_TOPICAL: Final = frozenset(("cooperation", "contract"))

_log = logging.getLogger(__name__)

#: One more reader: of texts and the organisations in them.
Further = Callable[[Sequence[str], Sequence[Sequence[Organisation]]], list[list[Fact]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to be read. `published`, its day of publication, stands in for dates not stated; `names` are
    organisations known to stand in the text; `title` says what is meant where the text is silent, and is read as a
    text of its own with `read_title`; `gazetteer` knows further names."""

    text: str
    published: When = UNDATED
    names: Sequence[str] = ()
    title: str = ""
    gazetteer: Gazetteer | None = None
    read_title: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in a text: its facts, what its title tells beyond them (offsets in the title), and the full
    names of the short forms that it explains; or why nothing could be."""

    facts: list[Fact] = field(default_factory=list)
    titled: list[Fact] = field(default_factory=list)
    means: Mapping[str, str] = field(default_factory=dict)
    failed: str = ""


def read_facts(
    texts: Sequence[str],
    dates: Sequence[dt.date | None] | None = None,
    names: Sequence[Sequence[str]] | None = None,
) -> list[list[Fact]]:
    """The facts of each text, those between its `names` first. `dates` are days of publication."""
    none: list[Any] = [None] * len(texts)
    asked = [
        Asked(text, published_when(date), tuple(known or ()))
        for text, date, known in zip(texts, dates or none, names or none, strict=True)
    ]
    return [one.facts for batch in batches(asked) for one in read(batch)]


def batches(asked: Sequence[Asked]) -> list[Sequence[Asked]]:
    """The texts in parts that are read together."""
    found: list[Sequence[Asked]] = []
    start = size = 0
    for at, one in enumerate(asked):
        size += min(len(one.text), TEXT_LIMIT)
        if at + 1 - start >= BATCH_TEXTS or size >= BATCH_CHARACTERS:
            found.append(asked[start : at + 1])
            start, size = at + 1, 0
    return [*found, asked[start:]] if start < len(asked) else found


def read(asked: Sequence[Asked], *, least: float | None = None, further: Further | None = None) -> list[Read]:
    """What stands in each text. Each reader gives out what `thresholds.yaml` says, or what has the confidence
    `least`; `further` is one more reader. A text over which a reader breaks has `failed`, and stops no other."""
    try:
        with one_core():
            return _read(asked, least, further)
    except ValuenetError:
        raise
    except Exception as error:
        if len(asked) > 1:
            half = len(asked) // 2
            return [
                *read(asked[:half], least=least, further=further),
                *read(asked[half:], least=least, further=further),
            ]
        _log.exception("a reader broke over a text")
        return [Read(failed=f"a reader broke: {type(error).__name__}: {error}"[:300])]


def _read(asked: Sequence[Asked], least: float | None, further: Further | None) -> list[Read]:
    """Texts, and behind them the titles that are read as well."""
    titled = [at for at, one in enumerate(asked) if _has_title(one)]
    titles = [replace(asked[at], text=asked[at].title[:TITLE_LIMIT], title="") for at in titled]
    found = _read_texts([*asked, *titles], least, further)
    for at, told in zip(titled, found[len(asked) :], strict=True):
        beyond = [one for one in told.facts if not any(_tells(other, one) for other in found[at].facts)]
        found[at] = replace(found[at], titled=beyond)
    return found[: len(asked)]


def _has_title(one: Asked) -> bool:
    return one.read_title and bool(one.title.strip()) and not after_heading(one.text, one.title)


def _tells(told: Fact, titled: Fact) -> bool:
    """Whether a fact of the text tells what one of the title does, which may shorten names."""
    if told.type != titled.type and not any({told.type, titled.type} <= alike for alike in _ALIKE):
        return False
    names = _organisations(told)
    return all(any(one in name or name in one for name in names) for one in _organisations(titled))


def _read_texts(asked: Sequence[Asked], least: float | None, further: Further | None) -> list[Read]:
    texts = [one.text[:TEXT_LIMIT] for one in asked]
    spotted = organisations.spot_all(
        texts, [_known(one, text) for one, text in zip(asked, texts, strict=True)]
    )
    told = every_reader(asked, texts, spotted)
    if further is not None:
        told["model"] = further(texts, spotted)
    found: list[Read] = []
    for at, one in enumerate(asked):
        pair = len(one.names) == 2
        facts = _given({reader: by_text[at] for reader, by_text in told.items()}, pair, least)
        means = {each.text: each.means for each in spotted[at] if each.means != each.text}
        joined = join(facts, one.names, means)
        telling = _Telling(texts[at], spotted[at], one.published)
        found.append(Read([telling(fact) for fact in joined], [], means))
    return _categorised(texts, spotted, found)


def _given(told: Mapping[str, Sequence[Fact]], pair: bool, least: float | None) -> list[Fact]:
    """What of one text is given out. Takeovers and investments shade into each other: where an event is told with
    all who take part, and nobody asks about two of them, no other reader calls it by the other word."""
    facts: list[Fact] = []
    events: list[tuple[Type, set[str]]] = []
    for reader in sorted(told, key=lambda name: name != "events"):
        for fact in told[reader]:
            shipped = thresholds()[fact.type].least(reader, pair=pair)
            if fact.confidence < (shipped if least is None or shipped == NEVER else least):
                continue
            if reader == "events":
                events.append((fact.type, _organisations(fact)))
            elif not pair and fact.type in _SHADING:
                own = _organisations(fact)
                if any(kind in _SHADING and kind != fact.type and own <= others for kind, others in events):
                    continue
            facts.append(fact)
    return facts


def _organisations(fact: Fact) -> set[str]:
    return {one.text for role in ORGANISATION_ROLES[fact.type] for one in fact.roles.get(role, ())}


def every_reader(
    asked: Sequence[Asked], texts: Sequence[str], spotted: Sequence[Sequence[Organisation]]
) -> dict[str, list[list[Fact]]]:
    """What each reader says of each text: all of it, whatever it is worth."""
    return {
        "relations": relations.read_all(texts, spotted),
        "events": events.read_all(texts, spotted),
        "patterns": [
            read_patterns(text, own, one.published, one.title, one.gazetteer)
            for one, text, own in zip(asked, texts, spotted, strict=True)
        ],
        "people": [[_without_itself(fact) for fact in own] for own in people.read_all(texts)],
    }


def _without_itself(fact: Fact) -> Fact:
    """本公司 names nobody: the post is told, and in the details whom the text calls the employer."""
    if "itself" not in fact.details or "employer" not in fact.roles:
        return fact
    roles: dict[Role, tuple[Piece, ...]] = {
        role: pieces for role, pieces in fact.roles.items() if role != "employer"
    }
    return replace(fact, roles=roles, details={**fact.details, "employer": fact.roles["employer"][0].text})


def _known(one: Asked, text: str) -> list[str]:
    """The names known to stand in a text, as they are written there."""
    names = [name for name in one.names if name]
    if one.gazetteer is not None:
        names += [text[found.start : found.end] for found in one.gazetteer.find(text)]
    return list(dict.fromkeys(names))


class _Telling:
    """Says of one text's facts when they happen, and whether they did: as their sentences state it; the date of an
    event that none states is the publication's."""

    def __init__(self, text: str, spotted: Sequence[Organisation], published: When) -> None:
        self._text, self._spotted, self._published = text, spotted, published
        self._document: Document | None = None
        self._sentences: list[tuple[int, int]] = []

    def __call__(self, fact: Fact) -> Fact:
        if fact.type not in _EVENTS:
            return fact
        dated = fact.when.start is not None or fact.when.end is not None
        # the other readers look for plans and rumours themselves
        settled = fact.status != "done" or not fact.method.startswith("relations")
        if dated and settled:
            return fact
        masked, first, last = self._masked(fact)
        when = fact.when if dated else stated_when(masked, last, self._published)
        if settled:
            return replace(fact, when=when)
        verb = last
        if "party" in fact.roles:  # the verb stands behind its partners
            match = _CLAUSE_END.search(masked.text, last)
            verb = match.start() if match else len(masked.text)
        status = stated_status(masked.text, clause_start(masked.text, first), verb)
        return replace(fact, when=when, status=status)

    def _masked(self, fact: Fact) -> tuple[Masked, int, int]:
        """The sentence of a fact, and where in it the first and the last organisation of the fact stand."""
        if self._document is None:
            self._document = Document(self._text, gazetteer_of(self._spotted))
            self._sentences = [(one.start, one.end) for one in sentences(self._text)]
        at = max(bisect_right(self._sentences, (fact.start, len(self._text))) - 1, 0)
        start, end = self._sentences[at] if self._sentences else (fact.start, fact.end)
        masked = self._document.mask(start, end)
        starts = [one.start for role in ORGANISATION_ROLES[fact.type] for one in fact.roles.get(role, ())]
        inside = [one for one in starts if start <= one < end] or [start]
        places = [max(bisect_right(masked.offsets, one) - 1, 0) for one in (min(inside), max(inside))]
        return masked, places[0], places[1]


def _categorised(
    texts: Sequence[str], spotted: Sequence[Sequence[Organisation]], found: Sequence[Read]
) -> list[Read]:
    """The facts with the technologies and areas that their sentences tell of, where their reader told none."""
    places = [
        (at, number)
        for at, one in enumerate(found)
        for number, fact in enumerate(one.facts)
        if fact.type in _TOPICAL and not (fact.technology and fact.application)
    ]
    of = categories.categorise_all(
        [texts[at] for at, _ in places],
        [(found[at].facts[number].start, found[at].facts[number].end) for at, number in places],
        [spotted[at] for at, _ in places],
    )
    facts = [list(one.facts) for one in found]
    for (at, number), told in zip(places, of, strict=True):
        fact = facts[at][number]
        facts[at][number] = replace(
            fact,
            technology=fact.technology or tuple(one.code for one in told.technologies),
            application=fact.application or tuple(one.code for one in told.applications),
        )
    return [replace(one, facts=own) for one, own in zip(found, facts, strict=True)]
