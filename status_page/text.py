"""Text from people and configurations, made harmless and short. Pure; knows no language."""

from __future__ import annotations

import re
from typing import Final

# Control characters, bidirectional overrides and lone surrogates: they would garble what
# stands beside them, or could not be encoded at all.
_UNSPEAKABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_NOT_IN_AN_ANCHOR: Final = re.compile("[^A-Za-z0-9._~-]+")


def tidy(text: str) -> str:
    """One line of harmless text: letters, signs and emoji stay, invisible mischief goes."""
    return " ".join(_UNSPEAKABLE.sub(" ", text).split())


def anchor(text: str) -> str:
    """*text* as a fragment of an address; ids as the configuration allows them stay as they are."""
    return _NOT_IN_AN_ANCHOR.sub("-", text)


def shorten(text: str, limit: int) -> str:
    """At most *limit* characters, the last one an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
