"""The verbs that do something: one class each."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from probes.browser import JourneyBroken
from probes.journeys.steps_finding import PRESS, WRITE
from probes.journeys.steps_targets import Target, spoken
from probes.journeys.steps_values import Text, Typed
from probes.journeys.steps_walk import Walk
from probes.settings import Duration, Strict

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Locator

_KEYS: Final = (
    *("Enter", "Tab", "Escape", "Space", "Backspace", "Delete", "Insert", "Home", "End"),
    *("PageUp", "PageDown", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
    *(f"F{number}" for number in range(1, 13)),
)
_MODIFIERS: Final = ("Control", "Shift", "Alt", "Meta", "ControlOrMeta")


class Action(Strict):
    """What every step may have."""

    VERB: ClassVar[str]
    NEEDS: ClassVar[str] = ""
    """What has to stand before it; see `brings`."""
    name: str = Field(default="", max_length=100)
    """What the step is called in results; without it, what it does."""
    within: Duration | None = None
    """Slower makes the run SLOW."""

    def title(self) -> str:
        """What the step is called."""
        return self.name or self.says()

    def says(self) -> str:
        raise NotImplementedError

    def brings(self) -> frozenset[str]:
        return frozenset((self.VERB,))

    async def do(self, walk: Walk) -> None:
        """Raises Failure when the target does not let it be done."""
        raise NotImplementedError


class Placed(Action):
    """What can be looked for in a part of the page."""

    in_: Target | Literal[""] = Field(default="", alias="in", examples=["Wool socks"])
    """Only there: the smallest row, item, form or section that says so, or a locator."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if value.startswith(("/", "?", "#")) or (parts.scheme in ("http", "https") and parts.hostname):
        return value
    raise ValueError(
        f'{value!r} is no address; write "https://example.org/page", or "/page" for one below url'
    )


class Goto(Action):
    """Opens an address."""

    VERB = "goto"
    goto: Annotated[Text, AfterValidator(_address), Field(examples=["/login"])]
    """In full, or from `/` on the site of `url`."""

    def says(self) -> str:
        return f"open {self.goto.partition('?')[0]}"

    async def do(self, walk: Walk) -> None:
        await walk.open(self.goto)


class Click(Placed):
    """Presses a button, follows a link."""

    VERB = "click"
    click: Target
    times: int = Field(default=1, ge=1, le=3)
    """2 is a double click."""
    confirm: bool = False
    """Answers the question that the browser then asks with yes; else it is dismissed."""
    new_tab: bool = False
    """Goes on in the tab that it opens."""

    def says(self) -> str:
        return f"click {spoken(self.click)}"

    def brings(self) -> frozenset[str]:
        return frozenset(("new_tab",)) if self.new_tab else frozenset()

    async def do(self, walk: Walk) -> None:
        found = await walk.find(self.click, PRESS, self.in_)
        async with walk.doing(self.says()) as patience:
            if self.new_tab:
                await self._into_another(walk, found, patience)
            elif self.confirm:
                await self._and_confirm(walk, found, patience)
            else:
                await self._press(walk, found, patience)

    async def _press(self, walk: Walk, found: Locator, patience: float) -> None:
        await walk.press(lambda most: found.click(click_count=self.times, timeout=most), patience)

    async def _into_another(self, walk: Walk, found: Locator, patience: float) -> None:
        async with walk.page.expect_popup(timeout=patience) as opened:
            await self._press(walk, found, patience)
        tab = await opened.value
        await tab.wait_for_load_state("domcontentloaded", timeout=patience)
        walk.enter(tab)

    async def _and_confirm(self, walk: Walk, found: Locator, patience: float) -> None:
        async def accept(dialog: Dialog) -> None:
            await dialog.accept()

        walk.page.on("dialog", accept)
        try:
            await self._press(walk, found, patience)
        finally:
            walk.page.remove_listener("dialog", accept)


class Hover(Placed):
    """Moves the mouse over something, as a menu may need."""

    VERB = "hover"
    hover: Target

    def says(self) -> str:
        return f"hover over {spoken(self.hover)}"

    async def do(self, walk: Walk) -> None:
        found = await walk.find(self.hover, PRESS, self.in_)
        async with walk.doing(self.says()) as patience:
            await walk.press(lambda most: found.hover(timeout=most), patience)


class Fill(Placed):
    """Writes into a field, in place of what is in it."""

    VERB = "fill"
    fill: Target
    with_: Typed | None = Field(default=None, alias="with")
    """What is written; never shown."""
    with_secret: str = Field(default="", examples=["password"])
    """Instead: the name of one of the `secrets` of the probe."""

    @model_validator(mode="after")
    def _writes_one_thing(self) -> Self:
        if (self.with_ is None) == (not self.with_secret):
            text = 'fill needs with = "…" or with_secret = "password" beside it, one of the two'
            raise ValueError(text)
        return self

    def says(self) -> str:
        return f"fill {spoken(self.fill)}"

    async def do(self, walk: Walk) -> None:
        found = await walk.find(self.fill, WRITE, self.in_)
        if self.with_ is None:
            text = walk.visit.secret(self.with_secret)
        else:
            text = walk.fill(self.with_.get_secret_value())
        async with walk.doing(self.says()) as patience:
            await found.fill(text, timeout=patience)


def _key(value: str) -> str:
    *modifiers, key = value.split("+") if value != "+" else ["+"]
    wrong = [each for each in modifiers if each not in _MODIFIERS]
    if len(key) != 1 and key not in (*_KEYS, *_MODIFIERS):
        wrong.append(key)
    if wrong:
        near = get_close_matches(wrong[0].capitalize(), (*_KEYS, *_MODIFIERS), n=1)
        remedy = f"did you mean {near[0]!r}?" if near else 'write it as "Enter" or "Control+A"'
        raise ValueError(f"{wrong[0]!r} is no key; {remedy}")
    return value


class Press(Action):
    """Presses a key, in a field or wherever the page now listens."""

    VERB = "press"
    press: Annotated[str, AfterValidator(_key), Field(examples=["Enter"])]
    in_: Target | Literal[""] = Field(default="", alias="in")
    """The field."""

    def says(self) -> str:
        return f"press {self.press}" + (f" in {spoken(self.in_)}" if self.in_ else "")

    async def do(self, walk: Walk) -> None:
        if not self.in_:
            await walk.page.keyboard.press(self.press)
            return
        found = await walk.find(self.in_, WRITE)
        async with walk.doing(self.says()) as patience:
            await found.press(self.press, timeout=patience)


class CloseTab(Action):
    """Closes the tab that a click opened, and goes on in the one before."""

    VERB = "close_tab"
    NEEDS = "new_tab"
    close_tab: Literal[True]

    def says(self) -> str:
        return "close the tab"

    async def do(self, walk: Walk) -> None:
        if not await walk.leave():
            raise JourneyBroken("close_tab: no click with new_tab = true has opened one")
