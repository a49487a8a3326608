"""The archive: what is kept comes back the same; damaged files give what can still be read; keys of addresses."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import random
import tempfile
from pathlib import Path
from typing import Final

from pipelines.errors import InputError, StoreError
from pipelines.store.archive import Archive, read_snapshot, read_warc
from pipelines.store.cdx import index, url_key
from pipelines.store.session import open_store
from tests.fuzzing.pages import HOSTILE, _bytes
from tests.fuzzing.targets import Target
from tests.fuzzing.targets.texts import texts

DAY: Final = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)
#: More of a response than this is not made here, in bytes.
_BODY: Final = 4_000


def _visits(dice: random.Random) -> tuple[list[tuple[str, bytes, dict[str, str]]], int]:
    found = []
    for number in range(dice.randint(1, 4)):
        body = dice.choice(
            (
                b"",
                b"WARC/1.1\r\n\r\n",
                dice.randbytes(dice.randint(0, _BODY)),
                dice.choice(HOSTILE).encode("utf-8", "replace"),
            )
        )
        kind = dice.choice(("text/html", "application/json; charset=gbk", "x\ty", "甲"))
        found.append((f"https://host.example/{number}?q={dice.randint(0, 3)}", body, {"Content-Type": kind}))
    return found, dice.randint(0, 2**40)


def check_archive(given: tuple[list[tuple[str, bytes, dict[str, str]]], int]) -> None:
    """Each response is read back byte by byte; of the damaged file, nothing that was not kept, or an error."""
    visits, number = given
    logging.getLogger("pipelines.store.archive").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "archive")
        engine = open_store(f"sqlite:///{place}/store.db", create=True)
        archive = Archive(folder, engine, "fuzz")
        kept = [
            (body, archive.add(url, body, headers=headers, fetched_at=DAY)) for url, body, headers in visits
        ]
        archive.close()
        engine.dispose()
        for body, where in kept:
            assert read_snapshot(folder, where.archive, where.offset).body == body
        (path,) = sorted(folder.glob("*.warc*"))
        assert len(list(index([path]))) == len(visits)
        dice = random.Random(number)
        path.write_bytes(_bytes(path.read_bytes(), dice))
        bodies = {hashlib.sha256(body).hexdigest() for body, _ in kept}
        try:
            for stored in read_warc(path):
                assert stored.status == 200 or not stored.digest or stored.status == 0
            list(index([path]))
        except InputError:
            pass
        for _, where in kept:
            try:
                stored = read_snapshot(folder, where.archive, where.offset)
            except StoreError:
                continue
            assert (
                not stored.digest.startswith("sha256:") or hashlib.sha256(stored.body).hexdigest() in bodies
            )


def check_key(text: str) -> None:
    """A key of one line, without regard to the case of the host."""
    found = url_key(text)
    assert found == url_key(text)
    assert len(found) <= 40 * len(text) + 40
    if text.startswith("http"):
        scheme, mark, rest = text.partition("://")
        assert url_key(f"{scheme}{mark}{rest}") == found


TARGETS: Final = (
    Target("archive", _visits, check_archive),
    Target(
        "keys of addresses",
        texts(
            ("http://www.Example.org:80/a//b/../c?b=1&a=2", "https://xn--fiqs8s/%E7%94%B2?q=%25%32%35", "file:///a b", "http://[::1]:8000/",
             "https://甲.中国/乙", "http://x/;jsessionid=0123456789abcdef0123456789abcdef"),
            ("http://", "https://", "www.", ":", "/", "..", "%", "%25", "?", "&", "=", "#", "@", "[", "]", "甲", ".", "a", "8", "\\"),
        ),
        check_key,
    ),
)  # fmt: skip
