"""The controls that belong to one entry of a list, and to no other."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from probes.browser import api
from probes.journeys.finding import Scope, first_visible
from probes.journeys.listing import Sought, entry
from probes.journeys.owning import Where, belongs
from probes.journeys.sight import Sight

if TYPE_CHECKING:
    from playwright.async_api import Locator

_MENU: Final = re.compile(r"more|action|option|menu|^\W*[⋯…⋮]\W*$", re.IGNORECASE)
_ROLES: Final[tuple[Literal["button", "link", "menuitem"], ...]] = ("button", "link", "menuitem")
_OPENERS: Final = "summary, [aria-haspopup], [aria-expanded]"
_CHOICES: Final = "input[type=checkbox], [role=checkbox]"
_IS_ON: Final = "all => all.filter(e => e.checked || e.ariaChecked === 'true').length"
_OPENING: Final = timedelta(milliseconds=500)
_MENUS: Final = 4  # that are tried


@dataclass(frozen=True, slots=True)
class Controls:
    """Looks for what is called *named*, without doubt which entry it belongs to."""

    sight: Sight
    sought: Sought
    named: re.Pattern[str]

    async def anywhere(self, found: Locator) -> Locator | None:
        """Within the entry, in its menu, or shown once the entry is chosen."""
        if control := await self.only(found):
            return control
        if await self._all(self.sight.page).count():
            return None  # what then appeared could not be told from those that were there before
        ways = (self.in_a_menu, self._by_choosing, self._by_the_other_button)
        for way in ways:
            if control := await way(found):
                return control
        return None

    async def only(self, scope: Scope, where: Where = "entry") -> Locator | None:
        """The control in *scope*, when there is one and no doubt which, nor whose it is."""
        visible = self._all(scope)
        count = await visible.count()
        if count > 1:
            visible = visible.filter(has_text=self.sought.token)
            count = await visible.count()
        if count != 1:
            return None
        whole = await belongs(visible.first, self.sought, where)
        return visible.first if whole else None

    async def in_a_menu(self, scope: Scope, where: Where = "entry") -> Locator | None:
        """What appears when one of the menus in *scope* is opened."""
        named = await scope.get_by_role("button", name=_MENU).filter(visible=True).all()
        others = await scope.locator(_OPENERS).filter(visible=True).all()
        for opener in [*named, *others][:_MENUS]:
            if not await belongs(opener, self.sought, where):
                continue
            if control := await self._after(opener.click):
                return control
            await self.sight.page.keyboard.press("Escape")
        return None

    async def _by_choosing(self, found: Locator) -> Locator | None:
        """What appears when the entry alone is ticked, or pressed where it is no link."""
        choice = await first_visible(found.locator(_CHOICES))
        if choice is not None:
            control = await self._after(choice.click)
            alone = await self.sight.page.locator(_CHOICES).evaluate_all(_IS_ON) == 1
            return control if alone and await choice.evaluate_all(_IS_ON) else None
        if await found.locator("a[href]").count():
            return None
        return await self._after(found.click)

    async def _by_the_other_button(self, found: Locator) -> Locator | None:
        """What a click with the right button opens; the page's own menu, where it has one."""
        control = await self._after(functools.partial(found.click, button="right"))
        if control is None:
            await self.sight.page.keyboard.press("Escape")
        return control

    async def _after(self, act: Callable[[], Awaitable[None]]) -> Locator | None:
        page = self.sight.page
        before = page.url
        await act()

        async def ask() -> Locator | None:
            return await self.only(page, "apart") if page.url == before else None

        control = await self.sight.soon(ask, _OPENING)
        still = control is not None and await entry(page, self.sought) is not None
        return control if still else None

    def _all(self, scope: Scope) -> Locator:
        kinds = (scope.get_by_role(role, name=self.named, disabled=False) for role in _ROLES)
        return functools.reduce(api.Locator.or_, kinds).filter(visible=True)
