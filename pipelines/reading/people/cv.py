"""CVs, clause by clause: what was read last (time, verb, employer) holds until something else is said.

A time is that of the posts behind it: a span holds for the whole list, a beginning for the posts of its verb. 现任
and 曾任 begin a list without the time before. A post without an employer is at the one named last in its paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.reading.fact import Fact, Piece, Role
from pipelines.reading.people.persons import AGAIN, goes_on, opening_name, speaks_of_a_life
from pipelines.reading.people.plain import Plain
from pipelines.reading.people.posts import (
    Held,
    employer_end,
    is_post,
    is_qualification,
    name_start,
    pieces,
    read_held,
    trimmed,
)
from pipelines.reading.people.schools import Studied, bare_school, read_degrees, read_studies
from pipelines.reading.people.times import Time, find_times
from pipelines.reading.people.verbs import (
    AND_ANOTHER,
    AT,
    BEFORE,
    CLOSED,
    CV_BEGINS,
    JOINT,
    LATER,
    LEAVES,
    NO_EMPLOYER,
    PRIVATE_CLAUSE,
    SEAT,
    SOMEWHERE,
    VERB,
    clauses,
    closing,
)  # fmt: skip
from pipelines.reading.people.words import words_of
from pipelines.records import UNDATED, When

Span = tuple[int, int]


@dataclass(slots=True)
class _State:
    """What holds where the reader stands."""

    person: Span | None = None
    employer: Span | None = None
    itself: bool = False
    sure: bool = True
    verb: str = ""
    time: Time | None = None
    #: Whether `time` was said since the last verb, and so is of the next one.
    fresh: bool = False
    times: list[Time] = field(default_factory=list)
    waiting: list[Span] = field(default_factory=list)
    schools: list[Studied] = field(default_factory=list)
    studied: int | None = None
    clause: Span = (0, 0)
    #: The clause in which `verb` stood.
    said: Span = (0, 0)
    unit: int = 0


def read_cvs(plain: Plain, method: str) -> tuple[list[Fact], list[Span]]:
    """The facts of all CVs in a text, and the paragraphs that were read as such."""
    reader = _Reader(plain, method)
    used: list[Span] = []
    person: Span | None = None
    inside = False
    for number, (begin, end) in enumerate(plain.paragraphs()):
        name = opening_name(plain.text, begin, end)
        if name is not None:
            person, inside = name, True
        elif inside:
            inside = goes_on(plain.text, begin, end)
        else:
            inside = speaks_of_a_life(plain.text, begin, end) and (
                number == 0 or CV_BEGINS.match(plain.text, begin, end) is not None
            )
        if not inside:
            person = None
            continue
        used.append((begin, end))
        reader.paragraph(begin, end, person, name[1] if name else begin)
    return reader.facts, used


def read_told(plain: Plain, person: Span, start: int, end: int, method: str) -> list[Fact]:
    """What a part of a sentence tells of a person named before it, read as a CV is, though less surely."""
    reader = _Reader(plain, method, less=0.1)
    reader.state = _State(person=person)
    reader.unit(start, end)
    return reader.facts


class _Reader:
    def __init__(self, plain: Plain, method: str, less: float = 0.0) -> None:
        self.plain, self.method, self.less = plain, method, less
        self.facts: list[Fact] = []
        self.state = _State()

    def paragraph(self, begin: int, end: int, person: Span | None, start: int) -> None:
        self.state = _State(person=person)
        for unit_start, unit_end, fresh in self.plain.units(start, end):
            state = self.state
            state.time, state.fresh, state.times, state.waiting = None, False, [], []
            if fresh:
                state.verb, state.schools = "", []
            self.unit(unit_start, unit_end)
            for aside in self.plain.asides:
                if unit_start <= aside[0] < unit_end:
                    self._aside(aside)

    def _aside(self, aside: Span) -> None:
        """A statement in brackets: it has the time of what it stands in, and changes nothing for what follows."""
        kept, state = self.state, self.state
        self.state = _State(
            state.person, state.employer, state.itself, state.sure, time=state.time, fresh=False
        )
        self.unit(*aside, text=self.plain.text)
        self.state = kept

    def unit(self, start: int, end: int, text: str | None = None) -> None:
        text = self.plain.masked if text is None else text
        self.state.unit = start
        times = list(find_times(text[start:end], self.plain.written[start:end]))
        times = [Time(one.start + start, one.end + start, one.when, one.kind) for one in times]
        for clause_start, clause_end in clauses(text, start, end):
            self.state.clause = clause_start, clause_end
            if PRIVATE_CLAUSE.search(text, clause_start, clause_end):
                continue
            inner = [one for one in times if clause_start <= one.start < clause_end]
            self._clause(text, clause_start, clause_end, inner)

    def _clause(self, text: str, start: int, end: int, times: list[Time]) -> None:
        state = self.state
        if LEAVES.search(text, start, end) and not VERB.search(text, start, end):
            state.verb = ""
            return
        if self._studies(text, start, end, times):
            return
        at = start
        events: list[tuple[int, int, Time | re.Match[str]]] = [(one.start, one.end, one) for one in times]
        events += [(one.start(), one.end(), one) for one in VERB.finditer(text, start, end)]
        for first, last, event in sorted(events, key=lambda one: one[:2]):
            if first < at:
                continue
            self._words(text, at, first, event)
            if isinstance(event, Time):
                self._new_time(event)
            else:
                self._new_verb(event)
            at = last
        self._words(text, at, end, None)

    def _new_time(self, time: Time) -> None:
        state = self.state
        state.times = [*state.times, time] if state.fresh else [time]
        state.time, state.fresh = time, True
        state.verb = "time"

    def _new_verb(self, match: re.Match[str]) -> None:
        state = self.state
        kind = str(match.lastgroup)
        state.waiting = []
        if not state.fresh and state.time is not None:
            lasts = state.time.kind in ("span", "open") and kind in (
                "series",
                "holds",
                "besides",
                "also",
                "works",
            )
            joined = state.verb == "works" and kind in ("holds", "series", "besides")
            if not (lasts or joined or kind == "also"):
                state.time = None
        state.fresh = False
        state.said = state.clause
        state.verb = kind if kind != "also" else (state.verb or "also")

    def _words(self, text: str, start: int, end: int, before: Time | re.Match[str] | None) -> None:
        """The words between two times or verbs, or those and the borders of the clause."""
        state = self.state
        if (again := AGAIN.match(text, start, end)) is not None:
            start = again.end()
        if not text[start:end].strip(" \x00的,、"):
            return
        place = AT.match(text, start, end)
        if state.verb == "at":
            state.waiting.append((start, end))
            if (closed := closing(text, start, end)) is None:
                return
            listed, state.waiting, state.verb = [*state.waiting[:-1], (start, closed)], [], "works"
            for one in listed:
                self._place(text, *one, tell=True)
            return
        if place is not None and state.verb != "works":
            if (
                isinstance(before, type(None))
                and text[end : end + 1] == "、"
                and closing(text, start, end) is None
            ):
                state.waiting, state.verb = [(place.end(), end)], "at"
                return
            if (closed := closing(text, place.end(), end)) is not None:
                self._place(text, place.end(), closed, tell=True)
                state.verb = "works"
                return
            if isinstance(before, re.Match):
                self._place(text, place.end(), end, tell=False)
                return
        if state.verb == "works" and state.said != state.clause and text[state.clause[0] - 1] != "、":
            # 加入甲公司, 收入增长: one clause is all that 加入 reaches
            state.verb = ""
        if state.verb == "works":
            self._works(text, start, end)
        elif state.verb:
            for piece in pieces(text, start, end):
                self._post(text, *piece)
        elif isinstance(before, re.Match) and before.lastgroup not in ("also", "works"):
            # 某公司 … 任: the employer stands before the verb
            first, last = trimmed(text, start, end)
            if employer_end(text, first, last) == last:
                state.employer, state.itself, state.sure = (first, last), False, True

    def _place(self, text: str, start: int, end: int, *, tell: bool) -> None:
        """在 … 任, 在 … 工作: one employer, or several joined by 和."""
        first, last = trimmed(text, start, end)
        edge = employer_end(text, first, last)
        gap = text.find("\x00", first, last)
        if gap > first:
            last = gap
        elif edge is not None and last - edge <= 12:
            last = edge
        if last - first < 2 or last - first > 50 or NO_EMPLOYER.search(text, first, last):
            return
        self.state.employer, self.state.sure = (first, last), edge == last
        self.state.itself = text[first:last] in words_of("words", "itself")
        if tell:
            for waiting in self.state.waiting:
                if text[waiting[1]] in "、和及与以\x00":
                    self._employment(waiting, None)
            self.state.waiting = []
            self._employment((first, last), None)

    def _works(self, text: str, start: int, end: int) -> None:
        """What follows 加入, 就职于: an employer, perhaps with a post."""
        held = read_held(text, start, end)
        if held is not None and held.employer is not None:
            self.state.employer, self.state.itself, self.state.sure = held.employer, held.itself, held.sure
            self._employment(held.employer, held.post)
            return
        first, last = trimmed(text, start, end)
        if (before := BEFORE.search(text, max(first, last - 5), last)) is not None:
            last = before.start()
            if (later := LATER.search(text, max(first, last - 6), last)) is not None:
                last = later.start()
        while (ends := CLOSED.search(text, max(first, last - 5), last)) and ends.end() == last:
            last = ends.start()
        self._place(text, first, last, tell=True)

    def _post(self, text: str, start: int, end: int) -> None:
        state = self.state
        if is_qualification(text, start, end):
            if SEAT.search(text, *trimmed(text, start, end)):
                # what stands behind a seat in a parliament is in that, too
                state.employer = None
                return
            if state.verb in ("now", "time", "also", "besides"):
                return
        for another in AND_ANOTHER.finditer(text, start, end):
            second = read_held(text, another.end(), end)
            if second is not None and second.employer is not None and second.sure:
                first, last = trimmed(text, start, another.start("joint"))
                state.waiting.append((name_start(text, first, last), last))
                start = another.end()
        within = state.employer is not None and state.sure and text[state.clause[0] - 1] == "、"
        held = read_held(text, start, end, within=within)
        if held is None:
            first, last = trimmed(text, start, end)
            short = last - first <= 8 and not is_post(text, first, last)
            if NO_EMPLOYER.search(text, first, last):
                return
            if first < last and (employer_end(text, first, last) == last or short) and last - first >= 2:
                state.waiting.append((first, last))
            elif last - first > 30:
                state.verb = ""
            return
        if held.employer is not None:
            state.employer, state.itself, state.sure = held.employer, held.itself, held.sure
            if state.waiting and (joint := JOINT.match(text, *held.employer)):
                # 甲、乙和丙独立董事: the last but one stands before the 和
                state.waiting.append(joint.span(1))
                held = Held((joint.end(), held.employer[1]), held.post, held.itself, held.sure)
                state.employer = held.employer
            for waiting in state.waiting[-8:]:
                if text[waiting[1]] in "、和及与以\x00":
                    self._employment(waiting, held.post)
        state.waiting = []
        if state.employer is not None:
            self._employment(state.employer, held.post)

    def _studies(self, text: str, start: int, end: int, times: list[Time]) -> bool:
        """A clause on studies; False where it is none."""
        state = self.state
        begin = times[-1].end if times and times[-1].start < end else start
        if (again := AGAIN.match(text, begin, end)) is not None:
            begin = again.end()
        verb = VERB.search(text, begin, end)
        if (
            verb is not None
            and verb.lastgroup not in ("works", "besides")
            and (verb.lastgroup != "holds" or is_post(text, start, end))
        ):
            return False
        found = read_studies(text, begin, end)
        if not found:
            return self._more_degrees(text, start, end, times)
        when = times or ([state.time] if state.time is not None and state.fresh else [])
        if "分别" in text[start:end] and len(state.times) == 1 and state.fresh:
            when = [*state.times, *times]
        first = len(self.facts)
        for waiting in state.schools:
            waiting.degrees, waiting.field = found[0].degrees, found[0].field
            self._education(waiting, UNDATED)
        for number, one in enumerate(found):
            chosen = (
                when[min(number, len(when) - 1)]
                if when and (number == 0 or len(when) > 1 or _one_school(found))
                else None
            )
            self._education(one, chosen.when if chosen else UNDATED)
        state.schools = []
        state.studied = len(self.facts) - 1 if len(self.facts) > first else None
        state.verb, state.time, state.fresh, state.times = "", None, False, []
        return True

    def _more_degrees(self, text: str, start: int, end: int, times: list[Time]) -> bool:
        """获学士学位 behind the school, or 甲大学 before 乙大学硕士."""
        state = self.state
        if state.verb in ("", "time") and (school := bare_school(text, start, end)) is not None:
            if state.studied is not None and text[start - 1] == "、":
                self._education(school, UNDATED)
            else:
                state.schools.append(school)
            return True
        if state.studied is None or is_post(text, start, end) or VERB.search(text, start, end):
            if state.verb not in ("", "time") or VERB.search(text, start, end):
                state.studied = None
            return False
        if "博士后" in text[start:end] and SOMEWHERE.search(text, start, end):
            return False
        degrees = read_degrees(text, times[-1].end if times else start, end)
        if not degrees:
            if "专业" not in text[start:end] and not times:
                state.studied = None
            return False
        last = self.facts[state.studied]
        for one in degrees:
            pieces_ = tuple(last.roles.get("degree", ()))
            new = self.plain.piece(*one.degree)
            if one.field is None or not pieces_:
                roles = {**last.roles, "degree": (*pieces_, new)}
                if one.field is not None and "field" not in roles:
                    roles["field"] = (self.plain.piece(*one.field),)
                when = times[0].when if times and last.when == UNDATED else last.when
                self.facts[state.studied] = _changed(last, roles, when, max(last.end, new.end))
                last = self.facts[state.studied]
            else:
                roles = {**last.roles, "degree": (new,), "field": (self.plain.piece(*one.field),)}
                self.facts.append(
                    _changed(last, roles, times[0].when if times else last.when, max(last.end, new.end))
                )
        return True

    def _education(self, one: Studied, when: When) -> None:
        if not self.plain.clean(*one.school):
            return
        roles: dict[Role, tuple[Piece, ...]] = {"school": (self.plain.piece(*one.school),)}
        if one.degrees:
            roles["degree"] = tuple(self.plain.piece(*degree) for degree in one.degrees)
        if one.field is not None:
            roles["field"] = (self.plain.piece(*one.field),)
        details: dict[str, str] = {}
        if one.college is not None:
            details["college"] = self.plain.piece(*one.college).text
        details |= self._other_name(one.school[1])
        start = min(one.school[0], self.state.clause[0])
        end = max(one.school[1], self.state.clause[1])
        confidence = 0.95 if one.degrees or one.field else 0.85
        self._tell("education", roles, (start, end), when, confidence, details)

    def _other_name(self, end: int) -> dict[str, str]:
        """What stands in brackets behind a name: what it is called now, or was called before."""
        if end not in self.plain.others:
            return {}
        old, first, last = self.plain.others[end]
        return {"now" if old else "formerly": self.plain.piece(first, last).text}

    def _employment(self, employer: Span, post: Span | None) -> None:
        if not self.plain.clean(*employer) or (post is not None and not self.plain.clean(*post)):
            return
        state = self.state
        roles: dict[Role, tuple[Piece, ...]] = {"employer": (self.plain.piece(*employer),)}
        if post is not None:
            roles["post"] = (self.plain.piece(*post),)
        details = self._other_name(employer[1])
        when = state.time.when if state.time is not None else UNDATED
        if state.verb == "now" or (state.time is not None and state.time.kind == "open"):
            details["current"] = "true"
        elif state.verb in ("past", "later") or (state.time is not None and state.time.kind == "span"):
            details["current"] = "false"
        if state.verb == "series" and when != UNDATED:
            details["dates"] = "of the series"
        if state.itself:
            details["itself"] = "true"
        spans = [state.clause, employer if employer[0] >= state.unit else state.clause]
        if post is not None:
            spans.append(post)
        quote = (min(one[0] for one in spans), max(one[1] for one in spans))
        confidence = 0.9 if state.sure and post is not None else 0.85 if state.sure else 0.75
        self._tell("employment", roles, quote, when, confidence, details)

    def _tell(
        self,
        kind: str,
        roles: dict[Role, tuple[Piece, ...]],
        quote: Span,
        when: When,
        confidence: float,
        details: dict[str, str],
    ) -> None:
        if self.state.person is not None:
            roles = {"person": (self.plain.piece(*self.state.person),), **roles}
        else:
            confidence -= 0.1
        confidence -= self.less
        piece = self.plain.piece(*quote)
        self.facts.append(
            Fact(
                "education" if kind == "education" else "employment",
                roles, piece.start, piece.end, round(confidence, 2), self.method, when, details=details,
            )
        )  # fmt: skip


def _one_school(found: list[Studied]) -> bool:
    return len({one.school for one in found}) == 1


def _changed(fact: Fact, roles: dict[Role, tuple[Piece, ...]], when: When, end: int) -> Fact:
    return Fact(
        fact.type,
        roles,
        fact.start,
        end,
        fact.confidence,
        fact.method,
        when,
        fact.status,
        details=dict(fact.details),
    )
