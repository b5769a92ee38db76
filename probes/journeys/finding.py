"""Finding fields and buttons as a person would: by purpose, kind, label, hint, name, and place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from probes.browser import Failure, api
from probes.journeys.looking import LATE, Asked, description, look
from probes.journeys.obstacles import press
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

Scope: TypeAlias = "Page | Locator"
Pick: TypeAlias = "Callable[[Scope], Locator]"

LINE: Final = (
    "input:not([type]), input[type=text], input[type=email], input[type=url], input[type=tel]"
)
WRITABLE: Final = f"{LINE}, textarea, [contenteditable=true], [contenteditable='']"
_SENDS: Final = "button:not([type]), button[type=submit], input[type=submit], input[type=image]"
_OWN_ENGINES: Final[dict[str, Callable[[Page, str], Locator]]] = {
    "label": lambda page, text: page.get_by_label(text),
    "placeholder": lambda page, text: page.get_by_placeholder(text),
    "testid": lambda page, text: page.get_by_test_id(text),
}
_HOPING: Final = timedelta(milliseconds=700)
_IS_EMPTY: Final = "field => !(field.isContentEditable ? field.innerText : field.value)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be found; `key` is the setting that names it when no guess fits."""

    what: str
    key: str
    picks: tuple[Pick, ...]
    """Best first."""


def css(selector: str) -> Pick:
    """By a selector."""
    return lambda scope: scope.locator(selector)


def labelled(words: str, among: str = LINE) -> Pick:
    """By the words of the label."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda scope: scope.get_by_label(pattern).and_(_page(scope).locator(among))


def hinted(words: str, among: str = LINE) -> Pick:
    """By the words of the placeholder."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda scope: scope.get_by_placeholder(pattern).and_(_page(scope).locator(among))


def called(*parts: str, among: str = LINE) -> Pick:
    """By a part of its name or id, best part first in the order of the page."""
    selector = ", ".join(f'[{key}*="{part}" i]' for part in parts for key in ("name", "id"))
    return lambda scope: scope.locator(selector).and_(_page(scope).locator(among))


def locate(page: Page, locator: str) -> Locator:
    """A configured locator: Playwright's syntax, and `label=`, `placeholder=`, `testid=`."""
    engine, sign, rest = locator.partition("=")
    if sign and engine in _OWN_ENGINES:
        return _OWN_ENGINES[engine](page, rest)
    return page.locator(locator)


async def find(
    sight: Sight, wanted: Wanted, locator: str = "", within: Scope | None = None
) -> Locator:
    """What is *wanted*, once it is visible. Raises Failure when it does not appear."""
    began = sight.visit.left()

    async def ask() -> Locator | None:
        if found := await glimpse(sight.page, wanted, locator, within):
            return found
        waited = began - sight.visit.left()
        if waited > _HOPING:
            seen = await look(sight.page, Asked(ends=waited > LATE))
            if seen is not None and seen.ended:
                raise await absent(sight, wanted, locator)
        return None

    found = await sight.soon(ask)
    if found is None:
        raise await absent(sight, wanted, locator)
    return found


async def absent(sight: Sight, wanted: Wanted, locator: str = "") -> Failure:
    """A failure that says what was looked for, and what is there instead."""
    seen = await look(sight.page, Asked(shown=True))
    page, instead = description(seen)
    sought = f"looked for a {wanted.what}{f' at {locator}' if locator else ''}"
    said = f"{sought}; {page} has none: {instead}"
    if seen and seen.shown and seen.shown["fields"] and not locator:
        said += f'; if one of these is it, name it with {wanted.key} = "css=…"'
    return sight.failure(Reason.ELEMENT_MISSING, said)


async def glimpse(
    page: Page, wanted: Wanted, locator: str = "", within: Scope | None = None
) -> Locator | None:
    """What is *wanted* if it is visible at this moment."""
    if locator:
        return await first_visible(locate(page, locator))
    for pick in wanted.picks:
        if found := await first_visible(pick(within or page)):
            return found
    return None


async def first_visible(locator: Locator) -> Locator | None:
    """The first visible element of *locator*, or nothing."""
    visible = locator.filter(visible=True)
    return visible.first if await visible.count() else None


async def write(field: Locator, text: str) -> None:
    """Fills *field*, once more when a page that was still starting emptied it."""
    await field.fill(text)
    if await field.evaluate(_IS_EMPTY):
        await field.fill(text)


async def send(sight: Sight, field: Locator, words: str, locator: str = "") -> None:
    """Presses the button that sends what was written in *field*, or Enter where there is none."""
    if locator:
        await press(await find(sight, Wanted("button", "submit", ()), locator))
    elif button := await sending_button(sight.page, field, words):
        await press(button)
    else:
        await field.press("Enter")


async def sending_button(page: Page, field: Locator, words: str) -> Locator | None:
    """The button of the form that *field* is in; else one on the page that says *words*."""
    exact = re.compile(rf"^\W*({words})\W*$", re.IGNORECASE)
    form = field.locator("xpath=ancestor::form[1]")
    if await form.count():
        buttons = form.locator(_SENDS)
        said = buttons.and_(form.get_by_role("button", name=exact))
        if found := await first_visible(said) or await first_visible(buttons):
            return found
    loose = re.compile(words, re.IGNORECASE)
    within = form if await form.count() else page
    return await first_visible(within.get_by_role("button", name=exact)) or await first_visible(
        within.get_by_role("button", name=loose)
    )


def _page(scope: Scope) -> Page:
    return scope if isinstance(scope, api.Page) else scope.page
