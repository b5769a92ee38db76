"""The verbs for lists and boxes: one class each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from probes.journeys.steps_acting import Placed
from probes.journeys.steps_finding import CHOOSE, TICK
from probes.journeys.steps_targets import Target, spoken
from probes.journeys.steps_values import LISTED, Text
from probes.journeys.steps_walk import Walk
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator

_OPTIONS: Final = """list => list.tagName === "SELECT" ?
  [...list.options].slice(0, 500).map(o => [o.label.trim().slice(0, 200), o.value.slice(0, 200)]) :
  null"""


class Select(Placed):
    """Chooses from a list."""

    VERB = "select"
    select: Target
    option: Text | Annotated[tuple[Text, ...], LISTED, Field(min_length=1)] = Field(
        examples=["Austria"]
    )
    """By its words or its value; several where the list takes several."""

    def says(self) -> str:
        chosen = self.option if isinstance(self.option, str) else ", ".join(self.option)
        return f"select “{chosen}” in {spoken(self.select)}"

    async def do(self, walk: Walk) -> None:
        found = await walk.find(self.select, CHOOSE, self.in_)
        wanted = [self.option] if isinstance(self.option, str) else list(self.option)
        chosen = [walk.fill(each) for each in wanted]
        await self._demand(walk, found, chosen)
        async with walk.doing(self.says()) as patience:
            await found.select_option(chosen, timeout=patience)

    async def _demand(self, walk: Walk, found: Locator, chosen: list[str]) -> None:
        """Options may come late, and what there is instead is worth saying."""
        there: list[list[str]] = []

        async def ask() -> bool:
            nonlocal there
            seen: list[list[str]] | None = await found.evaluate(_OPTIONS)
            there = seen or []
            known = {word for option in there for word in option}
            return seen is None or known.issuperset(chosen)

        if not await walk.seen(ask):
            labels = ", ".join(f"“{label[:40]}”" for label, _ in there[:5]) or "none"
            looked = ", ".join(f"“{each}”" for each in chosen)
            said = f"looked for the option {looked} in {spoken(self.select)}; options there: "
            raise walk.failure(Reason.ELEMENT_MISSING, said + labels)


class _Tick(Placed):
    async def _set(self, walk: Walk, target: str, *, ticked: bool) -> None:
        found = await walk.find(target, TICK, self.in_)
        async with walk.doing(self.says()) as patience:
            await walk.press(lambda most: found.set_checked(ticked, timeout=most), patience)


class Check(_Tick):
    """Ticks a box, if it is not."""

    VERB = "check"
    check: Target

    def says(self) -> str:
        return f"tick {spoken(self.check)}"

    async def do(self, walk: Walk) -> None:
        await self._set(walk, self.check, ticked=True)


class Uncheck(_Tick):
    """Takes the tick away, if there is one."""

    VERB = "uncheck"
    uncheck: Target

    def says(self) -> str:
        return f"untick {spoken(self.uncheck)}"

    async def do(self, walk: Walk) -> None:
        await self._set(walk, self.uncheck, ticked=False)
