"""What the EPO's Open Patent Services say of their load and of our quota, and what it means for our pace.

`X-Throttling-Control: busy (images=green:100, inpadoc=green:45, search=yellow:15)` gives for each service how many
requests it takes in a minute; `black` is closed for now. The other headers count bytes, and name why a request was
refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Longer than this a run is not held open for a service that is closed.
LONGEST_PAUSE: Final = 120.0
#: What a closed service is left alone for, where it does not say, in seconds.
USUAL_PAUSE: Final = 60.0
#: Free use: 4 GB in a week, and 450 MB in an hour. We stop a little before.
WEEK_BYTES: Final = 3_900_000_000
HOUR_BYTES: Final = 430_000_000

_SERVICE = re.compile(r"([a-z]{1,20})\s{0,4}=\s{0,4}([a-z]{1,10})\s{0,4}:\s{0,4}([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Pace:
    """delay: seconds between two requests. pause: seconds to leave the service alone first. stop: why the run must
    end here, empty where it need not."""

    delay: float = 0.0
    pause: float = 0.0
    stop: str = ""


def service_of(path: str) -> str:
    """The service that counts a request, by its path."""
    if "/search" in path:
        return "search"
    if "/family/" in path or "/legal/" in path:
        return "inpadoc"
    if "/images" in path:
        return "images"
    return "retrieval" if "/published-data/" in path else "other"


def pace(headers: Mapping[str, str], service: str, status: int = 200) -> Pace:
    """The pace that an answer's headers (names in lower case) ask for. Unreadable headers ask for nothing."""
    rejection = headers.get("x-rejection-reason", "").strip()[:100]
    if "quota" in rejection.lower() and "throttling" not in rejection.lower():
        return Pace(stop=f"the quota of the EPO is used up ({rejection})")
    for name, most, what in (
        ("x-individualquotaperhour-used", HOUR_BYTES, "an hour"),
        ("x-registeredquotaperweek-used", WEEK_BYTES, "a week"),
    ):
        used = _whole(headers.get(name, ""))
        if used is not None and used >= most:
            return Pace(stop=f"{used:,} bytes used: nearly all that the EPO gives in {what}")
    services = {
        found[1]: (found[2], int(found[3]))
        for found in _SERVICE.finditer(headers.get("x-throttling-control", "")[:1000])
    }
    light, a_minute = services.get(service, ("", -1))
    closed = light == "black" or a_minute == 0 or (status == 403 and bool(rejection))
    if not closed:
        return Pace(delay=60.0 / a_minute if a_minute > 0 else 0.0)
    pause = _pause(headers.get("retry-after", ""))
    if pause > LONGEST_PAUSE:
        return Pace(stop=f"the EPO closed its service {service} to us for {math.ceil(pause)} seconds")
    return Pace(delay=60.0 / a_minute if a_minute > 0 else 0.0, pause=pause)


def _pause(retry_after: str) -> float:
    """The EPO, against the letter of HTTP, gives milliseconds."""
    milliseconds = _whole(retry_after)
    return USUAL_PAUSE if milliseconds is None else milliseconds / 1000


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
