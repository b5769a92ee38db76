"""`trueup evidence`: what a run saw when it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import seen
from monitor.cli import exhibits
from monitor.cli.exhibits import CannotShow
from monitor.cli.ground import (
    BAD,
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    err,
    fail,
    history,
    read,
    say_json,
)
from monitor.cli.recounting import Account, recount
from monitor.clock import iso
from monitor.config import Config
from monitor.notices import Notice, from_json
from monitor.seen import Seen
from monitor.state import ARTEFACTS
from monitor.store import acts, kept
from monitor.store.acts import Standing
from monitor.store.captured import Kept
from monitor.store.kept import KeptRun

NAME = "evidence"
EXAMPLES = (
    "[dim]trueup evidence · trueup evidence 12 --open · trueup evidence signin ·"
    " trueup evidence 12 --out ./incident-12 · trueup evidence last --json[/]"
)
NOTHING: Final = 1
LINES_IN_JSON: Final = 200
QUOTED: Final = ("console.txt", "requests.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was asked for. `shown` is the run to be told of, the one that decided an incident."""

    probe: str
    incident: Standing | None
    notice: Notice | None
    runs: Sequence[KeptRun]
    shown: KeptRun | None
    captures: Sequence[Kept] = ()


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="INCIDENT|PROBE",
            help="An incident's number, last, or a probe's id; default: the newest incident.",
            show_default=False,
        ),
    ] = "last",
    *,
    opened: Annotated[
        bool, typer.Option("--open", help="Open the files, where there is a display.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--out", help="Copy the files into this folder.")
    ] = None,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show what a run saw when it failed: the page, its steps, the console, the requests, the logs
    that were captured then, and where the pictures and the trace are.

    Exit status:
    0 when there was something to show;
    1 when nothing is kept of it;
    2 when there is no such incident or probe, or --open or --out cannot be done;
    3 when there is no history yet.
    """
    read_config = read(config)
    folder = read_config.state / ARTEFACTS
    with history(read_config) as db:
        found = _find(db, read_config, what)
    if as_json:
        say_json(_document(found, folder))
    else:
        recount(_account(found, folder, read_config.telemetry.link))
    _hand_out(found, folder, opened=opened, to=to)
    raise typer.Exit(0 if found.shown or found.notice else NOTHING)


def _hand_out(found: _Found, folder: Path, *, opened: bool, to: Path | None) -> None:
    try:
        if to is not None:
            copied = exhibits.copy(found.runs, folder, to)
            copied += exhibits.write_captures(found.captures, to)
            said = f"{copied} file{'' if copied == 1 else 's'} copied to {to}"
            err.print(said, markup=False, highlight=False, soft_wrap=True)
        if opened and found.shown:
            files = [file for file in found.shown.files if file.name != exhibits.TRACE]
            exhibits.open_files([folder / file.path for file in files])
    except CannotShow as why:
        fail(str(why))


def _find(db: Database, config: Config, what: str) -> _Found:
    number = kept.newest_incident(db) if what == "last" else None
    if what == "last" and number is None:
        fail("there was no incident yet; name a probe to see what is kept of its runs", NOTHING)
    if what.isascii() and what.isdigit() and len(what) < 16:
        number = int(what)
    return _of_probe(db, config, what) if number is None else _of_incident(db, number)


def _of_incident(db: Database, number: int) -> _Found:
    incident = acts.standing(db, number)
    if incident is None:
        fail(f"there is no incident {number}; trueup incidents lists them")
    found = kept.of_incident(db, number)
    return _Found(
        probe=incident.probe,
        incident=incident,
        notice=_notice(incident),
        runs=found.runs,
        shown=found.decided,
        captures=found.captures,
    )


def _of_probe(db: Database, config: Config, probe: str) -> _Found:
    runs = kept.of_probe(db, probe)
    if not runs and probe not in config.probes:
        fail(f"{probe!r} is no incident's number and no probe; trueup status lists the probes", BAD)
    return _Found(
        probe=probe,
        incident=None,
        notice=None,
        runs=runs,
        shown=runs[-1] if runs else None,
    )


def _notice(incident: Standing) -> Notice | None:
    try:
        return from_json(incident.notice)
    except ValueError:
        return None


def _account(found: _Found, folder: Path, link: Callable[[str], str]) -> Account:
    return Account(
        probe=found.probe,
        incident=found.incident,
        notice=found.notice,
        run=found.shown,
        seen=_seen(found.shown),
        others=tuple(run for run in found.runs if run is not found.shown),
        captures=found.captures,
        folder=folder,
        link=link,
    )


def _seen(run: KeptRun | None) -> Seen | None:
    return seen.from_json(run.document) if run else None


def _document(found: _Found, folder: Path) -> dict[str, Any]:
    incident, notice = found.incident, found.notice
    return {
        "incident": incident.number if incident else None,
        "probe": found.probe,
        "began_at": iso(incident.began_at) if incident else None,
        "resolved_at": _instant(incident.resolved_at) if incident else None,
        "reason": notice.reason if notice else None,
        "summary": notice.summary if notice else None,
        "failed_step": (notice.failed_step or None) if notice else None,
        "excerpt": notice.excerpt if notice else None,
        "trace_id": (notice.trace_id or None) if notice else None,
        "trace": (notice.trace or None) if notice else None,
        "captures": [_capture(capture) for capture in found.captures],
        "runs": [_run(run, folder, decided=run is found.shown) for run in found.runs],
    }


def _capture(capture: Kept) -> dict[str, Any]:
    return {
        "name": capture.name,
        "state": capture.state,
        "since": iso(capture.since_at),
        "ended_at": _instant(capture.ended_at),
        "lines": capture.fetched.lines,
        "dropped": capture.fetched.dropped,
        "trouble": capture.fetched.why or None,
        "text": capture.fetched.text,
    }


def _instant(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _run(run: KeptRun, folder: Path, *, decided: bool) -> dict[str, Any]:
    known = _seen(run)
    return {
        "started_at": iso(run.started_at),
        "shown": decided,
        "failed": run.failed,
        **(seen.document_of(known) if known else {}),
        "files": [
            {
                "name": file.name,
                "media_type": file.media_type,
                "bytes": file.size,
                "path": str(folder / file.path),
                "trouble": exhibits.trouble_with(folder / file.path) or None,
            }
            for file in run.files
        ],
        "lines": {
            file.name: exhibits.first_lines(folder / file.path, LINES_IN_JSON)
            for file in run.files
            if file.name in QUOTED
        },
    }
