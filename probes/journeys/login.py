"""Signing in, and seeing what only those see who are signed in."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import PrivateAttr, model_validator

from probes.browser import Visit
from probes.journeys.credentials import SignIn
from probes.journeys.ready import JourneySettings, ReadyMade
from probes.journeys.sight import Sight
from probes.journeys.signing_in import SigningIn, remember


class LoginSettings(SignIn, JourneySettings):
    """Opens `url`, fills in the form, sends it, and looks for what was expected."""

    journey: Literal["login"]
    _session: str = PrivateAttr("")

    @property
    def session(self) -> str:
        """The id of this probe, where others name it as the way they sign in; else empty."""
        return self._session

    def shared_as(self, session: str) -> Self:
        """The same for a probe of that id, which others name."""
        shared = self.model_copy()
        shared._session = session  # noqa: SLF001 - of the same class
        return shared

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.expect_text and not self.expect_locator:
            raise ValueError(
                "expect_text or expect_locator is needed: "
                "something that is seen only after signing in"
            )
        return self


async def travel(visit: Visit, settings: LoginSettings) -> None:
    sight = Sight(visit, writes=settings.totp_secret is not None)
    signing_in = SigningIn(sight, settings)
    async with visit.step("open"):
        await sight.open(settings.url)
    async with visit.step("fill in"):
        await signing_in.fill_in()
    async with visit.step("sign in"):
        await signing_in.send()
    if settings.totp_secret is not None:
        async with visit.step("second factor"):
            await signing_in.second_factor()
    async with visit.step("see"):
        await signing_in.see()
    if settings.session:
        await remember(visit)


JOURNEY = ReadyMade("login", LoginSettings, travel)
