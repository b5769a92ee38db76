"""Signing in, and seeing what only those see who are signed in."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from probes.browser import Visit
from probes.journeys.ready import JourneySettings, ReadyMade
from probes.journeys.sight import Sight
from probes.journeys.signing_in import SignIn, SigningIn


class LoginSettings(SignIn, JourneySettings):
    """Opens `url`, fills in the form, sends it, and looks for what was expected."""

    journey: Literal["login"]

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.expect_text and not self.expect_locator:
            raise ValueError(
                "expect_text or expect_locator is needed: "
                "something that is seen only after signing in"
            )
        return self


async def travel(visit: Visit, settings: LoginSettings) -> None:
    sight = Sight(visit)
    signing_in = SigningIn(sight, settings)
    async with visit.step("open"):
        await sight.open(settings.url)
    async with visit.step("fill in"):
        await signing_in.fill_in()
    async with visit.step("sign in"):
        await signing_in.send()
    async with visit.step("see"):
        await signing_in.see()


JOURNEY = ReadyMade("login", LoginSettings, travel)
