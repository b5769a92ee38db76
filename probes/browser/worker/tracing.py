"""Playwright's trace of a run, kept only where it failed and can be cleared of secrets."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.result import Artefact
from probes.scrub import Scrubber
from probes.scrub.archive import NotClean, scrubbed

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

LARGEST: Final = 10 * 1024 * 1024
_log = logging.getLogger(__name__)


class Trace:
    """Of one context. Without pictures of the screen: nobody can find a secret in those."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    async def start(self) -> None:
        """Costs a quarter more from now on. Raises what Playwright raises."""
        await self._context.tracing.start(snapshots=True, screenshots=False, sources=False)

    async def kept(self, scrub: Scrubber) -> Artefact | None:
        """Ends it. None when it is too large or holds a secret that cannot be taken out.

        Raises what Playwright raises, and may take long after many lines for the console.
        """
        with _folder() as folder:
            path = folder / "trace.zip"
            await self._context.tracing.stop(path=path)
            try:
                content = await asyncio.to_thread(scrubbed, path, scrub, LARGEST)
            except NotClean as why:
                _log.warning("a trace is dropped: %s", why)
                return None
        return Artefact("trace.zip", "application/zip", content)


@contextmanager
def _folder() -> Iterator[Path]:
    """Taken away also when a thread still reads there."""
    folder = Path(tempfile.mkdtemp(prefix="trace-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
