"""One request on its way: resolve, connect, tls, send, wait, receive."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from probes.result import Reason
from probes.wire.answer import Answer
from probes.wire.certificates import Tls
from probes.wire.connecting import Connecting
from probes.wire.connection import Connection
from probes.wire.idle import Kept
from probes.wire.question import Question
from probes.wire.report import Answered, Report, Stopwatch, WireError
from probes.wire.resolve import Resolve, addresses_of, of_kind
from probes.wire.troubles import late
from probes.wire.trust import Trust, classify

_SPOKEN: Final = {None, "http/1.1"}
_BROKEN_OFF: Final = {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET}
_AT_ONCE_S: Final = 0.05
_STALE_MOST_S: Final = 1.0
"""Between these lies the time in which a kept connection tells that it is none: twice as long as
connecting took.
"""


class Exchange:
    """Used once. Everything happens in callbacks of the loop, and whoever asks is woken once, at
    the end: between two phases nothing waits for its turn.
    """

    __slots__ = (
        *("_answer", "_connecting", "_connection", "_context", "_done", "_ends", "_kept", "_loop"),
        *("_question", "_resolve", "_timer", "_tls", "_traceparent", "_trust"),
        "_watch",
    )

    def __init__(
        self,
        question: Question,
        ends: float,
        resolve: Resolve,
        trust: Trust,
        traceparent: bytes = b"",
    ) -> None:
        """*ends* is the deadline by `time.perf_counter`."""
        self._question = question
        self._ends = ends
        self._resolve = resolve
        self._trust = trust
        self._traceparent = traceparent
        self._context = trust.context(question.terms) if question.secure else None
        self._watch = Stopwatch()
        self._answer = Answer(bodyless=question.bodyless, body_limit=question.terms.body_limit)
        self._connecting = Connecting(self._connected, self.broke)
        self._connection: Connection | None = None
        self._kept: Kept | None = None
        self._tls: Tls | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[WireError | None] = self._loop.create_future()

    async def run(self, kept: Kept | None = None) -> Answered:
        """Over *kept* if it is given. Raises WireError with its report, or OSError when this
        machine is in trouble.
        """
        self._kept = kept
        try:
            try:
                trouble = await self._run()
            except WireError as error:
                trouble = error
            finally:
                self._stop()
                self._answer.forget()
                self._connecting.forget()
            if trouble is None:
                return self._answered()
            trouble.report = self._report()
        except BaseException:  # also who is called off after the answer came keeps no connection
            self._hang_up()
            raise
        self._hang_up()
        raise trouble

    @property
    def was_stale(self) -> bool:
        """Whether a kept connection turned out to be closed, almost at once: who took our request
        and fell over it had more time.
        """
        kept, trouble = self._kept, self._answer.trouble
        return (
            kept is not None
            and not self._answer.received
            and trouble is not None
            and trouble.reason in _BROKEN_OFF
            and self._watch.total_s < kept.patience_s
        )

    def keep(self) -> Kept | None:
        """The connection, for the next one, if it is of use."""
        connection, known = self._connection, self._kept
        if connection is None or connection.closed:
            return None
        if not self._keeps:
            connection.close()
            return None
        if known is not None:
            return Kept(connection, known.tls, known.began, known.patience_s)
        far_s = 2 * self._watch.laps["connect"] / 1e9
        patience_s = min(max(_AT_ONCE_S, far_s), _STALE_MOST_S)
        return Kept(connection, self._shown(), time.perf_counter(), patience_s)

    async def _run(self) -> WireError | None:
        asked = self._question
        if self._kept is not None:
            self._set_timer()
            self._talk(self._kept.connection)
        else:
            addresses: Sequence[str] = asked.addresses
            if not addresses:
                addresses = await self._looked_up()
            elif asked.terms.ip != "any":
                of_kind(addresses[0], asked.terms.ip)
            self._set_timer()
            self._watch.enter("connect")
            self._connecting.begin(addresses, asked.port, self._left_s())
        return await self._done

    async def _looked_up(self) -> Sequence[str]:
        lookup = self._question.lookup
        assert lookup  # noqa: S101 - or there are addresses
        self._watch.enter("resolve")
        try:
            async with asyncio.timeout(self._left_s()):
                return await addresses_of(lookup, self._resolve)
        except TimeoutError:
            raise late("resolve", lookup.host, lookup.server) from None

    def _left_s(self) -> float:
        return max(0.0, self._ends - time.perf_counter())

    def _set_timer(self) -> None:
        self._timer = self._loop.call_later(self._left_s(), self._overdue)

    def _overdue(self) -> None:
        self._end(late(self._watch.phase, self._address or self._question.where))

    def _connected(self, sock: socket.socket, address: str) -> None:
        try:
            self._connection = connection = Connection(sock, address, self)
            if self._context is None:
                self._ask(connection)
            else:
                self._watch.enter("tls")
                connection.secure(self._context, self._question.server_name)
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            self.broke(error)

    def _talk(self, connection: Connection) -> None:
        self._connection = connection
        connection.listener = self
        self._ask(connection)

    def _ask(self, connection: Connection) -> None:
        self._watch.enter("send")
        connection.send(self._question.written(self._traceparent))

    # What the connection tells

    def agreed(self) -> None:
        connection = self._connection
        assert connection  # noqa: S101 - it is what tells this
        assert connection.tls  # noqa: S101 - as above
        spoken = connection.tls.selected_alpn_protocol()
        if spoken in _SPOKEN:
            self._ask(connection)
        else:
            said = "TLS failed: the server chose a version of HTTP that was not offered"
            self._end(WireError(Reason.TLS_PROTOCOL, said))

    def refused(self, error: ssl.SSLError) -> None:
        if isinstance(error, ssl.SSLEOFError):
            said = "the connection was closed while agreeing on TLS"
            self._end(WireError(Reason.TLS_FAILED, said))
        else:
            self._tls = self._trust.refused(error)
            self._end(classify(error, self._question.server_name))

    def sent(self) -> None:
        if self._watch.phase == "send":
            self._watch.enter("wait")

    def arrived(self, data: bytes) -> None:
        answer = self._answer
        if not answer.received:
            self._watch.enter("receive")
        answer.feed(data)
        if answer.over:
            self._end(answer.trouble)

    def ended(self, error: OSError | None) -> None:
        if self._done.done():
            self._hang_up()  # or it would tell its end again and again
            return
        if self._watch.phase == "tls":
            said = "the connection was reset while agreeing on TLS"
            self._end(WireError(Reason.CONNECTION_RESET, said))
            return
        self._answer.end(error)
        self._end(self._answer.trouble)

    def broke(self, error: Exception) -> None:
        """By a mistake of ours, unless it is the target's trouble in connecting."""
        if isinstance(error, WireError):
            self._end(error)
        elif not self._done.done():
            self._done.set_exception(error)
            self._stop()

    def _end(self, trouble: WireError | None) -> None:
        if not self._done.done():
            self._watch.enter("")
            self._done.set_result(trouble)
            self._stop()

    def _stop(self) -> None:
        """Leaves nothing open but a connection that can be kept."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connecting.close()
        if not self._keeps:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()

    @property
    def _keeps(self) -> bool:
        connection = self._connection
        return (
            self._question.terms.reuse
            and self._answer.keeps_alive
            and connection is not None
            and not connection.sending
        )

    # What is told afterwards

    @property
    def _address(self) -> str:
        return self._connection.address if self._connection else self._connecting.address

    def _shown(self) -> Tls | None:
        if self._kept is not None:
            return self._kept.tls and self._trust.again(self._kept.tls)
        if self._tls is None and self._connection is not None:
            tls = self._connection.tls
            if tls is not None and tls.version():
                self._tls = self._trust.agreed(tls)
        return self._tls

    def _answered(self) -> Answered:
        answer = self._answer
        return Answered(
            answer.status, answer.phrase, answer.headers, bytes(answer.body), self._report()
        )

    def _report(self) -> Report:
        answer, phases = self._answer, self._watch.stop()
        return Report(
            phases,
            self._address,
            answer.http_version,
            answer.status or None,
            answer.received,
            self._shown(),
            sum(phases.values(), timedelta()),
        )
