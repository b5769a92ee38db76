"""What was known of targets before the daemon began. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from monitor.fingerprints import learning
from monitor.fingerprints.learning import Known, State
from monitor.fingerprints.past import Old, habit_of
from monitor.fingerprints.settling import Settling
from monitor.fingerprints.telling import LASTS
from monitor.store.fingerprints import Change, Pinned, Stands
from probes.traits import Trait

VARIES_FOR: Final = timedelta(days=30)
"""Then it is learned anew, once the daemon starts again."""


def again(pinned: Pinned, at: datetime) -> Known:
    """What varied long ago may not any more."""
    if pinned.state == State.VARIES and at - pinned.since_at > VARIES_FOR:
        return Known()
    past = tuple(Old(each.value, each.left_at, each.gone, each.by) for each in pinned.past)
    fresh = _unseen(*pinned.fresh, at) if pinned.fresh is not None else None
    return Known(State(pinned.state), pinned.values, pinned.runs, fresh=fresh, past=past)


def _unseen(value: str, since_at: datetime, at: datetime) -> Settling:
    """Only what is seen from now on is there."""
    return Settling(value, since_at, at, at, row=0)


def changed(known: Known, change: Change, at: datetime) -> Known:
    """With what only its changes say: what was news this week, and what is only a guess."""
    became, learnt = change.became, change.became in known.values
    stayed = learnt or any(old.value == became for old in known.past)
    if change.first and stayed and change.state is not Stands.ANNOUNCED:
        known = replace(known, lately=(*known.lately, (became, change.found_at)))
    if not learnt and (change.settled_at is None or _was_said(change, at)):
        return replace(known, guess=_unseen(became, change.found_at, at))
    if learnt and known.guess is not None and known.guess.value == change.was:
        return replace(known, guess=None)
    return known


def _was_said(change: Change, at: datetime) -> bool:
    """An outage said it, and may go on."""
    return change.state is Stands.EXPLAINED and at - change.seen_at <= LASTS


def deployed(known: Known, change: Change, at: datetime) -> Known:
    """Whoever was killed between what was written of a deploy and of the target knew of it."""
    became = change.became
    met = became in known.values or any(old.value == became for old in known.past)
    if not met and at - change.seen_at <= LASTS:
        known = replace(known, guess=_unseen(became, change.found_at, at))
    return learning.announced(known, became, habit_of(Trait(change.name)))
