"""Badges of the page and of each component: as pictures, and as shields' endpoint JSON.

The page's own are those of its worst component: nothing is averaged away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from status_page.component import Component, Condition, Speed, Uptime
from status_page.kept import Kept
from status_page.machine.badge import badge
from status_page.machine.covered import OVER, Covered, covered
from status_page.machine.facts import dumped, line
from status_page.machine.verdict import Verdict, verdict
from status_page.page import Page
from status_page.shares import share_words
from status_page.text import anchor
from status_page.tongue import Tongue, tongue

SPEED_OVER: Final = "24h"
_LONGEST: Final = 40
_TONGUES: Final = 64
_GREY: Final = "#5d656d"
COLOURS: Final = {
    Condition.UP: "#1f7a4d",
    Condition.DEGRADED: "#96600a",
    Condition.DOWN: "#c42b2b",
    Condition.MAINTENANCE: "#2a62b8",
    Condition.UNKNOWN: _GREY,
    Condition.UNWATCHED: _GREY,
}
_DOUBTFUL: Final = {Condition.DOWN, Condition.UNKNOWN}
# How much of the known time may be down, up to which an uptime is green, then yellow.
_GOOD, _FAIR = 0.001, 0.01
Made = tuple[tuple[str, bytes], ...]


class Sign(NamedTuple):
    """What a badge says."""

    label: str
    message: str
    condition: Condition
    """That it has the colour of."""


class Facts(NamedTuple):
    """What the badges of one thing are made from."""

    name: str
    verdict: Verdict
    uptime: Uptime | None
    resolution: timedelta
    median: timedelta | None
    since: date | None = None
    """The first day of the uptime, where that is less than it should tell of."""


_Told = tuple[
    str, Condition, tuple[tuple[str, Uptime], ...], tuple[tuple[str, Speed], ...], object, object
]


class _Kept(NamedTuple):
    facts: Facts
    share: float | None
    files: Made


class Badges:
    """`badges/status.svg`, `badges/uploads/uptime.json` and so on."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[_Told, str], _Kept] = Kept()
        self._whole: Kept[tuple[Facts, str], Made] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        speaking = tongue(page.language)
        watched: list[_Kept] = []
        for component in page.components:
            found = self._component(component, page.made_at.date(), speaking)
            yield from found.files
            if component.condition is not Condition.UNWATCHED:
                watched.append(found)
        self._kept.only([component.id for component in page.components])
        worst = _worst(page, watched, speaking)
        yield from self._whole.get(
            "", (worst, speaking.code), lambda source: _made("badges", source[0], speaking)
        )

    def _component(self, given: Component, today: date, speaking: Tongue) -> _Kept:
        told_of = covered(given, today)
        told = (given.name, given.condition, given.uptime, given.speed, given.resolution, told_of)

        def make(_: object) -> _Kept:
            found = _facts(given, told_of)
            share = found.uptime.share if found.uptime else None
            return _Kept(found, share, _made(f"badges/{anchor(given.id)}", found, speaking))

        return self._kept.get(given.id, (told, speaking.code), make)


def _facts(component: Component, told_of: Covered) -> Facts:
    speed = dict(component.speed).get(SPEED_OVER)
    return Facts(
        component.name,
        Verdict(component.condition, whole=True),
        dict(component.uptime).get(OVER) if told_of.enough else None,
        component.resolution,
        speed.p50 if speed else None,
        told_of.since,
    )


def _worst(page: Page, watched: Sequence[_Kept], speaking: Tongue) -> Facts:
    known = [(found.share, found.facts) for found in watched if found.share is not None]
    least = min(known, key=itemgetter(0), default=(None, None))[1]
    medians = [found.facts.median for found in watched if found.facts.median is not None]
    return Facts(
        speaking.say("Status"),
        verdict(page),
        least.uptime if least else None,
        least.resolution if least else timedelta(),
        max(medians, default=None),
        least.since if least else None,
    )


def _made(folder: str, found: Facts, speaking: Tongue) -> Made:
    signs = {
        "status": _status(found, speaking),
        "uptime": _uptime(found, speaking),
        "response": _response(found, speaking),
    }
    return tuple(file for kind, sign in signs.items() for file in _files(f"{folder}/{kind}", sign))


def _files(path: str, sign: Sign) -> Made:
    colour = COLOURS[sign.condition]
    shield = {
        "schemaVersion": 1,
        "label": sign.label,
        "message": sign.message,
        "color": colour,
        "labelColor": "#444b52",
        "isError": sign.condition in _DOUBTFUL,
        "cacheSeconds": 300,
    }
    return (
        (f"{path}.svg", badge(sign.label, sign.message, colour).encode()),
        (f"{path}.json", f"{dumped(shield)}\n".encode()),
    )


def _status(found: Facts, speaking: Tongue) -> Sign:
    whole, partly = _words(speaking)
    said = whole if found.verdict.whole else partly
    condition = found.verdict.condition
    return Sign(line(found.name, _LONGEST), said[condition], condition)


@lru_cache(maxsize=_TONGUES)
def _words(speaking: Tongue) -> tuple[dict[Condition, str], dict[Condition, str]]:
    whole = {
        Condition.UP: speaking.say("Works"),
        Condition.DEGRADED: speaking.say("Slow"),
        Condition.DOWN: speaking.say("Down"),
        Condition.MAINTENANCE: speaking.say("Under maintenance"),
        Condition.UNKNOWN: speaking.say("Unknown"),
        Condition.UNWATCHED: speaking.say("Not watched"),
    }
    partly = whole | {
        Condition.DEGRADED: speaking.say("Partly slow"),
        Condition.DOWN: speaking.say("Partly down"),
        Condition.MAINTENANCE: speaking.say("Partly under maintenance"),
        Condition.UNKNOWN: speaking.say("Partly unknown"),
    }
    return whole, partly


def _uptime(found: Facts, speaking: Tongue) -> Sign:
    label = speaking.say("Uptime, 90 days")
    if found.since:
        label = speaking.say("Uptime since {day}", day=speaking.short_day(found.since))
    share = found.uptime.share if found.uptime else None
    if found.uptime is None or share is None:
        return Sign(label, speaking.say("Not known"), Condition.UNKNOWN)
    down = 1 - share
    fair = Condition.DEGRADED if down <= _FAIR else Condition.DOWN
    condition = Condition.UP if down <= _GOOD else fair
    return Sign(label, share_words(speaking, found.uptime, found.resolution), condition)


def _response(found: Facts, speaking: Tongue) -> Sign:
    label = speaking.say("Response time")
    if found.median is None:
        return Sign(label, speaking.say("Not known"), Condition.UNKNOWN)
    return Sign(label, speaking.span(found.median), Condition.MAINTENANCE)
