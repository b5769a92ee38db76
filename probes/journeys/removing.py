"""Removing what a journey made, by the controls that belong to it and no others.

Nothing that goes wrong here is the target's failing: it is a warning.
"""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import Failure, api
from probes.journeys.controls import Controls
from probes.journeys.dialogs import saying_yes
from probes.journeys.finding import Scope, first_visible, locate
from probes.journeys.listing import Sought, entry
from probes.journeys.owning import belongs, is_about, own_entry
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Locator, Page

_REMOVE: Final = (
    r"remove|delete|discard|trash|bin|erase|(move|send) to (the )?(trash|bin)"
    r"|löschen|entfernen|supprimer|effacer|eliminar|borrar|elimina|verwijder\w*|excluir|usuń"
)
# What goes on with one of these removes more than one file or message.
_MORE: Final = (
    r"account|profile|posts?|albums?|folders?|director(y|ies)|all|everything|every|pages?|threads?"
    r"|topics?|sites?|users?|groups?|galler(y|ies)|collections?|lists?|projects?|history|channel"
    r"|rooms?|spaces?|workspaces?|team|konto|profil|beitrag|alben|ordner|alle[sn]?|compte|dossier"
    r"|tout|toute?s|cuenta|carpeta|tod[oa]s?"
)
_NO_MORE: Final = rf"(?!.*\b({_MORE})\b)"
_CONTROL: Final = re.compile(rf"^\W*({_REMOVE})\b{_NO_MORE}|^\W*[×✕✖✗🗑]\W*$", re.IGNORECASE)
_SURE: Final = r"yes|ok|confirm|sure|really|are you sure|ja|oui|s[ií]|tak|sim"
_CONFIRM: Final = re.compile(rf"^\W*({_SURE}|{_REMOVE})\b{_NO_MORE}", re.IGNORECASE)
_ONLY_SURE: Final = re.compile(rf"^\W*({_SURE})\b", re.IGNORECASE)
_STILL_THERE: Final = (
    "it is still listed, though something was pressed to remove it; see whether anything else went"
)
_A_MOMENT: Final = timedelta(seconds=2)
_DRAWN: Final = timedelta(seconds=4)  # for a list that draws itself late
_A_WHILE: Final = timedelta(seconds=15)  # for all of it, after a failure
_MARGIN: Final = timedelta(seconds=2)  # is left for the run to end before its deadline


class Removing:
    """Removes the entry *sought* from the page it is seen on.

    Unless *thorough*, an entry without a control of its own is left where it is; unless *wanted*,
    so is every entry.
    """

    def __init__(
        self,
        sight: Sight,
        sought: Sought,
        *,
        locator: str = "",
        thorough: bool = True,
        wanted: bool = True,
    ) -> None:
        self._sight = sight
        self._page = sight.page
        self._sought = sought
        self._locator = locator
        self._thorough = thorough
        self._wanted = wanted
        self._controls = Controls(sight, sought, _CONTROL)

    async def try_to(self) -> bool:
        """Whether it is gone, or was to be left; else there is a warning why not."""
        try:
            await self.remove()
        except (Failure, api.Error) as error:
            self._warn(str(error))
            return False
        return True

    @asynccontextmanager
    async def also_after_failing(self) -> AsyncIterator[None]:
        """Removes it even if the block fails, where that is *wanted* at all.

        This is done in a tab of its own: the page stays as it was when it failed.
        """
        seen_on = self._page.url
        try:
            yield
        except (Failure, api.Error, TimeoutError):
            if self._wanted:
                await self._try_in_a_tab(seen_on)
            raise

    async def _try_in_a_tab(self, url: str) -> None:
        left = min(self._sight.visit.left() - _MARGIN, _A_WHILE).total_seconds()
        try:
            async with asyncio.timeout(left):
                await self._remove_in_a_tab(url)
        except TimeoutError:
            self._warn("there was no time left for it")
        except (Failure, api.Error) as error:
            self._warn(str(error))

    async def _remove_in_a_tab(self, url: str) -> None:
        page = await self._page.context.new_page()
        try:
            visit = copy.copy(self._sight.visit)
            visit.page = page
            sight = Sight(visit)
            there = Removing(sight, self._sought, locator=self._locator, thorough=self._thorough)
            await sight.open(url)
            await sight.soon(there.is_listed, _A_MOMENT)
            await there.remove()
        finally:
            await _close(page)

    async def is_listed(self) -> bool | None:
        """None when it is not."""
        return True if await entry(self._page, self._sought) is not None else None

    async def remove(self) -> None:
        """Raises Failure, or what Playwright raises, when it stays."""
        seen_on = self._page.url
        control = await self._control()
        if control is None:
            if self._thorough:
                raise Failure(Reason.CLEANUP_FAILED, "there is nothing to remove it with")
            return
        written, asked_on = self._sight.written, self._page.url
        await self._click(control)
        await self._confirm(written, asked_on)
        await self._sight.settled(written, _A_MOMENT)
        await self._gone_from(seen_on)

    async def _control(self) -> Locator | None:
        if self._locator:
            template = self._locator.replace("{name}", self._sought.token)
            return await self._told_where(template)
        found = await own_entry(self._page, self._sought)
        if found is None:
            return None
        if not self._thorough:
            return await self._controls.only(found)
        return await self._controls.anywhere(found) or await self._on_its_page(found)

    async def _told_where(self, template: str) -> Locator | None:
        """The first of several, if only the locator names the entry."""
        named = locate(self._page, template).filter(visible=True)
        alone = template != self._locator or await named.count() == 1
        return await first_visible(named) if alone else None

    async def _on_its_page(self, found: Locator) -> Locator | None:
        links = found.locator("a[href]:not([download])")
        link = await first_visible(links.filter(has_text=self._sought.token))
        if link is None:
            return None
        listed_on = self._page.url
        await link.click()

        async def ask() -> Locator | None:
            if self._page.url == listed_on or not await is_about(self._page, self._sought):
                return None
            return await self._controls.only(await self._main(), "page")

        if control := await self._sight.soon(ask, _A_MOMENT):
            return control
        if self._page.url == listed_on or not await is_about(self._page, self._sought):
            return None
        return await self._controls.in_a_menu(await self._main(), "page")

    async def _main(self) -> Scope:
        main = self._page.locator("main, [role=main]")
        return main.first if await main.count() else self._page

    async def _click(self, control: Locator) -> None:
        async def accept(dialog: Dialog) -> None:
            with suppress(api.Error):  # another listener may have been quicker
                await dialog.accept()

        self._page.on("dialog", accept)
        try:
            await control.click()
        finally:
            self._page.remove_listener("dialog", accept)

    async def _confirm(self, written: int, asked_on: str) -> None:
        """Says yes to a question: in a dialog, in the entry, or on a page of its own."""

        async def ask() -> Locator | bool | None:
            if self._page.url != asked_on:
                return False if self._sight.written > written else await self._question()
            found = await saying_yes(self._page, _CONFIRM)
            if found is not None and await belongs(found, self._sought, "apart"):
                return found
            if self._sight.written > written:
                return False
            asked_in = await own_entry(self._page, self._sought)
            if asked_in is None:
                return None
            return await first_visible(asked_in.get_by_role("button", name=_ONLY_SURE))

        answer = await self._sight.soon(ask, _A_MOMENT)
        if isinstance(answer, api.Locator):
            await self._click(answer)

    async def _question(self) -> Locator | None:
        """The one button that says yes on a page about this entry."""
        yes = self._page.get_by_role("button", name=_CONFIRM).filter(visible=True)
        about_it = await entry(self._page, self._sought) is not None
        if not about_it or await yes.count() != 1:
            return None
        return yes.first if await belongs(yes.first, self._sought) else None

    async def _gone_from(self, url: str) -> None:
        """Where it was pressed, and on the list when that is opened again, which may draw late."""

        async def ask() -> bool | None:
            return True if await self.is_listed() is None else None

        went = await self._sight.soon(ask, _A_MOMENT)
        await self._sight.open(url)
        if went:
            stays = await self._sight.soon(ask, _A_MOMENT) is None
        else:
            stays = await self._sight.soon(self.is_listed, _DRAWN) is not None
        if stays:
            raise self._sight.failure(Reason.CLEANUP_FAILED, _STILL_THERE)

    def _warn(self, why: str) -> None:
        said = why.splitlines()[0] if why else "the browser did not say why"
        self._sight.visit.warn(f"{self._sought.token} could not be removed: {said}")


async def _close(page: Page) -> None:
    """At once, or with the context."""
    with suppress(api.Error, TimeoutError):
        async with asyncio.timeout(_MARGIN.total_seconds() / 2):
            await page.close()
