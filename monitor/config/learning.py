"""The tables [fingerprint] and [baselines]: when it is news that a target is not as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from monitor.config.build import Builder, read
from monitor.config.entries import Entry
from monitor.config.shape import Shape
from monitor.config.usual import Baselines, Fingerprint
from monitor.config.values import NOT_EMPTY, UTC_ZONE, ChannelIds, Zone, between
from probes import Duration, Strict
from probes.traits import Trait

T = TypeVar("T", bound=Strict)

_MOST_DAYS: Final = 1000
HABIT_MOST: Final = 50


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('is not a day; write it as "2026-12-25"') from None


_Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def _traits(value: object) -> object:
    listed = value if isinstance(value, list | tuple | frozenset) else [value]
    known = {trait.value for trait in Trait}
    for each in listed:
        if each not in known:
            raise ValueError(
                f"{str(each)[:64]!r} is no part of a fingerprint; there are {', '.join(known)}"
            )
    return frozenset(Trait(str(each)) for each in listed)


class FingerprintTable(Strict):
    """When it is told that a target changed."""

    window: Annotated[Duration, between(timedelta(), timedelta(days=1))] = timedelta(minutes=30)
    """A deploy that was recorded so long before the change, or so long after it, announces it."""
    wait: Annotated[Duration, between(timedelta(), timedelta(hours=1))] = timedelta(minutes=2)
    """How long a deploy may be recorded late before the change is told."""
    ignore: Annotated[
        Any,
        BeforeValidator(_traits),
        WithJsonSchema({"type": "array", "items": {"enum": [trait.value for trait in Trait]}}),
    ] = frozenset((Trait.TITLE,))
    """What is noted and told to nobody."""
    channels: Annotated[ChannelIds, *NOT_EMPTY] | None = None
    """Who is told; those of the probe that noticed it when absent."""
    habit: Annotated[int, Field(ge=0, le=HABIT_MOST)] = 3
    """After so many changes in eight weeks, and no deploy, the next one like them is not told by
    itself; `0`: each is told.
    """


class BaselinesTable(Strict):
    """By which clock and calendar counts are compared with those of other days."""

    timezone: Zone = UTC_ZONE
    """Whose hours and days they are."""
    holidays: Annotated[
        tuple[_Day, ...], Field(max_length=_MOST_DAYS, examples=[["2026-12-25"]])
    ] = ()
    """Days that are like Sundays; nothing is learned from them."""


def read_fingerprint(entry: Entry, builder: Builder) -> Fingerprint:
    """What is wrong is reported."""
    table = _read(FingerprintTable, entry, builder) or FingerprintTable()
    return Fingerprint(
        window=table.window,
        wait=table.wait,
        ignore=table.ignore,
        channels=table.channels or (),
        habit=table.habit,
    )


def read_baselines(entry: Entry, builder: Builder) -> Baselines:
    """What is wrong is reported."""
    table = _read(BaselinesTable, entry, builder) or BaselinesTable()
    return Baselines(zone=table.timezone, holidays=frozenset(table.holidays))


def _read(table: type[T], entry: Entry, builder: Builder) -> T | None:
    builder.references.refuse(entry.document, entry.path, entry.keys)
    return read(Shape(table), entry, entry.keys, builder.references)
