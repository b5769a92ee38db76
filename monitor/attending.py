"""What has to be done about incidents as time goes by, and not because of a run.

Holds end, summaries form and grow and end, causes are over, nobody acknowledges, reminders come
due. One pass looks at every open incident in one transaction, then sleeps until the next thing is
due or something happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, attached, circumstances, deciding, following, parts, summaries
from monitor.clock import Clock
from monitor.context import SUMMARY, Context, circle
from monitor.deciding import Tell, Withhold
from monitor.following import SOONEST, Pass, sum_of
from monitor.log import get_logger
from monitor.store import StoreTrouble, Takes, attended, circles, stamps
from monitor.store.attended import Attended
from monitor.why import Why

LOOK_AGAIN: Final = timedelta(seconds=10)  # for what nobody announces, such as a wall clock's step
AFTER_TROUBLE: Final = timedelta(seconds=5)
CLOCK_STEP: Final = timedelta(seconds=2)

log = get_logger()


class Attending:
    """Attends to open incidents. `wake` after anything that may change what is due."""

    def __init__(
        self, writer: Takes, clock: Clock, context: Callable[[], Context], told: Callable[[], None]
    ) -> None:
        """*told* is called after a commit that put something into the outbox."""
        self._writer = writer
        self._clock = clock
        self._context = context
        self._told = told
        self._woken = asyncio.Event()
        self._known_offset = self._offset()
        self._looked_at = clock.monotonic()

    def _offset(self) -> float:
        """Of the wall clock against the one that never steps."""
        return self._clock.now().timestamp() - self._clock.monotonic()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self._look()
            await parts.rest(self._woken, pause)
            await asyncio.sleep(SOONEST.total_seconds())  # what comes together is looked at once

    @property
    def age(self) -> timedelta:
        """Since it looked for the last time, or since it was built."""
        return timedelta(seconds=self._clock.monotonic() - self._looked_at)

    async def _look(self) -> timedelta:
        at, offset = self._clock.now(), self._offset()
        step = timedelta(seconds=offset - self._known_offset)
        step = step if abs(step) > CLOCK_STEP else timedelta()
        work = partial(attend, context=self._context(), at=at, step=step)
        try:
            found = await self._writer.do(work)
        except StoreTrouble as trouble:
            log.error("cannot attend to incidents", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("attending stumbled and goes on")
            return AFTER_TROUBLE
        self._known_offset, self._looked_at = offset, self._clock.monotonic()
        if found.told:
            self._told()
        due = found.next_at - self._clock.now() if found.next_at else LOOK_AGAIN
        return min(max(due, SOONEST), LOOK_AGAIN)


def attend(db: Database, context: Context, at: datetime, step: timedelta = timedelta()) -> Pass:
    """One look at every open incident. *step*: the wall clock was set by so much since the last."""
    if step:
        stamps.shift(db, step)
    stamps.put_right(db, at, longest=deciding.GATHER_FOR)
    known = attended.every_open(db)
    done = [_guarded(db, context, incident, at) for incident in known if _is_known(incident)]
    return sum_of([*done, _untold(db, context, [i for i in known if not _is_known(i)], at)])


def _is_known(incident: Attended) -> bool:
    return incident.told_at is not None or incident.probe == SUMMARY


def _guarded(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    """What is wrong with one incident is no other one's business."""
    try:
        with db.atomic():
            grown = _summary(db, context, incident, at) if incident.probe == SUMMARY else Pass()
            if grown.told:  # it is another one now, or over
                return grown
            return sum_of([grown, following.follow(db, context, incident, at)])
    except (ValueError, LookupError, TypeError, AttributeError):
        log.exception("an incident cannot be attended to", incident=incident.number)
        return Pass()


def _untold(db: Database, context: Context, waiting: Sequence[Attended], at: datetime) -> Pass:
    """Those that may be told now are told as one where they are many: three that waited for each
    other, or thirty that a silence sets free.
    """
    free: dict[str, list[Attended]] = {}
    due: list[Pass] = []
    ends = _ends_of_waits(waiting)
    for incident in waiting:
        if incident.probe not in context.config.probes and not incident.own:
            continue
        gathers = incident.withheld == Why.GATHERING
        if gathers and at < (end := ends.get(incident.circle, at)):
            due.append(Pass(next_at=end))
            continue
        case = circumstances.case_of(db, context, incident, at)
        match deciding.decide(replace(case, gathering=False), at):
            case Tell():
                mine = circle(case.routing, case.severity, at)
                free.setdefault(mine if not incident.own else incident.probe, []).append(incident)
            case Withhold() as decision:
                announcing.withhold(db, incident, decision, at)
                due.append(Pass(next_at=decision.until))
    return sum_of([*due, *(_free(db, context, mine, ones, at) for mine, ones in free.items())])


def _ends_of_waits(waiting: Sequence[Attended]) -> dict[str, datetime]:
    """By circle, when the oldest of those that wait for each other has waited enough."""
    ends: dict[str, datetime] = {}
    for one in waiting:
        if one.withheld == Why.GATHERING and one.look_at is not None:
            ends[one.circle] = min(ends.get(one.circle, one.look_at), one.look_at)
    return ends


def _free(
    db: Database, context: Context, mine: str, together: Sequence[Attended], at: datetime
) -> Pass:
    """*mine* is their circle as it is now: the one they were read with may be an hour old."""
    lately = circles.told_since(db, mine, at - deciding.STORM_WITHIN)
    many = len(together) >= deciding.TOGETHER or lately >= deciding.STORM
    if many and not together[0].own:
        summaries.begin(db, context, mine, together, at)
        return Pass(told=True, next_at=at + deciding.GATHER_FOR)
    for incident in together:
        routing = context.routing_of(incident.probe)
        channels = routing.channels_at(incident.severity, at)
        why = _reason(incident)
        announcing.tell(db, attached.refreshed(db, context, incident, at), channels, at, why=why)
    return Pass(told=True, next_at=at + SOONEST)


def _reason(incident: Attended) -> Why:
    """Why it is told after all."""
    match incident.withheld:
        case Why.CAUSE_KNOWN | Why.CAUSE_OVER:
            return Why.CAUSE_OVER
        case "":
            return Why.STILL_DOWN
        case _:
            return Why.WAITED_ENOUGH


def _summary(db: Database, context: Context, summary: Attended, at: datetime) -> Pass:
    members = circles.membership(db, summary.number)
    if not members.still_open:
        summaries.end(db, attached.ended(db, context, summary, at), members, at)
        return Pass(told=True)
    if members.count <= summary.failures:
        return Pass()
    grown_at = summaries.grows_at(summary)
    if at < grown_at:
        return Pass(next_at=grown_at)
    news = attached.to_news(db, context, summaries.present(db, summary, at), at)
    summaries.grow(db, summary, news, members)
    return Pass(told=True, next_at=at + SOONEST)
