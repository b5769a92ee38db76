"""What a worker runs: `python …/worker/__main__.py SOCKET FOLDER BROWSER`, started by the daemon.

The driver is started before anything of our own is imported: it takes a quarter of a second to
come up, and everything else fits into that.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright


async def _main(socket: int, folder: Path, executable: str) -> None:
    starting = asyncio.ensure_future(async_playwright().start())
    await asyncio.sleep(0.003)  # until its process is there
    from probes.browser.worker.serving import serve  # noqa: PLC0415 - while the driver starts

    await serve(socket, folder, executable, starting)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
