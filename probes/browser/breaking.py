"""What is broken between one run and its target, whoever asks there: the browser, or a journey by
itself. It lives as long as the run, and no longer.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from probes.browser.errand import Errand
from probes.browser.worker.carrying_origins import origin_of, origins_of

if TYPE_CHECKING:
    from probes.injection import Asked, Broken, Fault, Given, Kept

_FROM_ANYWHERE: Final = "assets-missing"
_LINKS: Final = "link-lost"
_ASSETS: Final = ("script", "style")


class Breaking:
    """`origins` are the target's. `held_back` counts the writes that were not let through, of which
    the first is the end of the run; `trouble` says what went wrong with the breaking itself, so
    that the run is no evidence, nor is one that came through where the fault `is_passed_by`.
    `added_s` is how long it kept the run waiting, at most.
    """

    def __init__(
        self, fault: Fault | None, origins: frozenset[str], *, writes: bool, notes: bool = False
    ) -> None:
        from probes.injection import Injection, Noting  # noqa: PLC0415 - ordinary runs never need it

        self.origins = origins
        self.held_back = 0
        self.has_held_back = asyncio.Event()
        self.trouble = ""
        self.is_passed_by = False
        self.added_s = 0.0
        self._held_until = 0.0
        self._injection = Injection(fault) if fault is not None else None
        self._name = fault.name if fault is not None else ""
        self._writes = writes
        self._noting = Noting() if notes else None

    @classmethod
    def of(cls, errand: Errand) -> Breaking | None:
        """None for an ordinary run."""
        if errand.fault is None and errand.writes and not errand.notes:
            return None
        both = (origin for host in errand.hosts for origin in origins_of(host))
        origins = frozenset(filter(None, both))
        return cls(errand.fault, origins, writes=errand.writes, notes=errand.notes)

    @property
    def touched(self) -> int:
        """How many requests were given another answer than the target's own."""
        return self._injection.touched if self._injection is not None else 0

    @property
    def answers(self) -> tuple[Kept, ...]:
        """What the target answered, where that was to be kept."""
        return self._noting.answers if self._noting is not None else ()

    @property
    def alters(self) -> bool:
        """Whether answers are looked at, too."""
        return self._injection is not None or self._noting is not None

    @property
    def meets_assets(self) -> bool:
        """Whether scripts and styles are met wherever they come from."""
        return self._name == _FROM_ANYWHERE

    @property
    def meets_links(self) -> bool:
        """Whether what a journey follows is met wherever it leads: short links may have a host of
        their own.
        """
        return self._name == _LINKS

    def meets(self, asked: Asked) -> bool:
        if origin_of(asked.url) in self.origins:
            return True
        return self.meets_assets and asked.resource in _ASSETS

    def before(self, asked: Asked) -> Given | Broken | None:
        """What is answered instead of asking the target. Raises nothing."""
        if self._noting is not None and self.meets(asked):
            self._noting.asks(asked)
        if self._injection is None or not self.meets(asked):
            return None
        try:
            return self._injection.before(asked)
        except Exception as error:  # noqa: BLE001 - a page may answer anything; the run must end
            self.went_wrong(error)
            return None

    def holds_back(self, asked: Asked) -> bool:
        """Whether a request that is not answered by us may not be made either, which is counted."""
        held = asked.writes and not self._writes and self.meets(asked)
        self.held_back += held
        if held:
            self.has_held_back.set()
        return held

    def after(self, asked: Asked, given: Given) -> Given:
        """What becomes of the answer; the same object where it is left alone. Raises nothing."""
        if self._noting is not None and self.meets(asked):
            self._noting.note(asked, given)
        if self._injection is None:
            return given
        try:
            return self._injection.after(asked, given)
        except Exception as error:  # noqa: BLE001 - as above
            self.went_wrong(error)
            return given

    def holds_up(self, since: float, until: float) -> None:
        """That an answer which came at *since* is as if it came at *until*, in seconds of one
        clock. Answers that are waited for side by side hold nobody up twice.
        """
        self.added_s += max(0.0, until - max(since, self._held_until))
        self._held_until = max(self._held_until, until)

    def passes_by(self, asked: Asked) -> None:
        """That the target is asked on a way that no fault can be put into."""
        self.is_passed_by |= self._injection is not None and self.meets(asked)

    def went_wrong(self, error: Exception) -> None:
        """The first one counts."""
        said = f"{type(error).__name__}: {str(error)[:200]}"
        self.trouble = self.trouble or f"the fault could not be injected: {said}"
