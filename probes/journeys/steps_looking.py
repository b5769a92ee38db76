"""The verbs that look whether something is as it should be: one class each."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self
from urllib.parse import urljoin, urlsplit

from pydantic import AfterValidator, Field, model_validator

from probes.journeys.steps_acting import Action, Placed
from probes.journeys.steps_finding import SEE, TICK, WRITE, saying, ways
from probes.journeys.steps_said import instead, joined
from probes.journeys.steps_targets import Target, spoken
from probes.journeys.steps_values import Text
from probes.journeys.steps_walk import Walk
from probes.result import Reason
from probes.settings import Duration

HEADINGS: Final = ("headings", "h1, h2, h3")


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write the text that is looked for")
    return text


Said = Annotated[Text, AfterValidator(_said), Field(examples=["Your library"])]


class Looking(Placed):
    """What can be waited for."""

    up_to: Duration | None = None
    """How long it may take to be so: 15 seconds without it."""


class ExpectText(Looking):
    """Sees a text."""

    VERB = "expect_text"
    expect_text: Said

    def says(self) -> str:
        return f"see “{self.expect_text}”"

    async def do(self, walk: Walk) -> None:
        text, place = walk.fill(self.expect_text), walk.fill(self.in_)

        async def ask() -> bool:
            said = saying(walk.page, text, place).filter(visible=True)
            return await said.count() > 0

        if not await walk.seen(ask, self.up_to):
            page, there = await instead(walk.page, *HEADINGS)
            where = f" in {spoken(place)}" if place else ""
            looked = f"looked for the text “{text}”{where}"
            said = joined(looked, f"{page} does not say it", there)
            raise walk.failure(Reason.TEXT_MISSING, said)


class ExpectNoText(Looking):
    """Sees that a text is not there, or goes away."""

    VERB = "expect_no_text"
    expect_no_text: Said

    def says(self) -> str:
        return f"see no “{self.expect_no_text}”"

    async def do(self, walk: Walk) -> None:
        text, place = walk.fill(self.expect_no_text), walk.fill(self.in_)
        if not await walk.gone(saying(walk.page, text, place), self.up_to):
            page, _ = await instead(walk.page, *HEADINGS)
            said = f"{page} says “{text}”, which should not be there"
            raise walk.failure(Reason.TEXT_PRESENT, said)


def _pattern(value: str) -> str:
    if value.startswith(("/", "*", "?", "#")) or urlsplit(value).scheme in ("http", "https"):
        return value
    raise ValueError(
        f'{value!r} is no address; write "/orders/*" or "https://example.org/*", * for anything'
    )


class ExpectUrl(Action):
    """Sees that the page has an address."""

    VERB = "expect_url"
    expect_url: Annotated[Text, AfterValidator(_pattern), Field(examples=["/orders/*"])]
    """In full or from `/` on the site of `url`, `*` for anything. What follows `?` or `#` counts
    only where it is written here.
    """
    up_to: Duration | None = None

    def says(self) -> str:
        return f"be at {self.expect_url}"

    async def do(self, walk: Walk) -> None:
        wanted = walk.fill(self.expect_url)
        whole = wanted if wanted.startswith("*") else urljoin(walk.visit.url, wanted)
        pattern = re.compile(".*".join(re.escape(part) for part in whole.split("*")), re.DOTALL)
        exact = any(mark in wanted for mark in "?#")

        async def ask() -> bool:
            url = walk.page.url
            return bool(pattern.fullmatch(url if exact else re.split(r"[?#]", url)[0]))

        if not await walk.seen(ask, self.up_to):
            page, there = await instead(walk.page, *HEADINGS)
            said = f"looked for the address {wanted}; {page} is at {walk.page.url.split('?')[0]}"
            raise walk.failure(Reason.WRONG_TARGET, joined(said, there))


class ExpectCount(Looking):
    """Counts what is visible."""

    VERB = "expect_count"
    expect_count: Target
    is_: int | None = Field(default=None, alias="is", ge=0)
    at_least: int | None = Field(default=None, ge=1)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _counts(self) -> Self:
        bounds = (self.is_, self.at_least, self.at_most)
        if all(bound is None for bound in bounds):
            raise ValueError("expect_count needs is = 3, at_least = 1 or at_most = 10 beside it")
        return self

    def says(self) -> str:
        return f"count {spoken(self.expect_count)}"

    async def do(self, walk: Walk) -> None:
        target, place, count = walk.fill(self.expect_count), walk.fill(self.in_), 0

        async def ask() -> bool:
            nonlocal count
            count = 0
            for locator in ways(walk.page, target, SEE, place):
                count = count or await locator.filter(visible=True).count()
            return self._fits(count)

        if not await walk.seen(ask, self.up_to):
            page, there = await instead(walk.page, *HEADINGS)
            said = f"looked for {self._wanted()} of {spoken(target)}; {page} has {count}"
            raise walk.failure(Reason.ELEMENT_MISSING, joined(said, there))

    def _fits(self, count: int) -> bool:
        least = self.at_least if self.at_least is not None else 0
        most = self.at_most if self.at_most is not None else count
        return least <= count <= most and self.is_ in (None, count)

    def _wanted(self) -> str:
        bounds = {"": self.is_, "at least ": self.at_least, "at most ": self.at_most}
        return " and ".join(f"{word}{bound}" for word, bound in bounds.items() if bound is not None)


class ExpectValue(Looking):
    """Sees what is in a field."""

    VERB = "expect_value"
    expect_value: Target
    is_: Text = Field(alias="is")

    def says(self) -> str:
        return f"see what is in {spoken(self.expect_value)}"

    async def do(self, walk: Walk) -> None:
        wanted, found, value = walk.fill(self.is_), "", ""
        field = await walk.find(self.expect_value, WRITE, self.in_)

        async def ask() -> bool:
            nonlocal value
            value = str(await field.evaluate("e => String(e.value ?? e.innerText).slice(0, 10000)"))
            return value == wanted

        if not await walk.seen(ask, self.up_to):
            found = f"“{value[:60]}”" if value else "nothing"
            said = f"looked for “{wanted[:60]}” in {spoken(self.expect_value)}; there is {found}"
            raise walk.failure(Reason.TEXT_MISSING, said)


class _ExpectTick(Looking):
    async def _see(self, walk: Walk, target: str, *, ticked: bool) -> None:
        box = await walk.find(target, TICK, self.in_)

        async def ask() -> bool:
            return await box.is_checked() is ticked

        if not await walk.seen(ask, self.up_to):
            state = "not ticked" if ticked else "ticked"
            raise walk.failure(Reason.STEP_FAILED, f"{spoken(target)} is {state}")


class ExpectChecked(_ExpectTick):
    """Sees that a box is ticked."""

    VERB = "expect_checked"
    expect_checked: Target

    def says(self) -> str:
        return f"see {spoken(self.expect_checked)} ticked"

    async def do(self, walk: Walk) -> None:
        await self._see(walk, self.expect_checked, ticked=True)


class ExpectUnchecked(_ExpectTick):
    """Sees that a box is not ticked."""

    VERB = "expect_unchecked"
    expect_unchecked: Target

    def says(self) -> str:
        return f"see {spoken(self.expect_unchecked)} not ticked"

    async def do(self, walk: Walk) -> None:
        await self._see(walk, self.expect_unchecked, ticked=False)
