"""What was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MOST: Final = 12
_LONGEST: Final = 64


def remedy(written: str, known: Iterable[str], what: str) -> str:
    """`did you mean 'x'?`, or what there is to choose from; *what* names the choices."""
    choices = list(dict.fromkeys(known))
    folded = {choice.lower(): choice for choice in choices}
    nearest = get_close_matches(written[:_LONGEST].lower(), folded, n=1)
    if nearest:
        return f"did you mean {folded[nearest[0]]!r}?"
    if not choices:
        return f"there are no {what}"
    listed = ", ".join(choices[:_MOST]) + (" …" if len(choices) > _MOST else "")
    return f"the {what} are {listed}" if len(choices) > 1 else f"the only one is {listed}"


def either(choices: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last
