"""The form for signing in: where it is, what it holds now, and writing into it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import api
from probes.journeys.finding import locate
from probes.journeys.looking import Asked, Look, is_moving, look, mark, marked
from probes.journeys.sight import Sight

if TYPE_CHECKING:
    from playwright.async_api import Frame

_WRITE: Final = timedelta(milliseconds=1500)
_CHUNK: Final = timedelta(milliseconds=250)  # of waiting, where more than one thing is looked at
_LOOK: Final = 0.03  # seconds


class Form:
    """On the page itself, or in a frame of it. *own* are configured locators, by what they find."""

    def __init__(self, sight: Sight, **own: str) -> None:
        self._sight = sight
        self._page = sight.page
        self._own = {what: locator for what, locator in own.items() if locator}
        self.where: Frame = self._page.main_frame

    async def look(self, asked: Asked, ends: timedelta | None = None) -> Look:
        """Waits for what *asked* waits for until *ends* is left of the run; not, without one.

        Raises Failure when the page broke.
        """
        patience = max(self._sight.visit.left() - ends, timedelta()) if ends else timedelta()
        if self._own:
            await self._mark_own()
            asked = replace(asked, own=tuple(self._own))
        if self._own or self.where is not self._page.main_frame:
            patience = min(patience, _CHUNK)
        seen = await look(self.where, asked, patience)
        if self.where is not self._page.main_frame:
            seen = await self._with_what_is_around(seen, asked)
        self._sight.learn(seen)
        if seen is None:
            await asyncio.sleep(_LOOK)
        return seen or Look()

    async def enter_frame(self, asked: Asked) -> bool:
        """Goes on in the frame of the page that has the form, if there is one."""
        for frame in self._page.frames[1:]:
            seen = await look(frame, asked)
            if seen is not None and (seen.password or (asked.user and seen.user)):
                self.where = frame
                return True
        return False

    async def write(self, what: str, text: str) -> None:
        """A field that was replaced just then is left: the next look finds the new one empty."""
        try:
            limit = _WRITE / timedelta(milliseconds=1)
            await marked(self.where, what).fill(text, timeout=limit)
        except api.TimeoutError:
            return

    async def _mark_own(self) -> None:
        for what, locator in self._own.items():
            try:
                await mark(locate(self._page, locator), what)
            except api.Error as error:
                if not is_moving(error):
                    raise

    async def _with_what_is_around(self, inner: Look | None, asked: Asked) -> Look | None:
        outer = await look(self._page.main_frame, replace(asked, until=""))
        if self.where.is_detached():
            self.where = self._page.main_frame
            return outer
        if inner is None or outer is None or inner.decided:
            return inner
        if asked.until != "outcome" or inner.password or inner.code:
            return inner
        return replace(inner, expected=outer.expected, decided=outer.expected is True)
