"""A journey that notes when it began; importable, so that another process can be handed it."""

from __future__ import annotations

import time
from pathlib import Path

from probes.browser import Journey, Visit


async def noting(visit: Visit, *, file: str, journey: Journey) -> None:
    note = Path(file)
    note.write_text(str(time.monotonic()))  # noqa: ASYNC240 - a few bytes, once
    await journey(visit)
