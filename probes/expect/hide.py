"""Keeping what a probe sent out of what it says about an answer that repeats it.

Whoever records a run hides every configured secret again; only here, before an answer is cut down
to a quotation, can half a secret still be recognised as one.
"""

from __future__ import annotations

import html
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote, quote_plus

import httpx

from probes.expect.judge import Failing, Seen, judge
from probes.expect.settings import Expect

STARS: Final = "***"
SHORTEST: Final = 4
"""Characters; what is shorter stands in every second sentence by chance."""
LONGEST: Final = 4096
"""Characters of what may come back in the encodings of addresses and pages."""


class Hidden:
    """Secrets in the forms in which an answer is likely to repeat them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        forms = {form for secret in known for form in _forms(secret)}
        self._longest_first = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        for form in self._longest_first:
            text = text.replace(form, STARS)
        return text

    def failings(self, expect: Expect, seen: Seen, found: list[Failing]) -> list[Failing]:
        """*found*, with words that were chosen after the secrets had left the answer."""
        hidden = self._without(seen)
        if hidden is None:
            return found
        again = judge(expect, hidden)
        if [each.reason for each in again] == [each.reason for each in found]:
            return again
        return [replace(each, said=_unquoted(each)) for each in found]

    def _without(self, seen: Seen) -> Seen | None:
        """None when there is nothing to hide."""
        text, headers = seen.text, seen.headers.multi_items()
        plain = self.text(text)
        shown = [(name, self.text(value)) for name, value in headers]
        if plain == text and shown == headers:
            return None
        return replace(
            seen, content=plain.encode(), fields=httpx.Headers(shown).raw, charset="utf-8"
        )


def _unquoted(failing: Failing) -> str:
    return f"{failing.reason.replace('_', ' ')}; the answer repeats a secret and is not quoted"


def _forms(secret: str) -> Iterator[str]:
    yield from (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    if len(secret) > LONGEST:
        return
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (html.escape(secret), html.escape(secret, quote=False))
    yield b64encode(secret.encode()).decode().rstrip("=")
