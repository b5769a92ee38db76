"""`trueup status`: how every probe stands, what is open, and whether the daemon is at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import typer
from rich.text import Text
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import pages
from monitor.cli import by_hand, punctual, spans, tables
from monitor.cli import standing as words
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    NOT_KNOWN,
    AsJson,
    ConfigPath,
    banner,
    brief,
    history,
    out,
    read,
    say_json,
)
from monitor.cli.punctual import Punctual
from monitor.clock import SystemClock, from_us, iso
from monitor.config import Config
from monitor.health import Health, Standing
from monitor.notices import span
from monitor.state import claimed
from monitor.store import acts, records, views
from monitor.store.acts import Kind
from monitor.store.public import Told
from monitor.store.views import IncidentView, ProbeView

NAME = "status"
EXAMPLES = "[dim]trueup status · trueup status --json[/]"
FRESH = timedelta(seconds=60)
OPEN_MOST = 10_000
MARKS = {
    Health.DOWN: ("✕ down", "bold red"),
    Health.DEGRADED: ("~ slow", "yellow"),
    Health.UNKNOWN: ("? unknown", "magenta"),
    Health.UP: ("✓ up", "green"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    """What one look into the store found."""

    at: datetime
    alive_at: datetime | None
    claimed: bool | None
    """Whether a process holds the state folder; None when that cannot be told."""
    punctual: Punctual | None
    """None when there is no daemon, or it said nothing of it."""
    problems: list[str]
    views: Mapping[str, ProbeView]
    standings: Mapping[str, Standing]
    waiting: int
    open: Mapping[int, IncidentView]
    quiet: Sequence[str]
    """A sentence for everything that keeps people from being told."""
    written: Sequence[Told]
    """Open ones that people wrote down."""

    @property
    def running(self) -> bool:
        fresh = self.alive_at is not None and self.at - self.alive_at <= FRESH
        return fresh and self.claimed is not False  # a lock is let go of in whatever way one dies

    @property
    def counts(self) -> Counter[Health]:
        return Counter(standing.health for standing in self.standings.values())

    def why_unknown(self, probe: str) -> str:
        """Empty when the verdict on *probe* is known."""
        standing = self.standings[probe]
        return _why(self.views.get(probe), standing) if standing.health is Health.UNKNOWN else ""


def command(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Show how every probe stands and whether the daemon is at work.

    Exit status:
    0 when every probe is up, or slow;
    1 when something is down;
    3 when nothing is down but something is unknown, or the daemon is not
    at work, so that nothing said here can be trusted.
    """
    read_config = read(config)
    with history(read_config) as db:
        status = _read(db, read_config, SystemClock().now())
    if as_json:
        say_json(_document(read_config, status))
    else:
        _print(read_config, status)
    raise typer.Exit(_exit_status(status))


def _read(db: Database, config: Config, at: datetime) -> _Status:
    alive = records.get_meta(db, "alive")
    found = views.probes(db, config.location)
    told = views.telling(db)
    return _Status(
        at=at,
        alive_at=from_us(alive["at"]) if alive else None,
        claimed=claimed(config.state),
        punctual=punctual.read(alive),
        problems=records.get_meta(db, "config_problems") or [],
        views=found,
        standings={p.id: pages.standing(p, found.get(p.id), at) for p in config.probes.values()},
        waiting=sum(view.waiting for views_ in told.values() for view in views_),
        open={
            view.number: view
            for view in views.incidents(db, since=at, limit=OPEN_MOST)
            if not view.resolved_at
        },
        quiet=list(spans.under_way(config, {kind: acts.spans(db, kind, at) for kind in Kind}, at)),
        written=by_hand.still_open(db, at),
    )


def _exit_status(status: _Status) -> int:
    if not status.running:
        return NOT_KNOWN
    if status.counts[Health.DOWN]:
        return 1
    return NOT_KNOWN if status.counts[Health.UNKNOWN] else 0


def _why(view: ProbeView | None, standing: Standing) -> str:
    if view is None:
        return "never ran yet"
    if view.evidence_at is None:
        return "no evidence yet"
    if standing.since_at is not None:
        return f"no evidence since {view.evidence_at:%Y-%m-%d %H:%M:%S} UTC"
    if view.standing.health is Health.UNKNOWN:
        return "too early to tell"
    return "its newest evidence comes from the future; look after this machine's clock"


def _document(config: Config, status: _Status) -> dict[str, Any]:
    return {
        "at": iso(status.at),
        "environment": config.environment,
        "daemon": {
            "running": status.running,
            "alive_at": iso(status.alive_at) if status.alive_at else None,
            "punctuality": status.punctual.document() if status.punctual else None,
            "config_problems": status.problems,
            "notifications_waiting": status.waiting,
        },
        "quiet": list(status.quiet),
        "written": [by_hand.document(told) for told in status.written],
        "probes": [_probe(probe, status) for probe in config.probes],
    }


def _probe(probe: str, status: _Status) -> dict[str, Any]:
    standing, view = status.standings[probe], status.views.get(probe)
    return {
        "id": probe,
        "health": standing.health.value,
        "since": iso(standing.since_at) if standing.since_at else None,
        "why_unknown": status.why_unknown(probe) or None,
        "incident": view.incident if view else None,
        **_about(status.open.get(view.incident) if view and view.incident else None),
        "last_run_at": iso(view.last_run_at) if view else None,
        "last_outcome": view.last_outcome if view else None,
        "last_reason": view.last_reason if view else None,
        "last_summary": view.last_summary if view else None,
        "last_warnings": list(view.last_warnings) if view else [],
        "last_took_ms": round(view.last_took / timedelta(milliseconds=1), 1) if view else None,
    }


def _about(incident: IncidentView | None) -> dict[str, Any]:
    return {
        "acknowledged": words.acknowledgement(incident) if incident else None,
        "withheld": (incident.withheld or None) if incident else None,
    }


def _print(config: Config, status: _Status) -> None:
    out.print(Text.from_markup(f"{banner(config)} {_daemon(status)}".strip()))
    for problem in status.problems:
        out.print(f"  {problem}", style="red", markup=False, highlight=False, soft_wrap=True)
    if status.running and status.punctual:
        _print_punctuality(status.punctual)
    if status.waiting:
        said = "1 notification is" if status.waiting == 1 else f"{status.waiting} notifications are"
        out.print(f"{said} still to be delivered.", style="yellow", highlight=False)
    reminders = map(by_hand.reminder, status.written)
    for sentence in (*status.quiet, *_others(config, status), *reminders):
        out.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)
    out.print(_tally(status), "\n", sep="")
    table = tables.table("", tables.probe(), "for", "last run", tables.words("what was seen"))
    for probe in config.probes:
        table.add_row(*_row(probe, status))
    tables.show(table)


def _print_punctuality(found: Punctual) -> None:
    troubles = found.troubles()
    for sentence in troubles or [found.says()]:
        style = "yellow" if troubles else "dim"
        out.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)


def _tally(status: _Status) -> Text:
    """`1 down, 2 unknown, 6 up`: the worst first."""
    counts = status.counts
    found = [(counts[health], *MARKS[health]) for health in MARKS if counts[health]]
    said = [Text(f"{count} {mark.split()[1]}", style) for count, mark, style in found]
    return Text(", ").join(said)


def _row(probe: str, status: _Status) -> list[Text]:
    standing, view = status.standings[probe], status.views.get(probe)
    mark, style = MARKS[standing.health]
    since = brief(status.at - standing.since_at) if standing.since_at else ""
    ran = f"{view.last_outcome} {brief(status.at - view.last_run_at)} ago" if view else "never"
    return [
        Text(mark, style),
        Text(probe),
        Text(since),
        Text(ran, "dim"),
        Text(": ".join(_seen(probe, status))),
    ]


def _seen(probe: str, status: _Status) -> list[str]:
    view = status.views.get(probe)
    said = [_incident(view, status), status.why_unknown(probe), view.last_summary if view else ""]
    warned = "; ".join(view.last_warnings) if view else ""
    return [*(part for part in said if part), *(["warning", warned] if warned else [])]


def _incident(view: ProbeView | None, status: _Status) -> str:
    if view is None or not view.incident:
        return ""
    found = status.open.get(view.incident)
    around = "; ".join(words.around(found, status.at)) if found else ""
    return f"incident {view.incident} ({around})" if around else f"incident {view.incident}"


def _others(config: Config, status: _Status) -> list[str]:
    """Open incidents of nothing that is configured: summaries, and trueup's own trouble."""
    return [
        "; ".join([f"Incident {view.number}: {view.summary}", *words.around(view, status.at)])
        for view in status.open.values()
        if view.probe not in config.probes
    ]


def _daemon(status: _Status) -> str:
    if status.alive_at is None:
        return "[bold red]The daemon is not running.[/] Start it with: trueup run"
    if not status.running:
        age = span(status.at - status.alive_at)
        return f"[bold red]The daemon gave its last sign of life {age} ago.[/] This is history."
    if status.problems:
        return (
            "The daemon is at work."
            " [red]Its newest configuration was refused; the one before is in use:[/]"
        )
    return "The daemon is at work."
