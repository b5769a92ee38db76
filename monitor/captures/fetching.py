"""One fetch from its source to the lines that are kept, inside a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Final, cast

from monitor.captures import command, file, web
from monitor.captures.sifting import LINES_MAX, Scrub, Sifting
from monitor.captures.terms import CannotFetch, Terms
from monitor.channels import Outside
from monitor.config.changes import Capture
from monitor.store.captured import Fetched
from probes.expect.pattern import compiled

READ_MAX: Final = 8 * 1024 * 1024
"""Bytes of a source that are read, which may have no end."""
BITE: Final = 8 * 1024
"""Bytes that are sifted before others have their turn."""
_ENOUGH: Final = f"no more than its first 8 MiB or {LINES_MAX:,} lines were read"

_NO_PATTERN: Final = "its pattern cannot be used, so that every line was kept"

Source = Callable[[Capture, Terms, Outside], AsyncIterator[bytes]]


async def fetch(capture: Capture, terms: Terms, outside: Outside, scrub: Scrub) -> Fetched:
    """Raises nothing for the sake of the source: what is wrong with it is said in `why`."""
    sifting = Sifting(
        pattern=capture.pattern, context=capture.context, lines=capture.lines, scrub=scrub
    )
    why = _NO_PATTERN if capture.pattern and compiled(capture.pattern) is None else ""
    try:
        async with asyncio.timeout(capture.timeout.total_seconds()):
            why = await _sift(sifting, _source(capture)(capture, terms, outside)) or why
    except TimeoutError:
        why = f"it took longer than {capture.timeout.total_seconds():g} s"
    except CannotFetch as no:
        why = scrub(str(no))
    return sifting.found(why)


async def _sift(sifting: Sifting, source: AsyncIterator[bytes]) -> str:
    """Why it ended before its end, if it did. Raises CannotFetch."""
    async with aclosing(cast("AsyncGenerator[bytes, None]", source)) as chunks:
        async for chunk in chunks:
            for place in range(0, len(chunk), BITE):
                sifting.feed(chunk[place : place + BITE])
                await asyncio.sleep(0)
            if sifting.read > READ_MAX or sifting.lines > LINES_MAX:
                return _ENOUGH
    return ""


def _source(capture: Capture) -> Source:
    if capture.command:
        return command.read
    return file.read if capture.file else web.read
