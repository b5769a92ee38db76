"""For places that take one file after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from monitor.places import order
from monitor.places.memory import is_good
from monitor.places.place import Load, PlaceSettings

LOOK_EVERY: Final = timedelta(hours=1)
LOOK_MOST: Final = 50
"""Folders that are looked at, each time."""
_TOLD: Final = ("index.html", "card.png")
"""What there is of each incident."""

S_contra = TypeVar("S_contra", bound=PlaceSettings, contravariant=True)
S = TypeVar("S", bound=PlaceSettings)


class Session(Protocol):
    """A connection to a place, for one thread. What it raises is PlaceTrouble."""

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        """In any order, each whole or not at all where the place allows that; *wrote* is told of
        each that is there, and may raise.
        """
        ...

    def remove(self, paths: tuple[str, ...]) -> None:
        """Nothing happens to those that are not there."""
        ...

    def sizes(self, folder: str) -> Mapping[str, int] | None:
        """Of the files in it by name; empty when there is no such folder, None when the place
        cannot tell.
        """
        ...

    def folders(self, folder: str) -> Iterable[str]:
        """The names of those in it; none when there is no such folder, or the place cannot tell."""
        ...


Opens = Callable[[S], AbstractContextManager[Session]]


def putting(
    opens: Opens[S], *, look_every: timedelta = LOOK_EVERY, most: int = LOOK_MOST
) -> Callable[[S, Load], None]:
    """The function of a kind whose sessions *opens* makes."""

    def put(settings: S, load: Load) -> None:
        with opens(settings) as session:
            if load.memory.is_blank:
                _recall(session, load)
            since = load.at.timestamp() - load.memory.looked_at
            if not 0 <= since < look_every.total_seconds():  # less: the clock was set
                _look(session, load, most)
            _bring(session, load)

    return put


def _bring(session: Session, load: Load) -> None:
    digests = load.digests
    order.part(load.memory, digests, load.at)
    plan = order.plan(digests, load.memory, load.at, everything=load.everything)
    load.memory.doubt(path for batch in plan.batches for path in batch)
    load.keep()
    done = 0

    def wrote(path: str) -> None:
        nonlocal done
        done += 1
        load.memory.files[path] = (digests[path], len(load.files[path]))
        load.go_on(done, plan.writes)

    load.go_on(0, plan.writes)
    for batch in plan.batches:
        session.write({path: load.files[path] for path in batch}, wrote)
    if plan.remove:
        session.remove(plan.remove)
        for path in plan.remove:
            del load.memory.leaving[path]


def _recall(session: Session, load: Load) -> None:
    """When nothing is known of a place that has a page of ours: what people said there and no
    longer say is to go.
    """
    if order.WHOLE not in (session.sizes("") or ()):
        return
    for folder in order.WORDS:
        load.go_on(0, 0)
        found = (f"{folder}/{name}/{file}" for name in session.folders(folder) for file in _TOLD)
        lost = [path for path in found if is_good(path) and path not in load.files]
        load.memory.leaving.update(dict.fromkeys(lost, int(load.at.timestamp())))


def _look(session: Session, load: Load, most: int) -> None:
    """Whether what we put there is still there, a few folders each time: what somebody took away
    or wrote over is brought again.
    """
    memory = load.memory
    inside: dict[str, list[str]] = defaultdict(list)
    for path in memory.files:
        inside[path.rpartition("/")[0]].append(path)
    after = sorted(inside, key=lambda folder: (folder <= memory.looked_to, folder))
    for folder in after[:most]:
        load.go_on(0, 0)
        sizes = session.sizes(folder)
        if sizes is None:
            break
        memory.looked_to = folder
        known = {path: memory.files[path][1] for path in inside[folder]}
        memory.doubt(p for p, size in known.items() if sizes.get(p.rpartition("/")[2]) != size)
    memory.looked_at = int(load.at.timestamp())
