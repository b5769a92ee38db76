"""What is said of an answer of which the JSON has other fields than before. Pure.

Both sides are sorted lists of paths, joined by commas; a long one is cut and ends in `… (digest)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.notices.lines import one_line

NAME: Final = "json_keys"
_SHOWN: Final = 4
_NAME_MAX: Final = 40
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class _Fields:
    """`last`: nothing is known of what sorts after it, empty where all is known."""

    names: frozenset[str]
    last: str = ""

    def knows(self, name: str) -> bool:
        return not self.last or name <= self.last


def said(was: str, became: str) -> str:
    """`the fields of its JSON: account, account.name gone; profile, profile.name new`."""
    if not was or not became:
        return _unseen(was, became)
    return f"the fields of its JSON: {_difference(_read(was), _read(became))}"


def back(became: str) -> str:
    """That it is as it was before."""
    return "the fields of its JSON are as before again" if became else "its JSON can be read again"


def only_new(was: str, became: str) -> bool:
    """Whether fields came and, as far as is known, none is gone."""
    before, now = _read(was), _read(became)
    gone = any(now.knows(each) for each in before.names - now.names)
    return bool(was and became) and not gone and bool(now.names - before.names)


def shown(value: str) -> str:
    """One side alone."""
    return _few(sorted(_read(value).names)) if value else "not to be seen"


def _unseen(was: str, became: str) -> str:
    """An empty list, or an answer that is no JSON, tells of no field."""
    if was:
        return f"the fields of its JSON: not to be seen any more; they were {shown(was)}"
    return f"the fields of its JSON: to be seen now, {shown(became)}"


def _difference(was: _Fields, became: _Fields) -> str:
    gone = [each for each in sorted(was.names - became.names) if became.knows(each)]
    new = [each for each in sorted(became.names - was.names) if was.knows(each)]
    parts = [f"{_few(gone)} gone"] * bool(gone) + [f"{_few(new)} new"] * bool(new)
    return "; ".join(parts) or "others, further down than is remembered"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    if more == 1:  # as short to name it
        more = 0
    named = ", ".join(one_line(each, _NAME_MAX) for each in names[: len(names) - max(more, 0)])
    return f"{named} and {more} more" if more > 0 else named


def _read(value: str) -> _Fields:
    whole, cut, _ = value.partition(_CUT)
    names = [each for each in whole.split(", ") if each]
    if not cut:
        return _Fields(frozenset(names))
    kept = names[:-1]  # the last one is cut itself
    return _Fields(frozenset(kept), max(kept, default="\0"))
