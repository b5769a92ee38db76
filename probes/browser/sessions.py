"""Sign-ins that several runs share: what one run remembered, in memory and nowhere else."""

from __future__ import annotations

from typing import Final

SESSIONS: Final = 100


class Sessions:
    """What was remembered last, by the name of the session."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Empty when there is nothing."""
        return self._kept.get(name, "")

    def keep(self, name: str, state: str) -> None:
        if name and state:
            self._kept.pop(name, None)
            self._kept[name] = state
            if len(self._kept) > SESSIONS:
                del self._kept[next(iter(self._kept))]

    def forget(self, name: str, state: str) -> None:
        """Unless somebody remembered something newer meanwhile."""
        if self._kept.get(name) == state:
            del self._kept[name]
