"""What was written into a page's folder, remembered outside of it: whoever starts anew takes away
what the page no longer has, and nothing that somebody else put there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

from monitor.publish.folder import Stamp, put, stamp_of
from status_page import LANGUAGES

FOLDER: Final = "editions"
"""Below the state folder."""
_OURS: Final = frozenset(
    {
        *("about", "api", "badges", "components", "embed", "history", "incidents", "look"),
        *("maintenance", *LANGUAGES),
    }
)
"""Folders of a page."""


class Inventory:
    """Of one folder."""

    def __init__(self, folder: Path, state: Path) -> None:
        self._folder = folder
        self._is_own = folder.is_relative_to(state)
        place = folder.relative_to(state) if self._is_own else folder.absolute()
        self._state = state
        self._name = f"{FOLDER}/{hashlib.sha256(str(place).encode()).hexdigest()[:24]}.json"
        self._names: frozenset[str] = frozenset()
        self._stamp: Stamp | None = None

    def read(self) -> frozenset[str]:
        """All that may be there of ours, whoever wrote it."""
        stamp = stamp_of(self._state / self._name)
        if stamp is None or stamp != self._stamp:
            self._names = self._names | (self._read() or self._found())
            self._stamp = stamp
        return self._names

    def write(self, names: Iterable[str]) -> None:
        """What cannot be written is told by what is found there."""
        self._names = frozenset(names)
        body = json.dumps({"folder": str(self._folder), "files": sorted(self._names)})
        with suppress(OSError):
            self._stamp = put(self._state, {self._name: body.encode()})[self._name]

    def _read(self) -> frozenset[str]:
        """Empty when there is none, or a damaged one."""
        try:
            facts = json.loads((self._state / self._name).read_bytes())
            return frozenset(filter(_is_below, map(str, facts["files"])))
        except (OSError, ValueError, TypeError, KeyError):
            return frozenset()

    def _found(self) -> frozenset[str]:
        """In a folder below the state, which is nobody else's."""
        if not self._is_own:
            return frozenset()
        files = (each for name in sorted(_OURS) for each in (self._folder / name).rglob("*"))
        return frozenset(
            each.relative_to(self._folder).as_posix()
            for each in files
            if not each.name.startswith(".") and each.is_file()
        )


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
