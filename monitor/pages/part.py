"""One component of a page, made again only when something that it tells is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import status_page
from monitor import announced
from monitor.announced import Plan, Works
from monitor.clock import from_us
from monitor.config.model import Component, PageSettings, Probe
from monitor.health import Health, Standing, seen_at
from monitor.pages import speeds
from monitor.pages.history import History
from monitor.pages.numbers import Numbers
from monitor.pages.steps import Steps
from monitor.pages.verdict import verdict
from monitor.store.page_numbers import Stands
from monitor.store.views import ProbeView
from status_page import Condition
from status_page.changes import Deploy, Objective
from status_page.component import Month, Note, Series, Speed, Uptime

_NOT_WATCHED: Final = timedelta(minutes=1)


@dataclass(slots=True)
class _Told:
    """What of a component changes with the hour, or less often."""

    uptime: tuple[tuple[str, Uptime], ...] = ()
    months: tuple[Month, ...] = ()
    speed: tuple[tuple[str, Speed], ...] = ()
    chart: tuple[Series, ...] = ()


class Inside(NamedTuple):
    """What pages tell of a component that not everybody reads."""

    seen: Mapping[str, ProbeView]
    """By probe, for notes."""
    deploys: tuple[Deploy, ...] = ()
    objectives: tuple[Objective, ...] = ()


NOTHING_INSIDE: Final = Inside({})


class Part:
    """One component of the page."""

    def __init__(
        self,
        settings: PageSettings,
        history: History,
        component: Component,
        probes: Sequence[Probe],
    ) -> None:
        self._settings = settings
        self._history = history
        self._component = component
        self._probes = probes
        self._patience = [probe.patience for probe in probes]
        self._numbers: Numbers | None = None
        self._keys: tuple[int, ...] = ()
        self._told = _Told()
        self._made: status_page.Component | None = None
        self._changed = True
        self._plans: list[Plan] = []

    @property
    def steps_of(self) -> int | None:
        """The probe whose steps are told, if any are."""
        if not (self._component.speed and (self._component.steps or self._settings.internal)):
            return None
        return self._slowest()

    def read(self, works: Works, steps: Steps) -> None:
        history = self._history
        keys = tuple(history.keys[p.id] for p in self._probes if p.id in history.keys)
        self._plans = [works.plan([probe]) for probe in self._probes]
        known = zip(self._plans, self._probes, strict=True)
        plans = [plan for plan, probe in known if probe.id in history.keys]
        if self._numbers is None or keys != self._keys:
            self._numbers, self._keys = Numbers(keys), keys
        live = any(history.live.get(key) for key in keys)
        days = self._numbers.refresh(history, plans, works.plan(self._probes))
        self._changed = days or history.turned or live or self._made is None
        if self._changed:
            self._told.uptime = self._numbers.uptimes(history)
            self._told.months = self._numbers.months(history)
        if self._component.speed and (history.turned or self._made is None):
            self._read_speed(steps)

    def _read_speed(self, steps: Steps) -> None:
        key = self._slowest()
        if key is None:
            self._told.speed, self._told.chart = (), ()
            return
        self._told.speed = speeds.speeds(self._history, key)
        whole = speeds.chart(self._history, key)
        more = steps.series(key) if whole and self.steps_of is not None else ()
        self._told.chart = (*whole, *more)

    def _slowest(self) -> int | None:
        keys = [self._history.keys[p.id] for p in self._probes if p.id in self._history.keys]
        return keys[0] if len(keys) == 1 else speeds.slowest(self._history, keys)

    @property
    def id(self) -> str:
        return self._component.id

    @property
    def probes(self) -> tuple[str, ...]:
        """All that it is said to be watched by."""
        return self._component.probes

    def made(self, at: datetime, inside: Inside) -> status_page.Component:
        """The very same as before, unless it tells something else."""
        stands = list(self._stands(at))
        condition, since = verdict(stands)
        notes = tuple(self._notes(stands, inside.seen)) if self._settings.internal else ()
        before, now = self._made, (condition, since, notes, inside.deploys, inside.objectives)
        if before is not None and not self._changed and _said(before) == now:
            return before
        new = replace(
            self._component_of(condition, since, notes),
            deploys=inside.deploys,
            objectives=inside.objectives,
        )
        if new != before:
            self._made = new
        assert self._made is not None  # noqa: S101 - what is new is no None
        return self._made

    def _component_of(
        self, condition: Condition, since: datetime | None, notes: tuple[Note, ...]
    ) -> status_page.Component:
        assert self._numbers is not None  # noqa: S101 - `read` came before
        component = self._component
        return status_page.Component(
            id=component.id,
            name=component.name,
            group=component.group,
            description=component.description,
            condition=condition,
            since=since,
            says=component.says,
            days=self._numbers.days(),
            first_seen=self._numbers.first_seen,
            resolution=max((probe.every for probe in self._probes), default=_NOT_WATCHED),
            uptime=self._told.uptime,
            months=self._told.months,
            speed=self._told.speed,
            chart=self._told.chart,
            notes=notes,
        )

    def _stands(self, at: datetime) -> Iterator[tuple[Standing, datetime | None]]:
        for probe, patience, plan in zip(self._probes, self._patience, self._plans, strict=True):
            key = self._history.keys.get(probe.id)
            stands = self._history.stands.get(key) if key is not None else None
            held_at = announced.held(plan, at)
            yield _counted(_standing(stands, patience, at), plan, held_at), held_at
        for _ in range(len(self._component.probes) - len(self._probes)):
            yield Standing(), None  # it is configured no more

    def _notes(
        self,
        stands: Sequence[tuple[Standing, datetime | None]],
        seen: Mapping[str, ProbeView],
    ) -> Iterator[Note]:
        for probe, stand in zip(self._probes, stands, strict=False):
            view = seen.get(probe.id)
            condition, since = verdict([stand])
            yield Note(
                probe=probe.id,
                name=probe.name,
                condition=condition,
                since=since,
                last_run_at=view.last_run_at if view else None,
                took=view.last_took if view else None,
                summary=view.last_summary if view else "",
            )


def _said(made: status_page.Component) -> tuple[object, ...]:
    return made.condition, made.since, made.notes, made.deploys, made.objectives


def _standing(stands: Stands | None, patience: timedelta, at: datetime) -> Standing:
    """As it is worth at this moment."""
    if stands is None:
        return Standing()
    known = Standing(Health(stands.health), _at(stands.since_us), stands.slow_runs)
    return seen_at(known, _at(stands.evidence_us), patience=patience, at=at)


def _counted(standing: Standing, plan: Plan, held_at: datetime | None) -> Standing:
    """What went wrong in announced work and outlasts it is told from its end on."""
    bad = standing.health in (Health.DOWN, Health.DEGRADED)
    if standing.since_at is None or held_at is not None or not bad:
        return standing
    return replace(standing, since_at=announced.after(plan, standing.since_at))


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
