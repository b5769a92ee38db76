"""Keeping what a probe sent out of what it says about an answer that repeats it.

Whoever records a run hides every configured secret again; only here, before an answer is cut down
to a quotation, can half a secret still be recognised as one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import httpx

from probes.expect.judge import Failing, Seen, judge
from probes.expect.settings import Expect
from probes.scrub import Scrubber


class Hidden:
    """Secrets in the forms in which an answer is likely to repeat them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.text = Scrubber(secrets)

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
