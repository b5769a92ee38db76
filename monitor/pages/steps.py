"""How long the steps of journeys took, hour by hour: from the runs themselves, each read once."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.clock import from_us
from monitor.config.model import Config
from monitor.pages.hours import WEEK
from monitor.store import page_numbers
from monitor.store.page_numbers import HOUR_US
from status_page.component import Point, Series

RUNS_MOST: Final = 300_000
"""Of whatever probe: runs lie in the order of time, so that all are looked at."""
SERIES_MOST: Final = 12
NAME_MOST: Final = 64
_US: Final = timedelta(microseconds=1)
_HOUR: Final = timedelta(hours=1)

_Medians = dict[str, tuple[int, int]]
"""By step, the median and the 95th percentile of one hour."""


class Steps:
    """Of the last week of some probes, or of less where it is too much."""

    def __init__(self, config: Config) -> None:
        hourly = sum(_HOUR / probe.every for probe in config.probes.values())
        self._deep = max(1, min(WEEK, int(RUNS_MOST / max(hourly, 1))))
        self._edge_us = 0
        self._hours: dict[int, dict[int, _Medians]] = {}
        """By probe and beginning of the hour."""

    def read(self, db: Database, edge_us: int, of: Collection[int]) -> None:
        """The hours that are over since the last time."""
        first_us = edge_us - self._deep * HOUR_US
        if edge_us == self._edge_us or not of:
            return
        if edge_us < self._edge_us:  # the clock was set back
            self._hours = {}
        for start_us in range(max(first_us, self._next_us(edge_us)), edge_us, HOUR_US):
            self._read_hour(db, start_us, of)
        self._edge_us = edge_us
        oldest_us = edge_us - WEEK * HOUR_US
        for known in self._hours.values():
            for start_us in [start_us for start_us in known if start_us < oldest_us]:
                del known[start_us]

    def series(self, probe: int) -> tuple[Series, ...]:
        """A line for each step, in the order of the newest run."""
        known = self._hours.get(probe, {})
        names: dict[str, None] = {}
        for start_us in sorted(known, reverse=True):
            names |= dict.fromkeys(known[start_us])
        starts = range(self._edge_us - WEEK * HOUR_US, self._edge_us, HOUR_US)
        return tuple(
            Series(
                name, _HOUR, tuple(_point(known.get(at_us, {}), name, at_us) for at_us in starts)
            )
            for name in list(names)[:SERIES_MOST]
        )

    def _next_us(self, edge_us: int) -> int:
        return 0 if edge_us < self._edge_us else self._edge_us

    def _read_hour(self, db: Database, start_us: int, of: Collection[int]) -> None:
        took: dict[int, dict[str, list[int]]] = {}
        for probe, text in page_numbers.steps(
            db, since_us=start_us, until_us=start_us + HOUR_US, of=of
        ):
            for name, took_us in _steps(text):
                took.setdefault(probe, {}).setdefault(name, []).append(took_us)
        for probe, found in took.items():
            medians = {
                name: (_share(each, 0.5), _share(each, 0.95)) for name, each in found.items()
            }
            self._hours.setdefault(probe, {})[start_us] = medians


def _steps(text: str) -> Iterable[tuple[str, int]]:
    """What is not what it should be is left out."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return
    if isinstance(found, dict):
        for name, took_us in found.items():
            if isinstance(took_us, int) and took_us >= 0:
                yield name[:NAME_MOST], took_us


def _share(took_us: list[int], share: float) -> int:
    return sorted(took_us)[math.ceil(share * len(took_us)) - 1]


def _point(medians: Mapping[str, tuple[int, int]], name: str, at_us: int) -> Point:
    found = medians.get(name)
    if found is None:
        return Point(from_us(at_us), None, None)
    return Point(from_us(at_us), found[0] * _US, found[1] * _US)
