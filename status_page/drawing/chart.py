"""A plot with its words: a picture for those who see it, a table for those who do not.

The plot stretches with the page while its words keep their size, so it is a picture of its own
within the one that holds the words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from status_page.drawing.escaped import escape
from status_page.drawing.plot import HEIGHT, Plot, Stretch
from status_page.tongue import Tongue

_ABOVE: Final = 10
_BELOW: Final = 24
_BESIDE: Final = 12
_PER_LETTER: Final = 7
_NEAR_AN_EDGE: Final = 3.5
"""Per cent of the width within which words would stick out."""
_MONTHS_FROM: Final = timedelta(days=61)


def chart(given: Plot, tongue: Tongue, key: str, title: str, height: int = 150) -> str:
    """HTML of a picture and its table. *key* is unique on its page; *title* is no HTML yet."""
    told = [_told(stretch, tongue) for stretch in given.stretches]
    when = [_when(stretch, tongue) for stretch in given.stretches]
    table = _table(given, tongue, title, when) if given.stretches else ""
    size = f'height="{_ABOVE + height + _BELOW}"'
    return (
        f'<div class="plot">{_levels(given, tongue, height, size)}'
        f'<svg role="img" aria-labelledby="{key}-title" aria-describedby="{key}-desc"'
        f' width="100%" {size}>'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(_summary(given, tongue))}</desc>'
        f"{_drawing(given, tongue, height)}{_ticks(given, tongue, height)}"
        f"{_hints(given, tongue, height, when, told)}</svg></div>{table}"
    )


@lru_cache(maxsize=20_000)
def took(tongue: Tongue, span: timedelta) -> str:
    """`412 ms`. Measured times are rounded to a few hundred values, and told again and again."""
    return tongue.span(span)


def _drawing(given: Plot, tongue: Tongue, height: int) -> str:
    paths = given.paths
    if tongue.direction == "rtl":
        paths = f'<g transform="matrix(-1 0 0 1 {given.width} 0)">{paths}</g>'
    return (
        f'<svg y="{_ABOVE}" width="100%" height="{height}" viewBox="0 0 {given.width} {HEIGHT}"'
        f' preserveAspectRatio="none">{paths}</svg>'
    )


def _levels(given: Plot, tongue: Tongue, height: int, size: str) -> str:
    """Words beside the plot, each as high as its line."""
    start = "100%" if tongue.direction == "rtl" else "0"
    highest, said = given.levels[-1], [took(tongue, level) for level in given.levels]
    words = "".join(
        f'<text x="{start}" y="{_ABOVE + height - round(height * (level / highest)) + 4}">'
        f"{escape(word)}</text>"
        for level, word in zip(given.levels, said, strict=True)
    )
    width = _PER_LETTER * max(map(len, said)) + _BESIDE
    return f'<svg class="levels" aria-hidden="true" width="{width}" {size}>{words}</svg>'


def _ticks(given: Plot, tongue: Tongue, height: int) -> str:
    foot = _ABOVE + height + _BELOW - 6
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


def _hints(given: Plot, tongue: Tongue, height: int, when: list[str], told: list[str]) -> str:
    """What a pointer is told over each day."""
    return "".join(
        f'<rect class="hint" x="{_across(stretch.place, tongue, stretch.width)}%" y="{_ABOVE}"'
        f' width="{stretch.width}%" height="{height}"><title>{escape(at)}: {escape(said)}</title>'
        "</rect>"
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


def _summary(given: Plot, tongue: Tongue) -> str:
    first, last = given.began_at.date(), (given.ends_at - timedelta(microseconds=1)).date()
    said = tongue.say(
        "From {first} to {last}: {what}.",
        first=tongue.short_day(first),
        last=tongue.short_day(last),
        what=_told(given.whole, tongue),
    )
    if not given.missing:
        return said
    gaps = tongue.say("No run that counts in {span} of it.", span=tongue.duration(given.missing))
    return f"{said} {gaps}"


def _table(given: Plot, tongue: Tongue, title: str, when: list[str]) -> str:
    heads = (tongue.say("Day"), tongue.say("Half of the runs within"), tongue.say("95 % within"))
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    none, fold = escape(tongue.say("no run that counts")), escape(tongue.say("As a table"))
    rows = "".join(
        f'<tr><th scope="row">{escape(at)}</th><td>{escape(_median(stretch, tongue))}</td>'
        f"<td>{escape(took(tongue, stretch.p95))}</td></tr>"
        if stretch.p95 is not None
        else f'<tr><th scope="row">{escape(at)}</th><td colspan="2">{none}</td></tr>'
        for stretch, at in zip(given.stretches, when, strict=True)
    )
    return (
        f"<details><summary><span>{fold}</span></summary>"
        f'<div class="scrolled" tabindex="0" role="group" aria-label="{escape(title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )
