"""The way to the target, straight or through a proxy, up to where it can be spoken to."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpcore
import httpx

from probes.wire.borrowed_proxies import is_socks, port_of, refused, through_http, through_socks
from probes.wire.borrowed_streams import Opening, Secure
from probes.wire.question import literal_of, without_zone
from probes.wire.refusals import classify
from probes.wire.report import Stopwatch, Terms, WireError
from probes.wire.resolve import Lookup, Resolve, addresses_of, is_address, of_kind
from probes.wire.trust import Trust


class Way:
    """Used once. `address` is what was connected to, or tried last; `whom` we are waiting for.

    Its methods raise WireError, or OSError when this machine is in trouble.
    """

    def __init__(self, terms: Terms, resolve: Resolve, trust: Trust, watch: Stopwatch) -> None:
        self.address = ""
        self.whom = ""
        self._terms = terms
        self._resolve = resolve
        self._context = _proxy_context(terms, trust)
        self._watch = watch
        self._ends = time.perf_counter() + terms.within.total_seconds()
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def aclose(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()

    async def straight(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        """To the target, or to the place that stands for it."""
        to = self._terms.connect_to
        host, port = (to.host, to.port or port) if to else (host, port)
        self.whom = host
        stream = await self._connect(host, port)
        self.whom = self.address
        return stream

    async def through(self, proxy: httpx.URL, host: str, port: int) -> httpcore.AsyncNetworkStream:
        """To the target, in a tunnel."""
        stream = await self.to_proxy(proxy)
        with _blaming_the_proxy():
            if is_socks(proxy):
                await through_socks(stream, proxy, host, port)
            else:
                stream = await through_http(stream, proxy, host, port)
        self.whom = host
        return stream

    async def to_proxy(self, proxy: httpx.URL) -> httpcore.AsyncNetworkStream:
        """To where the proxy can be spoken to."""
        host = literal_of(proxy)
        self.whom = f"the proxy {host}"
        try:
            with _blaming_the_proxy():
                stream = await self._connect(host, port_of(proxy))
                self.whom = f"the proxy {self.address}"
                if self._context is None:
                    return stream
                name = without_zone(host).removesuffix(".")
                return await _encrypt(stream, self._context, name)
        except WireError as error:
            raise refused(f"no way to the proxy: {error}") from None

    async def _connect(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host)
        self._watch.enter("connect")
        opening = Opening()
        try:
            left_s = max(0.0, self._ends - time.perf_counter())
            self._stream = await opening.open(addresses, port, left_s)
        finally:
            self.address = opening.address
        return self._stream

    async def _addresses(self, host: str) -> list[str]:
        if is_address(host):
            of_kind(host, self._terms.ip)
            return [host]
        self._watch.enter("resolve")
        lookup = Lookup(host, self._terms.ip, self._terms.resolver)
        return await addresses_of(lookup, self._resolve)


def _proxy_context(terms: Terms, trust: Trust) -> ssl.SSLContext | None:
    """For a proxy that wants TLS itself. It gets to see no certificate of ours."""
    if terms.proxy is None or terms.proxy.scheme != "https":
        return None
    return trust.context(replace(terms, certificate=None, key=None, http2=False))


async def _encrypt(
    stream: httpcore.AsyncNetworkStream, context: ssl.SSLContext, host: str
) -> Secure:
    secure = Secure(stream, context, host)
    try:
        await secure.agree()
    except ssl.SSLError as error:
        raise classify(error, host) from None
    return secure


@contextmanager
def _blaming_the_proxy() -> Iterator[None]:
    try:
        yield
    except (httpcore.NetworkError, ssl.SSLError):
        raise refused("the proxy broke the connection") from None
