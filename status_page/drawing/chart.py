"""A plot with its words: a picture for those who see it, a table for those who do not.

The plot stretches with the page while its words keep their size, so it is a picture of its own
within the one that holds the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from status_page.changes import Deploy
from status_page.drawing import marks
from status_page.drawing.escaped import escape
from status_page.drawing.marks import Mark
from status_page.drawing.plot import HEIGHT, Plot, Stretch
from status_page.tongue import Tongue

_ABOVE: Final = 10
_BELOW: Final = 24
_BESIDE: Final = 12
_PER_LETTER: Final = 7
_NEAR_AN_EDGE: Final = 3.5
"""Per cent of the width within which words would stick out."""
_MONTHS_FROM: Final = timedelta(days=61)


@dataclass(frozen=True, slots=True)
class _Box:
    """How high it all is, in pixels."""

    above: int
    height: int
    """Of the plot alone."""

    @property
    def whole(self) -> int:
        return self.above + self.height + _BELOW


def chart(
    given: Plot,
    tongue: Tongue,
    key: str,
    title: str,
    height: int = 150,
    deploys: Sequence[Deploy] = (),
) -> str:
    """HTML of a picture and its table. *key* is unique on its page; *title* is no HTML yet."""
    found = marks.marks(deploys, given)
    box = _Box(_ABOVE + (marks.ROOM if found else 0), height)
    told = [_told(stretch, tongue) for stretch in given.stretches]
    when = [_when(stretch, tongue) for stretch in given.stretches]
    table = _table(given, tongue, title, when, found) if given.stretches else ""
    return (
        f'<div class="plot">{_levels(given, tongue, box)}'
        f'<svg role="img" aria-labelledby="{key}-title" aria-describedby="{key}-desc"'
        f' width="100%" height="{box.whole}">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(_summary(given, tongue, found))}</desc>'
        f"{_drawing(given, tongue, box)}{_ticks(given, tongue, box)}"
        f"{_hints(given, tongue, box, when, told)}"
        f"{marks.drawn(found, tongue, box.above, height)}</svg></div>{table}"
    )


@lru_cache(maxsize=20_000)
def took(tongue: Tongue, span: timedelta) -> str:
    """`412 ms`. Measured times are rounded to a few hundred values, and told again and again."""
    return tongue.span(span)


def _drawing(given: Plot, tongue: Tongue, box: _Box) -> str:
    paths = given.paths
    if tongue.direction == "rtl":
        paths = f'<g transform="matrix(-1 0 0 1 {given.width} 0)">{paths}</g>'
    return (
        f'<svg y="{box.above}" width="100%" height="{box.height}"'
        f' viewBox="0 0 {given.width} {HEIGHT}" preserveAspectRatio="none">{paths}</svg>'
    )


def _levels(given: Plot, tongue: Tongue, box: _Box) -> str:
    """Words beside the plot, each as high as its line."""
    start = "100%" if tongue.direction == "rtl" else "0"
    highest, said = given.levels[-1], [took(tongue, level) for level in given.levels]
    foot = box.above + box.height + 4
    words = "".join(
        f'<text x="{start}" y="{foot - round(box.height * (level / highest))}">'
        f"{escape(word)}</text>"
        for level, word in zip(given.levels, said, strict=True)
    )
    width = _PER_LETTER * max(map(len, said)) + _BESIDE
    return (
        f'<svg class="levels" aria-hidden="true" width="{width}" height="{box.whole}">{words}</svg>'
    )


def _ticks(given: Plot, tongue: Tongue, box: _Box) -> str:
    foot = box.whole - 6
    span = given.ends_at - given.began_at
    shown = [
        (at, place) for at, place in given.ticks if _NEAR_AN_EDGE <= place <= 100 - _NEAR_AN_EDGE
    ]
    words = "".join(
        f'<text class="{"tick" if number % 2 else "tick odd"}" x="{_across(place, tongue)}%"'
        f' y="{foot}">{escape(_tick(at, span, tongue))}</text>'
        for number, (at, place) in enumerate(sorted(shown, reverse=True), 1)
    )
    return f'<g aria-hidden="true">{words}</g>'


def _tick(at: datetime, span: timedelta, tongue: Tongue) -> str:
    if span >= _MONTHS_FROM:
        return tongue.month(at.date())
    return f"{at:%H:%M}" if at.hour or span <= timedelta(days=2) else tongue.short_day(at.date())


def _across(place: float, tongue: Tongue, width: float = 0) -> float:
    return round(100 - place - width, 2) if tongue.direction == "rtl" else place


def _hints(given: Plot, tongue: Tongue, box: _Box, when: list[str], told: list[str]) -> str:
    """What a pointer is told over each day."""
    return "".join(
        f'<rect class="hint" x="{_across(stretch.place, tongue, stretch.width)}%"'
        f' y="{box.above}" width="{stretch.width}%" height="{box.height}">'
        f"<title>{escape(at)}: {escape(said)}</title></rect>"
        for stretch, at, said in zip(given.stretches, when, told, strict=True)
    )


def _when(stretch: Stretch, tongue: Tongue) -> str:
    day = tongue.short_day(stretch.at.date())
    return day if stretch.whole_day else f"{day}, {tongue.clock(stretch.at)}"


def _told(stretch: Stretch, tongue: Tongue) -> str:
    if stretch.most is None or stretch.p95 is None:
        return tongue.say("no run that counts")
    return tongue.say(
        "half of the runs within {median}, 95 % within {slow}",
        median=_median(stretch, tongue),
        slow=took(tongue, stretch.p95),
    )


def _median(stretch: Stretch, tongue: Tongue) -> str:
    least = took(tongue, stretch.least or timedelta())
    most = took(tongue, stretch.most or timedelta())
    return most if least == most else tongue.say("{start} to {end}", start=least, end=most)


def _summary(given: Plot, tongue: Tongue, found: Sequence[Mark]) -> str:
    first, last = given.began_at.date(), (given.ends_at - timedelta(microseconds=1)).date()
    said = tongue.say(
        "From {first} to {last}: {what}.",
        first=tongue.short_day(first),
        last=tongue.short_day(last),
        what=_told(given.whole, tongue),
    )
    gaps = ""
    if given.missing:
        span = tongue.duration(given.missing)
        gaps = tongue.say("No run that counts in {span} of it.", span=span)
    return " ".join(filter(None, (said, gaps, marks.counted(found, tongue))))


def _table(given: Plot, tongue: Tongue, title: str, when: list[str], found: Sequence[Mark]) -> str:
    heads = [tongue.say("Day"), tongue.say("Half of the runs within"), tongue.say("95 % within")]
    heads += [tongue.say("Deploys")] if found else []
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    none, fold = escape(tongue.say("no run that counts")), escape(tongue.say("As a table"))
    ends = [*(stretch.at for stretch in given.stretches[1:]), given.ends_at]
    rows = "".join(
        f'<tr><th scope="row">{escape(at)}</th>{_cells(stretch, tongue, none)}'
        f"{_deploys(found, stretch.at, end, tongue)}</tr>"
        for stretch, at, end in zip(given.stretches, when, ends, strict=True)
    )
    return (
        f"<details><summary><span>{fold}</span></summary>"
        f'<div class="scrolled" tabindex="0" role="group" aria-label="{escape(title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _cells(stretch: Stretch, tongue: Tongue, none: str) -> str:
    if stretch.p95 is None:
        return f'<td colspan="2">{none}</td>'
    return (
        f"<td>{escape(_median(stretch, tongue))}</td><td>{escape(took(tongue, stretch.p95))}</td>"
    )


def _deploys(found: Sequence[Mark], began_at: datetime, ends_at: datetime, tongue: Tongue) -> str:
    if not found:
        return ""
    deploys = marks.between(found, began_at, ends_at)
    said = marks.listed(deploys, tongue) if deploys else "–"
    return f'<td dir="auto">{escape(said)}</td>'
