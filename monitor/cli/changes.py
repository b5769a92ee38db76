"""`trueup changes`: how targets changed, and what is learned of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.text import Text
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import origins
from monitor.acts import deploying, learning
from monitor.acts.orders import AcceptChange
from monitor.cli import giving, tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    brief,
    fail,
    history,
    out,
    read,
    say_json,
    write,
)
from monitor.clock import SystemClock, iso
from monitor.config import Config
from monitor.fingerprints import stories
from monitor.fingerprints.learning import Known, State, needed
from monitor.fingerprints.words import became_of
from monitor.notices.altered import TELLS, changes, part, said_of, shown
from monitor.store import deploys, fingerprints
from monitor.store.fingerprints import Change, Pinned, Stands

Habits = Mapping[stories.Key, timedelta]
"""About how often what is not told by itself changes, by target and part."""

NAME: Final = "changes"
EXAMPLES: Final = (
    "[dim]trueup changes\n"
    "trueup changes --targets\n"
    "trueup changes accept 3\n"
    "trueup changes accept --all[/]"
)

app = typer.Typer(
    invoke_without_command=True,
    help="How targets changed, what announced it, and what is learned of them.",
    epilog=EXAMPLES,
)


@app.callback()
def listed(
    context: typer.Context,
    *,
    targets: Annotated[
        bool, typer.Option("--targets", help="What is learned of each target instead.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 30,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """List the changes of targets, the newest first: what it was and became, and what announced it
    or who was told.
    """
    if context.invoked_subcommand is not None:
        return
    read_config = read(config)
    with history(read_config) as db:
        if targets:
            habits = stories.in_force(db, read_config, SystemClock().now())
            _show_targets(read_config, fingerprints.pinned(db), habits, as_json=as_json)
        else:
            _show_changes(db, read_config, fingerprints.newest(db, limit), as_json=as_json)


@app.command("accept", epilog=EXAMPLES)
def accept(
    number: Annotated[
        int | None, typer.Argument(min=1, help="As trueup changes shows it.", show_default=False)
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every change that is not settled.")
    ] = False,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Say that a change is all right: nobody is told of it, or those who were told hear that it is
    over.
    """
    if (number is None) is not everything:
        fail("say which one: the number that trueup changes shows, or --all")
    giving.give(
        read(config), lambda: AcceptChange(number=number, by=giving.who(by)), as_json=as_json
    )


def _show_changes(db: Database, config: Config, found: list[Change], *, as_json: bool) -> None:
    if as_json:
        say_json([_document(db, each) for each in found])
        return
    out.print(f"{banner(config)} {_headline(found)}".strip(), highlight=False)
    if not found:
        return
    for each in found:
        out.print()
        _line(Text.assemble(f"{each.id}  ", (_where(each), "bold"), _seen(each)), "")
        _line(Text(said_of(each.name, each.was, each.became)))
        _line(Text(_then(db, each), style=_STYLES.get(each.state, "dim")))


_STYLES: Final = {Stands.OPEN: "yellow", Stands.TOLD: "yellow", Stands.EXPLAINED: "yellow"}


def _line(said: Text, indent: str = "   ") -> None:
    """Whole for a pipe, folded and never cut for a terminal."""
    whole = Text(indent) + said
    if not sys.stdout.isatty():
        write(whole.plain + "\n")
        return
    for line in said.wrap(out, max(out.width - len(indent), tables.SEEN_MIN)):
        out.print(Text(indent) + line, soft_wrap=True)


def _where(change: Change) -> str:
    """What belongs to one answer is known by its probe; that needs its server beside it."""
    server = origins.in_words(change.origin)
    return server if change.target == change.origin else f"{change.target} at {server}"


def _seen(change: Change) -> str:
    return f", seen at {change.seen_at:%Y-%m-%d %H:%M:%S} UTC"


def _headline(found: list[Change]) -> str:
    if not found:
        return "No target was seen to change. What is learned of each: trueup changes --targets"
    ago = brief(max(SystemClock().now() - found[0].seen_at, timedelta()))
    many = "One change" if len(found) == 1 else f"{len(found)} changes, the newest"
    return f"{many} {ago} ago."


def _then(db: Database, change: Change) -> str:
    told = change.state in (Stands.OPEN, Stands.TOLD)
    accept = f"; accept it with: trueup changes accept {change.id}" if told else ""
    return became_of(db, change) + accept


def _document(db: Database, change: Change) -> dict[str, Any]:
    deploy = deploys.one(db, change.deploy) if change.deploy else None
    announced = deploying.facts(deploy) if deploy else None
    return learning.facts(change) | {"announced_by": announced}


def _show_targets(config: Config, found: list[Pinned], habits: Habits, *, as_json: bool) -> None:
    if as_json:
        say_json([_learnt(each, habits.get((each.target, each.name))) for each in found])
        return
    out.print(f"{banner(config)} {_known_headline(found)}".strip(), highlight=False)
    if not found:
        return
    out.print()
    table = tables.table("target", "part", tables.words("usually"))
    for each in found:
        usually = _usually(each, habits.get((each.target, each.name)))
        table.add_row(Text(each.target, style="bold"), part(each.name), usually)
    tables.show(table)
    if habits:
        out.print(f"\n{TELLS}.", style="dim", highlight=False, markup=False)


def _known_headline(found: list[Pinned]) -> str:
    if not found:
        return "Nothing is learned of any target yet: three good runs teach what is usual."
    learns = sum(each.state == State.LEARNING for each in found)
    varies = sum(each.state == State.VARIES for each in found)
    targets = len({each.target for each in found})
    said = [f"{targets} target{'' if targets == 1 else 's'}, {len(found)} parts"]
    said += [f"{learns} still learning"] if learns else []
    said += [f"{varies} left out because they vary"] if varies else []
    return ", ".join(said) + "."


def _usually(each: Pinned, habit: timedelta | None) -> Text:
    values = ", ".join(shown(each.name, value) for value in each.values)
    match each.state:
        case State.VARIES:
            return Text("varies too often, left out", style="dim")
        case State.LEARNING:
            return Text(f"{values} (still learning: {each.runs} of {_needed(each)} good runs)")
        case _:
            often = f" ({changes(habit)}: not told by itself)" if habit is not None else ""
            return Text(f"{values}{often}")


def _needed(each: Pinned) -> int:
    return needed(Known(values=each.values))


def _learnt(each: Pinned, habit: timedelta | None) -> dict[str, Any]:
    return {
        "target": each.target,
        "what": each.name,
        "state": each.state,
        "values": list(each.values),
        "since_at": iso(each.since_at),
        "good_runs": each.runs,
        "needed": _needed(each) if each.state == State.LEARNING else None,
        "habit_s": round(habit.total_seconds()) if habit is not None else None,
    }
