"""Speaking in public. Inside the writer's transaction; the page is made anew after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.orders import SOMEBODY, CannotAct, Done, No, instant
from monitor.acts.planning import Known
from monitor.acts.retelling import demand_changes, retold, write_down
from monitor.acts.speech import Announce, Correct, Retell, Say, Spoken, Unsay, demand_brief
from monitor.acts.subject import (
    Subject,
    as_it_is_now,
    demand_over,
    demand_public,
    moment,
    subject,
)
from monitor.clock import iso
from monitor.store import speaking
from monitor.store.public import Words
from status_page import Stage


def speak(db: Database, order: Spoken, config: Known, at: datetime) -> Done:
    """Raises CannotAct, having changed nothing."""
    match order:
        case Say():
            return say(db, order, config, at)
        case Announce():
            return announce(db, order, config, at)
        case Correct():
            return correct(db, order, config, at)
        case Unsay():
            return unsay(db, order, at)
        case Retell():
            return retell(db, order, config, at)


def say(db: Database, order: Say, config: Known, at: datetime) -> Done:
    """Published under an incident, open or over. Ends nothing but what was written by hand."""
    found = retold(db, subject(db, order.incident), order, config, at)
    demand_public(found, config)
    number, found = _said(db, found, order, at)
    said = f"Said in public under {found.name}, as update {number}."
    return _published(said, number, found, order, at)


def announce(db: Database, order: Announce, config: Known, at: datetime) -> Done:
    """One that no probe has seen, with its first words."""
    found = write_down(db, order, config, at)
    number, found = _said(db, found, order, at)
    said = f"Written down as {found.name}, and said in public, as update {number}."
    return _published(said, number, found, order, at)


def _said(db: Database, found: Subject, order: Say | Announce, at: datetime) -> tuple[int, Subject]:
    said_at = moment(found, order.at, at)
    if order.status is Stage.POSTMORTEM:
        demand_over(found)
    number = speaking.add_words(
        db,
        found.whose,
        at=said_at,
        status=order.status.value,
        words=order.words,
        by=order.by or SOMEBODY,
    )
    if order.ended_at is None:
        _end_follows(db, found, None, _numbered(db, found, number), at)
    return number, as_it_is_now(db, found)


def _published(said: str, number: int, found: Subject, order: Say | Announce, at: datetime) -> Done:
    still = ""
    if order.status is Stage.RESOLVED and found.seen and found.ended_at is None:
        still = " The incident itself stays open until its probe is good again."
    still = still or _stands(found)
    unread = " It is hidden: nobody reads it before --show." if found.hidden else ""
    facts = {"update": number, "status": order.status.value, "at": iso(order.at or at)}
    return Done(f"{said}{still}{unread}", found.facts() | facts | _key(found))


def _stands(found: Subject) -> str:
    """Of one by hand, which stands as people say."""
    if found.seen is not None:
        return ""
    over = found.ended_at
    return f" It is over since {instant(over)}." if over else " It is open until it is ended."


def _key(found: Subject) -> dict[str, Any]:
    return {"key": found.entry.key} if found.seen is None and found.entry else {}


def correct(db: Database, order: Correct, config: Known, at: datetime) -> Done:
    """What was said stays where it stands, with other words, and with a note that it was edited."""
    found = retold(db, subject(db, order.incident), order, config, at)
    before = _numbered(db, found, order.number)
    changes = _changes(order, before, found, at)
    if not changes:
        raise CannotAct(
            No.NOTHING_NAMED,
            f"say what update {before.number} is to say instead, with words, a status or --at;"
            " --withdraw takes it off the page",
        )
    speaking.edit(db, before.number, changes, by=order.by or SOMEBODY, at=at)
    if order.ended_at is None:
        _end_follows(db, found, before, _numbered(db, found, before.number), at)
    found = as_it_is_now(db, found)
    return Done(
        f"Update {before.number} under {found.name} is corrected; the page says that it was"
        f" edited.{_stands(found)}",
        found.facts() | {"update": before.number, "changed": True},
    )


def _changes(order: Correct, before: Words, found: Subject, at: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if order.status is not None:
        changes["status"] = order.status.value
    if order.words is not None:
        changes["words"] = order.words
    if order.at is not None:
        changes["at"] = moment(found, order.at, at)
    status = order.status or Stage(before.status)
    if status is Stage.POSTMORTEM and before.status != status:
        demand_over(found)
    try:
        demand_brief(status, order.words or before.words)
    except ValueError as bad:
        raise CannotAct(No.TOO_LONG, str(bad)) from None
    return changes


def unsay(db: Database, order: Unsay, at: datetime) -> Done:
    """It is kept, and nobody reads it any more."""
    found = subject(db, order.incident)
    before = _numbered(db, found, order.number)
    speaking.edit(db, before.number, {"hidden": True}, by=order.by or SOMEBODY, at=at)
    _end_follows(db, found, before, None, at)
    found = as_it_is_now(db, found)
    return Done(
        f"Update {before.number} under {found.name} is withdrawn: it is on no page any more."
        f"{_stands(found)}",
        found.facts() | {"update": before.number, "changed": True},
    )


def retell(db: Database, order: Retell, config: Known, at: datetime) -> Done:
    """Other words around the incident, or none of it at all."""
    demand_changes(order)
    found = retold(db, subject(db, order.incident), order, config, at)
    demand_public(found, config)
    read = "is told on the page as you said"
    if order.hidden is not None:
        read = "is hidden: it is on no page, and in no feed" if found.hidden else "is shown again"
    said = f"{found.name[:1].upper()}{found.name[1:]} {read}."
    return Done(said, found.facts() | _key(found) | {"changed": True})


def _numbered(db: Database, found: Subject, number: int) -> Words:
    known = speaking.words_of(db, found.whose)
    for each in known:
        if each.number == number:
            return each
    listed = ", ".join(str(each.number) for each in known)
    others = f"those there are: {listed}" if listed else "there is none at all"
    raise CannotAct(
        No.UNKNOWN_NUMBER,
        f"there is no update {number} under {found.name}; {others}. trueup said"
        f" {found.reference} shows them",
    )


def _end_follows(
    db: Database, found: Subject, before: Words | None, after: Words | None, at: datetime
) -> None:
    """One by hand ends and opens with what people say, and when they correct or withdraw it."""
    entry = found.entry
    if found.seen is None and entry is not None:
        ended_at = _end(entry.ended_at, before, after)
        if ended_at != entry.ended_at:
            speaking.change(db, entry.id, {"ended_at": ended_at}, at=at)


def _end(was: datetime | None, before: Words | None, after: Words | None) -> datetime | None:
    """The end once *after* is said in the place of *before*; either may be nothing."""
    gave = before is not None and before.status == Stage.RESOLVED and before.at == was
    if after is None:
        return None if gave else was
    if before is not None and before.status == after.status:
        return after.at if gave else was
    if after.status == Stage.RESOLVED:
        return was or after.at
    opens = gave or (was is not None and after.at > was)
    return None if opens and after.status != Stage.POSTMORTEM else was
