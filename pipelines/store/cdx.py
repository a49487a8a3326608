"""An index of the archive by URL and digest, in the form that pywb and other replay tools read (CDXJ).

A line is the URL's key, the moment (14 digits) and a JSON object; lines are in the order of their bytes. The key
turns the host around (`org,ror,api)/v2`), so that what belongs together stands together.
"""

from __future__ import annotations

import json
import posixpath
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from warcio.exceptions import ArchiveLoadFailed

from pipelines.errors import InputError
from pipelines.store.archive import NOT_MODIFIED
from pipelines.store.warc_records import records_of

#: What of a path or a query needs no escape in a key.
_SAFE = "!\"$&'()*+,-./:;<=>@[\\]^_`{|}~?"
_WWW = re.compile(r"^www\d*\.")
_MARK_IN_PATH = re.compile(rb";jsessionid=[0-9a-z]{32}$")
_MARK_IN_QUERY = re.compile(rb"(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}")
_ESCAPED_MOST = 5


def url_key(url: str) -> str:
    """The key of a URL: host from the right, lower case, without `www`, the usual port, session marks or a last
    slash, the query's parts in order. A URL without a host (a file handed in) is its own key, in lower case."""
    url = url.encode("utf-8", "replace").decode()  # halves of characters, which no key can hold
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _plain(url)
    if parts.scheme not in ("http", "https") or not host:
        return _plain(url)
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:  # no host of the web; the key only has to be one
        host = quote(host)
    turned = ",".join(reversed(_WWW.sub("", host, count=1).split(".")))
    usual = {"http": 80, "https": 443}[parts.scheme]
    path = _MARK_IN_PATH.sub(b"", _unescaped(parts.path))
    steps = posixpath.normpath(re.sub(b"/+", b"/", path)) if path else b""
    key = (
        turned
        + (f":{port}" if port not in (None, usual) else "")
        + ")"
        + _escaped(steps.rstrip(b"/") or b"/")
    )
    said = [part for part in _unescaped(parts.query).split(b"&") if not _MARK_IN_QUERY.fullmatch(part)]
    query = "&".join(sorted(_escaped(part) for part in said)) if parts.query else ""
    return key + (f"?{query}" if query else "")


def _plain(url: str) -> str:
    return re.sub("^file:/+", "file:/", url.strip().lower().replace(" ", "%20"))


def _unescaped(text: str) -> bytes:
    """The bytes meant by a text in which escapes may be escaped again; a few times at most."""
    found = unquote_to_bytes(text)
    for _ in range(_ESCAPED_MOST):
        again = unquote_to_bytes(found)
        if again == found:
            break
        found = again
    return found.lower()


def _escaped(text: bytes) -> str:
    return quote(text, safe=_SAFE).lower()


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a WARC file, in its order; a cut end ends them. Visits answered by 304 have none.

    Raises `InputError` for a file that is no WARC file."""
    seen = 0
    try:
        with path.open("rb") as file:
            iterator = records_of(file)
            for record in iterator:
                seen += 1
                if record.rec_type not in ("response", "resource", "revisit"):
                    continue
                headers, http = record.rec_headers, record.http_headers
                offset, length = iterator.get_record_offset(), iterator.get_record_length()
                url = str(headers.get_header("WARC-Target-URI") or "").strip("<>")
                kind = (
                    http.get_header("Content-Type")
                    if http is not None
                    else headers.get_header("Content-Type")
                )
                is_again = record.rec_type == "revisit"
                if is_again and headers.get_header("WARC-Profile") == NOT_MODIFIED:
                    continue  # replay tools would show the empty answer, and not the page that it speaks of
                fields = {
                    "url": url,
                    "mime": "warc/revisit" if is_again else str(kind or "unk").partition(";")[0].strip(),
                    "status": str(http.get_statuscode() or "") if http is not None else "200",
                    "digest": str(headers.get_header("WARC-Payload-Digest") or ""),
                    "length": str(length),
                    "offset": str(offset),
                    "filename": path.name,
                }
                moment = re.sub(r"\D", "", str(headers.get_header("WARC-Date") or ""))[:14]
                yield f"{url_key(url)} {moment} {json.dumps(fields, ensure_ascii=False)}"
    except (ArchiveLoadFailed, EOFError, OSError) as error:
        if not seen:
            raise InputError(f"this is no WARC file ({error})", where=str(path)) from error


def index(paths: Iterable[Path]) -> Iterator[str]:
    """The lines of all files in the order of their bytes. They are sorted in a temporary file, not in memory."""
    sorting = sqlite3.connect("")
    try:
        sorting.execute("CREATE TABLE line (bytes BLOB)")
        for path in paths:
            sorting.executemany(
                "INSERT INTO line VALUES (?)", ((one.encode("utf-8", "replace"),) for one in lines_of(path))
            )
        for (line,) in sorting.execute("SELECT bytes FROM line ORDER BY bytes"):
            yield line.decode()
    finally:
        sorting.close()
