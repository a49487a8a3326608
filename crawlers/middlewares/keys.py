"""Secrets join a request next to the network, and nowhere else.

Everything above (logs, archive, store, evidence) sees the request without them: a key in a query is added to
the URL that is downloaded, and the answer comes back under the URL that was asked for.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapy.http import Request, Response

from crawlers.context import SETTING
from crawlers.declaration import Declaration
from crawlers.urls import on_hosts
from pipelines.errors import UsageError

#: In a request's meta: headers that a spider made out of secrets, such as a bearer token.
SECRET_HEADERS = "secret_headers"  # noqa: S105 - the name of a place, not a secret


def check_keys(declaration: Declaration) -> None:
    """Raises `UsageError` where a key that the source cannot do without is not set."""
    for key in declaration.keys:
        if key.required and not os.environ.get(key.env, "").strip():
            raise UsageError(f"{declaration.name} wants a key: set {key.env} ({key.why})")


def with_keys(declaration: Declaration, request: Request) -> Request:
    """The request as it goes to the network; itself where it carries no secret."""
    if urlsplit(request.url).path == "/robots.txt":
        return request
    headers: dict[str, str] = dict(request.meta.get(SECRET_HEADERS, {}))
    query: list[tuple[str, str]] = []
    for key in declaration.keys:
        value = os.environ.get(key.env, "").strip()
        place, _, name = key.place.partition(":")
        if not value or not place or not on_hosts(request.url, declaration.hosts):
            continue
        if place == "header":
            headers[name] = key.prefix + value
        else:
            query.append((name, key.prefix + value))
    if not headers and not query:
        return request
    sent = request
    if query:
        parts = urlsplit(request.url)
        pairs = [*parse_qsl(parts.query, keep_blank_values=True), *query]
        sent = sent.replace(url=parts._replace(query=urlencode(pairs)).geturl())
    else:
        sent = sent.copy()
    for name, value in headers.items():
        sent.headers[name] = value
    return sent


def in_the_name_of(request: Request, response: Response) -> Response:
    """The answer under the URL that was asked for."""
    return response if response.url == request.url else response.replace(url=request.url)


class KeyedDownload:
    """Mixed into a download handler: adds the keys of the run's declaration on the way out."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)  # type: ignore[call-arg] # the handler's own
        run = crawler.settings.get(SETTING)
        self.declaration: Declaration | None = run.declaration if run is not None else None

    async def download_request(self, request: Request) -> Response:
        sent = with_keys(self.declaration, request) if self.declaration is not None else request
        response: Response = await super().download_request(sent)  # type: ignore[misc] # the handler's own
        return response if sent is request else in_the_name_of(request, response)
