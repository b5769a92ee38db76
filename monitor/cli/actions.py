"""`trueup actions`: what was done by itself about incidents, and why nothing was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.text import Text

from monitor.actions import guard
from monitor.cli import awaited, tables, times
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    fail,
    history,
    out,
    read,
    say_json,
    write,
)
from monitor.clock import from_us, iso
from monitor.store import actions
from monitor.store.action_words import State, said

if TYPE_CHECKING:
    from monitor.config import Config

NAME: Final = "actions"
EXAMPLES: Final = (
    "[dim]trueup actions\n"
    "trueup actions 12\n"
    "trueup actions rollback --json\n"
    "trueup actions --explain[/]"
)
MOST: Final = 50
_LOUD: Final = frozenset((State.FAILED, State.UNSENT, State.UNKNOWN))


def command(
    which: Annotated[
        str, typer.Argument(help="The number of an incident, or the id of an action.")
    ] = "",
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also about incidents that are not the service's.")
    ] = False,
    most: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = MOST,
    explain: Annotated[
        bool, typer.Option("--explain", help="What each configured action waits for.")
    ] = False,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show every decision to act or not to act about an incident, the newest first, with its
    reason, what was answered, and whether it helped.

    Exit status 0, 2 for an action that is not configured, or 3 when there is no history yet.
    """
    read_config = read(config)
    if explain:
        awaited.show(read_config, _configured(read_config, which) if which else "", as_json=as_json)
        return
    name, incident = _named(read_config, which)
    quiet = () if everything or incident is not None else guard.BESIDE_THE_POINT
    with history(read_config) as db:
        rows = actions.audit(db, name=name, incident=incident, most=most, quiet=quiet)
    if as_json:
        say_json([_document(row, whole=incident is not None) for row in rows])
        return
    _show(read_config, rows, whole=incident is not None)


def _named(config: Config, which: str) -> tuple[str, int | None]:
    if not which:
        return "", None
    if which.removeprefix("#").isdigit():
        number = times.incident(which)
        return "", number if isinstance(number, int) else None
    return _configured(config, which), None


def _configured(config: Config, name: str) -> str:
    if name not in config.changes.actions:
        known = ", ".join(config.changes.actions) or "none is configured"
        fail(f"there is no action {name!r}; there are: {known}")
    return name


def _show(config: Config, rows: Sequence[Mapping[str, Any]], *, whole: bool) -> None:
    if line := banner(config):
        out.print(line)
    if not rows:
        write("Nothing was decided yet.\n")
        return
    table = tables.table("at", "action", "incident", "probe", "deploy", tables.words("decided"))
    for row in rows:
        table.add_row(
            f"{from_us(row['at']):%Y-%m-%d %H:%M:%S}Z",
            row["name"],
            str(row["incident"] or ""),
            row["probe"] or "",
            row["version"] or "",
            _decided(row),
        )
    tables.show(table)
    for row in rows:
        if whole and row["output"]:
            write(f"\n{row['name']} printed or answered:\n{row['output'].rstrip()}\n")


def _decided(row: Mapping[str, Any]) -> Text:
    if row["decision"] != actions.ACT:
        return Text(f"not: {guard.in_words(row['why'])}", style="dim")
    loud = row["state"] in _LOUD
    return Text(said(row), style="red" if loud else "bold")


def _document(row: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    acted = row["decision"] == actions.ACT
    return {
        "at": _instant(row["at"]),
        "action": row["name"],
        "mode": row["mode"],
        "service": row["service"],
        "incident": row["incident"],
        "probe": row["probe"],
        "deploy": {
            "version": row["version"],
            "previous": row["previous"] or None,
            "at": _instant(row["deployed_at"]),
        }
        if row["version"]
        else None,
        "decision": row["decision"],
        "why": row["why"],
        "says": said(row) if acted else guard.in_words(row["why"]),
        "state": row["state"] or None,
        "answer": row["answer"] or None,
        "started_at": _instant(row["started_at"]),
        "ended_at": _instant(row["ended_at"]),
        "verdict": row["verdict"] or None,
        "verified_at": _instant(row["verified_at"]),
        **({"output": row["output"]} if whole else {}),
    }


def _instant(us: int | None) -> str | None:
    return None if us is None else iso(from_us(us))
