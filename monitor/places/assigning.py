"""Which page goes to which place, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from monitor.places.place import Target
from monitor.places.reading import read


class PageLike(Protocol):
    """What counts of a page's settings."""

    @property
    def id(self) -> str: ...
    @property
    def every(self) -> timedelta: ...
    @property
    def publish(self) -> tuple[str, ...]: ...


class PlaceLike(Protocol):
    """What counts of a place's settings."""

    @property
    def id(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def every(self) -> timedelta | None: ...


@dataclass(frozen=True, slots=True)
class Assigned:
    """A place and the page that goes there, `every` so often at least."""

    id: str
    page: str
    target: Target
    every: timedelta


def assign(
    pages: Iterable[PageLike], places: Mapping[str, PlaceLike], folder: Path = Path()
) -> tuple[Assigned, ...]:
    """*folder* is where relative paths start from. A place that several pages name goes to the
    first one. Raises BadPlace and KeyError, which reading the configuration rules out.
    """
    found: dict[str, Assigned] = {}
    for page in pages:
        for name in page.publish:
            place = places[name]
            target = read(place.to, place.options, folder)
            every = target.every(place.every, page.every)
            found.setdefault(place.id, Assigned(place.id, page.id, target, every))
    return tuple(found.values())


def slowest(page: PageLike, assigned: Iterable[Assigned]) -> timedelta:
    """The longest between two signs of life of *page* at any of its places; three times that is
    too long.
    """
    return max((each.every for each in assigned if each.page == page.id), default=page.every)
