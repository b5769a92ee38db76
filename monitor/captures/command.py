"""What a program says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from monitor.captures.terms import CannotFetch, Terms, in_arguments
from monitor.channels import Outside
from monitor.config.changes import Capture
from monitor.programs import Running, surroundings


async def read(capture: Capture, terms: Terms, outside: Outside) -> AsyncIterator[bytes]:  # noqa: ARG001 - the signature of every source
    """Its output and errors as they come; ends the program when nobody wants more. Raises
    CannotFetch, also at the end of one that failed.
    """
    argv = in_arguments(capture.command, terms)
    if capture.folder and not await asyncio.to_thread(Path(capture.folder).is_dir):
        raise CannotFetch("the folder that it should run in is not there")
    try:
        running = await Running.start(argv, surroundings(capture.environment), capture.folder)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        why = os.strerror(number).lower() if number else "no such program"
        raise CannotFetch(f"{Path(argv[0]).name} could not be started: {why}") from None
    try:
        while chunk := await running.read():
            yield chunk
        status = running.status
    finally:
        await running.end()
    if status:
        raise CannotFetch(_ended(status))


def _ended(status: int) -> str:
    if status < 0:
        return f"the program was ended by signal {-status}"
    return f"the program ended with status {status}"
