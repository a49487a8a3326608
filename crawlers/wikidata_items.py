"""Items that Wikidata uses as words: kinds of things, countries, degrees, offices, occupations, exchanges.

A statement names them by their id alone. What is not in these tables stays its id, as written.
"""

from __future__ import annotations

from typing import Final

from pipelines.records import EntityKind

HUMAN: Final = "Q5"

#: Kinds of organisations, and what each is here; where an item has several, the first of these rows counts.
KINDS: Final[tuple[tuple[str, str, EntityKind], ...]] = (
    ("Q3918", "university", "university"),
    ("Q875538", "public university", "university"),
    ("Q902104", "private university", "university"),
    ("Q15936437", "research university", "university"),
    ("Q1371037", "institute of technology", "university"),
    ("Q38723", "higher education institution", "university"),
    ("Q189004", "college", "university"),
    ("Q31855", "research institute", "research institute"),
    ("Q7315155", "research center", "research institute"),
    ("Q414147", "academy of sciences", "research institute"),
    ("Q327333", "government agency", "government"),
    ("Q192350", "ministry", "government"),
    ("Q891723", "public company", "company"),
    ("Q783794", "company", "company"),
    ("Q4830453", "business", "company"),
    ("Q6881511", "enterprise", "company"),
    ("Q1589009", "privately held company", "company"),
    ("Q134161", "joint-stock company", "company"),
    ("Q167037", "corporation", "company"),
    ("Q18388277", "technology company", "company"),
    ("Q1058914", "software company", "company"),
    ("Q161726", "multinational corporation", "company"),
    ("Q219577", "holding company", "company"),
    ("Q778575", "conglomerate", "company"),
    ("Q658255", "subsidiary", "company"),
    ("Q163740", "nonprofit organization", "other"),
    ("Q43229", "organization", "other"),
)
KIND_OF: Final[dict[str, EntityKind]] = {code: kind for code, _, kind in KINDS}

#: ISO 3166-1 alpha-2.
COUNTRIES: Final[dict[str, str]] = {
    "Q148": "CN", "Q8646": "HK", "Q14773": "MO", "Q865": "TW", "Q30": "US", "Q145": "GB", "Q142": "FR",
    "Q183": "DE", "Q17": "JP", "Q884": "KR", "Q334": "SG", "Q159": "RU", "Q668": "IN", "Q16": "CA",
    "Q408": "AU", "Q55": "NL", "Q39": "CH", "Q801": "IL", "Q34": "SE", "Q31": "BE", "Q38": "IT",
    "Q29": "ES", "Q35": "DK", "Q33": "FI", "Q20": "NO", "Q27": "IE", "Q40": "AT", "Q833": "MY",
    "Q869": "TH", "Q881": "VN", "Q252": "ID", "Q928": "PH", "Q155": "BR", "Q96": "MX", "Q878": "AE",
    "Q851": "SA", "Q5785": "KY", "Q25305": "VG", "Q23635": "BM", "Q32": "LU", "Q36": "PL", "Q664": "NZ",
}  # fmt: skip

DEGREES: Final[dict[str, str]] = {
    "Q163727": "bachelor's degree",
    "Q787674": "Bachelor of Science",
    "Q1765120": "Bachelor of Arts",
    "Q183816": "master's degree",
    "Q950900": "Master of Science",
    "Q2091008": "Master of Arts",
    "Q191701": "Master of Business Administration",
    "Q849697": "doctorate",
    "Q752297": "Doctor of Philosophy",
}

FIELDS: Final[dict[str, str]] = {
    "Q11660": "artificial intelligence",
    "Q2539": "machine learning",
    "Q21198": "computer science",
    "Q395": "mathematics",
    "Q413": "physics",
    "Q8134": "economics",
    "Q7748": "law",
}

OFFICES: Final[dict[str, str]] = {
    "Q484876": "chief executive officer",
    "Q140686": "chairperson",
}

#: Occupations of those who lead companies, and so are of interest as core people.
LEADING: Final = frozenset(
    {
        "Q131524",  # entrepreneur
        "Q43845",  # businessperson
        "Q2961975",  # business executive
        "Q484876",  # chief executive officer
    }
)

#: Exchanges whose codes are Chinese stock codes, by the letters that follow them.
EXCHANGES: Final[dict[str, str]] = {"Q739514": "SH", "Q517750": "SZ", "Q496672": "HK"}
