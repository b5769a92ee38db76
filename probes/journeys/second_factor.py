"""The code of a second factor: made when it is typed, and not tried again once it was refused."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.journeys import totp
from probes.journeys.looking import Look, marked
from probes.journeys.sight import Sight

if TYPE_CHECKING:
    from playwright.async_api import Frame

    from probes.settings import Secret

_TRIES: Final = 2
_ENOUGH: Final = timedelta(seconds=5)  # for what comes after a code that had to be waited for
_LOOK: Final = 0.25  # seconds between asking for the next code
_SENDING_ITSELF: Final = timedelta(milliseconds=300)
_KNOWN: Final = 100
_refused: dict[str, str] = {}
"""The last code that was refused, by a hash of the secret: the next run has to wait as well."""


class SecondFactor:
    """Types codes of *secret*; does nothing where that is None."""

    def __init__(self, sight: Sight, secret: Secret | None) -> None:
        self._sight = sight
        self._secret = secret.get_secret_value() if secret else ""
        self._name = hashlib.sha256(self._secret.encode()).hexdigest()
        self._code = ""
        self.tries = 0

    @property
    def typed(self) -> bool:
        return bool(self._code)

    async def fill(self, where: Frame, seen: Look) -> bool:
        """Types a code where *seen* found a field for one, or one for each digit.

        Whether the page has sent it by itself, as many do with the last digit.
        """
        if not self._secret or not seen.code:
            return False
        written = self._sight.written
        self._code = await self._fresh()
        self.tries += 1
        fields = marked(where, "code")
        if seen.code == 1:
            await fields.fill(self._code)
        else:
            for at, digit in enumerate(self._code[: seen.code]):
                await fields.nth(at).press_sequentially(digit)
        return await self._sends_itself(written)

    def refused(self) -> bool:
        """Takes notice that the code was refused; whether it is worth trying the next one."""
        _refused.pop(self._name, None)
        _refused[self._name] = self._code
        if len(_refused) > _KNOWN:
            del _refused[next(iter(_refused))]
        return self.tries < _TRIES and self._sight.visit.left() > _ENOUGH

    async def _fresh(self) -> str:
        """The code of this moment; where that one was refused, the next, if time allows."""
        code = totp.code(self._secret)
        while code == _refused.get(self._name) and self._sight.visit.left() > _ENOUGH:
            await asyncio.sleep(_LOOK)
            code = totp.code(self._secret)
        return code

    async def _sends_itself(self, written: int) -> bool:
        async def ask() -> bool | None:
            return True if self._sight.writing or self._sight.written > written else None

        return bool(await self._sight.soon(ask, _SENDING_ITSELF))
