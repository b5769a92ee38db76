"""How a part of a target changed before, as the store knows it: what is news, and what is usual by
now. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import origins
from monitor.config.model import Config
from monitor.fingerprints import rhythm
from monitor.fingerprints.rhythm import WITHIN, Moved, Story
from monitor.store import altered_letters, quiet_changes
from monitor.store.fingerprints import Change, Ours, Stands

Key = tuple[str, str]
"""The target and the name of the trait."""


@dataclass(frozen=True, slots=True)
class Usual:
    """By which it is decided: the deploys of that target, how many changes are a habit, and now."""

    ours: Ours
    times: int
    at: datetime


def is_usual(db: Database, usual: Usual, change: Change) -> bool:
    """Whether it is one of those that come again and again, and a notice said that the next one
    would not be told.
    """
    before = _before(db, change)
    return _was_said(db, before) and _habit(db, usual, change, before) is not None


def becomes_usual(db: Database, usual: Usual, change: Change) -> timedelta | None:
    """How often it changes, where from now on another one like it is not told; None where it is."""
    return _habit(db, usual, change, [*_before(db, change), change])


def period(db: Database, change: Change) -> timedelta:
    """About how often that part changed by then; none where it never did before."""
    instants = (each.seen_at for each in [*_before(db, change), change])
    return rhythm.every(rhythm.occasions(instants))


def in_force(db: Database, config: Config, at: datetime) -> dict[Key, timedelta]:
    """About how often each part changes of which the next change like the last one is not told."""
    found = sorted(quiet_changes.quietly(db, at - WITHIN), key=_key)  # and so by time
    known = {key: list(several) for key, several in groupby(found, _key)}
    lasts = {key: _still(db, config, several, at) for key, several in known.items()}
    return {key: every for key, every in lasts.items() if every is not None}


def ours_of(config: Config, origin: str) -> Ours:
    """The deploys that may have to do with that target."""
    asked = frozenset(origins.probes_of(config, origin))
    return Ours(config.changes, config.environment, config.fingerprint.window, asked)


def _still(db: Database, config: Config, known: Sequence[Change], at: datetime) -> timedelta | None:
    last = known[-1]
    usual = Usual(ours_of(config, last.origin), config.fingerprint.habit, at)
    every = _habit(db, usual, replace(last, seen_at=max(at, last.seen_at)), known)
    return every if every is not None and _was_said(db, known) else None


def _before(db: Database, change: Change) -> list[Change]:
    found = quiet_changes.quietly(db, change.seen_at - WITHIN, _key(change))
    return [each for each in found if (each.seen_at, each.id) < (change.seen_at, change.id)]


def _was_said(db: Database, before: Iterable[Change]) -> bool:
    """One that was not told says that somebody knew."""
    return any(
        each.state is Stands.HABIT or altered_letters.says_habit(db, each) for each in before
    )


def _habit(
    db: Database, usual: Usual, change: Change, before: Sequence[Change]
) -> timedelta | None:
    if len(before) < usual.times:
        return None
    deploys = quiet_changes.deployed(db, usual.ours, change.seen_at - WITHIN, usual.at)
    story = Story(trait=change.name, before=tuple(map(_moved, before)), deploys=deploys)
    return rhythm.habit(story, _moved(change), usual.times)


def _moved(change: Change) -> Moved:
    return Moved(change.was, change.became, change.seen_at)


def _key(change: Change) -> Key:
    return change.target, change.name
