"""The files that someone hands in: companies, financing events, people, as CSV in known layouts.

A generated world may be handed in as a whole: then accounts, patents and cooperations come as files, too, and the
store holds without a crawl what the world says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Final

from crawlers.sample_web.model import Organisation, World
from crawlers.sample_web.world import world as own_world

COMPANIES: Final = (
    *("name", "short_name", "english_name", "former_names", "aliases", "uscc", "founded", "province", "city"),
    *("layer", "core_technology", "industry", "website", "status", "listed_code"),
    *("kind", "country", "parent", "relation"),
)
FINANCING: Final = (
    *("event_id", "date", "investee_id", "investee_shortname", "investee_fullname", "investor_number"),
    *("investor_ids", "investor_leader_id", "investor_names", "series", "amount", "industries"),
)
PEOPLE: Final = (
    *("person", "company", "post", "post_start", "post_end", "school", "degree", "field", "study_start"),
    *("study_end", "former_employer", "former_post", "former_start", "former_end", "core", "note"),
)
ACCOUNTS: Final = (
    *("name", "listed_code", "year", "staff", "rd_staff", "revenue", "research_spend", "market_value"),
)
PATENTS: Final = ("publication_number", "title", "applicant", "ipc", "filing_date", "publication_date")
COOPERATION: Final = ("kind", "providers", "recipients", "parties", "technologies", "applications", "date")
#: The kinds of files of a whole world, in an order in which they may be imported: name → kind.
WHOLE: Final = {
    "companies": "companies", "accounts": "companies", "financing": "financing", "people": "people",
    "patents": "patents", "cooperation": "cooperation",
}  # fmt: skip
#: Between the names of a cell; a name that holds a separator of any list is left out of such a cell.
LIST: Final = "；"
_SEPARATORS: Final = frozenset(",，、;；")
_NOBODY: Final = "9999999"


def write_files(directory: Path, world: World | None = None) -> tuple[Path, ...]:
    """Write companies.csv, financing.csv and people.csv into `directory`, which is made where it is missing."""
    world = world or own_world()
    directory.mkdir(parents=True, exist_ok=True)
    files = (
        ("companies.csv", COMPANIES, companies(world)),
        ("financing.csv", FINANCING, financing(world)),
        ("people.csv", PEOPLE, people(world)),
    )
    return tuple(_write(directory / name, header, rows) for name, header, rows in files)


def write_whole_world(directory: Path, world: World) -> tuple[Path, ...]:
    """Write a file for each name of `WHOLE` into `directory`, which is made where it is missing."""
    more = (
        ("accounts.csv", ACCOUNTS, accounts(world)),
        ("patents.csv", PATENTS, patents(world)),
        ("cooperation.csv", COOPERATION, cooperation(world)),
    )
    return (
        *write_files(directory, world),
        *(_write(directory / name, header, rows) for name, header, rows in more),
    )


def companies(world: World) -> list[list[str]]:
    """A row an organisation other than investors and persons, under its legal name where it has one."""
    return [
        _company(world, one) for one in world.organisations.values() if one.kind not in ("investor", "person")
    ]


def _company(world: World, one: Organisation) -> list[str]:
    name = one.legal or one.name
    parent = world.organisations[one.parent].name if one.parent and one.relation != "related" else ""
    return [
        name,
        one.name if one.name != name else "",
        one.english,
        _listed(one.former),
        _listed(one.aliases),
        one.uscc,
        str(one.founded or ""),
        one.province,
        one.city,
        one.layer,
        one.core,
        one.industry,
        one.website,
        "",
        one.code,
        one.kind,
        one.country,
        parent,
        one.relation if parent else "",
    ]


def financing(world: World) -> list[list[str]]:
    """A row an event, newest first, as such tables come."""
    rows = [
        [
            one.event,
            one.when.iso,
            one.target_id,
            one.target,
            one.full,
            str(len(one.investors)),
            ",".join(one.investor_ids) or _NOBODY,
            one.lead_id,
            ",".join(one.investors) or "未透露",
            one.round,
            one.amount,
            one.industries or "未透露",
        ]
        for one in world.rounds
    ]
    return sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)


def people(world: World) -> list[list[str]]:
    """A row for each study or former post of a person, whichever are more; the rest of the row is repeated."""
    rows = []
    for one in world.people:
        for study, former in zip_longest(one.studies, one.former):
            row = [one.person, one.company, one.post, str(one.start), str(one.end or "")]
            row += (
                [study.school, study.degree, study.field, str(study.start), str(study.end)]
                if study
                else [""] * 5
            )
            row += [former.employer, former.post, str(former.start), str(former.end)] if former else [""] * 4
            rows.append([*row, "1", world.people_note])
    return rows


def accounts(world: World) -> Iterator[list[str]]:
    """A row a listed company and year; what it does not say is empty."""
    for one in world.accounts:
        numbers = (one.staff, one.research_staff, one.revenue, one.research_spend, one.market_value)
        yield [
            one.company,
            one.code,
            str(one.year),
            *("" if value is None else str(value) for value in numbers),
        ]


def patents(world: World) -> Iterator[list[str]]:
    """A row a published application."""
    for one in world.patents:
        yield [
            one.number,
            one.title,
            LIST.join(one.applicants),
            LIST.join(one.classes),
            one.filed.isoformat(),
            one.published.isoformat(),
        ]


def cooperation(world: World) -> Iterator[list[str]]:
    """A row a cooperation, under the names by which the article calls its sides."""
    for one in world.cooperation:
        names = (
            filter(None, (one.provider,)),
            one.recipients,
            one.parties,
            one.technologies,
            one.applications,
        )
        yield [one.kind, *map(LIST.join, names), one.when.iso]


def listable(name: str) -> bool:
    """Whether a name can stand in a list: it holds nothing that separates lists."""
    return not _SEPARATORS & set(name)


def _listed(names: Sequence[str]) -> str:
    return LIST.join(filter(listable, names))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
