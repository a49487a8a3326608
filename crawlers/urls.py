"""URLs: one page, one name.

A page is known by its cleaned URL, so two spellings of one address must clean to the same text, and cleaning
twice must change nothing. What is not a web address cleans to None.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

#: A record keeps no longer URL than this.
URL_LIMIT = 2000

#: Parameters that say where a visitor came from, never which page is meant. Those of mail and advertising
#: services, of Chinese portals (spm, scm), and of share buttons.
TRACKING = frozenset(
    {
        "spm", "scm", "gclid", "gclsrc", "dclid", "fbclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid",
        "_ga", "_gl", "wt_mc", "bd_vid", "hmsr", "hmpl", "hmcu", "hmkw", "hmci", "share_token", "share_source",
        "from_source", "sharefrom", "isappinstalled",
    }
)  # fmt: skip
_TRACKING_PREFIX = ("utm_", "pk_", "mtm_", "hsa_")
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
# What may stand bare in a path or query (RFC 3986), besides escapes.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"


def clean_url(url: str) -> str | None:
    """The lasting name of a page: scheme and host in lower case, no default port, fragment or tracking
    parameter, escapes spelled one way. None for anything but an http(s) URL of bounded length."""
    url = url.strip()
    if not url or len(url) > URL_LIMIT:
        return None
    try:
        parts = urlsplit(_UNSAFE.sub(lambda found: quote(found.group()), url))
        port = parts.port
    except ValueError:  # a broken port or IPv6 address
        return None
    scheme = parts.scheme.lower()
    host = _host(parts.hostname or "")
    if scheme not in _PORTS or host is None or "@" in parts.netloc:
        return None
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = _spelled(parts.path, _PATH_SAFE) or "/"
    query = "&".join(
        _spelled(pair, _QUERY_SAFE) for pair in parts.query.split("&") if pair and not _tracks(pair)
    )
    cleaned = urlunsplit((scheme, netloc, path, query, ""))
    return cleaned if len(cleaned) <= URL_LIMIT else None


def absolute(base: str, href: str) -> str | None:
    """The cleaned URL that a link on the page `base` points to; None where it points to no web page."""
    if not href or len(href) > URL_LIMIT:
        return None
    try:
        return clean_url(urljoin(base, href.strip()))
    except ValueError:
        return None


def host_of(url: str) -> str:
    """The host in lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def path_of(url: str) -> str:
    """The path of a URL; empty where the URL cannot be read."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def on_hosts(url: str, hosts: Iterable[str]) -> bool:
    """Whether the URL lies on one of the hosts or on a host below one of them."""
    host = host_of(url)
    return any(host == one or host.endswith("." + one) for one in hosts if one)


def _host(host: str) -> str | None:
    """A host name in its ASCII form, or an IP address; None where it is neither."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return f"[{address}]" if address.version == 6 else str(address)
    try:
        name = (
            host.rstrip(".").encode("idna").decode("ascii").lower()
            if not host.isascii()
            else host.rstrip(".")
        )
    except UnicodeError:
        return None
    return name if _HOST.fullmatch(name) and ".." not in name else None


def _tracks(pair: str) -> bool:
    name = pair.split("=", 1)[0].lower()
    return name in TRACKING or name.startswith(_TRACKING_PREFIX)


def _spelled(text: str, safe: str) -> str:
    """The same part with every escape in one spelling: what may stand bare does, except what would then be
    read as a separator; the rest is escaped in upper case."""
    out: list[str] = []
    for index, piece in enumerate(text.split("%")):
        if index == 0:
            out.append(quote(piece, safe=safe, errors="replace"))
            continue
        code, rest = piece[:2], piece[2:]
        if len(code) == 2 and all(char in "0123456789abcdefABCDEF" for char in code):
            byte = unquote_to_bytes("%" + code)
            bare = byte.isalnum() or byte in (b"-", b".", b"_", b"~")
            out.append(byte.decode("ascii") if bare else "%" + code.upper())
        else:  # a bare per cent sign
            out.append("%25")
            rest = piece
        out.append(quote(rest, safe=safe, errors="replace"))
    return "".join(out)
