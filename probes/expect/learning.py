"""What a good answer teaches: its shape, and how many entries it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias

from probes.expect.document import parse
from probes.expect.judge import Seen
from probes.expect.settings import Expect
from probes.expect.shape import Shape

Taught: TypeAlias = tuple[Shape | None, Mapping[str, int]]


class Lessons:
    """Of one probe, beside the event loop: one after the other, for nobody can stop a thread."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: asyncio.Future[Taught] | None = None

    async def give(self, lesson: Callable[[], Taught]) -> Taught:
        """Raises what *lesson* raises. Cancelled, it goes on until it ends."""
        loop = asyncio.get_running_loop()
        while self._last is not None and self._last.get_loop() is loop and not self._last.done():
            await asyncio.wait([self._last])
        self._last = loop.run_in_executor(None, lesson)
        return await asyncio.shield(self._last)


def taught(expect: Expect, seen: Seen) -> Taught:
    """Of an answer that was judged good; as far as anybody wants to know."""
    document = parse(seen.content)
    counts = {str(path): sum(1 for _ in path.select(document)) for path in expect.counted}
    return (Shape.of(document) if expect.learns else None), counts
