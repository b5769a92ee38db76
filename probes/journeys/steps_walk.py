"""A journey of steps under way: finds, acts, and says what was not as it should be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from probes.browser import Failure, JourneyBroken, Visit, api
from probes.journeys import sight as seeing
from probes.journeys.obstacles import clear
from probes.journeys.sight import Sight
from probes.journeys.steps_finding import Sort, ways
from probes.journeys.steps_said import frames, instead, joined
from probes.journeys.steps_targets import spoken
from probes.journeys.steps_values import Filling
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_MARGIN: Final = timedelta(milliseconds=500)  # to say what went wrong before the deadline does
_SETTLING: Final = timedelta(seconds=5)
_BRIEF_MS: Final = 1500
_LOOKING_ROUND: Final = timedelta(seconds=1)
_HINDRANCES: Final = (
    (re.compile(r"(<[^\n]{1,80}?>)[^\n]*intercepts pointer events"), "{} lies over it"),
    (re.compile("element is not enabled"), "it is disabled"),
    (re.compile("element is not editable"), "it is read-only"),
    (re.compile("element is not visible"), "it is hidden"),
    (re.compile("element is not stable"), "it keeps moving"),
    (re.compile("element is outside of the viewport"), "it is outside of the window"),
    (re.compile(r"Element is not an? <input>|cannot be filled"), "it is not a field"),
    (re.compile("Not a checkbox or radio button"), "it is not a box to tick"),
    (re.compile("Element is not a <select>"), "it is not a list; click it, then click the option"),
)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """`name` is what the target calls it."""

    name: str
    path: Path


class Walk:
    """One run. `fill` puts the values of this run into a text."""

    def __init__(self, visit: Visit, sight: Sight, fill: Filling) -> None:
        self.visit = visit
        self.sight = sight
        self.fill = fill
        self.download: Downloaded | None = None
        self._left_behind: list[tuple[Page, Sight]] = []

    @property
    def page(self) -> Page:
        return self.visit.page

    async def open(self, address: str) -> None:
        """Once what the step before sent has been answered: leaving would break it off."""
        await self.sight.settled(limit=_SETTLING)
        await self.sight.open(urljoin(self.visit.url, self.fill(address)))

    async def find(self, target: str, sort: Sort, place: str = "") -> Locator:
        """Once it is there. Raises Failure with what is there instead."""
        target, place = self.fill(target), self.fill(place)

        async def ask() -> Locator | None:
            return await self.glimpse(target, sort, place)

        found = await self.sight.soon(ask)
        if found is None:
            raise await self.missing(target, sort, place)
        return found

    async def glimpse(self, target: str, sort: Sort, place: str = "") -> Locator | None:
        """If it is there at this moment."""
        every = ways(self.page, target, sort, place)
        for locator in every:
            visible = locator.filter(visible=True)
            if await visible.count():
                return visible.first
        for locator in every if sort.hidden else ():
            if await locator.count():
                return locator.first
        return None

    async def missing(self, target: str, sort: Sort, place: str = "") -> Failure:
        """Why *target* was not found, as far as the page tells."""
        what = _named(sort.one, target) + (f" in {spoken(place)}" if place else "")
        page, there = await instead(self.page, sort.many, sort.css)
        lack = f"{page} has none"
        for locator in ways(self.page, target, sort, place):
            if not sort.hidden and await locator.count():
                lack = f"on {page} it is hidden"
        hurried = self.visit.left() < 2 * _LOOKING_ROUND
        framed = "" if place or hurried else await self._in_a_frame(target, sort)
        return self.failure(
            Reason.ELEMENT_MISSING, joined(f"looked for {what}", lack, framed or there)
        )

    async def _in_a_frame(self, target: str, sort: Sort) -> str:
        """Where it is after all, for a page within the page is not looked into unasked."""
        with suppress(api.Error, TimeoutError):
            async with asyncio.timeout(_LOOKING_ROUND.total_seconds()):
                for frame in await frames(self.page):
                    inside = f"frame={frame} >> {target}"
                    if await self.glimpse(inside, sort) is not None:
                        return f"there is one in {inside}"
        return ""

    def failure(self, reason: Reason, sentence: str) -> Failure:
        return self.sight.failure(reason, sentence.translate(_STRAIGHT))

    async def press(self, action: Callable[[float], Awaitable[None]], patience: float) -> None:
        """Does what needs a free way for the mouse; moves aside what lies over it."""
        try:
            await action(min(_BRIEF_MS, patience))
        except api.TimeoutError:
            await clear(self.page)
            await action(patience)

    async def seen(
        self, ask: Callable[[], Awaitable[bool]], up_to: timedelta | None = None
    ) -> bool:
        """Whether *ask* says so in time."""

        async def asked() -> bool | None:
            return await ask() or None

        return bool(await self.sight.soon(asked, up_to))

    async def gone(self, locator: Locator, up_to: timedelta | None = None) -> bool:
        """Whether nothing of it is visible any more, on a page that is there; twice in a row,
        for a page is empty between leaving and arriving.
        """
        times = 0

        async def ask() -> bool:
            nonlocal times
            empty = not await locator.filter(visible=True).count()
            ready = empty and not self.sight.writing and await self.page.evaluate(_READY)
            times = times + 1 if ready else 0
            return times > 1

        return await self.seen(ask, up_to)

    @asynccontextmanager
    async def doing(self, what: str) -> AsyncIterator[float]:
        """Gives the patience in milliseconds; turns what hinders into a sentence."""
        patience = min(seeing.PATIENCE, max(self.visit.left() - _MARGIN, _MARGIN))
        try:
            yield patience / timedelta(milliseconds=1)
        except api.Error as error:
            why = _hindrance(str(error))
            late = isinstance(error, api.TimeoutError)
            if not why and not late:
                raise
            self.sight.learn(None)  # raises what it led to instead, if that broke
            reason = Reason.STEP_TIMEOUT if late else Reason.STEP_FAILED
            said = why or "the page does not let it happen"
            raise self.failure(reason, f"{what} did not work: {said}") from None

    @asynccontextmanager
    async def readable(self, what: str) -> AsyncIterator[None]:
        """Raises JourneyBroken where the browser cannot read what a step points at."""
        try:
            yield
        except api.Error as error:
            if _UNREADABLE.search(str(error)):
                said = f"{what}: the browser cannot read this locator; correct it"
                raise JourneyBroken(said.translate(_STRAIGHT)) from None
            raise

    def enter(self, page: Page) -> None:
        """Goes on in another tab."""
        self._left_behind.append((self.page, self.sight))
        self.visit.page = page
        self.sight = Sight(self.visit)

    async def leave(self) -> bool:
        """Closes the tab and goes on in the one before; false when there is none."""
        if not self._left_behind:
            return False
        await self.page.close()
        self.visit.page, self.sight = self._left_behind.pop()
        return True


_STRAIGHT: Final = str.maketrans("“”", '""')
_UNREADABLE: Final = re.compile(
    r"SyntaxError|not a valid (selector|XPath)|while parsing (css )?selector|Unknown engine"
)
_READY: Final = "document.readyState !== 'loading' && !!document.body"


def _hindrance(text: str) -> str:
    for pattern, said in _HINDRANCES:
        if found := pattern.search(text):
            return said.format(*found.groups())
    return ""


def _named(one: str, target: str) -> str:
    """`a field “E-mail”`; `a button “Pay”` where the target itself says what it is."""
    said = spoken(target)
    if said.startswith("“"):
        return f"{one} {said}".strip()
    article = "an" if said[0] in "aeiou" else "a"
    return said if "=" in said.split(" ")[0] else f"{article} {said}"
