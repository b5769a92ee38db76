"""What our own engine does not speak, borrowed from httpx: HTTP/2, and the ways through a proxy.

The protocols are httpcore's, a connection at a time and without its pools, which would resolve
names by themselves and ask again behind our back. Names, connecting, TLS and time are ours.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

import httpcore
import httpx

from probes.result import Reason
from probes.wire.borrowed_proxies import is_socks
from probes.wire.borrowed_streams import Secure
from probes.wire.borrowed_talk import NO_HTTP2, Talk
from probes.wire.borrowed_way import Way
from probes.wire.certificates import Tls
from probes.wire.question import literal_of, without_zone
from probes.wire.refusals import classify
from probes.wire.report import Report, Stopwatch, Terms, WireError
from probes.wire.resolve import Resolve
from probes.wire.troubles import late
from probes.wire.trust import Trust

_PORTS: Final = {"http": 80, "https": 443}


class Borrowed:
    """Asks over HTTP/2, or through a proxy, or both; over a fresh connection every time.

    Over http, HTTP/2 is spoken from the first byte (RFC 9113, section 3.3). The proxy's own name
    is looked up here, the target's by the proxy; the same authorities vouch for both.
    """

    def __init__(self, resolve: Resolve, trust: Trust) -> None:
        self._resolve = resolve
        self._trust = trust

    async def ask(self, request: httpx.Request, terms: Terms) -> httpx.Response:
        """The complete answer, still encoded, with a Report.

        Raises WireError with its report, or OSError when this machine is in trouble. What is wrong
        with the proxy, or on the way to it, is PROXY_REFUSED, unless it took too long.
        """
        return await _Errand(request, terms, self._resolve, self._trust).run()


async def ready() -> None:
    """What httpcore loads when first used must not be taken for the target's time."""
    await httpcore.AnyIOBackend().sleep(0)


class _Errand:
    """One request on its way. Used once."""

    def __init__(
        self, request: httpx.Request, terms: Terms, resolve: Resolve, trust: Trust
    ) -> None:
        url = request.url
        self._request = request
        self._terms = terms
        self._trust = trust
        self._context = trust.context(terms) if url.scheme == "https" else None
        self._host = literal_of(url)
        self._port = url.port or _PORTS[url.scheme]
        self._watch = Stopwatch()
        self._way = Way(terms, resolve, trust, self._watch)
        self._talk = Talk(request, self._watch, terms)
        self._tls: Tls | None = None

    async def run(self) -> httpx.Response:
        try:
            async with asyncio.timeout(self._terms.within.total_seconds()):
                await self._run()
        except TimeoutError:
            trouble = late(self._watch.phase, self._way.whom or self._host, self._terms.resolver)
        except WireError as error:
            trouble = error
        else:
            return self._talk.response(self._report())
        trouble.report = self._report()
        raise trouble

    def _report(self) -> Report:
        return Report(
            phases=self._watch.stop(),
            address=self._way.address,
            http_version=self._talk.http_version,
            status=self._talk.status,
            received=self._talk.received,
            tls=self._tls,
        )

    async def _run(self) -> None:
        try:
            await self._go()
        finally:
            await self._way.aclose()

    async def _go(self) -> None:
        proxy = self._terms.proxy
        if proxy and not (is_socks(proxy) or self._context or self._terms.http2):
            return await self._talk.over(await self._way.to_proxy(proxy), proxy)
        if proxy:
            stream = await self._way.through(proxy, self._host, self._port)
        else:
            stream = await self._way.straight(self._host, self._port)
        if self._context:
            stream = await self._encrypt(stream, self._context)
        return await self._talk.over(stream)

    async def _encrypt(
        self, stream: httpcore.AsyncNetworkStream, context: ssl.SSLContext
    ) -> Secure:
        self._watch.enter("tls")
        name = (self._terms.server_name or without_zone(self._host)).removesuffix(".")
        secure = Secure(stream, context, name)
        try:
            await secure.agree()
        except (ssl.SSLEOFError, httpcore.NetworkError):
            said = "the connection was closed while agreeing on TLS"
            raise WireError(Reason.TLS_FAILED, said) from None
        except ssl.SSLError as error:
            self._tls = self._trust.refused(error)
            raise classify(error, name) from None
        self._tls = self._trust.agreed(secure.tls)
        if self._terms.http2 and secure.tls.selected_alpn_protocol() != "h2":
            raise WireError(Reason.TLS_PROTOCOL, NO_HTTP2)
        return secure
