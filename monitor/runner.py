"""One run: tries, waits between them, one deadline each, and whatever goes wrong becomes a value.

This is the only place where an exception of ours turns into Outcome.ERROR.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.clock import Clock
from monitor.config.model import Probe
from monitor.log import get_logger
from monitor.slots import slot_at
from monitor.tracing import Attempts
from probes import Outcome, Reason, Result, Step, Tools
from probes.excerpt import bounded
from probes.result import View

Weigh = Callable[[Probe, Result, float], Awaitable[Result]]
"""Whose trouble a result tells of; see `monitor.ourselves.doubts`. Told when its try began."""

_UP: Final = frozenset((Outcome.PASS, Outcome.SLOW))
SUMMARY_MAX: Final = 500  # characters; a line for a person, not an archive

log = get_logger()


@dataclass(frozen=True, slots=True)
class Try:
    """One that another one followed. `after` is since the beginning of the run."""

    after: timedelta
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one probe in its slot. `result` is scrubbed of secrets."""

    probe: Probe
    slot: datetime
    started_at: datetime
    lasted: timedelta
    """Every try and every wait between them, by the monotonic clock."""
    result: Result
    between: bool = False
    """Made between two slots, to know sooner."""
    earlier: tuple[Try, ...] = ()
    """The tries before the one that decided, without what they kept as evidence."""
    decided_after: timedelta = timedelta()
    """When the try that decided began, since the beginning of the run."""

    @property
    def covers(self) -> timedelta:
        """The time it speaks for: its own slot, and those that came while it was under way; until
        the next slot when it was made between two.
        """
        every = self.probe.every
        if self.between:
            return slot_at(self.probe.id, every, self.slot) + every - self.slot
        return max(every, -(-self.lasted // every) * every)

    @property
    def adds(self) -> timedelta:
        """The time that nothing had spoken for before it."""
        return timedelta() if self.between else self.covers


class Runner:
    """Makes runs. *scrub* takes every known secret out of a text; *weigh* has the last word on
    every try; *attempts* name them.
    """

    def __init__(
        self,
        tools: Tools,
        clock: Clock,
        scrub: Callable[[str], str],
        weigh: Weigh | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        self._tools = tools
        self._clock = clock
        self._scrub = scrub
        self._weigh = weigh
        self._attempts = attempts

    async def run(self, probe: Probe, slot: datetime, *, between: bool = False) -> Run:
        """The last try decides; raises nothing but cancellation."""
        started_at, began = self._clock.now(), self._clock.monotonic()
        result = await self._try(probe, slot, 1)
        first_trouble, after = result, timedelta()
        earlier: list[Try] = []
        for number, wait in enumerate(probe.confirm, start=2):
            if result.outcome in _UP:
                break
            earlier.append(Try(after, self._clean(replace(result, artefacts=()))))
            await asyncio.sleep(wait.total_seconds())
            after = timedelta(seconds=self._clock.monotonic() - began)
            result = replace(await self._try(probe, slot, number), tries=number)
        if result.tries > 1 and result.outcome in _UP:
            result = replace(result, summary=_recovered(result, first_trouble))
        return Run(
            probe=probe,
            slot=slot,
            started_at=started_at,
            lasted=timedelta(seconds=self._clock.monotonic() - began),
            result=self._clean(result),
            between=between,
            earlier=tuple(earlier),
            decided_after=after,
        )

    async def _try(self, probe: Probe, slot: datetime, number: int) -> Result:
        began = self._clock.monotonic()
        deadline = probe.settings.timeout + probe.kind.grace
        tools = self._tools
        if self._attempts is not None:
            tools = tools.during(self._attempts.of(probe.id, slot, number))
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                result = await probe.kind.run(probe.settings, tools)
            return await self._weigh(probe, result, began) if self._weigh else result
        except TimeoutError:
            reason, said = Reason.OVERRAN, "the run did not end by itself and was cut off"
        except Exception as trouble:
            log.exception("run crashed", probe=probe.id, kind=probe.kind.name)
            reason, said = Reason.CRASHED, f"{type(trouble).__name__}: {trouble}"
        took = timedelta(seconds=self._clock.monotonic() - began)
        return Result(outcome=Outcome.ERROR, reason=reason, summary=said, took=took)

    def _clean(self, result: Result) -> Result:
        if result.views or result.warnings:
            result = replace(
                result,
                views=tuple(self._clean_view(view) for view in result.views),
                warnings=tuple(self._scrub(_storable(said)) for said in result.warnings),
            )
        steps = tuple(Step(self._scrub(_storable(s.name)), s.took, s.outcome) for s in result.steps)
        line = " ".join(self._scrub(_storable(result.summary)).split())
        if len(line) > SUMMARY_MAX:
            line = line[: SUMMARY_MAX - 1] + "…"
        excerpt = bounded(self._scrub(_storable(result.excerpt))) if result.excerpt else ""
        if (line, steps, excerpt) == (result.summary, result.steps, result.excerpt):
            return result  # as nearly always: spares a copy
        return replace(result, summary=line, steps=steps, excerpt=excerpt)

    def _clean_view(self, view: View) -> View:
        address, step = (self._scrub(_storable(text)) for text in (view.address, view.step))
        return replace(view, address=address, step=step)


def _storable(text: str) -> str:
    """Without what a target can send and nobody can store: halves of characters, and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")


def _recovered(result: Result, trouble: Result) -> str:
    return f"passed on try {result.tries}, after: {trouble.summary or trouble.reason}"
