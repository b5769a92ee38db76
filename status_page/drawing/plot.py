"""How long it took, as lines without any words: the same in every language.

Half of the runs were quicker than the line, 95 % quicker than the upper edge of the band, and what
no run told is a gap. Drawn by hand: hundreds of these are made in a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Final

from status_page.component import Point, Series
from status_page.drawing.scale import levels, midnight, ticks

HEIGHT: Final = 400
"""In units of the drawing: finer than any screen shows it. A point is two of them wide."""
_DAY: Final = timedelta(days=1)
_US: Final = timedelta(microseconds=1)
_NOTHING: Final = timedelta()
_MOST_STRETCHES: Final = 31


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day of a chart, or one span of a chart that has few."""

    at: datetime
    whole_day: bool
    place: float
    """Where it begins, and how wide it is, in per cent of the width."""
    width: float
    least: timedelta | None
    """Of the medians; None: no good run at all."""
    most: timedelta | None
    p95: timedelta | None
    """The most of them."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that a chart shows, still without words."""

    paths: str
    width: int
    """In units of the drawing, as are the paths."""
    levels: tuple[timedelta, ...]
    """From the lowest to the highest, which is the top of the drawing."""
    ticks: tuple[tuple[datetime, float], ...]
    """With the place of each, in per cent of the width."""
    stretches: tuple[Stretch, ...]
    """Days, or fewer spans; empty for a step."""
    whole: Stretch
    began_at: datetime
    ends_at: datetime
    missing: timedelta
    """How much of the time had no good run."""


def plot(series: Series) -> Plot | None:
    """None when there is nothing to draw. Only the whole run is told day by day, not its steps."""
    points = series.points
    uppers = [p95 or p50 for _, p50, p95 in points if p50 is not None]
    if not uppers:
        return None
    began_at, ends_at = points[0].at, points[-1].at + series.span
    whole = ends_at - began_at
    found = levels(max(filter(None, uppers), default=_NOTHING))
    marks = ((at, round((at - began_at) / whole * 100, 2)) for at in ticks(began_at, ends_at))
    daily = () if series.name else tuple(_stretches(points, began_at, ends_at))
    return Plot(
        paths=_paths(points, found),
        width=2 * len(points),
        levels=found,
        ticks=tuple(marks),
        stretches=daily,
        whole=_stretch(points, (began_at, ends_at), (began_at, whole)),
        began_at=began_at,
        ends_at=ends_at,
        missing=(len(points) - len(uppers)) * series.span,
    )


def _paths(points: tuple[Point, ...], found: tuple[timedelta, ...]) -> str:
    width = 2 * len(points)
    unit = found[-1] / HEIGHT
    grid = "".join(f"M0 {HEIGHT - round(level / unit)}H{width}" for level in found)
    middle, band = _lines(points, found[-1])
    return (
        f'<path class="grid" d="{grid}M0 {HEIGHT}H{width}"/>'
        f'<path class="p95" d="{band}"/><path class="p50" d="{middle}"/>'
    )


def _lines(points: tuple[Point, ...], highest: timedelta) -> tuple[str, str]:
    middles, bands = [], []
    middle: list[str] = []
    upper: list[str] = []
    high = _Heights(highest)
    for x, (_, p50, p95) in zip(_across(len(points)), points, strict=True):
        if p50 is not None:
            middle.append(x + high[p50])
            upper.append(x + high[p95 or p50])
        elif middle:
            middles.append(_line(middle))
            bands.append(_band(middle, upper))
            middle, upper = [], []
    if middle:
        middles.append(_line(middle))
        bands.append(_band(middle, upper))
    return "".join(middles), "".join(bands)


class _Heights(dict[timedelta, str]):
    """Told once for each span: measured ones are rounded, so that there are few."""

    def __init__(self, highest: timedelta) -> None:
        self._per_us = HEIGHT / (highest / _US)

    def __missing__(self, span: timedelta) -> str:
        # Three times as quick as dividing spans
        whole_us = (span.days * 86400 + span.seconds) * 1_000_000 + span.microseconds
        found = self[span] = str(HEIGHT - int(whole_us * self._per_us))
        return found


@lru_cache(maxsize=16)
def _across(number: int) -> tuple[str, ...]:
    return tuple(f"{2 * x + 1} " for x in range(number))


def _line(middle: list[str]) -> str:
    """Of one point it is a dot, for its ends are round."""
    return f"M{' '.join(middle)}{'h0' if len(middle) == 1 else ''}"


def _band(middle: list[str], upper: list[str]) -> str:
    return f"M{' '.join(upper)} {' '.join(reversed(middle))}Z"


def _stretches(
    points: tuple[Point, ...], began_at: datetime, ends_at: datetime
) -> Iterator[Stretch]:
    whole = (began_at, ends_at - began_at)
    if len(points) <= _MOST_STRETCHES:
        edges = [*(point.at for point in points), ends_at]
        for at, point in enumerate(points):
            yield _stretch((point,), (edges[at], edges[at + 1]), whole)
        return
    for day, found in groupby(points, lambda point: point.at.date()):
        first = max(midnight(day), began_at)
        yield _stretch(tuple(found), (first, min(midnight(day) + _DAY, ends_at)), whole)


def _stretch(
    points: tuple[Point, ...],
    edges: tuple[datetime, datetime],
    whole: tuple[datetime, timedelta],
) -> Stretch:
    medians = [p50 for _, p50, _ in points if p50 is not None]
    uppers = [p95 or p50 for _, p50, p95 in points if p50 is not None]
    return Stretch(
        at=edges[0],
        whole_day=len(points) > 1 or edges[1] - edges[0] >= _DAY,
        place=round((edges[0] - whole[0]) / whole[1] * 100, 2),
        width=round((edges[1] - edges[0]) / whole[1] * 100, 2),
        least=min(medians, default=None),
        most=max(medians, default=None),
        p95=max(filter(None, uppers), default=_NOTHING) if uppers else None,
    )
