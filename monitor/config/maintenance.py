"""From a table of maintenance to a window that knows when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

from cronsim import CronSim, CronSimError

from monitor.config import calendars
from monitor.config.calendars import Calendar, CalendarError
from monitor.config.files import UnreadableError, read_bytes, to_text
from monitor.config.rules import RuleError, repeating
from monitor.config.sentences import Fault
from monitor.config.tables import MaintenanceTable
from monitor.windows import FAR, Ahead, Cron, Expand, Once, Span, Window, at_the_wall
from probes import write_duration

_MOST_COMPARED: Final = 200

Spans = Callable[[datetime], Span | None]


class ImpossibleError(Exception):
    """The fault says where in the table."""

    def __init__(self, key: str, text: str) -> None:
        self.fault = Fault((key,) if key else (), text)
        super().__init__(text)


def window(id_: str, table: MaintenanceTable, folder: Path, at: datetime) -> Window:
    """As of *at*. Raises ImpossibleError."""
    return Window(
        id=id_,
        title=table.title or id_.replace("-", " ").capitalize(),
        probes=frozenset(table.probes),
        tags=frozenset(table.tags),
        spans=_spans(table, folder, at),
    )


def ical_file(table: MaintenanceTable, folder: Path) -> Path | None:
    return folder / table.ical if table.ical else None


def _spans(table: MaintenanceTable, folder: Path, at: datetime) -> Spans:
    _demand_one(table)
    if file := ical_file(table, folder):
        return _from_file(file, table, at)
    if table.lasts is None:
        raise ImpossibleError("", 'lasts is missing; write lasts = "2h"')
    if table.cron:
        return _from_cron(table, table.lasts, at)
    assert table.starts is not None  # noqa: S101 - one of the three is there
    starts_at = at_the_wall(table.starts, table.timezone)
    if not table.repeat:
        return Once(starts_at, starts_at + table.lasts)
    try:
        expand = repeating(table.repeat, table.starts, table.timezone, table.lasts)
    except RuleError as error:
        raise ImpossibleError("repeat", f"{error}") from None
    _demand_gaps("repeat", expand, starts_at - timedelta(days=1), table.lasts)
    return Ahead(expand, expand.far)


def _demand_one(table: MaintenanceTable) -> None:
    """Exactly one of the three ways to say when."""
    ways = {"starts": table.starts is not None, "cron": table.cron, "ical": table.ical}
    given = [way for way, written in ways.items() if written]
    if not given:
        raise ImpossibleError("", 'starts is missing; write starts = "2026-12-01T02:00"')
    if len(given) > 1:
        raise ImpossibleError(given[1], f"does not go with {given[0]}; keep one of the two")
    idle = {"repeat": table.repeat and not ways["starts"], "lasts": table.lasts and ways["ical"]}
    for key, written in idle.items():
        if written:
            raise ImpossibleError(key, f"does not go with {given[0]}; leave it out")


def _from_cron(table: MaintenanceTable, lasts: timedelta, at: datetime) -> Spans:
    sample = 'write five fields, as "0 3 * * 0" for Sundays at three'
    if len(table.cron.split()) != 5:
        raise ImpossibleError("cron", f"is not what cron understands; {sample}")
    try:
        CronSim(table.cron, at.astimezone(table.timezone))
    except (CronSimError, ValueError) as error:
        raise ImpossibleError("cron", f"is not what cron understands ({error}); {sample}") from None
    expand = Cron(table.cron, table.timezone, lasts)
    _demand_gaps("cron", expand, at, lasts)
    return Ahead(expand)


def _demand_gaps(key: str, expand: Expand, since: datetime, lasts: timedelta) -> None:
    found = islice(expand(since, since + getattr(expand, "far", FAR)), _MOST_COMPARED)
    gap = min(_gaps(found), default=None)
    if gap is not None and gap < lasts:
        raise ImpossibleError(
            "lasts",
            f"{write_duration(lasts)} is longer than the {write_duration(gap)} to the next time "
            f"({key}); write a shorter one",
        )


def _gaps(spans: Iterable[Span]) -> Iterable[timedelta]:
    return (later[0] - earlier[0] for earlier, later in pairwise(spans))


def _from_file(file: Path, table: MaintenanceTable, at: datetime) -> Spans:
    try:
        text = to_text(read_bytes(file, most=calendars.LARGEST))
    except UnreadableError as error:
        raise ImpossibleError("ical", f"the file {file} cannot be used: {error}") from None
    spans = Ahead(Calendar(text, table.timezone), calendars.FAR)
    try:
        spans(at)
    except CalendarError as error:
        raise ImpossibleError("ical", f"the file {file} cannot be used: {error}") from None
    return spans
