"""A worker's work: one errand after the other, until there is no more."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from probes.browser.troubles import BrowserTrouble
from probes.browser.worker.desk import Desk
from probes.browser.worker.surroundings import Surroundings
from probes.browser.worker.voice import Voice

if TYPE_CHECKING:
    from playwright.async_api import Playwright


async def serve(
    channel: int, folder: Path, executable: str, starting: Awaitable[Playwright]
) -> None:
    """Ends when told to; when the daemon dies, the whole process does."""
    with socket.socket(fileno=channel) as end:
        voice = Voice(end, folder)
        voice.start()
        desk = Desk(executable, folder, time.monotonic, starting)
        with suppress(BrowserTrouble):  # said when the first errand comes
            await desk.prepare()
        while (content := await voice.errands.get()) is not None:
            before = Surroundings.now(folder)
            voice.begin()
            worn = await desk.run(content, voice.tell)
            voice.end()
            await asyncio.sleep(0)  # what was cancelled ends
            worn = worn or not Surroundings.now(folder).are_as(before)
            voice.tell({"say": "over", "worn": worn})
            if not worn:
                await desk.renew()
        await desk.close()
