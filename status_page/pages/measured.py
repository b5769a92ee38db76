"""What was measured of a component: uptime by window, day and month. HTML, joined from pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from status_page.component import Component, Month, Uptime
from status_page.drawing.calendar import HEIGHT, WIDTH, Sheet, place
from status_page.drawing.escaped import escape
from status_page.pages.days import MOST_STRETCHES, Days, Stretch, stretches, told
from status_page.pages.figures import LENGTHS, beside, window
from status_page.pages.pieces import fold, section, table
from status_page.shares import share_words
from status_page.tongue import Tongue

_TO_THE_HOUR: Final = timedelta(days=7)
"""Windows no longer than this end with an hour, longer ones hold whole days and the present one."""


def windows(component: Component, tongue: Tongue, unseen: int = 0) -> str:
    """Nothing where nothing is known yet. *unseen* incidents were written down by people alone.
    Windows that reach back before the first day with evidence are told as one, since that day.
    """
    cells, before = [], None
    for name, uptime in component.uptime:
        if uptime[1:] == before:
            continue  # nothing more was known in the longer span
        before, since = uptime[1:], _since(component, name, uptime)
        share = share_words(tongue, uptime, component.resolution)
        said = f"<strong>{escape(share)}</strong>" if share else ""
        told = "".join(beside(uptime, tongue))
        head = _since_words(since, component, tongue) if since else window(name, tongue)
        cells.append(f"<div><dt>{escape(head)}</dt><dd>{said}{told}</dd></div>")
        if since:
            break
    if not cells:
        return ""
    beside_it = f"{_unseen(unseen, tongue)}{_how(component, tongue)}"
    content = f'<dl class="windows">{"".join(cells)}</dl>{beside_it}'
    return section("uptime", tongue.say("Uptime"), content)


def _since(component: Component, name: str, uptime: Uptime) -> date | None:
    """The first day with evidence, where that is in the window."""
    seen, length = component.first_seen, LENGTHS.get(name)
    if seen is None or length is None or not component.days:
        return None
    if length <= _TO_THE_HOUR:
        return seen if uptime.whole < length else None
    begins = component.days[-1].day - length + timedelta(days=1)
    return seen if seen > begins else None


def _since_words(since: date, component: Component, tongue: Tongue) -> str:
    return tongue.say("Since {time}", time=tongue.plain_day(since, component.days[-1].day))


def shares_of(component: Component, tongue: Tongue) -> dict[date, str]:
    """Of its months."""
    return {
        month.first: share_words(tongue, month.uptime, component.resolution)
        for month in component.months
    }


def year(
    days: Days, drawn: Sequence[Sheet], shares: Mapping[date, str], seen: date, tongue: Tongue
) -> str:
    """Calendars, the newest first, with the days that stand out as a list below. Nothing before
    the first day with evidence.
    """
    outstanding = told(days, tongue)
    hints = _hints(outstanding, tongue)
    begun = seen.replace(day=1)
    figures = "".join(
        f"<figure><figcaption>{escape(tongue.month(sheet.first))}"
        f"<span>{escape(shares.get(sheet.first, ''))}</span></figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{sheet.paths}'
        f"{hints.get(sheet.first, '')}</svg></figure>"
        for sheet in reversed(drawn)
        if sheet.first >= begun
    )
    listed = _outstanding(list(stretches(outstanding)), tongue)
    content = f'<div class="sheets">{figures}</div>{_key(tongue)}{listed}'
    return section("days", tongue.say("Day by day"), content)


def _hints(outstanding: list[tuple[date, tuple[str, ...]]], tongue: Tongue) -> dict[date, str]:
    """What a pointer is told over the days that stand out, by month."""
    found: dict[date, str] = {}
    first_weekday, mirrored = tongue.locale.first_week_day, tongue.direction == "rtl"
    for day, said in outstanding:
        x, y = place(day, first_weekday, mirrored)
        title = escape(f"{tongue.short_day(day)}: {' · '.join(said)}")
        hint = f'<rect x="{x}" y="{y}" width="10" height="10"><title>{title}</title></rect>'
        month = day.replace(day=1)
        found[month] = found.get(month, "") + hint
    return found


@lru_cache(maxsize=64)
def _key(tongue: Tongue) -> str:
    said = (
        ("u", tongue.say("no downtime")),
        ("s", tongue.say("slow at times")),
        ("d3", tongue.say("down at times")),
        ("m", tongue.say("maintenance")),
        ("u p", tongue.say("watched in part")),
        ("g", tongue.say("not watched")),
    )
    items = "".join(
        f'<li><svg class="cell" viewBox="0 0 10 10" aria-hidden="true"><path class="{mark}"'
        f' d="M1 1h8v8h-8z"/></svg>{escape(word)}</li>'
        for mark, word in said
    )
    return f'<ul class="key" role="list">{items}</ul>'


def _outstanding(found: list[Stretch], tongue: Tongue) -> str:
    if not found:
        none = tongue.say("No day stands out.")
        return f'<p class="note">{escape(none)}</p>'
    items = "".join(
        f"<div><dt>{escape(tongue.short_days(each.first, each.last))}</dt>"
        f"<dd>{escape(' · '.join(each.facts))}</dd></div>"
        for each in found[:MOST_STRETCHES]
    )
    number = sum((each.last - each.first).days + 1 for each in found)
    title = tongue.count("{number} day stands out", "{number} days stand out", number)
    return fold(title, f'<dl class="outstanding">{items}</dl>')


def months(component: Component, shares: Mapping[date, str], tongue: Tongue) -> str:
    """A table, newest first, with a bar of how much of each month was down."""
    rows = [month for month in component.months if month.uptime.known or month.uptime.planned]
    if not rows:
        return ""
    heads = (
        tongue.say("Month"),
        tongue.say("Uptime"),
        tongue.say("Down"),
        tongue.say("Maintenance"),
        tongue.say("Unknown"),
    )
    body = "".join(_month(month, shares[month.first], tongue) for month in rows)
    title = tongue.say("By month")
    return section("months", title, table(title, heads, body))


def _month(month: Month, share: str, tongue: Tongue) -> str:
    uptime = month.uptime
    cells = (
        f"<td>{escape(share) or '–'}</td>",
        f"<td>{_span(uptime.down, tongue)}{_bar(uptime)}</td>",
        f"<td>{_span(uptime.planned, tongue)}</td><td>{_span(uptime.unknown, tongue)}</td>",
    )
    return f'<tr><th scope="row">{escape(tongue.month(month.first))}</th>{"".join(cells)}</tr>'


def _span(span: timedelta, tongue: Tongue) -> str:
    return escape(tongue.duration(span)) if span else "–"


def _bar(uptime: Uptime) -> str:
    """Of all that was known; what was short can still be seen."""
    if not uptime.down or not uptime.known:
        return ""
    width = min(100, max(2, round(100 * (uptime.down / uptime.known))))
    return (
        f'<svg class="lost" aria-hidden="true"><rect width="{width}%" height="100%" rx="2"/></svg>'
    )


def _unseen(number: int, tongue: Tongue) -> str:
    if not number:
        return ""
    said = tongue.count(
        "{number} incident that our probes did not see is not in these numbers.",
        "{number} incidents that our probes did not see are not in these numbers.",
        number,
    )
    return f'<p class="note">{escape(said)}</p>'


def _how(component: Component, tongue: Tongue) -> str:
    said = escape(tongue.say("How these numbers are computed"))
    how = f'<a href="../../about/index.html">{said}</a>'
    seen, days = component.first_seen, component.days
    if seen is None or not days or seen <= days[0].day:
        return f'<p class="note">{how}</p>'
    since = tongue.say("Watched since {day}.", day=tongue.plain_day(seen, days[-1].day))
    return f'<p class="note">{escape(since)} {how}</p>'
