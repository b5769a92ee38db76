"""From the data of a Page to the words of a Sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from typing import Final, Protocol

from markupsafe import Markup

from status_page.component import Condition
from status_page.index import past
from status_page.index.happened import happened
from status_page.index.headline import headline
from status_page.index.row import Source
from status_page.index.said import Speaker
from status_page.index.view import Group, Sheet
from status_page.inside.altered import altered
from status_page.inside.deployed import deployed
from status_page.inside.done import done
from status_page.inside.promised import promised
from status_page.inside.watched import watched
from status_page.page import Page
from status_page.pages.pieces import safe
from status_page.text import tidy
from status_page.tongue import Tongue

DENSE: Final = 30
"""With more components than this, each has one line, and long groups can be folded."""
LONG: Final = 12


class Pieces(Protocol):
    """What is made of each component, and kept."""

    def row(self, source: Source, tongue: Tongue) -> str:
        """HTML."""
        ...

    def watched(self, source: Source) -> past.Watched: ...


_WORST: Final = (
    Condition.DOWN,
    Condition.DEGRADED,
    Condition.MAINTENANCE,
    Condition.UNKNOWN,
    Condition.UNWATCHED,
    Condition.UP,
)


def sheet(page: Page, tongue: Tongue, pieces: Pieces) -> Sheet:
    """Everything that the template says, decided."""
    top = headline(page, tongue)
    today = page.made_at.astimezone(UTC).date()
    speaker = Speaker(page, tongue)
    still_open = [incident for incident in page.incidents if incident.resolved_at is None]
    told = {tidy(incident.sentence) for incident in still_open}
    known = happened(page)
    sources = [
        Source(found, today, tidy(found.says) in told, known.get(found.id, ()))
        for found in page.components
    ]
    return Sheet(
        today=today.isoformat(),
        headline=top,
        open=tuple(speaker.still_open(incident, top.words) for incident in still_open),
        work=speaker.work(),
        dense=len(page.components) > DENSE,
        groups=tuple(_groups(sources, tongue, pieces)),
        past=past.past(page, tongue),
        past_note=past.note(page, tongue, map(pieces.watched, sources)),
        inside=_inside(page, tongue, today) if page.internal else Markup(),
    )


def _inside(page: Page, tongue: Tongue, today: date) -> Markup:
    names = {found.id: found.name for found in page.components}
    titles = {each.id: each.sentence for each in page.incidents} if page.deeds else {}
    objectives = [each for found in page.components for each in found.objectives]
    return safe(
        promised(objectives, names, tongue, today)
        + deployed(page, tongue, today)
        + altered(page.altered, {each.id for each in page.incidents}, tongue, today)
        + done(page.deeds, titles, tongue, today)
        + watched(page.coverage, names, tongue)
    )


def _groups(sources: Sequence[Source], tongue: Tongue, pieces: Pieces) -> Iterable[Group]:
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(tidy(source.component.group), []).append(source)
    many = len(sources) > DENSE
    for at, (heading, inside) in enumerate(found.items(), 1):
        rows = "".join(pieces.row(source, tongue) for source in inside)
        yield _group(
            f"group-{at}",
            heading,
            Counter(source.component.condition for source in inside),
            tongue,
            Markup(rows),  # noqa: S704 - escaped by what made them
            fold=many and bool(heading) and len(inside) > LONG,
        )


def _group(
    place: str,
    heading: str,
    counted: Counter[Condition],
    tongue: Tongue,
    rows: Markup,
    *,
    fold: bool,
) -> Group:
    return Group(
        anchor=place,
        heading=heading,
        fold=fold,
        open=counted[Condition.UP] < counted.total(),
        sign=next(condition for condition in _WORST if counted[condition]),
        summary=_summary(counted, tongue),
        rows=rows,
    )


def _summary(counted: Counter[Condition], tongue: Tongue) -> str:
    total, up = counted.total(), counted[Condition.UP]
    if up == total:
        return tongue.count("{number} works", "All {number} work", total)
    return tongue.count("{number} of {total} works", "{number} of {total} work", up, total=total)
