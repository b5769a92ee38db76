"""From what the store knows to what the public may see. Pure but for the questions it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

import status_page
from monitor import announced, uptime
from monitor.config.model import Component, Config, Probe
from monitor.health import Health, Standing, seen_at, worst
from monitor.policy import For
from monitor.store import acts, views
from monitor.store.acts import Kind, PublicUpdate
from monitor.store.views import DayView, IncidentView, ProbeView
from monitor.uptime import Day
from status_page import Condition, DayBar, Page

WINDOW: Final = 90
SLOW_SHARE: Final = 0.05
FRESH_FOR: Final = timedelta(minutes=3)
PUBLIC_ID: Final = 12  # characters of the incident's key: stable, and nobody can count with it


def worst_to_notice(probe: Probe) -> timedelta:
    """From the worst moment to break, just after a good answer, to the incident's opening. After
    the first failing run the next ones come sooner, but none before the one ahead of it is over.
    """
    tries = len(probe.confirm) + 1
    last_run = sum(probe.confirm, tries * probe.settings.timeout)
    step = max(probe.recheck or probe.every / 2, last_run)
    return probe.every + (_deciding(probe, step) - 1) * step + last_run


def _deciding(probe: Probe, step: timedelta) -> int:
    """How many failing runs it takes, *step* apart."""
    match probe.policy.opening:
        case For(span):
            return 1 + max(1, -(-span // step))
        case _:
            return probe.policy.runs_to_open


def standing(probe: Probe, view: ProbeView | None, at: datetime) -> Standing:
    """The verdict on a probe as it is worth at this moment."""
    if view is None:
        return Standing()
    return seen_at(view.standing, view.evidence_at, patience=probe.patience, at=at)


def build(db: Database, config: Config, at: datetime) -> Page:
    """The public page as of *at*."""
    today = at.date()
    facts = _Facts(db, config, at)
    since = at - timedelta(days=WINDOW)
    past = views.incidents(db, since=since)
    said = acts.updates(db, since=since)
    return Page(
        title=config.page.title,
        environment=config.environment,
        made_at=at,
        fresh_for=FRESH_FOR,
        components=tuple(facts.component(c, today) for c in config.components.values()),
        incidents=tuple(_incidents(past, said, config)),
        maintenance=announced.work(acts.spans(db, Kind.MAINTENANCE, at), config, at),
    )


class _Facts:
    """What was read once for all components of one page."""

    def __init__(self, db: Database, config: Config, at: datetime) -> None:
        self._config = config
        self._at = at
        shown = {probe for component in config.components.values() for probe in component.probes}
        self._probes = views.probes(db, config.location, of=shown)
        self._days = views.days(db, since=at.date() - timedelta(days=WINDOW), of=shown)
        self._first = views.first_days(db, of=shown)

    def component(self, component: Component, today: date) -> status_page.Component:
        stands = [self._standing(probe) for probe in component.probes]
        condition = worst([stand.health for stand in stands])
        bars = uptime.component_days(
            [_by_day(self._days.get(probe, ())) for probe in component.probes],
            uptime.window(today, WINDOW),
            today_so_far=self._at - datetime.combine(today, datetime.min.time(), self._at.tzinfo),
        )
        firsts = [self._first[probe] for probe in component.probes if probe in self._first]
        return status_page.Component(
            id=component.id,
            name=component.name,
            group=component.group,
            condition=Condition(condition.value),
            since=_since(stands, condition),
            says=component.says,
            days=tuple(DayBar(day, d.known, d.down, degraded=d.slow) for day, d in bars),
            first_seen=min(firsts, default=None),
        )

    def _standing(self, probe: str) -> Standing:
        return standing(self._config.probes[probe], self._probes.get(probe), self._at)


def _by_day(history: Sequence[DayView]) -> Mapping[date, Day]:
    return {view.day: Day(view.known, view.down, slow=_was_slow(view)) for view in history}


def _was_slow(view: DayView) -> bool:
    """A day is called slow when it was so often, not for one slow run among thousands."""
    return view.slow > 0 and view.slow >= SLOW_SHARE * view.runs


def _since(stands: Iterable[Standing], condition: Health) -> datetime | None:
    """Down since the first part went down; up since the last part came up."""
    moments = [s.since_at for s in stands if s.health is condition and s.since_at is not None]
    if not moments:
        return None
    return max(moments) if condition is Health.UP else min(moments)


def _incidents(
    past: Iterable[IncidentView], said: Mapping[int, list[PublicUpdate]], config: Config
) -> Iterable[status_page.Incident]:
    """Only those of probes behind a component: the others are nothing that users do. What was said
    of a summary or a cause is said of all that it stands for.
    """
    for view in past:
        concerned = [c for c in config.components.values() if view.probe in c.probes]
        if concerned:
            says = next((c.says for c in concerned if c.says), "")
            yield status_page.Incident(
                id=view.dedup_key[:PUBLIC_ID],
                sentence=says or f"{concerned[0].name} is down.",
                components=tuple(c.id for c in concerned),
                began_at=view.began_at,
                resolved_at=view.recovered_at if view.resolved_at else None,
                updates=announced.updates(said, view),
            )
