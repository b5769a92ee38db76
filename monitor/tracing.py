"""What a run is called in the target's own tracing (W3C Trace Context).

The names follow from what a run is, so that none has to be kept: whoever knows the run knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Final

from monitor.slots import EPOCH
from probes.tools import FIRST, Attempt

_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_CONFIRMING: Final = Attempt(confirms=True)


def trace_id_of(instance: str, probe: str, location: str, slot: datetime) -> str:
    """32 hexadecimal digits, never all zero, which would be no name."""
    since = slot - EPOCH
    when = f"{since.days}|{since.seconds}|{since.microseconds}"
    run = f"{instance}|{probe}|{location}|{when}".encode()
    made = blake2b(run, digest_size=16).hexdigest()
    return made if made != _NO_TRACE else made[:-1] + "1"


def span_id_of(trace_id: str, part: str) -> str:
    """16 hexadecimal digits for a part of that run: "1" for its first try."""
    made = blake2b((trace_id + part).encode(), digest_size=8).hexdigest()
    return made if made != _NO_SPAN else made[:-1] + "1"


def _settled(_: str) -> bool:
    return False


class Attempts:
    """Tells every try which one it is. `told` is whether targets hear of their traces."""

    __slots__ = ("_instance", "_location", "_unsettled", "told")

    def __init__(
        self, instance: str, location: str, unsettled: Callable[[str], bool] = _settled
    ) -> None:
        """*unsettled* knows of a probe's id whether its last run failed."""
        self._instance = instance
        self._location = location
        self._unsettled = unsettled
        self.told = True

    def of(self, probe: str, slot: datetime, number: int) -> Attempt:
        """*number* counts the tries of a run from 1."""
        confirms = number > 1 or self._unsettled(probe)
        if not self.told:
            return _CONFIRMING if confirms else FIRST
        trace_id = trace_id_of(self._instance, probe, self._location, slot)
        return Attempt(confirms, trace_id, span_id_of(trace_id, str(number)))
