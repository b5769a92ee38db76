"""What has to be done about incidents as time goes by, and not because of a run.

Holds end, summaries form and grow and end, causes are over, nobody acknowledges, reminders come
due. One pass looks at every open incident in one transaction, then sleeps until the next thing is
due or something happens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, deciding, summaries
from monitor.clock import Clock
from monitor.context import SUMMARY, Context
from monitor.log import get_logger
from monitor.notices import EventKind
from monitor.routing import next_escalation, next_reminder
from monitor.store import StoreTrouble, Writer, attended, incidents
from monitor.store.attended import Attended
from monitor.why import Why

LOOK_AGAIN: Final = timedelta(seconds=10)  # for what nobody announces, such as a wall clock's step
AFTER_TROUBLE: Final = timedelta(seconds=5)
SOONEST: Final = timedelta(milliseconds=200)

log = get_logger()


@dataclass(frozen=True, slots=True)
class Pass:
    """What came of looking once. `told`: something is to be delivered."""

    told: bool = False
    next_at: datetime | None = None


class Attending:
    """Attends to open incidents. `wake` after anything that may change what is due."""

    def __init__(
        self, writer: Writer, clock: Clock, context: Callable[[], Context], told: Callable[[], None]
    ) -> None:
        """*told* is called after a commit that put something into the outbox."""
        self._writer = writer
        self._clock = clock
        self._context = context
        self._told = told
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._woken.wait()
            await asyncio.sleep(SOONEST.total_seconds())  # what comes together is looked at once

    async def _look(self) -> timedelta:
        at = self._clock.now()
        try:
            found = await self._writer.do(partial(attend, context=self._context(), at=at))
        except StoreTrouble as trouble:
            log.error("cannot attend to incidents", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("attending stumbled and goes on")
            return AFTER_TROUBLE
        if found.told:
            self._told()
        due = found.next_at - self._clock.now() if found.next_at else LOOK_AGAIN
        return min(max(due, SOONEST), LOOK_AGAIN)


def attend(db: Database, context: Context, at: datetime) -> Pass:
    """One look at every open incident."""
    done: list[Pass] = []
    gathered: set[str] = set()
    for incident in attended.every_open(db):
        if incident.probe == SUMMARY:
            done.append(_summary(db, incident, at))
        if incident.told_at is not None:
            done.append(_told(db, context, incident, at))
        elif incident.withheld == Why.GATHERING:
            if incident.circle not in gathered:
                gathered.add(incident.circle)
                done.append(_gathered(db, context, incident, at))
        elif incident.probe != SUMMARY:
            done.append(_untold(db, context, incident, at))
    return _sum_of(done)


def _sum_of(passes: Sequence[Pass]) -> Pass:
    due = [each.next_at for each in passes if each.next_at is not None]
    return Pass(any(each.told for each in passes), min(due, default=None))


def _untold(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    if incident.probe not in context.config.probes and not incident.own:
        return Pass()
    told = announcing.consider(db, context, incident, at, why=_reason(incident))
    now = attended.one(db, incident.number)
    return Pass(told, now.look_at if now and not told else None)


def _reason(incident: Attended) -> Why:
    """Why it is told after all."""
    match incident.withheld:
        case Why.CAUSE_KNOWN | Why.CAUSE_OVER:
            return Why.CAUSE_OVER
        case "":
            return Why.STILL_DOWN
        case _:
            return Why.WAITED_ENOUGH


def _gathered(db: Database, context: Context, first: Attended, at: datetime) -> Pass:
    """The oldest of a circle says when their wait is over; then they are told as one, or one by
    one when too few came.
    """
    if first.look_at is not None and at < first.look_at:
        return Pass(next_at=first.look_at)
    gathered = attended.gathering(db, first.circle)
    waiting = [one for one in gathered if not announcing.leaves(db, context, one, at)]
    lately = attended.told_since(db, first.circle, at - deciding.STORM_WITHIN)
    if not waiting:
        return Pass(next_at=at + SOONEST)
    if len(waiting) >= deciding.TOGETHER or lately >= deciding.STORM:
        summaries.begin(db, context, waiting, at)
        return Pass(told=True, next_at=at + deciding.GATHER_FOR)
    told = [
        announcing.consider(db, context, one, at, why=Why.WAITED_ENOUGH, gather=False)
        for one in waiting
    ]
    return Pass(any(told), at)


def _summary(db: Database, summary: Attended, at: datetime) -> Pass:
    members = attended.membership(db, summary.number)
    if not members.still_open:
        summaries.end(db, summary, members, at)
        return Pass(told=True)
    if members.count <= summary.failures:
        return Pass()
    grown_at = summaries.grows_at(summary)
    if at < grown_at:
        return Pass(next_at=grown_at)
    summaries.grow(db, summary, members, at)
    return Pass(told=True)


def _told(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    """Reminders and escalation, unless somebody is on it or it is meant to be quiet."""
    if incident.is_acknowledged(at):
        return Pass(next_at=incident.acknowledged_until)
    if incident.acknowledged_at is not None:
        return _lapsed(db, incident, at)
    if quiet_until := announcing.quiet_until(db, context, incident.probe, at):
        return Pass(next_at=quiet_until)
    return _sum_of([_escalate(db, context, incident, at), _remind(db, context, incident, at)])


def _lapsed(db: Database, incident: Attended, at: datetime) -> Pass:
    notice = replace(incident.full_notice(), event=EventKind.REMINDED, at=at)
    told = incidents.channels_told(db, incident.number)
    announcing.notify(db, incident.number, notice, told, why=Why.NO_LONGER_ACKNOWLEDGED)
    attended.change(
        db,
        incident.number,
        acknowledged_at=None,
        acknowledged_until=None,
        acknowledged_by="",
        told_at=at,  # everything that counts from the telling starts anew
        stage=0,
        escalated_at=None,
        reminders=0,
        reminded_at=None,
    )
    return Pass(told=True, next_at=at)


def _escalate(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    routing = summaries.routing_of(db, context, incident)
    told_at = incident.told_at or at
    found = next_escalation(routing, incident.stage, told_at, incident.escalated_at)
    if found is None:
        return Pass()
    due_at, stage = found
    if at < due_at:
        return Pass(next_at=due_at)
    number = min(incident.stage + 1, len(routing.escalation))
    notice = replace(incident.full_notice(), event=EventKind.ESCALATED, at=at, stage=number)
    announcing.notify(db, incident.number, notice, stage.to, why=Why.NOBODY_ACKNOWLEDGED)
    attended.change(db, incident.number, stage=number, escalated_at=at)
    return Pass(told=True, next_at=at + SOONEST)


def _remind(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    routing = summaries.routing_of(db, context, incident)
    last_at = incident.reminded_at or incident.told_at or at
    due_at = next_reminder(routing, incident.reminders, last_at)
    if due_at is None or at < due_at:
        return Pass(next_at=due_at)
    number = incident.reminders + 1
    notice = replace(incident.full_notice(), event=EventKind.REMINDED, at=at, stage=number)
    told = incidents.channels_told(db, incident.number)
    announcing.notify(db, incident.number, notice, told, why=Why.STILL_DOWN)
    attended.change(db, incident.number, reminders=number, reminded_at=at)
    return Pass(told=True, next_at=at + SOONEST)
