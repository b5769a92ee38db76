"""Deploys on a chart: a thin line for each, and one flag for those that are too near to each other
to have their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from status_page.changes import Deploy
from status_page.drawing.escaped import escape
from status_page.drawing.plot import Plot
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

ROOM: Final = 12
"""Above the plot, for the flags."""
_APART: Final = 5.5
"""Per cent of the width: on a telephone, that is as wide as a flag."""
_NEAR_THE_END: Final = 95
_MOST_NAMED: Final = 6
_LONGEST: Final = 60
_FLAG: Final = '<path d="M0 0H11L8.5 4.5L11 9H0Z"/>'


@dataclass(frozen=True, slots=True)
class Mark:
    """What one flag stands for."""

    places: tuple[float, ...]
    """Of its lines, in per cent of the width; the flag is at the first."""
    deploys: tuple[Deploy, ...]
    """Oldest first."""


def marks(deploys: Sequence[Deploy], plot: Plot) -> tuple[Mark, ...]:
    """Of those in the time of *plot*, from the oldest to the newest."""
    whole = plot.ends_at - plot.began_at
    found: list[list[tuple[float, Deploy]]] = []
    for deploy in sorted(deploys, key=lambda each: each.at):
        if not plot.began_at <= deploy.at < plot.ends_at:
            continue
        place = round((deploy.at - plot.began_at) / whole * 100, 2)
        if found and place - found[-1][0][0] < _APART:
            found[-1].append((place, deploy))
        else:
            found.append([(place, deploy)])
    return tuple(
        Mark(tuple(dict.fromkeys(place for place, _ in group)), tuple(each for _, each in group))
        for group in found
    )


def what(deploy: Deploy) -> str:
    """`api 1.4.2`, not escaped yet."""
    return shorten(tidy(f"{deploy.service} {deploy.version}"), _LONGEST)


def when(deploy: Deploy, tongue: Tongue) -> str:
    day = tongue.short_day(deploy.at.date())
    return f"{day}, {tongue.clock(deploy.at)}"


def drawn(found: Sequence[Mark], tongue: Tongue, above: int, height: int) -> str:
    """The lines, and the flags with what a pointer is told over them."""
    return "".join(_one(mark, tongue, above, height) for mark in found)


def _one(mark: Mark, tongue: Tongue, above: int, height: int) -> str:
    rtl = tongue.direction == "rtl"
    across = [round(100 - place, 2) if rtl else place for place in mark.places]
    lines = "".join(
        f'<line x1="{x}%" x2="{x}%" y1="{above}" y2="{above + height}"/>' for x in across
    )
    # A flag near the end of the time hangs back over it
    back = (mark.places[0] > _NEAR_THE_END) is not rtl
    title = escape(_told(mark, tongue))
    return (
        f'<g class="deploy">{lines}<svg x="{across[0]}%" y="{above - ROOM}">'
        f'<rect x="{-16 if back else -4}" width="20" height="{ROOM + height}"><title>{title}'
        f"</title></rect>{_flag(len(mark.deploys), back=back)}</svg></g>"
    )


def _flag(number: int, *, back: bool) -> str:
    pole = f'<path d="M0 0V{ROOM}" class="pole"/>'
    if number == 1:
        turned = ' transform="scale(-1 1)"' if back else ""
        return f"{pole}<g{turned}>{_FLAG}</g>"
    width = 6 + 6 * len(str(number))
    start = -width if back else 0
    return (
        f'{pole}<path d="M{start} 0h{width}v{ROOM - 1}h{-width}Z"/>'
        f'<text x="{start + width / 2:g}" y="9">{number}</text>'
    )


def _told(mark: Mark, tongue: Tongue) -> str:
    return listed(mark.deploys, tongue)


def listed(deploys: Sequence[Deploy], tongue: Tongue, most: int = _MOST_NAMED) -> str:
    """`api 1.4.2 (20 Nov, 14:03 UTC), web 77 (…) and 3 more`."""
    named = [
        tongue.say("{what} ({time})", what=what(each), time=when(each, tongue))
        for each in islice(deploys, most)
    ]
    rest = len(deploys) - most
    if rest > 0:
        named.append(tongue.count("{number} more", "{number} more", rest))
    return tongue.listed(named)


def counted(found: Iterable[Mark], tongue: Tongue) -> str:
    """A sentence for those who do not see the flags; empty where there are none."""
    deploys = [deploy for mark in found for deploy in mark.deploys]
    if not deploys:
        return ""
    number = tongue.count("{number} deploy", "{number} deploys", len(deploys))
    return tongue.say("{number}: {names}.", number=number, names=listed(deploys, tongue))


def between(found: Iterable[Mark], began_at: datetime, ends_at: datetime) -> list[Deploy]:
    deploys = (deploy for mark in found for deploy in mark.deploys)
    return [each for each in deploys if began_at <= each.at < ends_at]
