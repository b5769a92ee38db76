"""What a run may borrow. Built once by whoever owns the process; a kind never builds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.browser import Browsers
    from probes.wire import Wire


@dataclass(frozen=True, slots=True)
class Tools:
    """`monotonic` is seconds for measuring spans; `browsers` starts a browser when first asked."""

    transport: Wire
    browsers: Browsers
    monotonic: Callable[[], float]
