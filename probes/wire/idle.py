"""Connections that are kept open between two requests, for who asks for that."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes.wire.certificates import Tls
from probes.wire.connection import Connection, Deaf

if TYPE_CHECKING:
    from probes.wire.question import Question

MOST: Final = 1024
IDLE_S: Final = 300.0
AGE_S: Final = 3600.0
"""After which a fresh one is made in any case: a renewed certificate is seen within the hour."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An open connection over which nothing is under way. `began` is by `time.perf_counter`;
    one that breaks within `patience_s` after the next request was closed before that.
    """

    connection: Connection
    tls: Tls | None
    began: float
    patience_s: float


class Idle:
    """At most one connection for each first question, which is a probe's own, and not too many."""

    def __init__(self) -> None:
        self._kept: dict[Question, tuple[Kept, asyncio.TimerHandle]] = {}

    def take(self, question: Question) -> Kept | None:
        """One that is still open, for this question alone."""
        found = self._pop(question.first)
        if found is None:
            return None
        here = found.connection.loop is asyncio.get_running_loop()
        if here and found.connection.quiet and time.perf_counter() - found.began < AGE_S:
            return found
        found.connection.close()
        return None

    def keep(self, question: Question, kept: Kept) -> None:
        key = question.first
        self._drop(key)
        if len(self._kept) >= MOST:
            self._drop(next(iter(self._kept)))
        loop = asyncio.get_running_loop()
        kept.connection.listener = _Dropping(kept.connection)
        self._kept[key] = (kept, loop.call_later(IDLE_S, self._drop, key))

    def close(self) -> None:
        for key in list(self._kept):
            self._drop(key)

    def _pop(self, key: Question) -> Kept | None:
        found = self._kept.pop(key, None)
        if found is None:
            return None
        found[1].cancel()
        return found[0]

    def _drop(self, key: Question) -> None:
        found = self._pop(key)
        if found is not None:
            found.connection.close()


class _Dropping(Deaf):
    """Listens to an idle connection: whatever comes over it makes it useless."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def arrived(self, data: bytes) -> None:  # noqa: ARG002 - nobody asked for it
        self._connection.close()

    def ended(self, error: OSError | None) -> None:  # noqa: ARG002 - however that came
        self._connection.close()

    def broke(self, error: Exception) -> None:  # noqa: ARG002 - as above
        self._connection.close()
