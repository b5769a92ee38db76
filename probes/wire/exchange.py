"""One request on its way: resolve, connect, tls, send, wait, receive."""

from __future__ import annotations

import asyncio

import httpx

from probes.wire.answer import Answer
from probes.wire.connection import Connection
from probes.wire.report import Report, Stopwatch, Terms, Tls, WireError
from probes.wire.resolve import Lookup, Resolve, addresses_of, is_address
from probes.wire.troubles import late, most_telling, not_connected
from probes.wire.trust import Trust


class Exchange:
    """Used once. `report` can be asked for at any time; it ends the running phase."""

    def __init__(
        self, request: httpx.Request, terms: Terms, resolve: Resolve, trust: Trust
    ) -> None:
        url = request.url
        self._request = request
        self._terms = terms
        self._resolve = resolve
        self._trust = trust
        self._host = url.raw_host.decode("ascii").strip("[]")
        self._secure = url.scheme == "https"
        self._port = url.port or (443 if self._secure else 80)
        self._watch = Stopwatch()
        self._address = ""
        self._answer: Answer | None = None
        self._tls: Tls | None = None

    async def run(self) -> Answer:
        """Raises WireError with its report, or OSError when this machine is in trouble."""
        try:
            async with asyncio.timeout(self._terms.within.total_seconds()):
                return await self._run()
        except TimeoutError:
            trouble = late(self._watch.phase, self._address or self._host)
        except WireError as error:
            trouble = error
        trouble.report = self.report()
        raise trouble

    def report(self) -> Report:
        answer = self._answer
        return Report(
            phases=self._watch.stop(),
            address=self._address,
            http_version=answer.http_version if answer else "",
            status=(answer.status or None) if answer else None,
            received=answer.received if answer else 0,
            tls=self._tls,
        )

    async def _run(self) -> Answer:
        connection = await self._connect(await self._addresses())
        try:
            if self._secure:
                await self._encrypt(connection)
            return await self._ask(connection)
        finally:
            connection.drop()

    async def _addresses(self) -> list[str]:
        if is_address(self._host):
            return [self._host]
        self._watch.enter("resolve")
        return await addresses_of(Lookup(self._host), self._resolve)

    async def _connect(self, addresses: list[str]) -> Connection:
        """The first address that takes the connection; each gets a fair share of the time."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._terms.within.total_seconds()
        troubles: list[WireError] = []
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            self._address = _join(address, self._port)
            self._watch.enter("connect")
            share = (ends - loop.time()) / left if left > 1 else None
            try:
                async with asyncio.timeout(share):
                    return await self._open(address)
            except TimeoutError:
                troubles.append(late("connect", self._address))
            except OSError as error:
                troubles.append(not_connected(error, self._address))
        raise most_telling(troubles)

    async def _open(self, address: str) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            self._new_connection, address, self._port
        )
        return connection

    def _new_connection(self) -> Connection:
        bodyless = self._request.method == "HEAD"
        limit = self._terms.body_limit
        self._answer = Answer(self._watch, bodyless=bodyless, body_limit=limit)
        return Connection(self._answer)

    async def _encrypt(self, connection: Connection) -> None:
        context = self._trust.context(self._terms.ca)
        self._watch.enter("tls")
        self._tls = self._trust.agreed(await connection.agree(context, self._host))

    async def _ask(self, connection: Connection) -> Answer:
        answer = connection.answer
        self._watch.enter("send")
        await connection.send(_head(self._request) + await self._request.aread())
        if not answer.received:
            self._watch.enter("wait")
        trouble = await answer.done
        if trouble is not None:
            raise trouble
        return answer


def _head(request: httpx.Request) -> bytes:
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % header for header in request.headers.raw]
    if "connection" not in request.headers:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _join(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
