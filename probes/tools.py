"""What a run may borrow. Built once by whoever owns the process; a kind never builds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from probes.browser import Browsers
    from probes.injection import Fault
    from probes.wire.asking import Asking


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which try this is. `confirms`: the run before, or a try of this one, has failed.

    `trace_id` (32 hexadecimal digits) is of the run, `span_id` (16) of this try; empty where the
    target is not to be told.
    """

    confirms: bool = False
    trace_id: str = ""
    span_id: str = ""

    @property
    def traceparent(self) -> str:
        """What W3C Trace Context has a request carry; empty where there is nothing to."""
        return f"00-{self.trace_id}-{self.span_id}-01" if self.trace_id else ""


FIRST: Final = Attempt()


@dataclass(frozen=True, slots=True)
class Tools:
    """`monotonic` is seconds for measuring spans; `browsers` starts a browser when first asked."""

    transport: Asking
    browsers: Browsers
    monotonic: Callable[[], float]
    attempt: Attempt = FIRST
    fault: Fault | None = None
    """What a browser is to break on the way; None in ordinary runs."""
    writes: bool = True
    """Whether a browser may send what changes something there; in ordinary runs it may."""
    notes: bool = False
    """Whether a browser keeps what it is answered, for `Facts.answers`; never in ordinary runs."""

    def during(self, attempt: Attempt) -> Tools:
        """The same, for that try; by hand, for `replace` takes three times as long, for each."""
        return Tools(
            self.transport,
            self.browsers,
            self.monotonic,
            attempt,
            self.fault,
            self.writes,
            self.notes,
        )
