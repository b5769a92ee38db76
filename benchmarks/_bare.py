"""The http library alone: a fresh client with its stock transport for every request.

Started by runs.py as the peer "httpx". It judges the answer and neither plans nor keeps anything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import time
from pathlib import Path
from typing import Final

import httpx
import uvloop

from benchmarks import _cores
from benchmarks._site import MARK

AT_ONCE: Final = 8
WARM_UP: Final = 2
"""Requests of each of them that are not counted."""


async def ask(url: str, trusted: ssl.SSLContext) -> None:
    """Raises RuntimeError for an unexpected answer."""
    transport = httpx.AsyncHTTPTransport(verify=trusted)
    async with httpx.AsyncClient(transport=transport) as client:
        response = await client.get(url)
        if response.status_code != 200 or MARK not in response.text:
            raise RuntimeError(f"{url} answered something else")


async def measure(url: str, authority: Path, seconds: float) -> float:
    """CPU microseconds per request."""
    trusted = ssl.create_default_context(cafile=authority)
    count = 0

    async def keep_asking(until: float, least: int) -> None:
        nonlocal count
        while least > 0 or time.monotonic() < until:
            await ask(url, trusted)
            count, least = count + 1, least - 1

    await asyncio.gather(*(keep_asking(0.0, WARM_UP) for _ in range(AT_ONCE)))
    count, began_us = 0, _cores.used_us()
    ends = time.monotonic() + seconds
    await asyncio.gather(*(keep_asking(ends, 1) for _ in range(AT_ONCE)))
    return (_cores.used_us() - began_us) / count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--authority", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--core", type=int)
    given = parser.parse_args()
    if given.core is not None:
        _cores.pin({given.core})
    print(json.dumps(uvloop.run(measure(given.url, given.authority, given.seconds))))


if __name__ == "__main__":
    main()
