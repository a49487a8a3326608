"""Reading the periodic reports of listed companies: their PDFs, as they were filed.

`read_filing` is the face of this room: revenue, what is spent on research and its share, staff and research staff,
each with its period, its unit and the cell or line where it stands (docs/filings.md). `isolation` opens the PDF in
a process of its own; `tables` and `sentences` find numbers; `agreeing` holds those of several places against each
other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from pydantic import ValidationError

from pipelines.errors import InputError
from pipelines.identifiers import read_stock
from pipelines.reading.filings.agreeing import records
from pipelines.reading.filings.figures import compact
from pipelines.reading.filings.isolation import PAGES_MOST, Pages, read_pages
from pipelines.reading.filings.items import GOES_ON, WANTED
from pipelines.reading.filings.periods import read_title
from pipelines.reading.filings.sentences import read_sentences
from pipelines.reading.filings.stated import Stated
from pipelines.reading.filings.tables import read_tables, running_heads
from pipelines.records import Identifier, Mention, Organisation, Rejected

__all__ = ["METHOD", "read_filing"]

#: Name and version of what reads. Raise the version when a reading may come out differently.
METHOD = ("filings", "2")

#: As many pages may stand before a report's title and code.
_COVER: Final = 3
#: Real reports state some tens of the wanted numbers.
STATED_MOST: Final = 2_000
_CODE: Final = re.compile(r"(?:证券|公司|股票|A股)代码:?(\d{6})(?!\d)(?:[、,/](\d{6})(?!\d))?")
#: Of bonds and depositary receipts; and of B shares, whose company has A shares beside them.
_NO_SHARES: Final = ("1", "24", "25")
_B_SHARES: Final = ("200", "900")
_NAME: Final = re.compile(
    r"(?:证券|公司|股票|A股)简称:?([^\s:/、,;，；]{1,20}?)(?=公告|编号|证券|公司代码|股票|债券|[、/]|$)"
)


def read_filing(
    body: bytes, *, company: Mention | None = None, locator: str = ""
) -> Iterator[Organisation | Rejected]:
    """What a periodic report (PDF) states of `company`: an `Organisation` with one dated attribute per number.

    Amounts are in units of the currency, shares in percent, staff in persons. Locators are
    `page:12 table:2 row:5 col:3` or `page:12 line:34`, after `locator` where one is given. Without `company`, it is
    the one whose stock code the report states; a `company` of another code is refused. A PDF that is no periodic
    report gives nothing. Nothing raises: what cannot be read is `Rejected`, of kind `page` (a file, a page) or
    `field` (a number).
    """
    for found in _read(body, company):
        yield found.model_copy(update={"locator": f"{locator} {found.locator}"[:500]}) if locator else found


def _read(body: bytes, company: Mention | None) -> Iterator[Organisation | Rejected]:
    pages = read_pages(body, WANTED, GOES_ON)
    if pages.refused:
        yield _page("$", pages.refused)
        return
    cover = "\n".join(pages.texts.get(page, "") for page in range(1, _COVER + 1))
    title = read_title(cover)
    if title is None:
        if not any(text.strip() for text in pages.texts.values()):
            yield _page("$", "no page holds words: it may be scanned")
        return
    try:
        company = _company(cover, company)
    except (InputError, ValidationError) as error:
        yield _page("page:1", str(error), "stock")
        return
    yield from _given_up(pages)
    stated: list[Stated] = []
    tables = read_tables(pages.layouts, title, running_heads(pages.texts))
    for count, found in enumerate(chain(tables, read_sentences(pages.texts, title)), start=1):
        if count > STATED_MOST:
            yield _page("$", f"more than {STATED_MOST:,} numbers are no report's: the rest is not read")
            break
        if isinstance(found, Rejected):
            yield found
        else:
            stated.append(found)
    yield from records(stated, company)


def _company(cover: str, company: Mention | None) -> Mention:
    """The company meant. Raises InputError where the cover names none, or another."""
    plain = [compact(line) for line in cover.split("\n")]
    codes = [code for line in plain for match in _CODE.finditer(line) for code in match.groups() if code]
    shares = [code for code in codes if not code.startswith(_NO_SHARES)]
    first = [code for code in shares if not code.startswith(_B_SHARES)]
    own = {read_stock(code) for code in first or shares}
    if company is not None:
        known = {one.value for one in company.identifiers if one.scheme == "stock"}
        if own and known and not own & known:
            raise InputError(
                f"the report is of {', '.join(sorted(own))}, not of {', '.join(sorted(known))}", field="stock"
            )
        return company
    names = [match[1] for line in plain for match in _NAME.finditer(line)]
    if len(own) != 1 or not names:
        raise InputError("the cover does not say whose report it is", field="stock")
    identifier = Identifier(scheme="stock", value=own.pop())
    return Mention(name=names[0], kind="company", country="CN", identifiers=(identifier,))


def _given_up(pages: Pages) -> Iterator[Rejected]:
    for (stage, page), why in sorted(pages.failed.items()):
        yield _page(
            f"page:{page}", f"{'its tables' if stage == 'layout' else 'its words'} could not be read: {why}"
        )
    if pages.count > PAGES_MOST:
        yield _page(f"page:{PAGES_MOST + 1}", f"only {PAGES_MOST} of {pages.count} pages are read")


def _page(where: str, reason: str, field: str = "") -> Rejected:
    return Rejected(locator=where, reason=reason[:2000], kind="page", field=field)
