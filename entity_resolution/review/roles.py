"""Who may do what: readers see, reviewers decide, admins manage users and see the audit log.

Invariant: what is not listed here is open to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["reader", "reviewer", "admin"]
#: Each may do what those before it may.
ROLES: Final[tuple[Role, ...]] = ("reader", "reviewer", "admin")


@dataclass(frozen=True, slots=True)
class Route:
    """The role that a route asks for (none: `anybody`), and the action under which the audit log tells of what was
    sent to it. Without an action nothing is written there: it only looks, or the judgement log tells of it, or the
    route writes its own line."""

    role: Role | Literal["anybody"]
    action: str = ""


#: Endpoint → what it asks for.
ROUTES: Final[Mapping[str, Route]] = {
    "static": Route("anybody"),
    "door.enter": Route("anybody"),
    "door.login": Route("anybody"),
    "door.logout": Route("anybody"),
    "door.account": Route("reader"),
    "pages.language": Route("anybody"),
    "api.description": Route("anybody"),
    "pages.overview": Route("reader"),
    "pages.pair": Route("reader"),
    "pages.effects": Route("reader"),
    "pages.next_pair": Route("reviewer"),
    "pages.forget": Route("reviewer"),
    "pages.decide": Route("reviewer"),
    "pages.take_back": Route("reviewer"),
    "entities.find": Route("reader"),
    "entities.show": Route("reader"),
    "entities.compare": Route("reader"),
    "entities.together": Route("reader"),
    "entities.split": Route("reviewer"),
    "entities.decide_together": Route("reviewer"),
    "entities.decide_freely": Route("reviewer"),
    "checks.overview": Route("reader"),
    "checks.reading": Route("reviewer"),
    "checks.merge": Route("reviewer"),
    "checks.draw": Route("reviewer", "checks drawn"),
    "checks.look": Route("reviewer"),
    "checks.answer": Route("reviewer", "check answered"),
    "readings.overview": Route("reader"),
    "readings.show": Route("reader"),
    "readings.next_reading": Route("reviewer"),
    "readings.forget": Route("reviewer"),
    "readings.decide": Route("reviewer", "reading decided"),
    "readings.take_back": Route("reviewer", "reading taken back"),
    "admin.users": Route("admin"),
    "admin.add": Route("admin"),
    "admin.change": Route("admin"),
    "admin.log": Route("admin"),
    "admin.log_csv": Route("admin"),
    "api.queue": Route("reader"),
    "api.pair": Route("reader"),
    "api.search": Route("reader"),
    "api.entity": Route("reader"),
    "api.readings": Route("reader"),
    "api.reading": Route("reader"),
    "api.decide": Route("reviewer"),
    "api.take_back": Route("reviewer"),
    "api.decide_reading": Route("reviewer", "reading decided"),
    "api.take_back_reading": Route("reviewer", "reading taken back"),
    "api.audit_log": Route("admin"),
}


def may(role: str, endpoint: str | None) -> bool:
    """Whether somebody of this role (empty: nobody in particular) may go there."""
    route = ROUTES.get(endpoint or "")
    if route is None:
        return False
    return route.role == "anybody" or reaches(role, route.role)


def reaches(role: str, needed: Role) -> bool:
    """Whether a role is the needed one or above it."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)
