"""What a program says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from monitor.captures.terms import CannotFetch, Terms, in_arguments
from monitor.channels import Outside
from monitor.config.changes import Capture
from monitor.programs import Running, ended, reason, surroundings


async def read(capture: Capture, terms: Terms, outside: Outside) -> AsyncIterator[bytes]:  # noqa: ARG001 - the signature of every source
    """Its output and errors as they come; ends the program when nobody wants more. Raises
    CannotFetch, also at the end of one that failed.
    """
    argv = in_arguments(capture.command, terms)
    if capture.folder and not await asyncio.to_thread(Path(capture.folder).is_dir):
        raise CannotFetch("the folder that it should run in is not there")
    try:
        environment = surroundings({"TZ": "UTC", **capture.environment})
        running = await Running.start(argv, environment, capture.folder, pursued=True)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) and error.errno else "no such program"
        raise CannotFetch(f"{Path(argv[0]).name} could not be started: {why}") from None
    try:
        while chunk := await running.read():
            yield chunk
        status = running.status
    finally:
        await running.end()
    if status:
        raise CannotFetch(ended(status))
