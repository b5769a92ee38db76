"""What the daemon does when the system asks something of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack


def listen_for_signals(
    stack: AsyncExitStack, *, stop: Callable[[], None], reload: Callable[[], None]
) -> None:
    """Until *stack* is undone; what comes later than that changes nothing."""
    loop = asyncio.get_running_loop()
    wanted: dict[int, Callable[[], None]] = {
        signal.SIGTERM: stop,
        signal.SIGINT: stop,
        signal.SIGHUP: reload,
    }
    for number, act in wanted.items():
        loop.add_signal_handler(number, act)
        stack.callback(signal.signal, number, signal.SIG_IGN)  # the end is near anyway
        stack.callback(loop.remove_signal_handler, number)
