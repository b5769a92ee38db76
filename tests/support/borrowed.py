"""Asking the way our own engine does not: over HTTP/2, or through a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvloop

from probes.wire.borrowed import Borrowed
from probes.wire.report import Terms, WireError
from probes.wire.resolve import Lookup, Resolve
from probes.wire.trust import Trust, machine_time
from tests.support.http2 import Act, http2, offering
from tests.support.proxies import Proxy
from tests.support.targets import Certificates, Script, Target, target

NAME, PROXY = "shop.example.org", "proxy.example.org"
LoopFactory = Callable[[], asyncio.AbstractEventLoop]
ON_BOTH_LOOPS = pytest.mark.parametrize(
    "loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)

WAYS = pytest.mark.parametrize("way", ["http", "https", "socks5"])


def only(name: str) -> Resolve:
    """Knows one name, which leads here; nobody may ask for another."""

    async def resolve(lookup: Lookup) -> list[str]:
        assert lookup.host == name, f"{lookup.host} is not ours to look up"
        return ["127.0.0.1"]

    return resolve


async def borrow(
    url: str, terms: Terms, body: bytes | None = None, resolve: Resolve | None = None
) -> httpx.Response:
    """Asks, and leaves nothing behind."""
    before = asyncio.all_tasks()
    request = httpx.Request("POST" if body else "GET", url, content=body)
    borrowed = Borrowed(resolve or only(PROXY if terms.proxy else NAME), Trust(machine_time))
    try:
        return await borrowed.ask(request, terms)
    finally:
        left = asyncio.all_tasks() - before
        assert not left, f"tasks left behind: {left}"


async def borrow_trouble(url: str, terms: Terms, resolve: Resolve | None = None) -> WireError:
    with pytest.raises(WireError) as raised:
        await borrow(url, terms, resolve=resolve)
    assert str(raised.value).isprintable()
    return raised.value


async def ask(
    there: Target, certificates: Certificates, body: bytes = b"", seconds: float = 5
) -> httpx.Response:
    """Over HTTP/2."""
    within = timedelta(seconds=seconds)
    terms = Terms(within=within, body_limit=100_000, http2=True, ca=certificates.file)
    return await borrow(f"{there.scheme}://{NAME}:{there.port}/basket?of=1", terms, body)


async def trouble(
    there: Target, certificates: Certificates, body: bytes = b"", seconds: float = 5
) -> WireError:
    with pytest.raises(WireError) as raised:
        await ask(there, certificates, body, seconds)
    assert str(raised.value).isprintable()
    return raised.value


@contextmanager
def speaking(act: Act, certificates: Certificates) -> Iterator[Target]:
    """HTTP/2 behind TLS, under the name."""
    with target(http2(act), offering(certificates.good(NAME))) as there:
        yield there


def by_way_of(
    there: Target, way: str, certificates: Certificates, user: str = "", **more: Any
) -> Terms:
    proxy = httpx.URL(f"{way}://{user}{PROXY}:{there.port}")
    terms = Terms(within=timedelta(seconds=5), proxy=proxy, ca=certificates.file)
    return replace(terms, **more)


def running(stack: ExitStack, way: str, proxy: Proxy, certificates: Certificates) -> Target:
    script: Script = proxy.socks if way.startswith("socks") else proxy.http
    context = certificates.good(PROXY) if way == "https" else None
    return stack.enter_context(target(script, context))
