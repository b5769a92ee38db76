"""Announced work: what the public page says of it, and what it takes out of the numbers.

What was configured counts as it is configured now, also in the past; what a person announced counts
from then on, for nobody can announce what is over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import status_page
from monitor import uptime
from monitor.clock import from_us, to_us
from monitor.config.model import Component, Probe
from monitor.store.acts import Span
from monitor.uptime import Spans
from monitor.windows import Ahead, Window, joined

AHEAD: Final = timedelta(days=30)
"""Work further away than this is not announced yet."""
BEHIND: Final = timedelta(days=90)
"""Work that has been over for longer is not listed any more."""
MOST_PAST: Final = 20
MOST_COMING: Final = 5
"""Of one that repeats."""
MOST: Final = 200
_MOST_SPANS: Final = 10_000

_Instants = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work, once or again and again, in the order of time."""

    id: str
    title: str
    concerns: Callable[[str, frozenset[str]], bool] = field(compare=False)
    spans: tuple[_Instants, ...]
    repeats: bool = False
    words: str = ""
    announced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The announced work on one probe, or on all of a component."""

    spans: Spans = ()
    days: dict[int, int] = field(default_factory=dict)
    """How long it is on each day."""

    def holds(self, at_us: int) -> tuple[int, int] | None:
        """The span under way."""
        index = bisect_right(self.spans, at_us, key=lambda span: span[1])
        if index < len(self.spans) and self.spans[index][0] <= at_us:
            return self.spans[index]
        return None

    def between(self, since_us: int, until_us: int) -> Spans:
        """What of it lies between; quick also where there are thousands."""
        first = bisect_right(self.spans, since_us, key=lambda span: span[1])
        last = bisect_left(self.spans, until_us, key=lambda span: span[0])
        return uptime.within(self.spans[first:last], since_us, until_us)


NOTHING: Final = Plan()


def configured(windows: Iterable[Window], since: datetime, until: datetime) -> list[Work]:
    """As far as they lie between."""
    return [
        Work(
            id=f"work-{window.id}",
            title=window.title,
            concerns=window.concerns,
            spans=tuple(_between(window.spans, since, until)),
            repeats=isinstance(window.spans, Ahead),
        )
        for window in windows
    ]


def _between(spans: object, since: datetime, until: datetime) -> Iterable[_Instants]:
    if isinstance(spans, Ahead):
        try:  # not by asking it, for then it would forget what lies ahead
            return list(islice(joined(spans.expand(since, until)), _MOST_SPANS))
        except Exception:  # noqa: BLE001 - it was good when it was loaded; the page matters more
            return ()
    assert callable(spans)  # noqa: S101 - as its class says
    return _one_after_the_other(spans, since, until)


def _one_after_the_other(
    spans: Callable[[datetime], _Instants | None], since: datetime, until: datetime
) -> Iterator[_Instants]:
    at = since
    for _ in range(_MOST_SPANS):
        span = spans(at)
        if span is None or span[0] >= until or span[1] <= at:
            return
        yield span
        at = span[1]


def written(spans: Iterable[Span]) -> list[Work]:
    return [
        Work(
            id=f"work-{span.id}",
            title=span.words,
            concerns=span.concerns,
            spans=((span.starts_at, span.ends_at),),
            words=span.description,
            announced_at=span.created_at,
        )
        for span in spans
    ]


class Works:
    """All of it. Probes that the same works concern have the very same plan."""

    def __init__(self, works: Sequence[Work] = ()) -> None:
        self._works = works
        self._plans: dict[tuple[int, ...], Plan] = {}

    def plan(self, probes: Iterable[Probe]) -> Plan:
        """Of all that concerns any of them."""
        concerned = [(probe.id, probe.tags) for probe in probes]
        found = tuple(
            number
            for number, work in enumerate(self._works)
            if any(work.concerns(*each) for each in concerned)
        )
        if not found:
            return NOTHING
        if found not in self._plans:
            spans = [span for number in found for span in self._works[number].spans]
            exact = uptime.union((to_us(start), to_us(end)) for start, end in spans)
            since = exact[0][0] if exact else 0
            self._plans[found] = Plan(exact, uptime.by_day(exact, since))
        return self._plans[found]

    def told(
        self, components: Sequence[tuple[Component, Sequence[Probe]]], at: datetime
    ) -> tuple[status_page.Maintenance, ...]:
        """What concerns any of *components*, in the order it starts."""
        found = []
        for work in self._works:
            concerned = tuple(
                component.id
                for component, probes in components
                if any(work.concerns(probe.id, probe.tags) for probe in probes)
            )
            if concerned:
                found += [_told(work, span, concerned) for span in _near(work, at)]
        return tuple(sorted(found, key=lambda each: (each.starts_at, each.id))[-MOST:])


def _near(work: Work, at: datetime) -> Sequence[_Instants]:
    over = [span for span in work.spans if at - BEHIND <= span[1] <= at]
    coming = [span for span in work.spans if at < span[1] and span[0] <= at + AHEAD]
    return (*over[-MOST_PAST:], *coming[:MOST_COMING])


def _told(work: Work, span: _Instants, concerned: tuple[str, ...]) -> status_page.Maintenance:
    return status_page.Maintenance(
        id=f"{work.id}-{span[0]:%Y%m%dT%H%MZ}" if work.repeats else work.id,
        title=work.title,
        components=concerned,
        starts_at=span[0],
        ends_at=span[1],
        words=work.words,
        announced_at=work.announced_at,
    )


def held(plan: Plan, at: datetime) -> datetime | None:
    """Since when the span that is under way lasts; None while there is none."""
    span = plan.holds(to_us(at))
    return None if span is None else from_us(span[0])


def after(plan: Plan, moment: datetime) -> datetime:
    """*moment*, or the end of the announced work that it lies in: what began in it counts from
    there.
    """
    span = plan.holds(to_us(moment))
    return moment if span is None else from_us(span[1])
