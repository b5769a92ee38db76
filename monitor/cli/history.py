"""`trueup incidents`: what went wrong, since when, and who was told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from monitor.cli.app import DEFAULT_CONFIG, AsJson, ConfigPath, banner, brief, fail, out, read
from monitor.clock import SystemClock, iso
from monitor.daemon import DATABASE
from monitor.store import StoreTrouble, open_read_only, views
from monitor.store.views import ChannelView, IncidentView

NAME = "incidents"
EXAMPLES = "[dim]trueup incidents · trueup incidents --days 7 · trueup incidents --json[/]"


def command(
    days: Annotated[int, typer.Option(min=1, help="How far back to look.")] = 90,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """List incidents, the open ones first, with who was told."""
    read_config = read(config)
    at = SystemClock().now()
    try:
        db = open_read_only(read_config.state / DATABASE)
    except StoreTrouble as trouble:
        fail(str(trouble), 3)
    found = views.incidents(db, since=at - timedelta(days=days))
    told = views.telling(db)
    db.close()
    if as_json:
        documents = [_document(view, told.get(view.number, [])) for view in found]
        out.print_json(json.dumps(documents))
    elif not found:
        out.print(f"{banner(read_config)} No incidents in the last {days} days.".strip())
    else:
        out.print(_table(found, told, at))


def _document(view: IncidentView, told: Sequence[ChannelView]) -> dict[str, Any]:
    return {
        "incident": view.number,
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


def _table(
    found: Sequence[IncidentView], told: dict[int, list[ChannelView]], at: datetime
) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("#", "", "probe", "began, UTC", "lasted"):
        table.add_column(column, no_wrap=True)
    table.add_column("what was seen", overflow="fold")
    table.add_column("told", overflow="fold")
    for view in found:
        ended = view.recovered_at if view.resolved_at else None
        table.add_row(
            str(view.number),
            Text("over", style="green") if ended else Text("open", style="bold red"),
            Text(view.probe, style="bold"),
            f"{view.began_at:%m-%d %H:%M:%S}" if _recent(view, at) else f"{view.began_at:%Y-%m-%d}",
            brief((ended or at) - view.began_at),
            Text(f"{view.failed_step}: {view.summary}" if view.failed_step else view.summary),
            Text(", ".join(_told(channel) for channel in told.get(view.number, []))),
        )
    return table


def _recent(view: IncidentView, at: datetime) -> bool:
    return at - view.began_at < timedelta(days=300)


def _told(channel: ChannelView) -> str:
    if channel.gave_up:
        return f"{channel.channel} given up ({channel.why})"
    if channel.waiting:
        return f"{channel.channel} waiting ({channel.why or 'on its way'})"
    return f"{channel.channel} {channel.delivered}×"
