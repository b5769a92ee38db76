"""What is known of a run so far, from what its worker said: enough to write it down at any moment,
also when the worker must be killed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from probes.browser.troubles import BrowserTrouble
from probes.result import NO_FACTS, Facts, Outcome, Reason, Result, Step, View
from probes.scrub import Scrubber
from probes.settings import write_duration

if TYPE_CHECKING:
    from probes.injection import Kept

STEPS: Final = 500
VIEWS: Final = 50
WARNINGS: Final = 20
_STALE: Final = 1.5  # seconds; a worker whose loop is free says something every half second
_LONGEST: Final = 4096
VAGUE: Final = frozenset((Reason.TIMEOUT, Reason.STEP_TIMEOUT))
_TIMES: Final = ("ttfb", "fcp", "lcp")


@dataclass(frozen=True, slots=True)
class Found:
    """The judgement on a run; `summary` is one line, scrubbed."""

    outcome: Outcome
    reason: Reason | None
    summary: str


@dataclass(slots=True)
class Record:
    """Of one run. Times are seconds of the monotonic clock; `scrub` hides its secrets."""

    scrub: Scrubber
    timeout: timedelta
    began: float | None = None
    """When the journey did: neither the browser's start nor waiting for it counts."""
    beat_at: float = 0.0
    """When its loop was last known to be free: what else is said may come from what holds it up."""
    silence: float = 0.0
    """The longest between two beats, by the worker's clock."""
    last_beat: float | None = None
    found: Found | None = None
    took: timedelta = timedelta()
    steps: list[Step] = field(default_factory=list)
    facts: Facts = NO_FACTS
    under_way: str | None = None
    step_began: float = 0.0
    blocked_at: str = ""
    was_halted: bool = False
    """Whether one of its processes was seen stopped."""
    seen: Mapping[str, Any] | None = None
    talks_too_much: bool = False
    is_here: bool = False
    """Whether the worker has the errand."""
    is_over: bool = False
    is_worn: bool = False
    """Whether the worker asks to be replaced."""
    notes: bool = False
    """Whether what the target answered is wanted."""
    answers: list[Kept] = field(default_factory=list, repr=False)

    def take(self, message: Mapping[str, Any], now: float) -> None:
        """Notes what was said. Raises BrowserTrouble when it is that there is no browser."""
        match message.get("say"):
            case "here" | "beat" as say:
                self.is_here, self.beat_at = True, now
                self._beat(message.get("at") if say == "beat" else None)
            case "step" | "stepped" | "blocked" as say:
                self._step_on(say, message, now)
            case "begun" | "again":
                self.began = now if self.began is None else self.began
                self.beat_at = now
                self.steps, self.under_way = [], None
            case "found":
                self._find(message)
            case "answered" | "seen" as say:
                self._see(say, message)
            case "over":
                self.is_over, self.is_worn = True, bool(message.get("worn"))
            case "trouble":
                self._trouble(message)

    def _step_on(self, say: str, message: Mapping[str, Any], now: float) -> None:
        if say == "blocked":
            self.blocked_at = self._line(message.get("at"))
        elif say == "step":
            self.under_way, self.step_began = self._line(message.get("name")), now
        else:
            self.steps[STEPS - 1 :] = [self._step(message)]  # the last one is the one that tells
            self.under_way = None

    def _beat(self, at: Any) -> None:
        if not isinstance(at, int | float) or not math.isfinite(at):
            return
        if self.began is not None and self.last_beat is not None:
            self.silence = max(self.silence, at - self.last_beat)
        self.last_beat = at

    def _trouble(self, message: Mapping[str, Any]) -> None:
        """Only before the journey began may it be tried again: the target was not asked."""
        reason = _reason(message) or Reason.BROWSER_CRASHED
        sentence = self._line(message.get("sentence"))
        if self.began is None:
            raise BrowserTrouble(reason, sentence)
        self.found = self.found or Found(Outcome.ERROR, reason, sentence)
        self.seen, self.is_worn = self.seen or {}, True

    def is_blocked(self, now: float) -> bool:
        return now - self.beat_at > _STALE

    def result(self, now: float) -> Result:
        """As it stands. Only once something was found."""
        assert self.found is not None  # noqa: S101 - our own order
        found = self.found
        return Result(
            outcome=found.outcome,
            took=self.took or timedelta(seconds=now - (now if self.began is None else self.began)),
            reason=found.reason,
            summary=found.summary,
            steps=self._told_steps(found, now),
            excerpt=self._text("excerpt"),
            views=self._views(),
            warnings=self._warnings(),
            facts=self._facts(),
        )

    def _facts(self) -> Facts:
        """With what was answered, which is given away."""
        answers, self.answers = tuple(self.answers), []
        return replace(self.facts, answers=answers) if answers else self.facts

    def cut_off(self, now: float, *, halted: bool = False) -> None:
        """What is found when the worker had to be killed before it found anything; *halted* when
        somebody had stopped its process.
        """
        if self.found is not None:
            return
        at = f', in step "{self.under_way}"' if self.under_way else ""
        if halted:
            said = f"the process of the journey was stopped by somebody{at}"
            self.found = Found(Outcome.ERROR, Reason.BROWSER_CRASHED, said)
        elif self.talks_too_much:
            said = f"the journey said more than anybody can hear{at}"
            self.found = Found(Outcome.ERROR, Reason.JOURNEY_BROKEN, said)
        elif self.is_blocked(now):
            place = f" at {self.blocked_at}" if self.blocked_at else ""
            said = f"the journey's own code held everything up{place}{at}"
            self.found = Found(Outcome.ERROR, Reason.JOURNEY_BROKEN, said)
        else:
            limit = write_duration(self.timeout)
            said = f"its process did not end the run, which was due after {limit}{at}"
            self.found = Found(Outcome.ERROR, Reason.OVERRAN, said)

    def died(self, status: int | None) -> None:
        """What is found when the worker ended by itself: *status* as `Popen.returncode`."""
        if self.found is not None:
            return
        at = f', in step "{self.under_way}"' if self.under_way else ""
        if status is not None and status >= 0:
            said = f"the journey ended its own process (exit status {status}){at}"
            self.found = Found(Outcome.ERROR, Reason.JOURNEY_BROKEN, said)
        else:
            said = f"the process of the journey was killed (signal {-(status or 0)}){at}"
            self.found = Found(Outcome.ERROR, Reason.BROWSER_CRASHED, said)

    def _find(self, message: Mapping[str, Any]) -> None:
        self.found = Found(
            _outcome(message) or Outcome.ERROR,
            _reason(message),
            self._line(message.get("summary")),
        )
        self.took = _span(message.get("took_us")) or timedelta()
        if "touched" in message:
            touched, held_back = _count(message["touched"]), _count(message.get("held_back"))
            added = _span(message.get("added_us")) or timedelta()
            self.facts = Facts(touched=touched, held_back=held_back, added=added)
        self._beat(message.get("at"))
        if self.found.outcome is Outcome.FAIL and self.found.reason in VAGUE:
            self._doubt(self.found)
        if "fields" in message and self.found.outcome is not Outcome.ERROR:
            from probes.browser.traits import traits_of  # noqa: PLC0415 - no worker needs it

            self.facts = replace(self.facts, traits=traits_of(message["fields"], self.scrub))

    def _see(self, say: str, message: Mapping[str, Any]) -> None:
        if say == "seen":
            self.seen = message
        elif self.notes:
            self._note(message)

    def _note(self, message: Mapping[str, Any]) -> None:
        from probes.injection.yesterday import fits, understood  # noqa: PLC0415 - rarely needed

        kept = understood(message)
        if kept is not None and fits(kept, self.answers):
            self.answers.append(kept)

    def _doubt(self, found: Found) -> None:
        """What was waited for in vain while our own process stood still may have come."""
        if self.was_halted:
            said = f"a process of the browser was stopped by somebody: {found.summary}"
            self.found = Found(Outcome.ERROR, Reason.STALLED, said)
        elif self.silence <= _STALE:
            return
        elif self.blocked_at:
            said = (
                f"the journey's own code held everything up at {self.blocked_at}: {found.summary}"
            )
            self.found = Found(Outcome.ERROR, Reason.JOURNEY_BROKEN, said)
        else:
            said = f"the process of the journey stood still: {found.summary}"
            self.found = Found(Outcome.ERROR, Reason.STALLED, said)

    def _step(self, message: Mapping[str, Any]) -> Step:
        took = _span(message.get("took_us")) or timedelta()
        return Step(self._line(message.get("name")), took, _outcome(message) or Outcome.ERROR)

    def _told_steps(self, found: Found, now: float) -> tuple[Step, ...]:
        """No step has failed where the trouble is ours."""
        steps = list(self.steps)
        if self.under_way is not None and found.outcome in (Outcome.FAIL, Outcome.ERROR):
            took = timedelta(seconds=now - self.step_began)
            steps.append(Step(self.under_way, took, Outcome.FAIL))
        if found.outcome is Outcome.ERROR and steps and steps[-1].outcome is Outcome.FAIL:
            steps[-1] = replace(steps[-1], outcome=Outcome.ERROR)
        return tuple(steps)

    def _views(self) -> tuple[View, ...]:
        given = (self.seen or {}).get("views")
        views = given[:VIEWS] if isinstance(given, list) else ()
        return tuple(self._view(view) for view in views if isinstance(view, dict))

    def _view(self, view: Mapping[str, Any]) -> View:
        moved = view.get("cls")
        return View(
            address=self._line(view.get("address")),
            step=self._line(view.get("step")),
            cls=float(moved) if isinstance(moved, int | float) and math.isfinite(moved) else None,
            **{name: _span(view.get(f"{name}_us")) for name in _TIMES},
        )

    def _warnings(self) -> tuple[str, ...]:
        given = (self.seen or {}).get("warnings")
        return tuple(map(self._line, given[:WARNINGS])) if isinstance(given, list) else ()

    def _text(self, key: str) -> str:
        text = (self.seen or {}).get(key)
        return self.scrub(text)[:_LONGEST] if isinstance(text, str) else ""

    def _line(self, text: Any) -> str:
        return self.scrub.line(str(text)) if text is not None else ""


def _span(us: Any) -> timedelta | None:
    return timedelta(microseconds=us) if isinstance(us, int) and 0 <= us < 10**12 else None


def _count(number: Any) -> int:
    return number if isinstance(number, int) and 0 <= number < 10**9 else 0


def _outcome(message: Mapping[str, Any]) -> Outcome | None:
    with suppress(ValueError):
        return Outcome(str(message.get("outcome")))
    return None


def _reason(message: Mapping[str, Any]) -> Reason | None:
    with suppress(ValueError):
        return Reason(str(message.get("reason")))
    return None
