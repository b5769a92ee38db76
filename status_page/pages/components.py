"""A page for each component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from status_page.component import Component, Condition
from status_page.drawing.calendar import Sheet, sheets
from status_page.drawing.escaped import escape
from status_page.drawing.plot import Plot, plot
from status_page.frame import languages
from status_page.inside.promised import promised
from status_page.kept import Kept
from status_page.page import Page
from status_page.pages.around import announced, open_now, past
from status_page.pages.days import Days, read
from status_page.pages.kin import NONE, Kin, by_component, path_of, root_of, works_of
from status_page.pages.measured import months, shares_of, windows, year
from status_page.pages.mold import Mold, around, mold
from status_page.pages.pieces import timed
from status_page.pages.speeds import speeds
from status_page.pages.ways import follow, notes
from status_page.templates import sign
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Timed, Tongue
from status_page.verdicts import verdict

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class _Source:
    """All that a page of a component depends on but for its language."""

    component: Component
    kin: Kin
    today: date
    mold: Mold
    url: str


@dataclass(slots=True)
class _Drawn:
    """What is the same in every language; the calendars but for the day that weeks begin with."""

    days: Days
    plots: tuple[Plot | None, ...]
    calendars: dict[tuple[int, bool], tuple[Sheet, ...]]


class Components:
    """Each page is made again when something on it changed, and only then."""

    def __init__(self) -> None:
        self._pages: Kept[_Source, bytes] = Kept()
        self._drawn: Kept[Component, _Drawn] = Kept()
        self._molds: Kept[tuple[object, ...], Mold] = Kept()
        self._kin: Kept[tuple[object, ...], dict[str, Kin]] = Kept()
        self._shown: tuple[str, ...] = ()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        self._forget(page)
        today, kin = page.made_at.date(), self._related(page)
        molds = self._all_molds(page, tongue)
        making = partial(self._made, tongue, root_of(page, tongue))
        for component in page.components:
            near = kin.get(component.id, NONE)
            source = _Source(component, near, today, molds[component.condition], page.url)
            yield path_of(component), self._pages.get((component.id, tongue.code), source, making)

    def _forget(self, page: Page) -> None:
        """What is not shown any more."""
        shown = tuple(component.id for component in page.components)
        if shown != self._shown:
            self._shown = shown
            self._drawn.only(shown)
            self._pages.only({(id_, code) for id_ in shown for code in languages(page)})

    def _related(self, page: Page) -> dict[str, Kin]:
        return self._kin.get("", (page.incidents, works_of(page)), lambda _: by_component(page))

    def _all_molds(self, page: Page, tongue: Tongue) -> dict[Condition, Mold]:
        frame = around(page)
        return {
            tone: self._molds.get((tongue.code, tone), frame, partial(_mold, page, tongue, tone))
            for tone in {component.condition for component in page.components}
        }

    def _made(self, tongue: Tongue, root: str, source: _Source) -> bytes:
        component = source.component
        drawn = self._drawn.get(component.id, component, _draw)
        answer = verdict(tongue, component.condition, component.since, source.today)
        told = tidy(f"{component.name}: {answer}")
        main = "".join(_main(source, drawn, answer, tongue, root))
        return source.mold.filled(anchor(component.id), component.name, told, main)


def _mold(page: Page, tongue: Tongue, tone: Condition, _: object) -> Mold:
    return mold(page, tongue, tone)


def _draw(component: Component) -> _Drawn:
    return _Drawn(read(component), tuple(plot(series) for series in component.chart), {})


def _main(
    source: _Source, drawn: _Drawn, answer: Timed, tongue: Tongue, root: str
) -> Iterator[str]:
    component, kin, today = source.component, source.kin, source.today
    yield _answer(component, answer)
    yield open_now(kin, tongue, today)
    yield notes(component, tongue, today)
    if component.condition is Condition.UNWATCHED:
        yield _unwatched(tongue)
    else:
        shares, seen = shares_of(component, tongue), component.first_seen
        yield promised(component.objectives, {}, tongue, today)
        yield windows(component, tongue, sum(each.backfilled for each in kin.incidents))
        yield year(drawn.days, _calendar(drawn, tongue), shares, seen, tongue) if seen else ""
        yield months(component, shares, tongue)
        yield speeds(component, drawn.plots, tongue)
    yield announced(kin, tongue, today)
    yield past(kin, tongue, today)
    yield follow(component, tongue, root, source.url)


def _calendar(drawn: _Drawn, tongue: Tongue) -> tuple[Sheet, ...]:
    layout, days = (tongue.locale.first_week_day, tongue.direction == "rtl"), drawn.days
    if layout not in drawn.calendars and days.first:
        drawn.calendars[layout] = sheets(days.first, days.marks, *layout)
    return drawn.calendars.get(layout, ())


def _answer(component: Component, answer: Timed) -> str:
    down = component.condition is Condition.DOWN
    says = shorten(tidy(component.says), _LONGEST) if down else ""
    described = shorten(tidy(component.description), _LONGEST)
    what = f'<p class="about" dir="auto">{escape(described)}</p>' if described else ""
    trouble = f'<p dir="auto">{escape(says)}</p>' if says else ""
    group = shorten(tidy(component.group), 80)
    over = f'<p class="over" dir="auto">{escape(group)}</p>' if group else ""
    name = escape(shorten(tidy(component.name), _LONGEST))
    return (
        f'<section class="answer" aria-labelledby="page-headline">{sign(component.condition)}<div>'
        f'{over}<h1 id="page-headline"><bdi>{name}</bdi></h1>{what}'
        f'<p class="lead">{timed(answer)}</p>{trouble}</div></section>'
    )


def _unwatched(tongue: Tongue) -> str:
    said = tongue.say(
        "Nothing watches this, so there are no numbers: we cannot tell whether it works."
    )
    return f'<p class="note part">{escape(said)}</p>'
