"""`trueup status`: how every probe stands, what is open, and whether the daemon is at work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import typer
from rich.table import Table
from rich.text import Text
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import pages
from monitor.cli.app import DEFAULT_CONFIG, AsJson, ConfigPath, banner, brief, fail, out, read
from monitor.clock import SystemClock, from_us, iso
from monitor.config import Config
from monitor.daemon import DATABASE
from monitor.health import Health, Standing
from monitor.notices import span
from monitor.store import StoreTrouble, open_read_only, records, views
from monitor.store.views import ProbeView

NAME = "status"
EXAMPLES = "[dim]trueup status · trueup status --json[/]"
FRESH = timedelta(seconds=60)
MARKS = {
    Health.UP: ("✓ up", "green"),
    Health.DEGRADED: ("~ slow", "yellow"),
    Health.DOWN: ("✕ down", "bold red"),
    Health.UNKNOWN: ("? unknown", "magenta"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    """What one look into the store found."""

    at: datetime
    alive_at: datetime | None
    problems: list[str]
    views: Mapping[str, ProbeView]
    standings: Mapping[str, Standing]
    waiting: int

    @property
    def running(self) -> bool:
        return self.alive_at is not None and self.at - self.alive_at <= FRESH


def command(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Show how every probe stands and whether the daemon is at work.

    Exit status 0: all is up; 1: something is down; 3: the daemon is not running or has gone
    stale, so that nothing said here can be trusted.
    """
    read_config = read(config)
    status = _look(read_config)
    if as_json:
        out.print_json(json.dumps(_document(read_config, status)))
    else:
        _print(read_config, status)
    raise typer.Exit(_exit_status(status))


def _look(config: Config) -> _Status:
    try:
        db = open_read_only(config.state / DATABASE)
    except StoreTrouble as trouble:
        fail(str(trouble), 3)
    at = SystemClock().now()
    try:
        return _read(db, config, at)
    finally:
        db.close()


def _read(db: Database, config: Config, at: datetime) -> _Status:
    alive = records.get_meta(db, "alive")
    found = views.probes(db)
    told = views.telling(db)
    return _Status(
        at=at,
        alive_at=from_us(alive["at"]) if alive else None,
        problems=records.get_meta(db, "config_problems") or [],
        views=found,
        standings={p.id: pages.standing(p, found.get(p.id), at) for p in config.probes.values()},
        waiting=sum(view.waiting for views_ in told.values() for view in views_),
    )


def _exit_status(status: _Status) -> int:
    if not status.running:
        return 3
    return 1 if any(s.health is Health.DOWN for s in status.standings.values()) else 0


def _document(config: Config, status: _Status) -> dict[str, Any]:
    return {
        "at": iso(status.at),
        "environment": config.environment,
        "daemon": {
            "running": status.running,
            "alive_at": iso(status.alive_at) if status.alive_at else None,
            "config_problems": status.problems,
            "notifications_waiting": status.waiting,
        },
        "probes": [_probe(probe, status) for probe in config.probes],
    }


def _probe(probe: str, status: _Status) -> dict[str, Any]:
    standing, view = status.standings[probe], status.views.get(probe)
    return {
        "id": probe,
        "health": standing.health.value,
        "since": iso(standing.since_at) if standing.since_at else None,
        "incident": view.incident if view else None,
        "last_run_at": iso(view.last_run_at) if view else None,
        "last_outcome": view.last_outcome if view else None,
        "last_reason": view.last_reason if view else None,
        "last_summary": view.last_summary if view else None,
        "last_took_ms": round(view.last_took / timedelta(milliseconds=1), 1) if view else None,
    }


def _print(config: Config, status: _Status) -> None:
    out.print(Text.from_markup(f"{banner(config)} {_daemon(status)}".strip()))
    for problem in status.problems:
        out.print(f"  {problem}", style="red", markup=False, highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for column in ("", "probe", "for", "last run"):
        table.add_column(column, no_wrap=True)
    table.add_column("what was seen", overflow="fold")
    for probe in config.probes:
        table.add_row(*_row(probe, status))
    out.print(table)


def _row(probe: str, status: _Status) -> list[Text]:
    standing, view = status.standings[probe], status.views.get(probe)
    mark, style = MARKS[standing.health]
    since = brief(status.at - standing.since_at) if standing.since_at else ""
    cells = [Text(mark, style=style), Text(probe, style="bold"), Text(since)]
    if view is None:
        return [*cells, Text("not yet", style="dim"), Text()]
    ago = f"{view.last_outcome} {brief(status.at - view.last_run_at)} ago"
    number = f"incident {view.incident}: " if view.incident else ""
    return [*cells, Text(ago, style="dim"), Text(number + view.last_summary)]


def _daemon(status: _Status) -> str:
    if status.alive_at is None:
        return "[bold red]The daemon is not running.[/] Start it with: trueup run"
    age = span(status.at - status.alive_at)
    if not status.running:
        return f"[bold red]The daemon gave its last sign of life {age} ago.[/] This is history."
    said = "The daemon is at work."
    if status.waiting:
        said += f" [yellow]{status.waiting} notifications are waiting to be confirmed.[/]"
    if status.problems:
        said += " [red]Its newest configuration was refused and the one before is in use:[/]"
    return said
