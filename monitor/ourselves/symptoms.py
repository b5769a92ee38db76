"""From what runs say about ourselves to the operator of trueup, who alone hears of it.

One bad run is none of anybody's business. What lasts is told once, and that it is over is told
once; neither says anything about the services that are watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Protocol

from monitor.log import get_logger
from monitor.notices import span
from monitor.ourselves.soundness import LATE
from monitor.reasons import in_words
from monitor.runner import Run
from monitor.store import StoreTrouble
from probes import Outcome, Reason

IN_A_ROW: Final = 3
LATE_FOR: Final = timedelta(seconds=60)
SILENT_FOR: Final = timedelta(seconds=60)
"""How long no anchor may answer while nothing that is watched fails."""
LOOK: Final = timedelta(seconds=1)

NO_BROWSER: Final = frozenset((Reason.BROWSER_UNAVAILABLE, Reason.BROWSER_CRASHED))
OF_ITS_OWN: Final = frozenset((Reason.JOURNEY_BROKEN, Reason.CRASHED, Reason.OVERRAN))

NETWORK, BROWSER, SCHEDULE, PROBE = "network", "browser", "schedule", "probe-"

log = get_logger()


class Operator(Protocol):
    """Whoever is told of our own trouble. Saying the same twice changes nothing."""

    async def begins(self, name: str, says: str) -> None: ...

    async def ends(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Errors:
    """Runs in a row that broke by themselves, and what the newest one said."""

    count: int
    says: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What the runs so far say about ourselves. `well` names what has been seen to work since the
    trouble it may have been in.
    """

    browser: Errors | None = None
    probes: Mapping[str, Errors] = field(default_factory=lambda: MappingProxyType({}))
    blind: bool = False
    """Some run did not count because our network was gone."""
    travels: frozenset[str] = frozenset()
    """Probes that once asked for a browser in vain, so that it shows when they get one."""
    well: frozenset[str] = frozenset()


def after(memory: Memory, run: Run) -> Memory:
    """What is known after one more run."""
    if run.result.reason is Reason.NETWORK_GONE:
        memory = replace(memory, blind=True)
    return _by_itself(_with_browser(memory, run), run)


def _with_browser(memory: Memory, run: Run) -> Memory:
    result, probe = run.result, run.probe.id
    if result.reason in NO_BROWSER:
        before = memory.browser.count if memory.browser else 0
        return replace(
            memory,
            browser=Errors(before + 1, _said(run)),
            travels=memory.travels | {probe},
            well=memory.well - {BROWSER},
        )
    if result.steps or probe in memory.travels:
        return _well(replace(memory, browser=None), BROWSER)
    return memory


def _by_itself(memory: Memory, run: Run) -> Memory:
    result, probe = run.result, run.probe.id
    others = {name: errors for name, errors in memory.probes.items() if name != probe}
    if result.outcome is not Outcome.ERROR:
        return _well(replace(memory, probes=others), PROBE + probe)
    if result.reason not in OF_ITS_OWN:
        return memory
    known = memory.probes.get(probe)
    errors = Errors(known.count + 1 if known else 1, _said(run))
    return replace(memory, probes=others | {probe: errors}, well=memory.well - {PROBE + probe})


def _well(memory: Memory, name: str) -> Memory:
    return memory if name in memory.well else replace(memory, well=memory.well | {name})


def _said(run: Run) -> str:
    words = in_words(run.result.reason.value) if run.result.reason else ""
    return ": ".join(part for part in (words, run.result.summary) if part)


def troubles_of(memory: Memory) -> dict[str, str]:
    """What lasts long enough to be told, by name, as the operator is told it."""
    told = {
        PROBE + probe: (
            f"{probe} cannot be watched: {errors.says}. That was so {errors.count} times in a row"
            " and says nothing about the service: whether it works is not known until the probe"
            f" runs again. To see it: trueup once {probe}"
        )
        for probe, errors in memory.probes.items()
        if errors.count >= IN_A_ROW
    }
    if memory.browser and memory.browser.count >= IN_A_ROW:
        told[BROWSER] = (
            "Journeys cannot be travelled, for the browser is unusable:"
            f" {memory.browser.says}. That was so {memory.browser.count} times in a row. What they"
            " watch is not known to be up or down; probes without a browser go on. Look at the"
            " memory and the disk of this machine, and at the browser's installation; to see it:"
            f" trueup once {min(memory.travels)}"
        )
    return told


NETWORK_SAYS: Final = (
    "trueup is blind: none of its anchors answers, so the network of this machine is gone, or they"
    " are the wrong ones. What cannot be reached meanwhile counts as unknown and not as down, and"
    " nobody is paged for it. Probing goes on."
)
SCHEDULE_SAYS: Final = (
    "Runs begin {} late: this machine has too little time for trueup, or trueup is stuck. What"
    " happens to the service is seen late or not at all. Look at the load of the machine; a restart"
    " of trueup loses nothing that was recorded."
)


class SelfWatch:
    """`saw` every run; looks at the rest by itself. *gone* is whether our network is, None while
    that is not known; *late* by how much the schedule is; *known* are the names of trouble that
    was told before the start.
    """

    def __init__(
        self,
        operator: Operator,
        monotonic: Callable[[], float],
        gone: Callable[[], bool | None],
        late: Callable[[], timedelta],
        known: Iterable[str] = (),
    ) -> None:
        self._operator = operator
        self._monotonic = monotonic
        self._gone = gone
        self._late = late
        self._told = set(known)
        self._memory = Memory()
        self._since: dict[str, float] = {}

    def saw(self, run: Run) -> None:
        """Takes a run into account; what follows is told at the next look."""
        if not self._is_uneventful(run):
            self._memory = after(self._memory, run)

    def _is_uneventful(self, run: Run) -> bool:
        """As nearly every run of thousands is: it changes nothing that is known."""
        memory, probe, result = self._memory, run.probe.id, run.result
        troubled = probe in memory.probes or PROBE + probe in self._told
        return not (
            troubled or result.outcome is Outcome.ERROR or result.steps or probe in memory.travels
        )

    def configure(self, probes: Collection[str]) -> None:
        """Only *probes* are left: the trouble of others is over."""
        left = self._memory.probes.keys() - set(probes)
        names = {name for name in self._told if name.startswith(PROBE)}
        removed = names - {PROBE + probe for probe in probes}
        kept = {name: errors for name, errors in self._memory.probes.items() if name not in left}
        travels = self._memory.travels & set(probes)
        memory = replace(
            self._memory, probes=kept, travels=travels, well=self._memory.well | removed
        )
        if memory.browser and not travels:  # nobody is left who could see it work again
            memory = _well(replace(memory, browser=None), BROWSER)
        self._memory = memory

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StoreTrouble as trouble:
                log.error("the operator cannot be told yet", why=str(trouble))
            await asyncio.sleep(LOOK.total_seconds())

    async def look(self) -> None:
        """Tells what began and what is over. Raises StoreTrouble, and will say it again then."""
        troubles = troubles_of(self._memory) | self._standing()
        for name, says in troubles.items():
            if name not in self._told:
                await self._operator.begins(name, says)
                self._told.add(name)
        for name in sorted(self._told & self._well() - troubles.keys()):
            await self._operator.ends(name)
            self._told.discard(name)

    def _standing(self) -> dict[str, str]:
        """What shows without a run."""
        found = {}
        gone, late = self._gone(), self._late()
        lasts = self._lasts(NETWORK, bool(gone), SILENT_FOR)
        if gone and (lasts or self._memory.blind):
            found[NETWORK] = NETWORK_SAYS
        if self._lasts(SCHEDULE, late > LATE, LATE_FOR):
            found[SCHEDULE] = SCHEDULE_SAYS.format(span(late))
        if not gone:
            self._memory = replace(self._memory, blind=False)
        return found

    def _lasts(self, name: str, holds: bool, length: timedelta) -> bool:
        if not holds:
            self._since.pop(name, None)
            return False
        since = self._since.setdefault(name, self._monotonic())
        return self._monotonic() - since >= length.total_seconds()

    def _well(self) -> frozenset[str]:
        """What is known to work. What shows without a run does, unless it is among the troubles."""
        standing = {SCHEDULE} if self._gone() is None else {SCHEDULE, NETWORK}
        return self._memory.well | standing
