"""Signing in, for the journey that is about it and for those that need it first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import Failure
from probes.journeys.complaints import complaints
from probes.journeys.finding import (
    LINE,
    Wanted,
    called,
    css,
    find,
    first_visible,
    glimpse,
    hinted,
    labelled,
    locate,
    missing,
    send,
    write,
)
from probes.journeys.ready import Address
from probes.journeys.sight import Sight
from probes.result import Reason
from probes.settings import Secret, Strict

if TYPE_CHECKING:
    from playwright.async_api import Locator

_WHO: Final = r"user|e-?mail|log.?in|account|member|nutzer|benutzer|utilisateur|usuario|identifi"
_SIGN_IN: Final = (
    r"sign.?in|log.?in|log.?on|continue|next|submit|enter|go"
    r"|anmelden|einloggen|weiter|connexion|se connecter|suivant|iniciar sesi[oó]n|entrar|accedi"
)
USERNAME: Final = Wanted(
    "field for the user name",
    "username_field",
    (
        css('input[autocomplete~="username" i]'),
        css('input[type=email], input[autocomplete~="email" i]'),
        labelled(_WHO),
        hinted(_WHO),
        called("user", "email", "login", "account"),
        css(":not([role=search]) > input[type=text], :not([role=search]) > input:not([type])"),
        css(LINE),
    ),
)
PASSWORD: Final = Wanted(
    "password field",
    "password_field",
    (
        css('input[type=password][autocomplete~="current-password" i]'),
        css("input[type=password]"),
    ),
)
_LASTING: Final = timedelta(milliseconds=700)  # what is said for longer is not a passing remark


class SignIn(Strict):
    """How to sign in. The locators are needed only where the guesses do not fit."""

    url: Address
    """The page with the form."""
    username: str = ""
    """Left out where only a password is asked for."""
    password: Secret
    username_field: str = ""
    password_field: str = ""
    submit: str = ""
    """The button, on both pages where the password is asked for on a second one."""
    expect_text: str = ""
    """Text that only those see who are signed in."""
    expect_locator: str = ""
    """The same, as a locator of something visible."""


class SigningIn:
    """The parts of signing in, in the order they are done."""

    def __init__(self, sight: Sight, settings: SignIn) -> None:
        self._sight = sight
        self._page = sight.page
        self._told = settings
        self._password: Locator | None = None
        self._known: frozenset[str] = frozenset()
        self._since: timedelta | None = None

    async def all(self) -> None:
        await self._sight.open(self._told.url)
        await self.fill_in()
        await self.send()
        await self.see()

    async def fill_in(self) -> None:
        """Fills in both fields, by way of the first page where they are on two."""
        if self._told.username:
            username = await self._username()
            await write(username, self._told.username)
            if await self._password_field() is None:
                await self._to_the_password(username)
        password = await find(self._sight, PASSWORD, self._told.password_field)
        await write(password, self._told.password.get_secret_value())
        self._password = password

    async def send(self) -> None:
        assert self._password is not None, "fill in first"  # noqa: S101 - our own order
        self._known = frozenset(await complaints(self._page))
        await send(self._sight, self._password, _SIGN_IN, self._told.submit)

    async def see(self) -> None:
        """Until what was expected shows and the form is gone. Raises Failure otherwise."""
        if await self._sight.soon(self._signed_in) is None:
            raise await self._why_not()

    async def _username(self) -> Locator:
        form = self._page.locator("form").filter(has=self._page.locator("input[type=password]"))
        locator = self._told.username_field

        async def ask() -> Locator | None:
            beside = await glimpse(self._page, USERNAME, locator, form.filter(visible=True))
            return beside or await glimpse(self._page, USERNAME, locator)

        return await self._sight.until(ask, Reason.ELEMENT_MISSING, missing(USERNAME, locator))

    async def _password_field(self) -> Locator | None:
        return await glimpse(self._page, PASSWORD, self._told.password_field)

    async def _to_the_password(self, username: Locator) -> None:
        self._known = frozenset(await complaints(self._page))
        await send(self._sight, username, _SIGN_IN, self._told.submit)

        async def ask() -> Locator | None:
            found = await self._password_field()
            if found is None:
                await self._raise_refusal()
            return found

        if await self._sight.soon(ask) is None:
            raise self._sight.failure(
                Reason.ELEMENT_MISSING, missing(PASSWORD, self._told.password_field)
            )

    async def _signed_in(self) -> bool | None:
        if await self._password_field() is not None:
            await self._raise_refusal()
            return None
        return True if await self._expected() else None

    async def _expected(self) -> bool:
        told = self._told
        if told.expect_locator and not await first_visible(locate(self._page, told.expect_locator)):
            return False
        text = self._page.get_by_text(told.expect_text)
        return not told.expect_text or await first_visible(text) is not None

    async def _raise_refusal(self) -> None:
        """Raises Failure once the page has complained for a while about what was sent."""
        new = await complaints(self._page, self._known)
        if not new:
            self._since = None
        elif self._since is None:
            self._since = self._sight.visit.left()
        elif self._since - self._sight.visit.left() >= _LASTING:
            raise Failure(Reason.SIGN_IN_REFUSED, f"the page says: {new[0]}")

    async def _why_not(self) -> Failure:
        told = self._told
        if await self._password_field() is not None:
            said = "the form for signing in is still there, and does not say why"
            return self._sight.failure(Reason.SIGN_IN_REFUSED, said)
        if told.expect_locator and not await first_visible(locate(self._page, told.expect_locator)):
            said = f"the form is gone, but {told.expect_locator} is not there"
            return self._sight.failure(Reason.ELEMENT_MISSING, said)
        said = f'the form is gone, but "{told.expect_text}" is not there'
        return self._sight.failure(Reason.TEXT_MISSING, said)


async def sign_in_first(sight: Sight, settings: SignIn | None) -> None:
    """For journeys that are about something else: one step, where it is configured."""
    if settings is not None:
        async with sight.visit.step("sign in"):
            await SigningIn(sight, settings).all()
