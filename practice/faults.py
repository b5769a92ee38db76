"""The outages that can be switched on, in words and as switches."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """One outage, told to a newcomer in a title and two sentences."""

    name: str
    title: str
    breaks: str
    stays_up: str


_ALL: Final = (
    Fault(
        "accidental-upgrade",
        "The accidental upgrade",
        "Nobody can sign in, and those who are signed in cannot send a message.",
        "Every page opens, and the library, contributions, short links and both APIs work on.",
    ),
    Fault(
        "shortener-500",
        "The shortener",
        "Shortening an address answers with an error.",
        "Short links that exist lead on to their targets, and everything else works.",
    ),
    Fault(
        "upload-down",
        "The upload service",
        "Nobody can contribute a file, because the upload service is not running.",
        "The site calls itself healthy and every page opens, the one for contributions too.",
    ),
    Fault(
        "database-deleted",
        "The deleted database",
        "Libraries, contributions and messages from before the deletion are gone: lists are empty.",
        "Home, sign-up and signing in work, and so do new files, messages and short links.",
    ),
    Fault(
        "wrong-environment",
        "The wrong environment",
        "The site is connected to staging, says so in its headers, and every library is empty.",
        "Signing in, messages, contributions and short links work.",
    ),
    Fault(
        "field-renamed",
        "The renamed field",
        "The messages API says profile where it said account, and the activity screen breaks.",
        "Everything that does not read that field works.",
    ),
    Fault(
        "slow",
        "Everything is slow",
        "Every page and every API takes two and a half seconds longer.",
        "Everything works, for those who wait.",
    ),
    Fault(
        "hangs",
        "Nothing answers",
        "Connections are accepted and nothing is ever said on them.",
        "Only this page, the pager and the style sheet answer.",
    ),
    Fault(
        "garbage",
        "Not HTTP any more",
        "Every request is answered with bytes that are not HTTP.",
        "Only this page, the pager and the style sheet answer properly.",
    ),
    Fault(
        "unavailable",
        "Service unavailable",
        "Every page and every API answers 503 and asks to come back later.",
        "Only this page, the pager and the style sheet answer properly.",
    ),
)

BY_NAME: Final = {fault.name: fault for fault in _ALL}
FAULTS: Final = tuple(BY_NAME)


class UnknownFault(ValueError):
    """No fault has that name. The message names the nearest one."""


@dataclass(slots=True)
class Switches:
    """Which faults are on, and since when, in integer microseconds UTC."""

    _on: dict[str, int] = field(default_factory=dict)

    def switch_on(self, name: str, *, at_us: int) -> None:
        """A fault that is on already keeps its beginning. Raises UnknownFault."""
        self._on.setdefault(known(name), at_us)

    def mend(self, name: str) -> None:
        """Raises UnknownFault."""
        self._on.pop(known(name), None)

    def mend_all(self) -> None:
        self._on.clear()

    def __contains__(self, name: str) -> bool:
        return name in self._on

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._on))

    def since_us(self, name: str) -> int:
        """0 while the fault is off."""
        return self._on.get(name, 0)


def switches(names: Iterable[str], *, at_us: int) -> Switches:
    """Raises UnknownFault."""
    made = Switches()
    for name in names:
        made.switch_on(name, at_us=at_us)
    return made


def known(name: str) -> str:
    """*name* itself. Raises UnknownFault with the nearest name."""
    if name in BY_NAME:
        return name
    near = difflib.get_close_matches(name, FAULTS, n=1, cutoff=0.0)[0]
    raise UnknownFault(f"no fault is called {name[:60]!r}; the nearest is {near}")
