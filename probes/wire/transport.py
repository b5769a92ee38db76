"""The httpx transport: a fresh connection for every request, timed phase by phase.

Ours instead of httpcore's because a probe must know where the time went and why it failed: the
usual pools hide name resolution inside connecting, and one exception type covers many causes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx

from probes.wire.exchange import Exchange
from probes.wire.report import EXTENSION, Terms
from probes.wire.resolve import Resolve, system_resolve
from probes.wire.trust import Trust, machine_time


class Wire(httpx.AsyncBaseTransport):
    """Give `extensions={"wire": Terms(…)}` with a request; a response carries a Report there.

    Raises WireError for whatever the target did, and OSError when this machine is in trouble.
    Bodies come as they were sent, still encoded, and complete. `now` is the wall clock, by which
    certificates are judged. No proxy is read from the environment. Nothing needs closing.
    """

    def __init__(
        self, now: Callable[[], datetime] = machine_time, resolve: Resolve = system_resolve
    ) -> None:
        self._resolve = resolve
        self._trust = Trust(now)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        terms = request.extensions.get(EXTENSION) or Terms()
        exchange = Exchange(request, terms, self._resolve, self._trust)
        answer = await exchange.run()
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=httpx.ByteStream(bytes(answer.body)),
            request=request,
            extensions={EXTENSION: exchange.report(), "reason_phrase": answer.phrase},
        )
