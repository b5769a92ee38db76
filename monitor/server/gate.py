"""Who is let in to a page with a password. Whoever guesses is soon told to wait."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.config.model import PageSettings
from monitor.server.visitors import source_of
from monitor.subscribing.allowance import Allowance

GUESSES: Final = 10
"""At once, from one source."""
EVERY: Final = timedelta(minutes=1)
"""Until one more is allowed."""
REPEATED: Final = timedelta(hours=1)
"""The same wrong password is no new guess for so long."""
_MOST_CREDENTIALS: Final = 1000


class Gate:
    """Counts wrong passwords, whichever page they are for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._key = secrets.token_bytes(32)
        self._guesses = Allowance(GUESSES, EVERY, monotonic)
        self._repeated = Allowance(1, REPEATED, monotonic)

    def __call__(self, request: Request, page: PageSettings) -> Response | None:
        """What somebody gets who does not know the password of the page; None for who does."""
        if not page.password:
            return None
        said = _said(request)
        if said is None:
            return _asked_for_password(page)
        source = source_of(request)
        if not self._guesses.has(source):  # right or wrong, else guesses could go on
            seconds = str(round(EVERY.total_seconds()))
            return PlainTextResponse("Too many guesses; wait.\n", 429, {"retry-after": seconds})
        if hmac.compare_digest(said, page.password.encode()):
            return None
        if self._repeated.take(f"{source} {hashlib.blake2b(said, key=self._key).hexdigest()}"):
            self._guesses.take(source)  # open pages go on sending what was the password once
        return _asked_for_password(page)


gate: Final = Gate()
"""Of this process: all that is behind a password counts the same guesses."""


def _said(request: Request) -> bytes | None:
    """The password; None for nothing that could be one."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or len(credentials) > _MOST_CREDENTIALS:
        return None
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return None


def _asked_for_password(page: PageSettings) -> Response:
    realm = "".join(c for c in page.title if (c.isascii() and c.isalnum()) or c == " ") or "status"
    return PlainTextResponse(
        "This page asks for a password.\n",
        401,
        {"www-authenticate": f'Basic realm="{realm}", charset="UTF-8"'},
    )
