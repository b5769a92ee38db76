"""Removing what a journey made, by the controls that belong to it and no others."""

from __future__ import annotations

import functools
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import Failure, api
from probes.journeys.finding import Scope, first_visible, locate
from probes.journeys.listing import entry
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Locator

_REMOVE: Final = r"remove|delete|discard|trash|erase|löschen|entfernen|supprimer|eliminar|borrar"
_CONTROL: Final = re.compile(rf"^\W*({_REMOVE})\b|^\W*[×✕✖✗🗑]\W*$", re.IGNORECASE)
_MENU: Final = re.compile(r"more|action|option|menu|^\W*[⋯…⋮]\W*$", re.IGNORECASE)
_CONFIRM: Final = re.compile(rf"^\W*(yes|ok|confirm|{_REMOVE}|ja|oui|s[ií])\b", re.IGNORECASE)
_DIALOGS: Final = "dialog[open], [role=dialog], [role=alertdialog], .modal"
_A_MOMENT: Final = timedelta(seconds=2)
_OPENERS: Final = "summary, [aria-haspopup], [aria-expanded]"
_OPENING: Final = timedelta(milliseconds=500)
_MENUS: Final = 4  # that are tried


class Removing:
    """Removes the entry that shows *token* from the page it is seen on."""

    def __init__(
        self, sight: Sight, token: str, *, list_entry: str = "", locator: str = ""
    ) -> None:
        self._sight = sight
        self._page = sight.page
        self._token = token
        self._list_entry = list_entry
        self._locator = locator

    async def try_to(self, *, thorough: bool) -> None:
        """Makes the run SLOW, never FAIL, when the entry cannot be removed.

        Unless *thorough*, an entry without a control of its own is left where it is.
        """
        try:
            await self._remove(thorough=thorough)
        except (Failure, api.Error) as error:
            said = str(error).splitlines()[0]
            self._sight.visit.slow(Reason.CLEANUP_FAILED, f"could not be removed: {said}")

    async def _remove(self, *, thorough: bool) -> None:
        seen_on = self._page.url
        control = await self._control(thorough=thorough)
        if control is None:
            if thorough:
                raise Failure(Reason.CLEANUP_FAILED, "nothing to remove it with")
            return
        written, asked_on = self._sight.written, self._page.url
        await self._click(control)
        await self._confirm(written, asked_on)
        await self._sight.settled(written, _A_MOMENT)
        await self._gone_from(seen_on)

    async def _control(self, *, thorough: bool) -> Locator | None:
        if self._locator:
            template = self._locator.replace("{name}", self._token)
            return await first_visible(locate(self._page, template))
        found = await entry(self._page, self._token, self._list_entry)
        if found is None:
            return None
        near = await _only(found, self._token)
        if near is not None or not thorough:
            return near
        return await self._in_a_menu(found) or await self._on_its_page(found)

    async def _on_its_page(self, found: Locator) -> Locator | None:
        links = found.locator("a[href]:not([download])")
        link = await first_visible(links.filter(has_text=self._token))
        if link is None:
            return None
        listed_on = self._page.url
        await link.click()

        async def ask() -> Locator | None:
            if self._page.url == listed_on:
                return None
            return await _only(self._page, self._token)

        if control := await self._sight.soon(ask, _A_MOMENT):
            return control
        main = self._page.locator("main, [role=main]")
        return await self._in_a_menu(main.first if await main.count() else self._page)

    async def _in_a_menu(self, scope: Scope) -> Locator | None:
        """What appears when one of the menus in *scope* is opened."""
        if await _controls(self._page).count():
            return None  # it could not be told from those that were there before
        named = await scope.get_by_role("button", name=_MENU).filter(visible=True).all()
        others = await scope.locator(_OPENERS).filter(visible=True).all()
        for opener in [*named, *others][:_MENUS]:
            await opener.click()

            async def ask() -> Locator | None:
                return await _only(self._page, self._token)

            if control := await self._sight.soon(ask, _OPENING):
                return control
            await self._page.keyboard.press("Escape")
        return None

    async def _click(self, control: Locator) -> None:
        async def accept(dialog: Dialog) -> None:
            await dialog.accept()

        self._page.on("dialog", accept)
        try:
            await control.click()
        finally:
            self._page.remove_listener("dialog", accept)

    async def _confirm(self, written: int, asked_on: str) -> None:
        """Says yes to a question, in a dialog of the page or on a page of its own."""

        async def ask() -> Locator | bool | None:
            if self._sight.written > written:
                return False
            if self._page.url == asked_on:
                dialog = self._page.locator(_DIALOGS).filter(visible=True)
                return await first_visible(dialog.get_by_role("button", name=_CONFIRM))
            return await self._question()

        answer = await self._sight.soon(ask, _A_MOMENT)
        if isinstance(answer, api.Locator):
            await self._click(answer)

    async def _question(self) -> Locator | None:
        """The one button that says yes on a page about this entry."""
        yes = self._page.get_by_role("button", name=_CONFIRM).filter(visible=True)
        about_it = await entry(self._page, self._token) is not None
        return yes.first if about_it and await yes.count() == 1 else None

    async def _gone_from(self, url: str) -> None:
        await self._sight.open(url)

        async def ask() -> bool | None:
            return True if await entry(self._page, self._token, self._list_entry) is None else None

        if await self._sight.soon(ask, _A_MOMENT) is None:
            raise self._sight.failure(Reason.CLEANUP_FAILED, "it is still listed")


async def _only(scope: Scope, token: str) -> Locator | None:
    """The control to remove with, when there is one and no doubt which."""
    visible = _controls(scope)
    if await visible.count() == 1:
        return visible.first
    naming = visible.filter(has_text=token)
    return naming.first if await naming.count() == 1 else None


def _controls(scope: Scope) -> Locator:
    kinds = (scope.get_by_role(role, name=_CONTROL) for role in ("button", "link", "menuitem"))
    return functools.reduce(api.Locator.or_, kinds).filter(visible=True)
