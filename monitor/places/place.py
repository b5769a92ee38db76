"""The whole contract of a kind of place: a name, what its addresses begin with, the settings it
reads, and one function that brings files there.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import AfterValidator, Field, SecretStr

from monitor.places.memory import Memory
from probes import Duration, Strict, write_duration


class PlaceTrouble(Exception):
    """A place did not take the page; the text says why and what to do, and holds no secret."""


def _sane(value: timedelta) -> timedelta:
    if not ANSWER_LEAST <= value <= ANSWER_MOST:
        raise ValueError("is out of range; write 1s to 1m")
    return value


ANSWER_LEAST: Final = timedelta(seconds=1)
ANSWER_MOST: Final = timedelta(minutes=1)
Patience = Annotated[Duration, AfterValidator(_sane)]
"""With each answer of a place."""


class PlaceSettings(Strict):
    """What every place has."""

    to: Annotated[str, Field(min_length=1, max_length=2000)]
    """Where it is. No secret stands in it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: of `todo` files that differ, `done` are there."""

    done: int
    todo: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is brought to a place, once."""

    files: Mapping[str, bytes]
    """All that the place is to have."""
    digests: Mapping[str, str]
    """Of the files, by path, as the kind makes them."""
    memory: Memory
    """What it has as far as is known; changed while it is brought."""
    at: datetime
    keep: Callable[[], None]
    """Writes the memory down. Raises OSError."""
    everything: bool = False
    """Whether the files too are brought that are there already."""
    told: Callable[[Progress], None] = lambda _: None
    halt: threading.Event = field(default_factory=threading.Event)
    """Set when nobody waits any more."""

    def go_on(self, done: int, todo: int) -> None:
        """Says how far it is. Raises PlaceTrouble when nobody waits any more."""
        if self.halt.is_set():
            raise PlaceTrouble("it was stopped on the way")
        self.told(Progress(done, todo))


def sha256(content: bytes) -> str:
    """Enough of it to tell files apart."""
    return hashlib.sha256(content).hexdigest()[:32]


S = TypeVar("S", bound=PlaceSettings)


@dataclass(frozen=True, slots=True)
class PlaceKind(Generic[S]):
    """`put` blocks, works in a thread of its own, and raises nothing but PlaceTrouble for the
    place's sake. When it raises, the memory believes nothing of what is doubtful.
    """

    name: str
    begins: tuple[str, ...]
    """What addresses begin with, before the colon."""
    settings: type[S]
    put: Callable[[S, Load], None]
    digest: Callable[[bytes], str] = sha256
    every: timedelta | None = None
    """How often a page goes there when nothing changed but the time; None: as the page says."""


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return write_duration(value) if isinstance(value, timedelta) else value


@dataclass(frozen=True, slots=True)
class Target:
    """A configured place, known to make sense."""

    kind: PlaceKind[PlaceSettings]
    settings: PlaceSettings = field(repr=False)

    @property
    def to(self) -> str:
        return self.settings.to

    @property
    def options(self) -> dict[str, Any]:
        """What was written beside the address, its paths made absolute, its secrets plain: read
        again, wherever that is, it is the same target.
        """
        given = self.settings.model_dump(exclude={"to"}, exclude_unset=True)
        return {name: _plain(value) for name, value in given.items() if value is not None}

    def every(self, given: timedelta | None, page: timedelta) -> timedelta:
        """The longest between two publishes: as it was *given*, else as its kind likes, and never
        more often than the *page* is made.
        """
        return max(given or self.kind.every or page, page)
