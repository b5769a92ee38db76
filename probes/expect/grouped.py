"""A pattern with one group, of which it is asked what the group holds.

The engine that cannot be stalled says whether it matches, and not where: so the group is replaced
by what it might hold, and it is asked again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

from probes.expect.pattern import TEXT_LIMIT, Pattern

_WORD: Final = re.compile(r"[\w.-]{1,60}")
LONGEST_NAME: Final = 60
_ASKED: Final = 40
"""Words that are tried."""
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[a-zA-Z-]*[:)]|[()]|.", re.DOTALL)
_OPENING: Final = "("
_AROUND: Final = 200


class Grouped(Pattern):
    """Such a pattern: `env: (\\w+)`."""

    __slots__ = ("_after", "_before")

    def __init__(self, text: str) -> None:
        """Raises ValueError with a remedy."""
        super().__init__(text)
        groups = _groups(text)
        if len(groups) != 1:
            raise ValueError(
                rf"{text!r} needs one group that holds the name; write it like 'env: (\w+)'"
            )
        [(begins, ends)] = groups
        self._before, self._after = text[:begins], text[ends:]
        self._with("x" * LONGEST_NAME)  # raises as well when that is too large

    def holds(self, text: str, name: str) -> bool:
        """Whether the group may hold *name*, in letters of any size."""
        return self._with(name).found_in(text)

    def held(self, text: str) -> str:
        """A word that the group holds, for people; empty when it cannot be told."""
        text = self._narrowed(text[:TEXT_LIMIT])
        words = islice(dict.fromkeys(_WORD.findall(text)), _ASKED)
        return next((word for word in words if self.holds(text, word)), "")

    def _with(self, name: str) -> Pattern:
        return _replaced(self._before, name, self._after)

    def _narrowed(self, text: str) -> str:
        """A few lines of *text* that match too; empty when it takes more to match."""
        low, high = 0, len(text)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.found_in(text[:middle]) else (middle, high)
        near = text[max(high - _AROUND, 0) : high + _AROUND]
        return near if self.found_in(near) else ""


@lru_cache(maxsize=256)
def _replaced(before: str, name: str, after: str) -> Pattern:
    begins = r"\b" if re.match(r"\w", name) else ""
    ends = r"\b" if re.search(r"\w\Z", name) else ""
    return Pattern(f"{before}(?i:{begins}{re.escape(name)}{ends}){after}")


def _groups(text: str) -> list[tuple[int, int]]:
    """Where each capturing group begins and ends."""
    found: list[tuple[int, int]] = []
    open_: list[tuple[int, str]] = []
    for token in _TOKEN.finditer(text):
        if token[0].startswith(_OPENING):
            open_.append((token.start(), token[0]))
        elif token[0] == ")" and open_:
            begins, sort = open_.pop()
            if sort == _OPENING:
                found.append((begins, token.end()))
    return found
