"""The commands review users and review audit: who may log in, and what the audit log says.

Whoever may write the file of users needs no role: the commands are for who runs the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from entity_resolution.judgements import person
from entity_resolution.review.roles import ROLES
from entity_resolution.review.users import Users
from pipelines.console import emit, front, json_option, note, table
from pipelines.errors import StoreError
from pipelines.store import audit
from pipelines.store.session import open_store

users_option: Final = click.option(
    "--users",
    "users_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("reviewers.json"),
    show_default=True,
    help="The file of those who may log in.",
)
_password_option = click.password_option(help="Asked for, if not given.")


@click.group("users", epilog="Example: valuenet review users add ann --role admin")
def users_command() -> None:
    """Who may log in to the pages, and as what: readers see, reviewers decide, admins manage users."""


@users_command.command("add", epilog="Example: valuenet review users add ann --role admin")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="reviewer", show_default=True, help="Its role.")
@_password_option
@users_option
def add_command(name: str, role: str, password: str, users_path: Path) -> None:
    """Let somebody log in. The password is asked for; only its hash is kept."""
    users = Users(users_path)
    with _logged("user added", name, role=role):
        users.add(name, password, role)
    note(f"{name} may log in as {role}.")
    if not any(one.role == "admin" for one in users.listed()):
        note(f"Nobody is admin yet: valuenet review users role {name} admin")


@users_command.command("list", epilog="Example: valuenet review users list --json")
@users_option
@json_option
def list_command(users_path: Path, as_json: bool) -> None:
    """Everybody who may log in."""
    rows = [
        {
            "name": one.name,
            "role": one.role,
            "key": one.has_key if as_json else "yes" if one.has_key else "no",
        }
        for one in Users(users_path).listed()
    ]
    if as_json:
        emit(rows, True)
    elif rows:
        table(rows, list(rows[0]))
    else:
        note("Nobody may log in yet: valuenet review users add NAME")


@users_command.command("role", epilog="Example: valuenet review users role ann reader")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@users_option
def role_command(name: str, role: str, users_path: Path) -> None:
    """Give somebody another role; it counts at once."""
    with _logged("role changed", name, role=role) as details:
        details["before"] = before = Users(users_path).set_role(name, role)
    note(f"{name} is {role} (before: {before}).")


@users_command.command("passwd", epilog="Example: valuenet review users passwd ann")
@click.argument("name")
@_password_option
@users_option
def passwd_command(name: str, password: str, users_path: Path) -> None:
    """Give somebody a new password; sessions and the key under the name end."""
    with _logged("password changed", name):
        Users(users_path).set_password(name, password)
    note(f"{name} has a new password.")


@users_command.command("remove", epilog="Example: valuenet review users remove ann")
@click.argument("name")
@users_option
def remove_command(name: str, users_path: Path) -> None:
    """Let somebody in no longer; what they decided stays."""
    with _logged("user removed", name):
        Users(users_path).remove(name)
    note(f"{name} may no longer log in.")


@users_command.command("key", epilog="Example: valuenet review users key ann")
@click.argument("name")
@click.option("--end", is_flag=True, help="End it instead.")
@users_option
def key_command(name: str, end: bool, users_path: Path) -> None:
    """Make a key with which programs ask the API under the name; the one before ends. It is printed once."""
    users = Users(users_path)
    if end:
        with _logged("key ended", name):
            users.end_key(name)
        note(f"No program asks under {name} any more.")
        return
    with _logged("key made", name):
        key = users.new_key(name)
    note("Keep it like a password; it is not shown again.")
    click.echo(key)


@click.command("audit", epilog="Example: valuenet review audit --limit 50 --json")
@click.option(
    "--limit", type=click.IntRange(1, audit.LISTED_MOST), default=50, show_default=True, help="So many lines."
)
@json_option
def audit_command(limit: int, as_json: bool) -> None:
    """Who came in, who was refused, who was given what role, what people decided; the newest first."""
    engine = open_store(front().store)
    try:
        with engine.connect() as connection:
            lines = audit.listed(connection, limit)
    finally:
        engine.dispose()
    if as_json:
        emit([one.as_json() for one in lines], True)
        return
    rows = [
        {
            "at": one.at.strftime("%Y-%m-%d %H:%M:%S"),
            "who": one.who,
            "action": one.action,
            "about": one.about,
            "from": one.origin,
            "more": ", ".join(f"{key} {value}" for key, value in one.details.items()),
        }
        for one in lines
    ]
    table(rows, list(rows[0])) if rows else note("Nothing has happened yet.")


@contextmanager
def _logged(action: str, about: str, **details: str) -> Iterator[dict[str, str]]:
    """Write what is done within into the audit log of the store, where there is one yet, if it is done.

    The store is opened before: between the change in the file of users and its line lies one transaction alone."""
    try:
        engine = open_store(front().store)
    except StoreError as error:
        yield details
        note(f"Not in an audit log: {error}")
        return
    try:
        yield details
        audit.write(
            engine, person("").removeprefix("person:"), action, about, origin=audit.COMMAND_LINE, **details
        )
    finally:
        engine.dispose()
