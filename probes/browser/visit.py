"""What a journey gets: a page, named steps, and what it was configured with."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser.errand import Errand
from probes.browser.troubles import JourneyBroken
from probes.result import Artefact, Outcome, Reason, Step
from probes.settings import parse_duration, write_duration

if TYPE_CHECKING:
    from playwright.async_api import Page

    from probes.browser.breaking import Breaking

WARNINGS: Final = 20
PICTURES: Final = 5
_LONGEST: Final = 1024 * 1024
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Degraded:
    """Why a run that came through is SLOW all the same."""

    reason: Reason
    sentence: str


@dataclass(slots=True)
class _UnderWay:
    name: str
    began: float
    outcome: Outcome = Outcome.PASS


class Visit:
    """One visit to the target in a fresh browser context: no cookies, no cache, no history."""

    def __init__(
        self,
        page: Page,
        errand: Errand,
        monotonic: Callable[[], float],
        tell: Callable[[str | Step], None] = lambda _: None,
    ) -> None:
        """*tell* is given the name of each step when it begins, and the step when it has ended."""
        self.page = page
        """Playwright's page, with all it can do."""
        self.url = errand.url
        self.params = errand.params
        self.options = errand.options
        self.hosts = errand.hosts
        """Those of the target: only they are sent what the options add, and `traceparent`."""
        self.traceparent = errand.traceparent
        self.breaking: Breaking | None = None
        """What is broken between this run and its target, for whoever asks without the page."""
        self.degraded: Degraded | None = None
        self.warnings: list[str] = []
        self.is_remembered = bool(errand.remembered)
        """Whether the browser holds what an earlier run remembered: it may be signed in."""
        self.kept = ""
        self.pictures: list[Artefact] = []
        """What `screenshot` took; kept with the run whatever becomes of it."""
        self.camera: Callable[[str], Awaitable[Artefact | None]] = _none
        self._secrets = errand.secrets
        self._monotonic = monotonic
        self._tell = tell
        self._ends = monotonic() + errand.timeout.total_seconds()
        self._steps: list[Step] = []
        self._under_way: _UnderWay | None = None

    def secret(self, name: str) -> str:
        """The configured secret. Raises JourneyBroken when there is none of that name."""
        try:
            return self._secrets[name]
        except KeyError:
            raise JourneyBroken(f'no secret "{name}" is configured for this journey') from None

    @asynccontextmanager
    async def step(
        self, name: str, *, within: str | timedelta | None = None
    ) -> AsyncIterator[None]:
        """Times and names what happens in the block; longer than *within* makes the run SLOW."""
        if self._under_way is not None:
            raise JourneyBroken(f'step "{name}" begins inside step "{self._under_way.name}"')
        limit = None if within is None else parse_duration(within)
        self._under_way = step = _UnderWay(name, self._monotonic())
        self._tell(name)
        try:
            yield
            self._judge(step, limit)
        except BaseException:
            step.outcome = Outcome.FAIL
            raise
        finally:
            self._steps.append(self._ended(step))
            self._under_way = None
            self._tell(self._steps[-1])

    def slow(self, reason: Reason, sentence: str) -> None:
        """Makes a run that comes through SLOW instead of PASS; the first reason said counts."""
        self.degraded = self.degraded or Degraded(reason, sentence)
        if self._under_way is not None:
            self._under_way.outcome = Outcome.SLOW

    def warn(self, sentence: str) -> None:
        """Says what went wrong beside the point, without making the run worse; 20 at most."""
        if len(self.warnings) < WARNINGS:
            self.warnings.append(sentence)

    async def screenshot(self, name: str = "screenshot") -> None:
        """Keeps a picture of the page, without secrets; 5 at most, of 2 MiB each. A picture that
        cannot be had is a warning.
        """
        if len(self.pictures) >= PICTURES:
            self.warn(f"more than {PICTURES} pictures were asked for")
            return
        picture = await self.camera(f"{_plain(name)}-{len(self.pictures) + 1}")
        if picture is None:
            self.warn(f'no picture "{name}" could be taken of the page')
        else:
            self.pictures.append(picture)

    async def remember(self) -> None:
        """Keeps cookies and local storage for the next runs of this session, up to 1 MB."""
        state = json.dumps(await self.page.context.storage_state())
        if len(state) <= _LONGEST:
            self.kept = state
        else:
            self.warn("this session is too large to be remembered")

    def left(self) -> timedelta:
        """Until the deadline of the run."""
        return timedelta(seconds=max(0.0, self._ends - self._monotonic()))

    def steps(self) -> tuple[Step, ...]:
        """Every step so far; one that is still under way is last and has failed."""
        if self._under_way is None:
            return tuple(self._steps)
        return (*self._steps, replace(self._ended(self._under_way), outcome=Outcome.FAIL))

    def _judge(self, step: _UnderWay, limit: timedelta | None) -> None:
        took = self._ended(step).took
        if limit is not None and took > limit:
            said = f'"{step.name}" took {write_duration(took)}, more than {write_duration(limit)}'
            self.slow(Reason.TOO_SLOW, said)

    def _ended(self, step: _UnderWay) -> Step:
        took = timedelta(seconds=self._monotonic() - step.began)
        return Step(step.name, took, step.outcome)


async def _none(_: str) -> None:
    return None


def _plain(name: str) -> str:
    """As part of the name of a file."""
    return _NO_NAME.sub("-", name.lower())[:40].strip("-") or "screenshot"
