"""Keeps secrets, and everything that would spoil a terminal, out of what a run says."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

STARS: Final = "***"
_LONGEST: Final = 300
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Scrubber:
    """Replaces the secrets it was given, in every form a page or a message may show them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, STARS)
        return text

    def shows(self, text: str) -> bool:
        """Whether *text* tells a secret."""
        return any(form in text for form in self._forms)

    def line(self, text: str) -> str:
        """*text* as one short printable line without secrets."""
        plain = _CONTROLS.sub(" ", self(_ESCAPES.sub("", text)))
        plain = " ".join(plain.split())
        return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield secret
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
