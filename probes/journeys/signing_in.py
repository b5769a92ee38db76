"""Signing in, for the journey that is about it and for those that need it first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from probes.browser import Failure, Journey, Visit, api
from probes.journeys.credentials import SharedSignIn, SignIn
from probes.journeys.finding import Wanted, absent, first_visible, locate
from probes.journeys.form import Form
from probes.journeys.looking import LATE, Asked, Look, description, is_moving, marked
from probes.journeys.obstacles import dismiss, press
from probes.journeys.second_factor import SecondFactor
from probes.journeys.sight import Sight
from probes.result import Reason

USERNAME: Final = Wanted("field for the user name", "username_field", ())
PASSWORD: Final = Wanted("password field", "password_field", ())
_LASTING: Final = timedelta(milliseconds=700)  # what is said for longer is not a passing remark
_ROUNDS: Final = 4
_BANNERS: Final = 3
_LOOK: Final = 0.08  # seconds


class SigningIn:
    """The parts of signing in, in the order they are done."""

    def __init__(self, sight: Sight, settings: SignIn) -> None:
        self._sight = sight
        self._page = sight.page
        self._told = settings
        self._form = Form(
            sight,
            user=settings.username_field,
            password=settings.password_field,
            submit=settings.submit,
        )
        self._factor = SecondFactor(sight, settings.totp_secret)
        self._asked = Asked(
            form=True,
            user=bool(settings.username),
            code=settings.totp_secret is not None,
            remember=settings.remember_me,
        )
        self._seen = Look()
        self._known: tuple[str, ...] = ()
        self._came: Look | None = None

    async def all(self) -> None:
        await self._sight.open(self._told.url)
        await self.fill_in()
        await self.send()
        await self.second_factor()
        await self.see()

    async def fill_in(self) -> None:
        """Fills in both fields, by way of the first page where they are on two."""
        self._seen = await self._found()
        if not self._seen.password:
            await self._to_the_password()
        await self._fill()

    async def send(self) -> None:
        self._known = (*self._known, *self._seen.says)
        if not await self._factor.fill(self._form.where, self._seen):
            await self._press()

    async def second_factor(self) -> None:
        """Types the code where one is asked for; a second one where the first was refused."""
        if not self._asked.code:
            return
        seen = await self._outcome()
        while seen.code and not seen.password and (seen.decided or seen.lasts):
            if self._factor.typed and not self._factor.refused():
                said = seen if seen.says else self._seen
                raise self._refused(said, "the code of the second factor was refused")
            self._seen = seen
            await self.send()
            seen = await self._outcome()
        self._came = seen

    async def see(self) -> None:
        """Until what was expected shows and the form is gone. Raises Failure otherwise."""
        seen = self._came or await self._outcome()
        if seen.lasts:
            raise self._refused(seen)
        if not seen.decided:
            raise await self._why_not()

    async def _found(self) -> Look:
        """The form, once whatever stands before it is out of the way."""
        ends, banners, opened = self._sight.ends(), 0, False
        hopes = self._sight.visit.left()  # what was dismissed has time to lead elsewhere
        while True:
            asked = replace(self._asked, until="form", banner=banners < _BANNERS)
            seen = await self._form.look(replace(asked, opener=not opened, ends=not opened), ends)
            if seen.banner:
                banners += 1
                await dismiss(self._page)
                hopes = self._sight.visit.left() - LATE
            if seen.user if self._told.username else seen.password:
                return seen
            if self._sight.visit.left() <= (hopes if seen.ended else ends):
                raise await self._missing(user=bool(self._told.username))
            if seen.frames and await self._form.enter_frame(self._asked):
                continue
            if seen.opener and not seen.banner:
                opened = True
                await press(marked(self._page, "opener"))
            elif seen.ended:
                await asyncio.sleep(_LOOK)

    async def _to_the_password(self) -> None:
        await self._form.write("user", self._told.username)
        self._seen = await self._form.look(replace(self._asked, complaints=True))
        self._known = tuple(self._seen.says)
        await self._press()
        ends = self._sight.ends()
        while not self._seen.password:
            self._seen = await self._form.look(self._complaining("password"), ends)
            if self._seen.lasts and not self._seen.password:
                raise self._refused(self._seen)
            if not self._seen.password and self._is_over(self._seen, ends):
                raise await self._missing(user=False)

    async def _fill(self) -> None:
        """Until the fields keep what is written in them: a page that still starts empties them."""
        wanted = {"password": self._told.password.get_secret_value()}
        if self._told.username and self._seen.user:
            wanted = {"user": self._told.username} | wanted
        for attempt in range(_ROUNDS):
            for what, text in wanted.items():
                if not attempt or what not in self._seen.filled:
                    await self._form.write(what, text)
            self._seen = await self._form.look(replace(self._asked, complaints=True))
            if wanted.keys() <= set(self._seen.filled):
                break
            await asyncio.sleep(_LOOK)
        if self._told.remember_me:
            await self._remember()

    async def _remember(self) -> None:
        if self._seen.remember:
            await marked(self._form.where, "remember").check()
        else:
            self._sight.visit.warn("there is no box that keeps one signed in")

    async def _press(self) -> None:
        if self._seen.submit:
            await press(marked(self._form.where, "submit"))
        elif self._told.submit:
            raise await absent(self._sight, Wanted("button", "submit", ()), self._told.submit)
        else:
            last = next((one for one in ("password", "code") if one in self._seen.filled), "user")
            await marked(self._form.where, last).last.press("Enter")

    def _complaining(self, until: str) -> Asked:
        return replace(
            self._asked,
            until=until,  # type: ignore[arg-type] # one of its words
            complaints=True,
            known=self._known,
            lasting=_LASTING,
            typed=self._factor.typed,
        )

    async def _outcome(self) -> Look:
        """What became of it; what there is, undecided, after 15 s."""
        ends = self._sight.ends()
        asked = replace(self._complaining("outcome"), text=self._told.expect_text)
        while True:
            seen = await self._form.look(asked, ends)
            if seen.decided and (seen.lasts or seen.code or await self._there()):
                return seen
            if self._is_over(seen, ends):
                return replace(seen, decided=False, lasts=False)
            if seen.decided:
                await asyncio.sleep(_LOOK)

    def _is_over(self, seen: Look, ends: timedelta) -> bool:
        return seen.ended or self._sight.visit.left() <= ends

    async def _there(self) -> bool:
        """Whether the expected locator shows, where one was given."""
        if not self._told.expect_locator:
            return True
        try:
            return await first_visible(locate(self._page, self._told.expect_locator)) is not None
        except api.Error as error:
            if is_moving(error):
                return False
            raise

    async def _missing(self, *, user: bool) -> Failure:
        if user:
            return await absent(self._sight, USERNAME, self._told.username_field)
        return await absent(self._sight, PASSWORD, self._told.password_field)

    def _refused(self, seen: Look, otherwise: str = "") -> Failure:
        said = f"the page says: {seen.says[0]}" if seen.says else otherwise
        return Failure(Reason.SIGN_IN_REFUSED, said)

    async def _why_not(self) -> Failure:
        told, sight = self._told, self._sight
        asked = replace(self._complaining(""), code=True, shown=True)
        seen = await self._form.look(asked)
        if seen.says:
            return self._refused(seen)
        if seen.password:
            said = "the form for signing in is still there, and does not say why"
            return sight.failure(Reason.SIGN_IN_REFUSED, said)
        if seen.code:
            said = "the page asks for the code of a second factor"
            remedy = "and does not say why" if told.totp_secret else "write its key in totp_secret"
            return sight.failure(Reason.SIGN_IN_REFUSED, f"{said}; {remedy}")
        page, instead = description(seen)
        if told.expect_text and not seen.expected:
            said = f'the form is gone, but {page} does not say "{told.expect_text}": {instead}'
            return sight.failure(Reason.TEXT_MISSING, said)
        said = f"the form is gone, but {page} has no {told.expect_locator}: {instead}"
        return sight.failure(Reason.ELEMENT_MISSING, said)


async def sign_in_first(sight: Sight, settings: SignIn | None) -> None:
    """For journeys that are about something else: one step, where it is configured.

    Where an earlier run is remembered, only if the first page asks to sign in.
    """
    if settings is None:
        return
    if sight.visit.is_remembered:
        sight.gate = partial(_unless_let_in, sight, settings)
        return
    async with sight.visit.step("sign in"):
        await _sign_in(sight, settings)


async def after_signing_in(visit: Visit, *, settings: SignIn, journey: Journey) -> None:
    """For journeys that know nothing of it."""
    sight = Sight(visit, writes=settings.totp_secret is not None)
    await sign_in_first(sight, settings)
    await journey(visit)


async def remember(visit: Visit) -> None:
    """For the next runs; they sign in themselves where this does not work."""
    try:
        await visit.remember()
    except api.Error as error:
        visit.warn(f"the sign-in could not be remembered: {str(error).splitlines()[0]}")


async def _sign_in(sight: Sight, settings: SignIn) -> None:
    await SigningIn(sight, settings).all()
    if isinstance(settings, SharedSignIn):
        await remember(sight.visit)


async def _unless_let_in(sight: Sight, settings: SignIn, opened: str) -> bool:
    """Signs in where the page that was *opened* asks for it; whether it did."""
    seen = await Form(sight, password=settings.password_field).look(Asked(form=True))
    here, form, wanted = (_place(url) for url in (sight.page.url, settings.url, opened))
    if not seen.password and (here != form or wanted == form):
        return False
    await _sign_in(sight, settings)
    return True


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path.rstrip("/")
