"""Our own trouble, told to whoever runs trueup. It says nothing about any service.

It goes the way of every incident, through the store, so that it is told until it is confirmed; and
straight to the channels when it is the store that is in trouble.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing
from monitor.clock import Clock, to_us
from monitor.context import OWN, Context
from monitor.log import get_logger
from monitor.notices import About, EventKind, Notice, from_json, to_json
from monitor.routing import Severity
from monitor.store import StoreTrouble, Writer, attended, incidents
from monitor.store.files import settle
from monitor.why import Why

TEST: Final = "test"
STORAGE: Final = "storage"
FILE: Final = "own.json"
WRITE_WITHIN: Final = timedelta(seconds=2)
Direct = Callable[[Notice, tuple[str, ...]], None]

log = get_logger()


class Operator:
    """Opens and ends incidents of our own, each known by a name such as `network`. Idempotent."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        context: Callable[[], Context],
        told: Callable[[], None],
        direct: Direct,
        *,
        folder: Path | None = None,
    ) -> None:
        """*told* is called after a commit; *direct* tells without the store. What was told that
        way is remembered in a file in *folder*, so that a kill does not leave it open.
        """
        self._writer = writer
        self._clock = clock
        self._context = context
        self._told = told
        self._direct = direct
        self._path = folder / FILE if folder else None
        self._begun = _read(self._path)
        """Told straight to the channels, because the store took nothing."""

    @property
    def told_directly(self) -> list[str]:
        """Names of what goes on and is not in the store."""
        return list(self._begun)

    async def begins(self, name: str, says: str) -> None:
        """Nothing when it is known already."""
        at, context = self._clock.now(), self._context()
        work = partial(_begin, context=context, name=name, says=says, at=at)
        try:
            opened = name != STORAGE and await self._writer.do(work)
        except StoreTrouble:
            await self._begin_directly(name, says, at)
            return
        if name == STORAGE:  # it would wait for the very thing that is in trouble
            await self._begin_directly(name, says, at)
        elif opened:
            log.error("own trouble", name=name, says=says)
            self._told()

    async def _begin_directly(self, name: str, says: str, at: datetime) -> None:
        if name in self._begun:
            return
        log.error("own trouble", name=name, says=says)
        context = self._context()
        self._begun[name] = _direct_notice(context, name, says, at)
        self._direct(self._begun[name], context.config.operators)
        await self._remember()

    async def _remember(self) -> None:
        if self._path is None:
            return
        known = {name: to_json(notice) for name, notice in self._begun.items()}
        try:
            async with asyncio.timeout(WRITE_WITHIN.total_seconds()):
                await asyncio.to_thread(_write, self._path, known)
        except OSError as trouble:  # a full disk, or one that hangs: a TimeoutError is one too
            log.warning("own trouble is told and on no disk", why=str(trouble))

    async def ends(self, name: str) -> None:
        """Nothing when there was none. Raises StoreTrouble when it has to be asked for again."""
        at, context = self._clock.now(), self._context()
        notice = self._begun.pop(name, None)
        if notice is not None:
            log.info("own trouble is over", name=name)
            over = replace(
                notice,
                event=EventKind.RESOLVED,
                sequence=2,
                at=at,
                lasted=max(at - notice.began_at, timedelta()),
                why=Why.OWN_TROUBLE_OVER.value,
            )
            self._direct(over, context.config.operators)
            await self._remember()
        if await self._writer.do(partial(_end, name=name, at=at)):
            log.info("own trouble is over", name=name)
            self._told()

    async def test(self, channels: tuple[str, ...], note: str) -> None:
        """A page that asks for nothing. Raises StoreTrouble."""
        at, context = self._clock.now(), self._context()
        work = partial(_test, context=context, channels=channels, note=note, at=at)
        await self._writer.do(work)
        self._told()


def _read(path: Path | None) -> dict[str, Notice]:
    """What the daemon before told, if it could write it down."""
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}
        return {str(name): from_json(notice) for name, notice in known.items()}
    except (OSError, ValueError, TypeError, AttributeError) as trouble:
        log.warning("own trouble that was told before cannot be read", why=str(trouble))
        return {}


def _write(path: Path, known: dict[str, str]) -> None:
    if not known:
        path.unlink(missing_ok=True)
        return
    written = path.with_name(path.name + ".new")
    written.write_text(json.dumps(known), encoding="utf-8")
    settle(written, path)


def _begin(db: Database, *, context: Context, name: str, says: str, at: datetime) -> bool:
    if attended.open_of(db, OWN + name) is not None:
        return False
    number = _open(db, context, name, says, at)
    opened = attended.one(db, number)
    if opened is not None:
        announcing.consider(db, context, opened, at, why=Why.OWN_TROUBLE)
    return True


def _open(db: Database, context: Context, name: str, says: str, at: datetime) -> int:
    new = incidents.NewIncident(
        probe=attended.own_key(db, OWN + name, _title(name)),
        location=context.config.location,
        began_at=at,
        opened_at=at,
        reason=Why.OWN_TROUBLE.value,
        summary=says,
        failed_step="",
        failures=0,
        severity=_severity(name),
    )
    number, key = incidents.open_incident(db, new, instance=context.instance)
    notice = _notice(context, name, says, at)
    attended.change(db, number, notice=replace(notice, incident=number, dedup_key=key))
    return number


def _end(db: Database, *, name: str, at: datetime) -> bool:
    known = attended.open_of(db, OWN + name)
    if known is None:
        return False
    incidents.resolve_incident(db, known.number, recovered_at=at, resolved_at=at)
    notice = replace(
        known.full_notice(),
        event=EventKind.RESOLVED,
        at=at,
        lasted=max(at - known.began_at, timedelta()),
    )
    told = incidents.channels_told(db, known.number)
    announcing.notify(db, known.number, notice, told, why=Why.OWN_TROUBLE_OVER)
    return True


def _test(
    db: Database, *, context: Context, channels: tuple[str, ...], note: str, at: datetime
) -> None:
    number = _open(db, context, TEST, "this is a test", at)
    incidents.resolve_incident(db, number, recovered_at=at, resolved_at=at)
    opened = attended.one(db, number)
    if opened is not None:
        notice = replace(opened.full_notice(), event=EventKind.TEST, note=note)
        announcing.notify(db, number, notice, channels, why=Why.ASKED_FOR)


def _direct_notice(context: Context, name: str, says: str, at: datetime) -> Notice:
    key = hashlib.sha256(f"{context.instance}:{name}:{to_us(at)}".encode()).hexdigest()
    return replace(_notice(context, name, says, at), dedup_key=key[: incidents.KEY_LENGTH])


def _notice(context: Context, name: str, says: str, at: datetime) -> Notice:
    return Notice(
        event=EventKind.OPENED,
        about=About.OURSELVES,
        severity=_severity(name),
        incident=0,
        sequence=1,
        dedup_key="",
        probe=OWN + name,
        probe_name=_title(name),
        kind=attended.OWN_KIND,
        environment=context.config.environment,
        location=context.config.location,
        began_at=at,
        at=at,
        outcome="ERROR",
        reason="",
        summary="",
        says=(says,),
        why=Why.OWN_TROUBLE.value,
        page=context.config.page.url,
    )


def _title(name: str) -> str:
    return f"trueup itself: {name.replace('-', ' ')}"


def _severity(name: str) -> Severity:
    """One channel, probe or copy of the page that is broken is no reason to get up."""
    small = name == TEST or name.startswith(("probe-", "channel-", "publish-", "subscribers-"))
    return Severity.WARNING if small else Severity.CRITICAL
