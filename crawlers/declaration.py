"""What a source says of itself: who publishes it, how it may be visited, what a good run gives."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expected:
    """The counts that a good full run gives. A run below `records_least` is an alarm, not a result."""

    pages_least: int = 1
    records_least: int = 1
    rejected_share_most: float = 0.05


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that a source asks its visitors for, taken from the environment variable `env` and from nowhere
    else.

    place: where a request to the source's hosts carries it, `query:NAME` or `header:NAME`, added next to the
    network, so that no URL, log, archive or store ever holds it; empty: the spider asks for it
    (`SourceSpider.secret`). prefix: what stands before it in a header, such as `Bearer `. why: what it gives,
    and where one gets it.
    """

    env: str
    why: str
    place: str = ""
    required: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A source as its spider declares it; `valuenet sources` prints it, the store keeps it.

    delay: seconds between two requests to one host. concurrency: requests at once to one host.
    cadence: how often it is visited (`daily`, `weekly`, `monthly`, `once`).
    lists_all: a complete run names all that the source says, so what it misses has ended.
    authority: the source names organisations reliably enough for its names to be looked for in running text.
    documents: endings of files that `--replay` may read in place of WARC files, such as `.docx`.
    texts: its pages are running text, in which facts are looked for.
    keys: the secrets that its hosts want. browser: its pages come to be in a browser only.
    bulk: its files are too large for memory, and are read from the disk as a stream.
    version: of the parser; raised whenever it reads the same page otherwise than before.
    """

    name: str
    title: str
    title_zh: str
    publisher: str
    home: str
    licence: str
    terms: str
    robots: str
    hosts: tuple[str, ...]
    personal_data: str
    cadence: str
    delay: float
    concurrency: int = 1
    country: str | None = None
    lists_all: bool = False
    authority: bool = False
    documents: tuple[str, ...] = ()
    texts: bool = False
    keys: tuple[Key, ...] = ()
    browser: bool = False
    bulk: bool = False
    version: str = "1"
    expected: Expected = field(default_factory=Expected)
