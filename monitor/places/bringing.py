"""Brings a page to a place once: nobody else at the same time, and what is there is remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.places import memory, order
from monitor.places.place import Load, PlaceTrouble, Progress, Target, sha256
from monitor.places.troubles import of_system

FOLDER: Final = "places"
"""Below the state folder."""
PATIENCE: Final = timedelta(seconds=20)
"""With whoever else brings files to the same place."""
_MARK: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """What to bring where. `state` is the state folder."""

    id: str
    target: Target
    state: Path
    files: Mapping[str, bytes]
    at: datetime
    everything: bool = False
    told: Callable[[Progress], None] = lambda _: None
    halt: threading.Event = field(default_factory=threading.Event)

    @property
    def memory(self) -> Path:
        """Of this address alone: who comes back to one finds there what was left there."""
        to = sha256(self.target.to.encode())[:_MARK]
        return self.state / FOLDER / f"{self.id}-{to}.json"


@dataclass(frozen=True, slots=True)
class Brought:
    """What a place was given, or would be."""

    files: int
    size: int
    """In bytes."""
    removed: int


def bring(work: Bringing) -> Brought:
    """Blocks. Raises PlaceTrouble; then the place has pages that are whole, the new or the old."""
    _demand_good(work)
    known = work.memory
    try:
        known.parent.mkdir(mode=0o700, exist_ok=True)
        with memory.alone(known.with_suffix(".lock"), PATIENCE):
            return _bring(work)
    except memory.Busy:
        raise PlaceTrouble("somebody else publishes there at this moment; wait for it") from None
    except OSError as trouble:
        text = f"what is there cannot be remembered in {known.parent}: {of_system(trouble)}"
        raise PlaceTrouble(text) from trouble


def _bring(work: Bringing) -> Brought:
    known = memory.load(work.memory, work.target.to)
    digests = order.digests(work.files, work.target.kind.digest)
    plan = order.plan(digests, known, work.at, everything=work.everything)
    load = Load(
        files=work.files,
        digests=digests,
        memory=known,
        at=work.at,
        keep=lambda: memory.save(work.memory, known),
        everything=work.everything,
        told=work.told,
        halt=work.halt,
    )
    try:
        work.target.kind.put(work.target.settings, load)
    finally:
        memory.save(work.memory, known)
    return _counted(plan, work.files)


def foreseen(work: Bringing) -> tuple[order.Plan, Brought]:
    """What `bring` would do, as far as is known. Asks nobody, changes nothing."""
    _demand_good(work)
    known = memory.load(work.memory, work.target.to)
    wanted = order.digests(work.files, work.target.kind.digest)
    plan = order.plan(wanted, known, work.at, everything=work.everything)
    return plan, _counted(plan, work.files)


def _counted(plan: order.Plan, files: Mapping[str, bytes]) -> Brought:
    size = sum(len(files[path]) for batch in plan.batches for path in batch)
    return Brought(plan.writes, size, len(plan.remove))


def _demand_good(work: Bringing) -> None:
    for path in work.files:
        if not memory.is_good(path):
            raise PlaceTrouble(f"{path[:80]!r} is no name for a file of a page; this is our fault")
