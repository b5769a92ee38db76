"""What was promised and how much of it is left: a calm bar each, red only once all is spent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from status_page.changes import Objective
from status_page.drawing.escaped import escape
from status_page.inside.pieces import section, word
from status_page.pages.pieces import timed
from status_page.text import anchor
from status_page.tongue import Tongue

_MOST: Final = 200
_WHOLE: Final = 1000
"""The bar's own units."""
_SECOND: Final = timedelta(seconds=1)
_SWATCH: Final = '<span class="swatch" aria-hidden="true"></span>'


def promised(
    objectives: Sequence[Objective], names: Mapping[str, str], tongue: Tongue, today: date
) -> str:
    """*names* are those of components. Without names it is the page of the component itself."""
    rows = "".join(_row(each, names, tongue, today) for each in objectives[:_MOST])
    listed = f'<ul class="promises" role="list">{rows}</ul>' if rows else ""
    return section("promised", tongue.say("What was promised"), listed)


def _row(given: Objective, names: Mapping[str, str], tongue: Tongue, today: date) -> str:
    state = "spent" if given.left <= timedelta() else "kept"
    head = _head(given, names, tongue) + _burns(given, tongue, today)
    return (
        f'<li class="promise is-{state}"><div>{head}</div>'
        f'<p class="left"><strong>{escape(_left(given, tongue))}</strong> '
        f'<span class="quiet">{escape(_budget(given, tongue))}</span></p>'
        f'{_bar(given, tongue)}<p class="quiet">{_SWATCH if _cost(given) else ""}'
        f"{escape(_detection(given, tongue))}</p></li>"
    )


def _head(given: Objective, names: Mapping[str, str], tongue: Tongue) -> str:
    name, promise = names.get(given.component), word(given.promise)
    window = escape(_window(given, tongue))
    if name is None:
        return f'<h3>{promise}</h3><p class="quiet">{window}</p>'
    path = f"components/{anchor(given.component)}/index.html"
    return (
        f'<h3 dir="auto"><a href="{path}">{word(name)}</a></h3>'
        f'<p class="quiet">{promise} · {window}</p>'
    )


def _burns(given: Objective, tongue: Tongue, today: date) -> str:
    at = given.burns_since
    if at is None:
        return ""
    said = tongue.timed("Burning too fast since {time}", at, tongue.moment(at, today))
    return f'<p class="burns"><strong>{timed(said)}</strong></p>'


def _window(given: Objective, tongue: Tongue) -> str:
    if given.since and given.until:
        return tongue.short_days(given.since, given.until)
    days = round((given.rolling or timedelta()) / timedelta(days=1))
    return tongue.count("the last {number} day", "the last {number} days", days)


def _left(given: Objective, tongue: Tongue) -> str:
    if given.left < -_SECOND:
        return tongue.say("{span} more than allowed", span=tongue.brief(-given.left))
    if given.left <= timedelta():
        return tongue.say("Nothing left")
    return tongue.say("{span} left", span=tongue.brief(given.left))


def _budget(given: Objective, tongue: Tongue) -> str:
    said = tongue.say("of a budget of {span}", span=tongue.brief(given.allowed))
    if given.unknown < timedelta(minutes=1):
        return said
    unknown = tongue.say("{span} unknown", span=tongue.brief(given.unknown))
    return f"{said} · {unknown}"


def _detection(given: Objective, tongue: Tongue) -> str:
    if given.detection is None:
        return tongue.say("Nobody is told when it breaks.")
    share = given.detection_share or 0.0
    return tongue.say(
        "The worst detection takes {span}, {share} of the budget.",
        span=tongue.brief(_rounded_up(given.detection)),
        share=tongue.percent(share, 0 if share >= 0.1 or not share else 1),
    )


def _rounded_up(span: timedelta) -> timedelta:
    return math.ceil(span / _SECOND) * _SECOND


def _bar(given: Objective, tongue: Tongue) -> str:
    """What is left, from the start; the end of it that one worst detection would take is hatched.
    The words beside it say the same.
    """
    left, cost = _left_of_it(given), _cost(given)
    turned = ' transform="matrix(-1 0 0 1 1000 0)"' if tongue.direction == "rtl" else ""
    parts = (
        f'<rect class="rest" width="{left - cost}" height="8"/>' if left > cost else "",
        f'<rect class="cost" x="{left - cost}" width="{cost}" height="8"/>' if cost else "",
    )
    return (
        f'<svg class="budget" viewBox="0 0 {_WHOLE} 8" preserveAspectRatio="none"'
        f' aria-hidden="true"><g{turned}><rect class="all" width="{_WHOLE}" height="8"/>'
        f"{''.join(parts)}</g></svg>"
    )


def _left_of_it(given: Objective) -> int:
    return round(max(0.0, 1 - given.spent_share) * _WHOLE)


def _cost(given: Objective) -> int:
    """As much of what is left as one worst detection takes."""
    return min(round((given.detection_share or 0.0) * _WHOLE), _left_of_it(given))
