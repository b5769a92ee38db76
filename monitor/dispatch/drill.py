"""A fire drill: an incident that is none, told on every channel the way a real one would be.

It has an outbox of its own in a folder that is thrown away, so a daemon at work is not touched. Its
incident is number 0, which no real one ever is.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import throwaway
from monitor.channels import Outside
from monitor.config.model import Channel, Config
from monitor.dispatch import Dispatch
from monitor.dispatch.attempt import Scrub
from monitor.notices import DRILL, EventKind, Notice
from monitor.routing import Severity
from monitor.store import Reader, Writer, incidents, outbox, records
from monitor.why import Why

PROBE: Final = DRILL
SAYS: Final = "[DRILL] This is a drill: nothing is wrong, and nothing needs to be done."
NUMBER: Final = 0
GLANCE: Final = 0.05  # seconds between two looks at what was confirmed
LAST_TRY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one channel made of it so far. The spans are from the event to its confirmation, None
    without one; `why` is the last trouble.
    """

    channel: str
    opened: timedelta | None = None
    resolved: timedelta | None = None
    tries: int = 0
    why: str = ""

    @property
    def confirmed(self) -> bool:
        return self.opened is not None and self.resolved is not None


Progress = Callable[[Sequence[Heard]], None]


def notice_of(config: Config, channels: Sequence[str], severity: Severity, at: datetime) -> Notice:
    """The opening; its key is made with its incident."""
    return Notice(
        event=EventKind.OPENED,
        incident=NUMBER,
        sequence=1,
        dedup_key="",
        probe=PROBE,
        probe_name="[DRILL] trueup drill",
        kind="trueup",
        environment=config.environment,
        location=config.location,
        began_at=at,
        at=at,
        outcome="FAIL",
        reason="",
        summary="a drill, started by hand",
        says=(SAYS,),
        page=config.page.url,
        severity=severity,
        why=Why.ASKED_FOR.value,
        told=tuple(channels),
    )


async def drill(
    channels: Mapping[str, Channel],
    opening: Notice,
    way: tuple[Outside, Scrub],
    *,
    within: timedelta,
    progress: Progress,
) -> Sequence[Heard]:
    """Tells an opening and, once it is confirmed or half of *within* is over, its end. What each
    channel made of it, in their order. However it ends, it tries to end what it opened.

    Raises StoreTrouble when there is no room for the outbox.
    """
    outside, scrub = way
    alone = {name: replace(channel, fallback="") for name, channel in channels.items()}
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway.own()).path
        writer = Writer(folder / "drill.db")
        stack.callback(writer.close)
        reader = Reader(folder / "drill.db")
        stack.callback(reader.close)
        dispatch = Dispatch((writer, reader), outside, scrub)
        stack.push_async_callback(dispatch.stop, LAST_TRY)
        opening = await writer.do(partial(_open, opening=opening, channels=list(alone)))
        await dispatch.configure(alone)
        look = partial(heard, channels=list(alone))
        began = outside.clock.monotonic()
        try:
            await _wait(reader, look, progress, within / 2)
        finally:
            await writer.do(partial(_resolve, opening=opening, at=outside.clock.now()))
            dispatch.wake()
        used = timedelta(seconds=outside.clock.monotonic() - began)
        await _wait(reader, look, progress, within - used)
        return await reader.ask(look)


def heard(db: Database, channels: Sequence[str]) -> Sequence[Heard]:
    """As of now, in the order of *channels*."""
    found = {name: Heard(channel=name) for name in channels}
    rows = db.execute(
        "SELECT channel, kind, attempts, delivered_at - created_at, outbox.why FROM outbox"
        " JOIN event ON event.id = outbox.event ORDER BY event"
    )
    for name, kind, attempts, took_us, why in rows.fetchall():
        took = None if took_us is None else timedelta(microseconds=took_us)
        known = found[name]
        if kind == EventKind.OPENED:
            found[name] = replace(known, opened=took, tries=attempts, why=why)
        else:
            tries = known.tries + attempts
            found[name] = replace(known, resolved=took, tries=tries, why=why or known.why)
    return list(found.values())


async def _wait(
    reader: Reader,
    look: Callable[[Database], Sequence[Heard]],
    progress: Progress,
    patience: timedelta,
) -> None:
    """Until nothing waits any more, or *patience* is over."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + patience.total_seconds()
    while await reader.ask(outbox.channels_waiting) and loop.time() < ends:
        progress(await reader.ask(look))
        await asyncio.sleep(GLANCE)


def _open(db: Database, *, opening: Notice, channels: Sequence[str]) -> Notice:
    """The opening as it was written into the outbox."""
    key = records.sync_probes(db, [records.ProbeRow(PROBE, PROBE, "trueup")], opening.at)[PROBE]
    new = incidents.NewIncident(
        probe=key,
        location=opening.location,
        began_at=opening.began_at,
        opened_at=opening.at,
        reason=opening.reason,
        summary=opening.summary,
        failed_step="",
        failures=0,
        severity=opening.severity,
    )
    number, dedup_key = incidents.open_incident(db, new, instance=secrets.token_hex(16))
    db.execute("UPDATE incident SET id = ? WHERE id = ?", (NUMBER, number))
    notice = replace(opening, dedup_key=dedup_key)
    incidents.add_event(db, notice, why=Why.ASKED_FOR.value, channels=channels)
    return notice


def _resolve(db: Database, *, opening: Notice, at: datetime) -> None:
    notice = replace(
        opening,
        event=EventKind.RESOLVED,
        sequence=2,
        at=at,
        lasted=max(at - opening.at, timedelta()),
        outcome="PASS",
    )
    told = incidents.channels_told(db, NUMBER)
    incidents.add_event(db, notice, why=Why.ASKED_FOR.value, channels=told)
