"""Faults under which something is answered, with a 200, that is not what was asked for."""

from __future__ import annotations

from dataclasses import replace

from probes.injection.exchange import Asked, Given
from probes.injection.pages import PARKED, SIGN_IN
from probes.injection.strike import SEEN_BY_PEOPLE


def another_page(asked: Asked) -> Given | None:
    return PARKED if asked.resource in SEEN_BY_PEOPLE else None


def sign_in_page(asked: Asked) -> Given | None:
    return SIGN_IN if asked.resource in SEEN_BY_PEOPLE else None


def empty(_: Asked, given: Given) -> Given:
    return replace(given, status=200, body=b"")


def half(_: Asked, given: Given) -> Given:
    """Of a redirect nobody reads the text."""
    if given.status // 100 == 3:
        return given
    return replace(given, body=given.body[: len(given.body) // 2])
