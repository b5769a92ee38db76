"""Who has the last word on every try, one after the other."""

from __future__ import annotations

from monitor.config import Probe
from monitor.runner import Weigh
from probes import Result


def one_after_the_other(*words: Weigh) -> Weigh:
    """Each is given what the one before made of it."""

    async def weigh(probe: Probe, result: Result, began: float) -> Result:
        for word in words:
            result = await word(probe, result, began)
        return result

    return weigh
