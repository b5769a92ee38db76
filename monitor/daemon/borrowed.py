"""What runs may borrow, made once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from monitor.clock import Clock
from monitor.config import Config
from probes import Tools
from probes.browser import Browsers
from probes.wire import Wire


def borrowed(
    stack: AsyncExitStack, config: Config, clock: Clock, secrets: Callable[[], frozenset[str]]
) -> Tools:
    """Taken back when *stack* is undone."""
    browsers = Browsers(executable=config.browser, idle=config.browser_idle, secrets=secrets)
    stack.push_async_callback(browsers.close)
    tools = Tools(transport=Wire(now=clock.now), browsers=browsers, monotonic=clock.monotonic)
    stack.push_async_callback(tools.transport.aclose)
    return tools
