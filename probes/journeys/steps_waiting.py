"""The verbs that wait until something is there, or gone."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from probes.journeys.steps_finding import SEE, ways
from probes.journeys.steps_looking import HEADINGS, Looking
from probes.journeys.steps_said import instead
from probes.journeys.steps_targets import Target, is_target, spoken
from probes.journeys.steps_walk import Walk
from probes.result import Reason
from probes.settings import parse_duration

_LONGEST_WAIT: Final = timedelta(seconds=30)
_DURATION: Final = re.compile(r"[0-9.]+ ?[a-z]*")


class ExpectVisible(Looking):
    """Sees something."""

    VERB = "expect_visible"
    expect_visible: Target

    def says(self) -> str:
        return f"see {spoken(self.expect_visible)}"

    async def do(self, walk: Walk) -> None:
        await _until_seen(walk, self.expect_visible, self.in_, self.up_to)


class ExpectHidden(Looking):
    """Sees that something is not there, or goes away."""

    VERB = "expect_hidden"
    expect_hidden: Target

    def says(self) -> str:
        return f"see no {spoken(self.expect_hidden)}"

    async def do(self, walk: Walk) -> None:
        await _until_gone(walk, self.expect_hidden, self.in_, self.up_to)


def _awaited(value: Any) -> Any:
    """A duration, or a target; what begins with a digit is meant as the first."""
    if isinstance(value, int | float) or (isinstance(value, str) and _DURATION.fullmatch(value)):
        span = parse_duration(value)
        if not timedelta() < span <= _LONGEST_WAIT:
            raise ValueError(f"{value} is out of range; write 30s or less, or what is waited for")
    return value


class Wait(Looking):
    """Waits for a while, or until something is there or gone."""

    VERB = "wait"
    wait: Annotated[
        str,
        BeforeValidator(_awaited),
        WithJsonSchema({"type": "string", "examples": ["2s", "role=dialog"]}),
    ]
    """`"2s"`, up to 30; or a locator."""
    until: Literal["visible", "hidden"] = "visible"

    @model_validator(mode="after")
    def _waits_for_something(self) -> Self:
        if not self._is_a_while:
            is_target(self.wait)
        elif self.up_to is not None or self.in_ or "until" in self.model_fields_set:
            raise ValueError("wait is a time; leave out until, up_to and in, or write a locator")
        return self

    @property
    def _is_a_while(self) -> bool:
        return _DURATION.fullmatch(self.wait) is not None

    def says(self) -> str:
        if self._is_a_while:
            return f"wait {self.wait}"
        return f"wait for {spoken(self.wait)}" + (" to go" if self.until == "hidden" else "")

    async def do(self, walk: Walk) -> None:
        if self._is_a_while:
            await asyncio.sleep(parse_duration(self.wait).total_seconds())
        elif self.until == "visible":
            await _until_seen(walk, self.wait, self.in_, self.up_to)
        else:
            await _until_gone(walk, self.wait, self.in_, self.up_to)


async def _until_seen(walk: Walk, target: str, place: str, up_to: timedelta | None) -> None:
    target, place = walk.fill(target), walk.fill(place)

    async def ask() -> bool:
        return await walk.glimpse(target, SEE, place) is not None

    if not await walk.seen(ask, up_to):
        raise await walk.missing(target, SEE, place)


async def _until_gone(walk: Walk, target: str, place: str, up_to: timedelta | None) -> None:
    target, place = walk.fill(target), walk.fill(place)
    first, *more = ways(walk.page, target, SEE, place)
    for each in more:
        first = first.or_(each)
    if not await walk.gone(first, up_to):
        page, _ = await instead(walk.page, *HEADINGS)
        said = f"{page} still shows {spoken(target)}, which should not be there"
        raise walk.failure(Reason.STEP_FAILED, said)
