"""From the data of a Page to the words of a Sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC
from typing import Final

from markupsafe import Markup

from status_page.component import Condition
from status_page.index import past
from status_page.index.headline import headline
from status_page.index.row import Source
from status_page.index.said import Speaker
from status_page.index.view import Group, Sheet
from status_page.page import Page
from status_page.text import tidy
from status_page.tongue import Tongue

DENSE: Final = 30
"""With more components than this, each has one line, and long groups can be folded."""
LONG: Final = 12
Rows = Callable[[Source], str]
"""A component as a piece of HTML."""
_WORST: Final = (
    Condition.DOWN,
    Condition.DEGRADED,
    Condition.MAINTENANCE,
    Condition.UNKNOWN,
    Condition.UNWATCHED,
    Condition.UP,
)


def sheet(page: Page, tongue: Tongue, rows: Rows) -> Sheet:
    """Everything that the template says, decided."""
    top = headline(page, tongue)
    today = page.made_at.astimezone(UTC).date()
    speaker = Speaker(page, tongue)
    still_open = [incident for incident in page.incidents if incident.resolved_at is None]
    return Sheet(
        today=today.isoformat(),
        headline=top,
        open=tuple(speaker.still_open(incident, top.words) for incident in still_open),
        work=speaker.work(),
        dense=len(page.components) > DENSE,
        groups=_groups(page, tongue, rows),
        past=past.past(page, tongue),
        past_note=past.note(page, tongue, today),
    )


def _groups(page: Page, tongue: Tongue, rows: Rows) -> tuple[Group, ...]:
    today = page.made_at.astimezone(UTC).date()
    told = {tidy(found.sentence) for found in page.incidents if found.resolved_at is None}
    found: dict[str, list[Source]] = {}
    for component in page.components:
        source = Source(component, today, tidy(component.says) in told)
        found.setdefault(tidy(component.group), []).append(source)
    foldable = len(page.components) > DENSE
    return tuple(
        _group(at, heading, sources, tongue, Markup("".join(map(rows, sources))), foldable)  # noqa: S704 - rows are escaped
        for at, (heading, sources) in enumerate(found.items(), 1)
    )


def _group(
    at: int, heading: str, sources: list[Source], tongue: Tongue, rows: Markup, foldable: bool
) -> Group:
    counted = Counter(source.component.condition for source in sources)
    return Group(
        anchor=f"group-{at}",
        heading=heading,
        fold=foldable and bool(heading) and len(sources) > LONG,
        open=counted[Condition.UP] < len(sources),
        sign=next(condition for condition in _WORST if counted[condition]),
        summary=_summary(counted, tongue),
        rows=rows,
    )


def _summary(counted: Counter[Condition], tongue: Tongue) -> str:
    total, up = counted.total(), counted[Condition.UP]
    if up == total:
        return tongue.count("{number} works", "All {number} work", total)
    return tongue.count("{number} of {total} works", "{number} of {total} work", up, total=total)
