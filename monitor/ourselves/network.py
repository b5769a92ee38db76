"""Whether our own network is alive, asked of a few places that practically always answer.

A place vouches for the network only when it was chosen by the operator, or once it has answered: in
a network that is closed to the outside the usual ones never do, and their silence means nothing.
The gateway answers although the way beyond it is dead, so of far targets it is asked only where
there are not two others to ask. An anchor that stays silent while far targets are reached is dead
itself: until one answers again, the silence of all of them means nothing.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from monitor.log import get_logger
from monitor.whereabouts import Where, where

GATEWAY: Final = "gateway"
USUAL: Final = ("1.1.1.1:443", "9.9.9.9:443", GATEWAY)
"""Public name servers of two organisations with networks of their own, and the way out."""
PATIENCE: Final = timedelta(seconds=2)
"""For an anchor to answer."""
GONE_FOR: Final = timedelta(seconds=5)
"""How long it is believed that the network is gone, before somebody is asked again."""
ALIVE_FOR: Final = timedelta(seconds=1)
LOOK_AGAIN: Final = timedelta(minutes=10)
ROUTES: Final = Path("/proc/net/route")
_NAME_SERVER: Final = 53
_HAS_GATEWAY: Final = 0x2  # RTF_GATEWAY in linux/route.h

__all__ = ["GATEWAY", "USUAL", "Network", "Where", "gateway", "vouching", "where"]

log = get_logger()


def vouching(anchors: Collection[str], target: Where) -> set[str]:
    """Those of *anchors* whose silence explains why a target there cannot be reached."""
    if target is Where.HERE:
        return {anchor for anchor in anchors if _is_local(anchor)}
    others = set(anchors) - {GATEWAY}
    return others if target is Where.FAR and len(others) > 1 else set(anchors)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came of one question: whom it was put to, and who answered."""

    put_at: float
    at: float
    asked: frozenset[str]
    answered: frozenset[str]

    def deny(self, voices: set[str]) -> bool:
        voices = voices & self.asked
        return bool(voices) and not voices & self.answered


class Network:
    """Answers for the network. *anchors* are as configured: host:port or "gateway", None for the
    usual ones, none of them for no questions. Anybody may ask at any time: one question is put for
    all who ask at once.
    """

    def __init__(
        self,
        anchors: Iterable[str] | None,
        monotonic: Callable[[], float],
        routes: Path = ROUTES,
    ) -> None:
        self._monotonic = monotonic
        self._routes = routes
        self._stirred = asyncio.Event()
        self._question: asyncio.Task[None] | None = None
        self._refuted = False
        """Whether something far was reached while those who vouch for the way there were silent."""
        self._set(anchors)

    def configure(self, anchors: Iterable[str] | None) -> None:
        """Takes over other anchors; the same ones keep what is known of them."""
        if self._wanted != (None if anchors is None else tuple(anchors)):
            self._set(anchors)
            self._stirred.set()

    @property
    def gone(self) -> bool | None:
        """Whether nobody far away answered when it was asked last; None before that."""
        return None if self._last is None and self._anchors else self._is_gone(Where.FAR)

    async def was_gone(self, since: float, target: Where = Where.FAR) -> bool:
        """Whether the network towards *target* is gone, or was at any time after *since* on the
        monotonic clock. False when nobody can tell. Takes two seconds at most.
        """
        if vouching(self._trusted, target):
            await self._ask_soon()
        return self._is_gone(target) or self._gone_at.get(target, float("-inf")) >= since

    @property
    def wonders(self) -> bool:
        """Whether the anchors are silent and nothing has spoken against them yet: only then does it
        matter what else is reached.
        """
        return self._silent_since is not None and not self._refuted

    def reached(self, target: Where, began: float) -> None:
        """To be told of every run that reached a target there. *began* is when the run did, on the
        monotonic clock: what began before the anchors fell silent says nothing against them.
        """
        silent = self._silent_since is not None and began >= self._silent_since
        if target is Where.FAR and silent and not self._refuted:
            self._refuted = True
            self._stirred.set()  # when it was gone and is back, they answer now
            log.warning(
                "far targets are reached although no anchor answers; their silence means nothing"
                " until one of them does",
                anchors=self._trusted,
            )

    async def serve(self) -> None:
        """Learns who answers, and while nobody does asks until somebody answers."""
        told_of: tuple[str, ...] = ()
        while True:
            self._stirred.clear()
            await self._ask(self._anchors)
            if not self._trusted and told_of != self._anchors:
                told_of = self._anchors
                log.warning(
                    "no anchor answers, so a network of ours that is gone looks like an outage",
                    anchors=told_of,
                )
            pause = GONE_FOR if self.gone else LOOK_AGAIN
            try:
                async with asyncio.timeout(pause.total_seconds()):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    def _set(self, anchors: Iterable[str] | None) -> None:
        self._wanted = None if anchors is None else tuple(anchors)
        self._anchors = USUAL if self._wanted is None else self._wanted
        self._trusted: set[str] = set(self._wanted or ())
        self._last: _Answers | None = None
        self._gone_at: dict[Where, float] = {}
        self._silent_since: float | None = None
        """When those were asked who vouch for the way to far targets, and none has answered yet."""
        self._refuted = False

    def _is_gone(self, target: Where) -> bool:
        return self._is_silent(target) and not (target is Where.FAR and self._refuted)

    def _is_silent(self, target: Where) -> bool:
        return self._last is not None and self._last.deny(vouching(self._trusted, target))

    async def _ask_soon(self) -> None:
        """Unless it was just now. An asker that is cancelled takes the question from nobody."""
        if self._question is None or self._question.done():
            good_for = GONE_FOR if self.gone else ALIVE_FOR
            if self._last and self._monotonic() - self._last.at < good_for.total_seconds():
                return
            question = self._ask(self._trusted, enough=True)
            self._question = asyncio.create_task(question, name="ask the anchors")
        await asyncio.shield(self._question)

    async def _ask(self, anchors: Collection[str], *, enough: bool = False) -> None:
        """With *enough*, only until nobody could doubt any more that the network is alive."""
        wanted, put_at = self._wanted, self._monotonic()
        asked = {anchor for anchor in anchors if anchor != GATEWAY or self._routes.exists()}
        tasks = {asyncio.create_task(_answers(anchor, self._routes)): anchor for anchor in asked}
        pending, answered = set(tasks), set[str]()
        try:
            while pending and not (enough and _is_beyond_doubt(asked, answered)):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                answered |= {tasks[task] for task in done if task.result()}
        finally:
            for task in pending:
                task.cancel()
        if wanted == self._wanted:  # else others have been configured meanwhile
            answers = frozenset(asked), frozenset(answered)
            self._note(_Answers(put_at, self._monotonic(), *answers))

    def _note(self, answers: _Answers) -> None:
        was_gone = self._is_gone(Where.FAR)
        self._last = answers
        self._trusted |= answers.answered
        if not self._is_silent(Where.FAR):
            self._silent_since, self._refuted = None, False
        elif self._silent_since is None:
            self._silent_since = answers.put_at
        elif self._refuted:
            self._gone_at.pop(Where.FAR, None)
        for target in Where:
            if self._is_gone(target):
                self._gone_at[target] = answers.at
        if self.gone is not was_gone:
            if self.gone:
                log.error("our own network is gone: no anchor answers", anchors=self._trusted)
                self._stirred.set()
            else:
                log.warning("our own network is back", answered=answers.answered)


def _is_beyond_doubt(asked: set[str], answered: set[str]) -> bool:
    voices = [vouching(asked, target) for target in Where]
    return all(answered & those for those in voices if those)


async def _answers(anchor: str, routes: Path) -> bool:
    """Whether a packet came back. A refusal did, unless it was this machine that refused."""
    host, port = _place(anchor, routes)
    if not host:
        return False
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, host, port
            )
    except ConnectionRefusedError:
        return not _is_local(anchor)
    except (OSError, UnicodeError):
        return False
    transport.abort()
    return True


def _place(anchor: str, routes: Path) -> tuple[str, int]:
    """Host and port; no host when the machine has no gateway."""
    if anchor == GATEWAY:
        return gateway(routes), _NAME_SERVER
    host, _, port = anchor.rpartition(":")
    return host.strip("[]"), int(port)


def _is_local(anchor: str) -> bool:
    return anchor != GATEWAY and where(anchor.rpartition(":")[0]) is Where.HERE


def gateway(routes: Path = ROUTES) -> str:
    """The address of the preferred default gateway by the kernel's table of IPv4 routes; empty
    when there is none.
    """
    try:
        lines = routes.read_text("ascii").splitlines()[1:]
        rows = [line.split() for line in lines]
        ways = [
            (int(row[6]), int(row[2], 16))
            for row in rows
            if int(row[1], 16) == int(row[7], 16) == 0 and int(row[3], 16) & _HAS_GATEWAY
        ]
    except (OSError, ValueError, IndexError):
        return ""
    return socket.inet_ntoa(struct.pack("=I", min(ways)[1])) if ways else ""
