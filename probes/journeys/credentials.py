"""As whom to sign in, and where: the keys for it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from probes.journeys.ready import Address
from probes.journeys.totp import TotpSecret
from probes.settings import Secret, Strict


class SignIn(Strict):
    """How to sign in. The locators are needed only where the guesses do not fit."""

    url: Address
    """The page with the form."""
    username: str = ""
    """Left out where only a password is asked for."""
    password: Secret
    totp_secret: TotpSecret | None = None
    """What the app for the second factor was given: a key, or an otpauth:// address."""
    remember_me: bool = False
    """Whether the box that keeps one signed in is ticked; else it is left as it is."""
    username_field: str = ""
    password_field: str = ""
    submit: str = ""
    """The button, on both pages where the password is asked for on a second one."""
    expect_text: str = ""
    """Text that only those see who are signed in."""
    expect_locator: str = ""
    """The same, as a locator of something visible."""


class SharedSignIn(SignIn):
    """That of another probe, whose sign-ins are remembered for all that name it."""

    session: str
    """The id of that probe."""


class SignsInFirst(Strict):
    """What journeys have that are about something else."""

    login: SignIn | None = None
    """Signs in first."""
    sign_in: str = ""
    """The id of a probe with `journey = "login"`: signs in as that does, once for many runs."""

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        if self.login is not None and self.sign_in:
            raise ValueError("sign_in cannot stand beside login; leave out one of the two")
        return self
