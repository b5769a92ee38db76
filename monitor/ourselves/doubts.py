"""Whose trouble a failing run was: the target's, or after all our own.

What a target answered is evidence, whatever it is. What did not come may not have come because of
us: our network was gone, or we stood still ourselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.config.model import Probe
from monitor.ourselves.looping import LoopWatch
from monitor.ourselves.network import Network
from monitor.whereabouts import Where, host_of, where
from probes import Outcome, Reason, Result

WAITED: Final = frozenset(
    (
        *(Reason.RESOLVE_TIMEOUT, Reason.CONNECT_TIMEOUT, Reason.TLS_TIMEOUT, Reason.SEND_TIMEOUT),
        *(Reason.ANSWER_TIMEOUT, Reason.RECEIVE_TIMEOUT, Reason.STEP_TIMEOUT, Reason.TIMEOUT),
        *(Reason.CONNECTION_RESET, Reason.CLOSED_EARLY, Reason.ELEMENT_MISSING),
        *(Reason.MESSAGE_MISSING, Reason.FILE_MISSING, Reason.PAGE_NOT_LOADED),
    )
)
"""Something was waited for that did not come, or not any more."""
NOT_REACHED: Final = WAITED | {
    *(Reason.NAME_NOT_FOUND, Reason.RESOLVER_FAILED),
    *(Reason.CONNECT_FAILED, Reason.UNREACHABLE),
}


class Doubts:
    """Weighs results, each right after its try."""

    def __init__(self, network: Network, loop: LoopWatch) -> None:
        self._network = network
        self._loop = loop

    async def weigh(self, probe: Probe, result: Result, began: float) -> Result:
        """*result*, or an ERROR in its place. *began* is when the try did, on the monotonic clock.
        Takes two seconds at most.
        """
        if result.outcome is Outcome.PASS and not self._network.wonders:
            return result
        if result.outcome in (Outcome.PASS, Outcome.SLOW):
            self._network.reached(where(host_of(probe.settings)), began)
        if self._stood_still(probe, result, began):
            return _ours(result, Reason.STALLED, "we stood still ourselves while it ran")
        if await self._network_was_gone(probe, result, began):
            return _ours(result, Reason.NETWORK_GONE, "our own network was gone")
        return result

    def _stood_still(self, probe: Probe, result: Result, began: float) -> bool:
        if result.outcome is Outcome.SLOW and result.reason is Reason.TOO_SLOW:
            allowed = result.took
        elif result.outcome is Outcome.FAIL and result.reason in WAITED:
            allowed = probe.settings.timeout
        else:
            return False
        return self._loop.stood_still(began) > allowed / 2

    async def _network_was_gone(self, probe: Probe, result: Result, began: float) -> bool:
        if result.outcome is not Outcome.FAIL or result.reason not in NOT_REACHED:
            return False
        target = where(host_of(probe.settings))
        if target is Where.HERE and result.reason is Reason.UNREACHABLE:
            target = Where.FAR  # not even the way to ourselves is left
        return await self._network.was_gone(began, target)


def _ours(result: Result, reason: Reason, because: str) -> Result:
    """What was seen stays in the summary; a picture of our own trouble is worth nothing."""
    steps = tuple(
        replace(step, outcome=Outcome.ERROR) if step.outcome is Outcome.FAIL else step
        for step in result.steps
    )
    return replace(
        result,
        outcome=Outcome.ERROR,
        reason=reason,
        summary=f"{because}, so this says nothing about the target: {result.summary}",
        steps=steps,
        artefacts=(),
        excerpt="",
    )
