"""One probe while it is tried: what is known of it, and how often its target will see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from monitor.blindspots.cells import Row, Trial, Verdict
from monitor.config import Probe
from probes.injection import BY_NAME, Fault, Kept, mutants
from probes.injection.fields import read
from probes.injection.replaying import Recorder
from probes.injection.strikes import ONE_FOR_EACH_FIELD

FIELDS: Final = 8
"""So many are broken one at a time where each of them is a run in a browser."""
_BEYOND: Final = f"a journey is travelled for no more than {FIELDS} fields, one at a time"
_UNREACHING: Final = frozenset(("refused", "timeout", "status-500"))
"""Under these no request gets as far as the target."""
_STALE: Final = "stale"
OF_CERTIFICATES: Final = "certificate-ending"


@dataclass(slots=True)
class Column:
    """Lives as long as the command."""

    probe: Probe
    row: Row
    recorder: Recorder | None = None
    """What it asked through our own transport; None: it goes through a browser."""
    began: float = 0.0
    answers: tuple[Kept, ...] = ()
    """What a browser was answered in the ordinary run, until all of its faults are tried."""
    took: timedelta = timedelta()
    """How long the ordinary run did."""
    _places: Sequence[str] = ()

    @property
    def writes(self) -> bool:
        return self.probe.blindspots == "full"

    @property
    def target(self) -> str:
        """Its host, with the port; the probe itself where that is not known."""
        return _host(self._url) or self.probe.id

    @property
    def secure(self) -> bool:
        return not self._url.startswith("http:")

    @property
    def asks_once(self) -> bool:
        return getattr(self.probe.settings, "questions", None) is not None

    @property
    def _url(self) -> str:
        return str(getattr(self.probe.settings, "url", "") or "")

    def runs(self, faults: Iterable[Fault]) -> int:
        """How many the target may see, as far as can be told."""
        if self.probe.blindspots == "never":
            return 0
        if self.asks_once:
            return 1
        unseen = _UNREACHING if self.secure else _UNREACHING | {OF_CERTIFICATES}
        one_by_one = sum(len(self.tried_alone(fault)) for fault in faults)
        return 1 + sum(fault.name not in unseen for fault in faults) + one_by_one

    def more(self, faults: Iterable[Fault]) -> int:
        """How many more those may become, before anybody knows what it is answered."""
        if self.probe.blindspots == "never" or self.asks_once:
            return 0
        return FIELDS * sum(fault.name in ONE_FOR_EACH_FIELD for fault in faults)

    def armed(self, fault: Fault) -> Fault:
        """With what a cache that is stuck would answer."""
        return replace(fault, yesterday=self.answers) if fault.name == _STALE else fault

    async def take(self, answers: tuple[Kept, ...], faults: Iterable[Fault]) -> None:
        """Looks into what it was answered, for as long as that takes, where *faults* need it."""
        self.answers = answers
        if any(fault.name in ONE_FOR_EACH_FIELD for fault in faults):
            self._places = await asyncio.to_thread(_places, answers)

    def fields(self, fault: Fault) -> list[Fault]:
        """The same fault once for each field it was answered in JSON, those nearest the root first;
        nothing where it does not strike single fields.
        """
        if fault.name not in ONE_FOR_EACH_FIELD:
            return []
        return [replace(fault, at=place) for place in self._places]

    def tried_alone(self, fault: Fault) -> list[Fault]:
        """Those of them that a run is made for. A single one, too: what was noticed when all were
        broken may have been in an answer that was not kept.
        """
        return self.fields(fault)[:FIELDS]

    def beyond(self, fault: Fault) -> Sequence[Trial]:
        """The others, for which no run is made."""
        return [
            Trial(fault=each, verdict=Verdict.NOT_TRIED, said=_BEYOND, ran=0)
            for each in self.fields(fault)[FIELDS:]
        ]


def _places(answers: Iterable[Kept]) -> list[str]:
    """JSONPaths of all fields, those nearest the root first."""
    any_of_them = BY_NAME["field-removed"]
    found = dict.fromkeys(
        each.at for kept in answers for each in mutants(any_of_them, kept.given) if each.at
    )
    return sorted(found, key=lambda place: len(read(place)))


def is_noted_for(faults: Iterable[Fault]) -> bool:
    """Whether what an ordinary run is answered is of use for any of them."""
    return any(fault.name == _STALE or fault.name in ONE_FOR_EACH_FIELD for fault in faults)


def reaches(fault: Fault) -> bool:
    """Whether any request gets as far as the target under it."""
    return fault.name not in _UNREACHING


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
