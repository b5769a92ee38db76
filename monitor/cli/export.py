"""`trueup export`: the history for other programs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from monitor.cli import formats
from monitor.cli.formats import Format, NotInstalled
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    ConfigPath,
    err,
    fail,
    history,
    interactive,
    out,
    read,
)
from monitor.clock import SystemClock
from monitor.store import export
from probes import parse_duration

NAME = "export"
EXAMPLES = (
    "[dim]trueup export runs --since 7d > runs.csv · trueup export incidents --format jsonl ·"
    " trueup export changes --since 90d · trueup export days --probe checkout --since 2026-01-01"
    " --format parquet -o days.parquet[/]"
)


class What(StrEnum):
    RUNS = "runs"
    INCIDENTS = "incidents"
    DAYS = "days"
    VIEWS = "views"
    CHANGES = "changes"
    BY_HAND = "by-hand"


def command(
    what: Annotated[
        What,
        typer.Argument(
            help="Every run, incident, day, page that was seen, change of a target, or incident"
            " that people wrote by hand."
        ),
    ],
    *,
    probe: Annotated[str, typer.Option("--probe", help="Only of this probe, by its id.")] = "",
    since: Annotated[
        str, typer.Option("--since", help='How far back: "30d", or a date, "2026-01-31".')
    ] = "30d",
    written_as: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
    into: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write; default: standard output."),
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write the history for a spreadsheet or another program. Times are UTC.

    Exit status 0; 2 when it cannot be written, or the question makes no
    sense; 3 when there is no history yet.
    """
    read_config = read(config)
    since_at = _since(since, SystemClock().now())
    if written_as is Format.PARQUET and into is None and sys.stdout.isatty():
        fail("Parquet is nothing for a terminal; name a file with -o")
    if probe and what is What.BY_HAND:
        fail("--probe: incidents by hand are of components, and of no probe")
    columns, source = export.TABLES[what.value]
    with history(read_config) as db:
        if probe and not db["probe"].count_where("id = ?", [probe]):
            fail(f"no probe {probe!r} ever ran here; trueup status lists them")
        try:
            with _opened(into) as file:
                rows = source(db, probe, since_at)
                count = _follow(formats.write(rows, columns, written_as, file))
        except NotInstalled as missing:
            fail(str(missing))
        except BrokenPipeError:
            out.on_broken_pipe()
            return
        except OSError as trouble:
            fail(f"{into or 'standard output'}: cannot be written ({trouble.strerror})")
    if into is not None:
        rows_said = f"{count} row{'s' if count != 1 else ''}"
        err.print(f"{into}: {rows_said}", markup=False, highlight=False, soft_wrap=True)


def _since(written: str, at: datetime) -> datetime:
    with contextlib.suppress(ValueError):
        return datetime.combine(datetime.fromisoformat(written).date(), datetime.min.time(), UTC)
    try:
        return at - parse_duration(written)
    except (ValueError, OverflowError):
        fail(f'--since: {written!r} is neither a time nor a date; write "30d" or "2026-01-31"')


@contextlib.contextmanager
def _opened(into: Path | None) -> Iterator[IO[bytes]]:
    """The file is there whole or not at all."""
    if into is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = into.with_name(f".{into.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(into)
    finally:
        part.unlink(missing_ok=True)


def _follow(counts: Iterable[int]) -> int:
    """The last count; shown as it grows to whoever watches."""
    count = 0
    for count in counts:
        if interactive() and not sys.stdout.isatty():
            err.print(f"{count} rows", end="\r", highlight=False)
    return count
