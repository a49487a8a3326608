"""The command review: the pages on which people decide, and what of them is wanted without a browser.

It stands in this room because only here is it known what a decision changes in the published numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine

from entity_resolution import queue, storage
from entity_resolution.judgements import person
from entity_resolution.lookup import find_entity
from entity_resolution.review import decisions, second_look
from entity_resolution.review.effects import Effects
from entity_resolution.review.serving import Address, Server, users_file
from entity_resolution.review.sides import Side, side
from entity_resolution.review.users_command import audit_command, users_command, users_option
from pipelines.console import emit, front, json_option, note, table
from pipelines.errors import UsageError
from pipelines.store.session import open_store

#: What is said of the other side of each pair → the choice that a form of the page sends, the one asked about left.
_TOGETHER = {
    "same": "same",
    "different": "different",
    "unit-of": "right unit",
    "subsidiary-of": "right subsidiary",
    "has-unit": "left unit",
    "has-subsidiary": "left subsidiary",
    "unsure": "unsure",
}
#: So many names, facts and quotes of a side are printed.
_TOLD_MOST = 5


@click.group(invoke_without_command=True, epilog="Example: valuenet review --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."
)
@click.option("--name", "names", multiple=True, metavar="HOST", help="A host name that browsers ask for.")
@click.option("--https", is_flag=True, help="A proxy before it speaks HTTPS: cookies travel by it alone.")
@click.option(
    "--proxy", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where that proxy asks from."
)
@click.option(
    "--origin", "origins", multiple=True, metavar="URL", help="A site whose pages may reconcile here."
)
@click.option(
    "--reconcile-for-others", is_flag=True, help="Let other computers reconcile names, without a login."
)
@click.option(
    "--by", metavar="NAME", default="", help="Who judges, without a login; your user name if not given."
)
@click.option(
    "--no-effects", is_flag=True, help="Do not load the networks that show what a decision changes."
)
@users_option
@click.pass_context
def review_command(
    ctx: click.Context,
    host: str,
    port: int,
    names: tuple[str, ...],
    https: bool,
    proxy: str,
    origins: tuple[str, ...],
    reconcile_for_others: bool,
    by: str,
    no_effects: bool,
    users_path: Path,
) -> None:
    """Decide the pairs that wait, in a browser, by keyboard; the one that changes the most comes first.

    On this computer the printed address lets you in. Beyond it (--host), everybody logs in: valuenet review
    users add NAME. At /reconcile OpenRefine matches names of its tables. The sub-commands give the queue without a
    browser.
    """
    if ctx.invoked_subcommand is not None:
        return
    address = Address(host, port, names, https, proxy, origins, reconcile_for_others)
    who = person(by).removeprefix("person:")
    with _store() as engine:
        effects = None if no_effects else _effects(engine)
        server = Server(engine, address, users=users_file(users_path), who=who, effects=effects)
        note(f"Open {server.url} (Ctrl-C ends)")
        if not address.is_local and not https:
            note("Passwords travel in clear: put a proxy that speaks HTTPS before it, and say --https.")
        try:
            server.run()
        finally:
            server.close()


@review_command.command("list", epilog="Example: valuenet review list --limit 20")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="So many pairs.")
@json_option
def list_command(limit: int, as_json: bool) -> None:
    """The pairs that wait, in their order. Decide one with valuenet judge LEFT RIGHT VERDICT, by these numbers."""
    with _store() as engine, engine.connect() as connection:
        waiting = queue.listed(connection, most=limit)
        names = storage.mentions(connection, {key for one in waiting for key in (one.left, one.right)})
    rows = [
        {
            "left": one.left,
            "left_name": names[one.left].name,
            "right": one.right,
            "right_name": names[one.right].name,
            "suggestion": one.suggestion,
            "score": one.score,
            "effect": one.effect,
            "why": one.why if as_json else str(one.why.get("reason", "")),
        }
        for one in waiting
    ]
    _say(rows, as_json, "No pair waits.")


@review_command.command(
    "together", epilog="Example: valuenet review together 示例集团 unit-of --all --reason 'its annual report'"
)
@click.argument("who")
@click.argument("verdict", type=click.Choice(list(_TOGETHER)), required=False)
@click.option(
    "--pair",
    "pairs",
    type=click.IntRange(min=0),
    multiple=True,
    help="One of the pairs listed, by its number; repeat it.",
)
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.option("--reason", default="", help="Why, in words that another person can check.")
@click.option("--by", metavar="NAME", default="", help="Who judges; your user name if not given.")
@json_option
def together_command(
    who: str, verdict: str | None, pairs: tuple[int, ...], every: bool, reason: str, by: str, as_json: bool
) -> None:
    """List what waits about WHO (a name, or an id); with VERDICT, decide several of them alike.

    VERDICT says what the other side of each pair is to WHO: unit-of means that the others are units of WHO,
    has-unit that WHO is a unit of each. Each pair becomes a judgement of its own; what is refused leaves the others
    standing, and is told, and the command then fails. At most 100 pairs at once, the most telling first.
    """
    if verdict is None and (pairs or every):
        raise click.UsageError("say which verdict: " + ", ".join(_TOGETHER))
    if verdict is not None and bool(pairs) == every:
        raise click.UsageError("say which pairs: --pair NUMBER, once or more, or --all")
    with _store() as engine:
        with engine.connect() as connection:
            entity = find_entity(connection, who)
            waiting = queue.about(connection, entity, most=decisions.BATCH_MOST)
            others = {one.id: one.right if one.left_entity == entity else one.left for one in waiting}
            names = {key: one.name for key, one in storage.mentions(connection, set(others.values())).items()}
        named = {key: names[mention] for key, mention in others.items()}
        if verdict is None:
            rows = [
                {
                    "pair": one.id, "other": named[one.id], "suggestion": one.suggestion, "score": one.score,
                    "effect": one.effect, "why": one.why if as_json else str(one.why.get("reason", "")),
                }
                for one in waiting
            ]  # fmt: skip
            _say(rows, as_json, "No pair waits about it.")
            return
        chosen = set(named) if every else set(pairs)
        if strange := chosen - set(named):
            raise UsageError(f"no such pair waits about it: {', '.join(map(str, sorted(strange)))}")
        if not chosen:
            raise UsageError("no pair waits about it")
        judge = person(by).removeprefix("person:")
        done = decisions.decide_together(engine, entity, chosen, _TOGETHER[verdict], reason=reason, who=judge)
    refused = [{"pair": key, "other": named[key], "reason": why} for key, why in done.refused]
    if as_json:
        emit({"judgements": done.judgements, "refused": refused}, True)
    else:
        note(f"{len(done.judgements)} decided; take one back with: valuenet undo NUMBER")
        for judgement in done.judgements:
            click.echo(judgement)
        for one in refused:
            note(f"refused: {one['other']} (pair {one['pair']}): {one['reason']}")
    if refused:
        raise click.exceptions.Exit(1)


@review_command.command("look", epilog="Example: valuenet review look")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--merge", is_flag=True, help="The next automatic merge to check, not the next second reading.")
@click.option("--by", metavar="NAME", default="", help="Who looks; your user name if not given.")
@json_option
def look_command(number: int | None, merge: bool, by: str, as_json: bool) -> None:
    """Show the pair of a second reading, or of a check, with what sources say of both sides.

    Without NUMBER the next that waits. Of a second reading neither the first verdict is shown nor what it led to.
    Then: valuenet review answer NUMBER VERDICT.
    """
    who = person(by).removeprefix("person:")
    with _store() as engine, engine.connect() as connection:
        if number is not None:
            found = second_look.find(connection, number)
            if found is not None and found.by == f"person:{who}":
                raise UsageError("a second reader is another person than the first")
        elif merge:
            found = second_look.next_check(connection)
        else:
            found = second_look.next_reading(connection, who)
        if found is None:
            if number is not None:
                raise UsageError(f"no second look {number} waits")
            emit(None, True) if as_json else note("None waits.")
            return
        sides = [side(connection, key, alone=True) for key in (found.left, found.right)]
    is_check = not found.by.startswith("person:")
    data: dict[str, Any] = {"number": found.id, "kind": "merge" if is_check else "reading"}
    if is_check:
        data |= {"joined_by": found.by, "why": found.reason}
    for name, one in zip(("left", "right"), sides, strict=True):
        told = _told(one) if one is not None else {}
        data |= {name: told} if as_json else {f"{name} {key}": value for key, value in told.items() if value}
    emit(data, as_json)


@review_command.command("checks", epilog="Example: valuenet review checks --draw 100")
@click.option(
    "--draw", type=click.IntRange(1, second_look.SAMPLE_MOST), help="First draw so many merges to check."
)
@click.option("--by", metavar="NAME", default="", help="Who looks; your user name if not given.")
@json_option
def checks_command(draw: int | None, by: str, as_json: bool) -> None:
    """What second readers and checks of automatic merges came to, and what waits to be looked at.

    A check is answered with: valuenet review answer NUMBER VERDICT.
    """
    who = person(by).removeprefix("person:")
    with _store() as engine:
        drawn = second_look.draw(engine, draw) if draw else 0
        with engine.connect() as connection:
            readings, merges = second_look.counts(connection, who)
            data: dict[str, Any] = {"drawn": drawn, "readings_waiting": readings, "merges_waiting": merges}
            for name, found in (
                ("agreement", second_look.agreement(connection)),
                ("precision", second_look.precision(connection)),
            ):
                share = found.share if found.count else None
                data[name] = {"count": found.count, "agreed": found.agreed, "share": share}
                data[name] |= {"low": found.low, "high": found.high}
            data["agreement"]["kappa"] = second_look.agreement(connection).kappa
            for name, next_one in (
                ("next_reading", second_look.next_reading(connection, who)),
                ("next_merge", second_look.next_check(connection)),
            ):
                data[name] = None
                if next_one is not None:
                    sides = storage.mentions(connection, [next_one.left, next_one.right])
                    data[name] = {
                        "number": next_one.id,
                        "left": sides[next_one.left].name,
                        "right": sides[next_one.right].name,
                    }
    emit(data, as_json)


@review_command.command("answer", epilog="Example: valuenet review answer 12 same")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("verdict", type=click.Choice(list(_TOGETHER)))
@click.option("--reason", default="", help="Why.")
@click.option("--by", metavar="NAME", default="", help="Who looks; your user name if not given.")
def answer_command(number: int, verdict: str, reason: str, by: str) -> None:
    """Answer a second reading or a check of a merge (there same is right and different wrong).

    VERDICT says what the left side is to the right, as valuenet review look shows them.
    """
    who = person(by).removeprefix("person:")
    with _store() as engine:
        kept = second_look.answer(engine, number, verdict.replace("-", " "), who=who, reason=reason)
    note("Kept." if kept else "Somebody was quicker; nothing was written.")


for _command in (users_command, audit_command):
    review_command.add_command(_command)


def _told(one: Side) -> dict[str, Any]:
    """What is printed of a side of a second look."""
    facts = []
    for fact in one.told[:_TOLD_MOST]:
        others = ", ".join(name for _, name in fact.others[:_TOLD_MOST])
        when = fact.valid_from.isoformat() if fact.valid_from else ""
        facts.append(" ".join(filter(None, (fact.kind, when, fact.value, others and f"with {others}"))))
    quotes = [f"{quote.words} ({quote.url})" for fact in one.told for quote in fact.quotes if quote.words]
    return {
        "name": one.written,
        "kind": ", ".join(one.kinds) or one.kind,
        "country": one.country,
        "places": ", ".join(one.places[:_TOLD_MOST]),
        "identifiers": ", ".join(f"{scheme} {value}" for scheme, value in one.identifiers[:_TOLD_MOST]),
        "also stated": ", ".join(dict.fromkeys(name for name, _ in one.stated[:_TOLD_MOST])),
        "facts": facts,
        "quotes": list(dict.fromkeys(quotes))[:_TOLD_MOST],
    }


@contextmanager
def _store() -> Iterator[Engine]:
    engine = open_store(front().store)
    try:
        yield engine
    finally:
        engine.dispose()


def _effects(engine: Engine) -> Effects | None:
    """Whoever counts what a decision changes; nobody where no sample was drawn up yet."""
    from analytics.effects import (
        effects,
    )  # the numerical libraries are loaded only where something is counted

    found = effects(engine)
    if found is None:
        note("No sample is drawn up yet: what a decision changes in the published numbers is not shown.")
    return found


def _say(rows: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    if as_json:
        emit(rows, True)
    elif rows:
        table(rows, list(rows[0]))
    else:
        note(nothing)
