"""Addresses that the browser is not to ask for, such as those of popular third parties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

BLOCKED: Final = "net::ERR_BLOCKED_BY_CLIENT"
"""How the browser's word for a request that was blocked begins: no failing of anybody's."""


def blocking_patterns(block: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What Chromium is to pause for: there, `?` is a wildcard as well."""
    for pattern in block:
        yield {"urlPattern": pattern.replace("\\", "\\\\").replace("?", "\\?")}
