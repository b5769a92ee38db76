"""What is found of targets, into the store. Inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.config.usual import Fingerprint
from monitor.fingerprints.events import Again, Back, Changed
from monitor.fingerprints.learning import State
from monitor.fingerprints.memory import Key, News
from monitor.fingerprints.past import habit_of
from monitor.fingerprints.settling import Settling
from monitor.fingerprints.telling import LASTS
from monitor.store import fingerprints as rows
from monitor.store import quiet_changes
from monitor.store.fingerprints import Change, Pinned, Stands
from monitor.store.trait_values import Before, Fresh
from probes.traits import Trait

KEPT_QUIET: Final = frozenset((Trait.TLS_KEY,))
"""A new key is a renewal; what matters is by whom it was signed, which is a trait of its own."""


def write(
    db: Database, events: Sequence[News], learnt: Mapping[Key, News], settings: Fingerprint
) -> None:
    for news in events:
        match news.event:
            case Changed() as event:
                _note(db, news, event, settings)
            case Again() as event:
                _again(db, news, event)
            case Back() as event:
                _back(db, news, event)
    for news in learnt.values():
        rows.pin(
            db,
            Pinned(
                target=news.target,
                name=news.trait.value,
                state=news.known.state.value,
                since_at=news.at,
                runs=news.known.runs,
                values=news.known.values,
                past=tuple(Before(o.value, o.left_at, o.gone, o.by) for o in news.known.past),
                fresh=_since(news.known.fresh),
            ),
        )


def _again(db: Database, news: News, event: Again) -> None:
    """What had its turn often enough is in the history, and told to nobody; what goes back and
    forth by its nature is not.
    """
    key = (news.target, news.trait.value)
    if rows.undone(db, key, (", ".join(event.was), event.became), news.at):
        rows.went_back(db, key, event.became, news.at)
    elif event.seen_at is not None and habit_of(news.trait).gone > 1:
        changed = Changed(event.was, event.became, event.seen_at, event.before_at, first=False)
        rows.add(db, _noted(_change(news, changed)))


def _back(db: Database, news: News, event: Back) -> None:
    key, since_at = (news.target, news.trait.value), event.since_at or news.at
    if rows.went_back(db, key, event.became, event.at):
        return
    changed = Changed((event.became,), "", since_at, before_at=None, first=False)
    again = replace(_change(news, changed), found_at=since_at)
    quiet_changes.stands_again(db, key, again, news.at - LASTS)


def _since(fresh: Settling | None) -> Fresh | None:
    return (fresh.value, fresh.at) if fresh is not None else None


def _note(db: Database, news: News, event: Changed, settings: Fingerprint) -> None:
    quiet = news.trait in settings.ignore | KEPT_QUIET or news.known.state is State.VARIES
    change = _change(news, event)
    move = (change.was, change.became)
    if event.instead is not None:
        rows.went_back(db, (change.target, change.name), event.instead, news.at)
    guess = news.known.guess is not None and news.known.guess.value == event.became
    if quiet or guess or not rows.undone(db, (change.target, change.name), move, news.at):
        rows.add(db, _noted(change) if quiet else change)


def _noted(change: Change) -> Change:
    return replace(change, state=Stands.NOTED, settled_at=change.found_at)


def _change(news: News, event: Changed) -> Change:
    return Change(
        target=news.target,
        origin=news.origin,
        name=news.trait.value,
        probe=news.probe,
        was=", ".join(event.was),
        became=event.became,
        first=event.first,
        seen_at=event.seen_at,
        before_at=event.before_at,
        found_at=news.at,
    )
