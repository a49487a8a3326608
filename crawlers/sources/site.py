"""Sites of companies and anyone else: what they state for programs, and their articles.

JSON-LD gives organisations and persons with posts and studies; a page with running text gives a `Document`.
Archives from elsewhere, such as those of Common Crawl, are read with `--replay`: any page of the web is
this source's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from crawlers.declaration import Declaration, Expected
from crawlers.json_ld import nodes, scripts, types_of
from crawlers.parsing import reject
from crawlers.schema_org import read_stated
from crawlers.spider import Found
from crawlers.web_site import WebSiteSpider, article_on
from pipelines.errors import InputError
from pipelines.records import Rejected

DECLARATION = Declaration(
    name="site",
    title="Sites of companies and other organisations",
    title_zh="企业及机构网站",
    publisher="each site (argument `site`: one or more addresses, with commas between)",
    home="https://news.valuenet.example/",
    licence="each site's own: facts, short quotations and links are kept, texts are not republished",
    terms="each site's own, to be read before it is added",
    robots="each site's robots.txt is fetched and obeyed; sitemaps and feeds are preferred to links",
    hosts=("news.valuenet.example",),
    personal_data="persons with their posts and studies, as sites state them; contacts and portraits are left",
    cadence="weekly",
    delay=2.0,
    country=None,
    lists_all=False,
    authority=False,
    texts=True,
    expected=Expected(pages_least=1, records_least=1, rejected_share_most=0.3),
)

#: What the pages state for programs and the records leave out, and why. A name is the end of a path.
LEFT = {
    "@context": "says that the words are schema.org's",
    "image.*": "pictures are not kept",
    "logo": "pictures are not kept",
    "author.*": "who wrote the article is no fact of the industry",
    "publisher.*": "the site is known by its address",
    "dateModified": "the day of publication is kept",
    "description": "the text itself is read",
    "slogan": "praise",
    "email": "contacts are not kept",
    "telephone": "contacts are not kept",
    "contactPoint.*": "contacts are not kept",
    "address.@type": "an address has one type",
    "streetAddress": "the town is kept",
    "postalCode": "the town is kept",
    "gender": "persons: professional facts alone",
    "birthDate": "persons: professional facts alone",
    "numberOfEmployees.@type": "a number has one type",
    "identifier.@type": "an identifier is told by its propertyID",
    "hiringOrganization.*": "jobs offered are no facts of the industry",
    "ld+json.title": "jobs offered are no facts of the industry",
    "ld+json.name": "goods are no organisations",
    "employee.@id": "a person with a node of its own says there where it works",
    "offers.*": "prices of goods",
    "meta.viewport": "how the page is shown",
}

#: A page whose main matter is one of these is no article, whatever text stands around it.
_OTHERS: Final = frozenset({"JobPosting", "Product", "Event", "Recipe", "VideoObject", "SearchResultsPage"})


class SiteSpider(WebSiteSpider):
    """Visits the sites in `site`; `since` (a day) leaves out what the sitemap says is older."""

    name = DECLARATION.name
    declaration = DECLARATION
    always_front = True

    def read_front(self, tree: Any, url: str) -> Iterator[Found]:
        yield from _stated(tree, url)

    def read_page(self, tree: Any, url: str) -> Iterator[Found]:
        told = list(_stated(tree, url))
        yield from told
        if _is_other(tree):
            return
        try:
            for found in article_on(tree, url):
                # Broken JSON-LD was told of above.
                if not (isinstance(found, Rejected) and found.field == "ld+json"):
                    yield found
        except InputError:
            # A page that states facts needs no running text besides.
            if not told:
                raise


def _stated(tree: Any, url: str) -> Iterator[Found]:
    for number, (value, doubt) in enumerate(scripts(tree), start=1):
        where = f"ld+json[{number}]"
        if doubt is not None:
            field, written, reason = doubt
            yield reject(where, reason, kind="page part", field=field, value=written)
        else:
            yield from read_stated(value, url, where)


def _is_other(tree: Any) -> bool:
    kinds = [types_of(node) for value, _ in scripts(tree) for _, node in nodes(value)]
    return any(one & _OTHERS for one in kinds) and not any("Article" in "".join(one) for one in kinds)
