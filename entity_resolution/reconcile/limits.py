"""Bounds of what the reconciliation service takes and gives, and how it says no."""

from __future__ import annotations

from typing import Final

from pipelines.errors import InputError
from pipelines.records import NAME_LIMIT

#: Queries in one batch; clients are told so and send no more.
BATCH_MOST: Final = 100
#: Bytes of a request's body, and characters of one JSON document in it.
BODY_MOST: Final = 512 * 1024
#: Candidates for one query.
CANDIDATES_DEFAULT: Final = 5
CANDIDATES_MOST: Final = 25
#: A longer name is borne by nobody: the store takes none.
NAME_MOST: Final = NAME_LIMIT
#: Properties of one query or one extension, and values of one property, as given or as answered.
PROPERTIES_MOST: Final = 20
VALUES_MOST: Final = 50
TYPES_MOST: Final = 20
#: Entities of one extension.
IDS_MOST: Final = 500
ID_MOST: Final = 100
#: Suggestions at once, and how far back one may ask for more.
SUGGESTIONS: Final = 20
CURSOR_MOST: Final = 500
#: Mentions of one entity that are looked at, the oldest first.
MENTIONS_MOST: Final = 200
#: Requests of one client: so many at once, and then so many a second.
BURST: Final = 600
PER_SECOND: Final = 50.0
#: A request that takes the database longer is broken off.
SECONDS_MOST: Final = 10.0


class Refused(InputError):
    """A request that is not answered; `status` is that of HTTP, `wait` the seconds until it may be (0: never)."""

    def __init__(
        self, message: str, *, status: int = 400, field: str = "", hint: str = "", wait: int = 0
    ) -> None:
        self.status, self.wait = status, wait
        super().__init__(message, field=field, hint=hint)
