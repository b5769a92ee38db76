"""Outages, replayed: what is said meanwhile, and the tables in the end."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NoReturn

import typer

from monitor.cli import drill_tables
from monitor.cli.drill_progress import Progress
from monitor.cli.ground import BAD, fail, interactive, out, say_json, write
from monitor.clock import SystemClock
from monitor.drills.ground import Ground, GroundLost, started
from monitor.drills.outages import OUTAGES
from monitor.drills.replay import replay, wait_until_up
from monitor.drills.sample import NoSample
from monitor.drills.timeline import Timeline, document

INTERRUPTED: Final = 128 + signal.SIGINT
TERMINATED: Final = 128 + signal.SIGTERM


class _Terminated(Exception):
    """Somebody asked us to end."""


def drill_outages(
    names: Sequence[str], every: timedelta | None, *, as_json: bool, markdown: bool
) -> NoReturn:
    """Ends the command: with status 0 when each went as promised."""
    signal.signal(signal.SIGTERM, _terminate)
    lines: list[Timeline] = []
    try:
        with Progress(len(names)) as progress, started(every) as ground:
            _replay(ground, names, progress, lines)
    except (GroundLost, NoSample, OSError) as trouble:
        _say(lines, as_json=as_json, markdown=markdown)
        fail(str(trouble), 1 if lines else BAD)
    except KeyboardInterrupt:
        fail("stopped; all that was started has ended", INTERRUPTED)
    except _Terminated:
        fail("stopped; all that was started has ended", TERMINATED)
    _say(lines, as_json=as_json, markdown=markdown)
    raise typer.Exit(0 if all(line.is_good for line in lines) else 1)


def _terminate(*_: object) -> None:
    raise _Terminated


def _replay(
    ground: Ground, names: Sequence[str], progress: Progress, lines: list[Timeline]
) -> None:
    clock = SystemClock()
    progress.starts()
    progress.is_up(wait_until_up(ground, clock))
    for name in names:
        outage = OUTAGES[name]
        wait_until_up(ground, clock, outage.components)
        progress.breaks(outage)
        lines.append(replay(ground, outage, clock, progress.heard))
        progress.is_over(lines[-1])


def _say(lines: Sequence[Timeline], *, as_json: bool, markdown: bool) -> None:
    if as_json:
        say_json({"drills": [document(line) for line in lines]})
    elif markdown:
        write(drill_tables.markdown(lines))
    elif len(lines) == 1:
        was_titled = interactive() and out.is_terminal  # by what was said meanwhile
        out.print(drill_tables.beside(lines[0], titled=not was_titled))
    elif lines:
        drill_tables.show(lines)
