"""The httpx transport: a fresh connection for every request, timed phase by phase.

Ours instead of httpcore's because a probe must know where the time went and why it failed: the
usual pools hide name resolution inside connecting, and one exception type covers many causes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from probes.wire.exchange import Exchange
from probes.wire.idle import Idle
from probes.wire.names import Names
from probes.wire.preparing import prepare
from probes.wire.question import Question, request_of, write_question
from probes.wire.report import EXTENSION, Answered, Report, Terms, WireError, after, report_of
from probes.wire.resolve import Resolve
from probes.wire.trust import Trust, machine_time

if TYPE_CHECKING:
    from probes.wire.borrowed import Borrowed


class Wire(httpx.AsyncBaseTransport):
    """Give `extensions={"wire": Terms(…)}` with a request; a response carries a Report there.

    Raises WireError for whatever the target did, OSError when this machine is in trouble, and
    ValueError for a request in which another one could hide. Bodies come as they were sent, still
    encoded, and complete. `now` is the wall clock, by which certificates are judged. No proxy is
    read from the environment. Closing it ends what it looks up and closes what it keeps.
    """

    def __init__(
        self, now: Callable[[], datetime] = machine_time, resolve: Resolve | None = None
    ) -> None:
        self._names = Names()
        self._resolve = resolve or self._names
        self._trust = Trust(now)
        self._idle = Idle()
        self._borrowed: Borrowed | None = None

    async def ask(self, question: Question, within_s: float, traceparent: bytes = b"") -> Answered:
        """The short way, without httpx in between. Raises as the long one. *traceparent* is sent
        beside what the question says, unless it is empty.
        """
        terms = question.terms
        if terms.http2 or terms.proxy:
            return await self._ask_borrowed(question, within_s, traceparent)
        ends = time.perf_counter() + within_s
        if terms.reuse:
            return await self._ask_again(question, ends, traceparent)
        return await Exchange(question, ends, self._resolve, self._trust, traceparent).run()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        terms = replace(request.extensions.get(EXTENSION) or Terms(), reuse=False)
        url = request.url.copy_with(userinfo=b"", fragment=None)
        body = await request.aread()
        question = write_question(request.method, url, request.headers.raw, body, terms)
        answered = await self.ask(question, terms.within.total_seconds())
        return httpx.Response(
            answered.status,
            headers=list(answered.headers),
            stream=httpx.ByteStream(answered.body),
            request=request,
            extensions={EXTENSION: answered.report, "reason_phrase": answered.phrase},
        )

    async def prepare(self, questions: Iterable[Question]) -> None:
        """Loads beside the loop what asking these takes, so that no run waits for it. Raises
        nothing: trouble is told by the run that has it.
        """
        await prepare(questions, self._trust)

    async def aclose(self) -> None:
        self._idle.close()
        await self._names.aclose()

    async def _ask_again(self, question: Question, ends: float, traceparent: bytes) -> Answered:
        """Over the connection of last time, if it is still of use."""
        exchange = Exchange(question, ends, self._resolve, self._trust, traceparent)
        kept = self._idle.take(question) if question.repeatable else None
        try:
            answered = await exchange.run(kept)
        except WireError as stale:
            if not exchange.was_stale:
                raise
            exchange = Exchange(question, ends, self._resolve, self._trust, traceparent)
            try:
                answered = await exchange.run()
            except WireError as error:
                error.report = after(stale.report, error.report)
                raise error from None
            answered = replace(answered, report=after(stale.report, answered.report))
        found = exchange.keep()
        if found is not None:
            self._idle.keep(question, found)
        return answered

    async def _ask_borrowed(
        self, question: Question, within_s: float, traceparent: bytes
    ) -> Answered:
        from probes.wire.borrowed import Borrowed, ready  # noqa: PLC0415 - heavy, and few want it

        if self._borrowed is None:
            self._borrowed = Borrowed(self._resolve, self._trust)
        terms = replace(question.terms, within=timedelta(seconds=within_s))
        await ready()
        began = time.perf_counter()
        try:
            response = await self._borrowed.ask(request_of(question, traceparent), terms)
        except WireError as error:
            error.report = _lasted(error.report, began)
            raise
        report = _lasted(report_of(response), began)
        body = b"".join([part async for part in response.aiter_raw()])
        return Answered(response.status_code, b"", response.headers.raw, body, report)


def _lasted(report: Report, began: float) -> Report:
    return replace(report, took=timedelta(seconds=time.perf_counter() - began))
