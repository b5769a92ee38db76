"""`trueup incidents`: what went wrong, since when, and who was told; one whole, or by the month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from monitor.cli import by_hand, standing, tables, times
from monitor.cli.by_hand import Line
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
)
from monitor.clock import SystemClock, iso
from monitor.store import views
from monitor.store.views import ChannelView, IncidentView
from monitor.why import in_words

NAME = "incidents"
EXAMPLES = (
    "[dim]trueup incidents · trueup incidents 12 · trueup incidents --days 7 ·"
    " trueup incidents --stats --months 12 · trueup incidents --json[/]"
)

CENTURY: Final = 36_500


def command(  # noqa: PLR0913 - one parameter an option
    incident: Annotated[
        str,
        typer.Argument(help="Its number, n and a number, its key, or last: that one, whole."),
    ] = "",
    *,
    days: Annotated[int, typer.Option(min=1, max=CENTURY, help="How far back to look.")] = 90,
    stats: Annotated[
        bool, typer.Option("--stats", help="How many, how long and how soon, by the month.")
    ] = False,
    months: Annotated[
        int, typer.Option(min=1, max=120, help="How many months --stats goes back.")
    ] = 6,
    component: Annotated[
        str, typer.Option("--component", help="Of this one only, by its id; with --stats.")
    ] = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """List incidents, the open ones first, with who was told; those written by hand, too. With a
    number, tell that one whole, instant by instant; with --stats, add them up by the month.

    Exit status 0, 1 when there is no such incident, or 3 when there is no history yet.
    """
    read_config = read(config)
    if stats and incident:
        fail("--stats is about all incidents; leave out either")
    if component and not stats:
        fail("--component goes with --stats")
    if incident:
        from monitor.cli import whole  # noqa: PLC0415 - the list does without pages and reports

        whole.show(read_config, times.incident(incident, by_hand=True), as_json=as_json)
        return
    if stats:
        from monitor.cli import counted  # noqa: PLC0415 - as above

        counted.show(read_config, months, component, as_json=as_json)
        return
    at = SystemClock().now()
    with history(read_config) as db:
        seen = views.incidents(db, since=at - timedelta(days=days))
        written = by_hand.since(db, at - timedelta(days=days))
        told = views.telling(db)
    if as_json:
        documents = [_document(view, told.get(view.number, [])) for view in seen]
        say_json([*documents, *map(by_hand.document, written)])
        return
    lines = [_line(view, told.get(view.number, []), at) for view in seen]
    lines += map(by_hand.line, written)
    out.print(f"{banner(read_config)} {_headline(lines, days)}".strip(), highlight=False)
    if lines:
        out.print()
        tables.show(_table(lines, at))


def _headline(lines: Sequence[Line], days: int) -> str:
    window = f"in the last {days} days" if days > 1 else "in the last day"
    if not lines:
        return f"No incidents {window}."
    still = sum(line.ended_at is None for line in lines)
    said = f"{len(lines)} incident{'s' if len(lines) > 1 else ''} {window}"
    return f"{said}, [bold red]{still} still open[/]." if still else f"{said}, all over."


def _document(view: IncidentView, told: Sequence[ChannelView]) -> dict[str, Any]:
    return {
        "incident": view.number,
        "name": str(view.number),
        "probe": view.probe,
        "began_at": iso(view.began_at),
        "opened_at": iso(view.opened_at),
        "recovered_at": iso(view.recovered_at) if view.recovered_at else None,
        "resolved_at": iso(view.resolved_at) if view.resolved_at else None,
        "reason": view.reason,
        "summary": view.summary,
        "failed_step": view.failed_step or None,
        "failures": view.failures,
        "dedup_key": view.dedup_key,
        "severity": view.severity,
        "told_at": iso(view.told_at) if view.told_at else None,
        "withheld": view.withheld or None,
        "under": view.under,
        "flapping": view.flapping,
        "trace_id": view.trace_id or None,
        "acknowledged": standing.acknowledgement(view),
        "told": [
            {
                "channel": channel.channel,
                "delivered": channel.delivered,
                "waiting": channel.waiting,
                "gave_up": channel.gave_up,
                "why": channel.why or None,
            }
            for channel in told
        ],
    }


def _line(view: IncidentView, told: Sequence[ChannelView], at: datetime) -> Line:
    return Line(
        name=str(view.number),
        whose=view.probe,
        began_at=view.began_at,
        ended_at=view.recovered_at if view.resolved_at else None,
        words=_words(view, told, at),
    )


def _table(lines: Sequence[Line], at: datetime) -> Table:
    seen = [tables.words("what was seen")]
    if tables.roomy():
        seen.append(tables.words("told"))
    state = [""] if tables.roomy() else []
    table = tables.table("#", *state, tables.probe(), "began, UTC", "lasted", *seen)
    newest_first = sorted(lines, key=lambda line: line.began_at, reverse=True)
    for line in sorted(newest_first, key=lambda line: line.ended_at is not None):
        table.add_row(
            line.name,
            *([_state(line)] if state else []),
            Text(line.whose),
            f"{line.began_at:{_instant(line, at)}}",
            _lasted(line, at),
            *line.words,
        )
    return table


def _state(line: Line) -> Text:
    over = line.ended_at is not None
    return Text("over", style="green") if over else Text("open", style="bold red")


def _lasted(line: Line, at: datetime) -> Text:
    """Where there is little room for what was seen, also whether it is open."""
    length = Text(brief((line.ended_at or at) - line.began_at))
    return length if tables.roomy() or line.ended_at else Text.assemble(_state(line), " ", length)


def _instant(line: Line, at: datetime) -> str:
    if at - line.began_at >= timedelta(days=300):
        return "%Y-%m-%d"
    return "%m-%d %H:%M:%S" if tables.roomy() else "%m-%d %H:%M"


def _words(view: IncidentView, told: Sequence[ChannelView], at: datetime) -> list[Text]:
    """In one cell or two, as there is room."""
    seen = Text(f"{view.failed_step}: {view.summary}" if view.failed_step else view.summary)
    who = ", ".join(_told(channel) for channel in told) or "nobody"
    around = "; ".join([who, *standing.around(view, at)])
    if tables.roomy():
        return [seen, Text(around)]
    return [seen.append(f"\ntold: {around}", style="dim")]


def _told(channel: ChannelView) -> str:
    if channel.gave_up:
        return f"{channel.channel} given up ({in_words(channel.why)})"
    if channel.waiting:
        return f"{channel.channel} waiting ({in_words(channel.why) or 'on its way'})"
    return f"{channel.channel} {channel.delivered}×"
