"""What was told while the database took nothing, written into it once it does again.

By then the runs of that time are in it, and it has decided about them on its own, mostly the same;
incidents have the same keys in both. Nothing that was confirmed is told again; whatever was heard
of and is not open here is told to be over; and whatever is open here and was told to be over is
told once more. Doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.notices import EventKind, from_json
from monitor.routing import Severity
from monitor.store import attended, incidents
from monitor.why import Why

Row = Mapping[str, Any]
Parts = Mapping[str, Sequence[Row]]
WITHOUT_US: Final = "told while the database could not be written"

_WAITS: Final = "delivered_at IS NULL AND gave_up_at IS NULL"
_HEARD: Final = "SELECT incident FROM outbox WHERE id > :since"
_INCIDENTS: Final = (
    "SELECT incident.*, probe.id AS probe_id, probe.name AS probe_name FROM incident"  # noqa: S608 - constants
    f" JOIN probe ON probe.key = incident.probe WHERE incident.id IN ({_HEARD})"
    f" OR (under IN ({_HEARD}) AND withheld = '{Why.IN_A_SUMMARY}') ORDER BY incident.id"
)
_LETTERS: Final = (
    "SELECT outbox.id, outbox.incident, event, channel, attempts, first_tried_at, next_at,"
    " delivered_at, gave_up_at, outbox.why, kind, outbox.id > :since AS new"
    " FROM outbox JOIN event ON event.id = outbox.event WHERE outbox.id > :since OR attempts > 0"
    " OR gave_up_at IS NOT NULL"
    " ORDER BY outbox.incident, channel, outbox.id"
)


def read(db: Database, since: int) -> dict[str, list[dict[str, Any]]]:
    """From the memory: what became of the letters up to number *since*, which both know, and
    everything about those after it, which only it knows.
    """
    return {
        "incidents": list(db.query(_INCIDENTS, {"since": since})),
        "letters": list(db.query(_LETTERS, {"since": since})),
    }


def write(db: Database, told: Parts, *, at: datetime, instance: str) -> None:
    """Inside the writer's transaction."""
    for letter in told["letters"]:
        if not letter["new"]:
            _mark(db, letter)
    new = [letter for letter in told["letters"] if letter["new"]]
    heard = {number: list(of) for number, of in groupby(new, itemgetter("incident"))}
    for row in told["incidents"]:
        if row["id"] in heard:
            number = _number(db, row["dedup_key"])
            if number is None:
                number = _bring(db, row, told["incidents"], at=at, instance=instance)
            for channel, letters in groupby(heard[row["id"]], itemgetter("channel")):
                _Heard(db, number, str(channel), row, at).settle(list(letters))


def _mark(db: Database, letter: Row) -> None:
    db.execute(
        "UPDATE outbox SET attempts = :attempts, first_tried_at = :first_tried_at,"  # noqa: S608 - a constant
        " next_at = :next_at, delivered_at = :delivered_at, gave_up_at = :gave_up_at, why = :why"
        f" WHERE id = :id AND event = :event AND channel = :channel AND {_WAITS}"
        " AND attempts <= :attempts",
        dict(letter),
    )


def _number(db: Database, key: str) -> int | None:
    row = db.execute("SELECT id FROM incident WHERE dedup_key = ?", (key,)).fetchone()
    return int(row[0]) if row else None


def _bring(db: Database, row: Row, known: Iterable[Row], *, at: datetime, instance: str) -> int:
    """An incident that opened in memory only. It is over, unless it is a summary."""
    key = db.execute("SELECT key FROM probe WHERE id = ?", (row["probe_id"],)).fetchone()
    new = incidents.NewIncident(
        probe=key[0] if key else attended.own_key(db, row["probe_id"], row["probe_name"]),
        location=row["location"],
        began_at=from_us(row["began_at"]),
        opened_at=from_us(row["opened_at"]),
        reason=row["reason"],
        summary=row["summary"],
        failed_step=row["failed_step"],
        failures=row["failures"],
        severity=Severity(row["severity"]),
    )
    number, _ = incidents.open_incident(db, new, instance=instance)
    notice = replace(from_json(row["notice"]), incident=number)
    attended.change(db, number, notice=notice, dedup_key=row["dedup_key"], told_at=row["told_at"])
    members = [one for one in known if one["under"] == row["id"]]
    if members and row["resolved_at"] is None:
        attended.change(db, number, circle=row["circle"], joined_at=row["joined_at"])
        _join(db, number, members)
    else:
        over_us = row["resolved_at"] or to_us(at)
        recovered_us = row["recovered_at"] or over_us
        attended.change(db, number, recovered_at=recovered_us, resolved_at=over_us)
    return number


def _join(db: Database, summary: int, members: Iterable[Row]) -> None:
    for one in members:
        db.execute(
            "UPDATE incident SET under = ?, withheld = ?, look_at = NULL WHERE dedup_key = ?"
            " AND resolved_at IS NULL AND told_at IS NULL",
            (summary, Why.IN_A_SUMMARY.value, one["dedup_key"]),
        )


@dataclass(frozen=True, slots=True)
class _Heard:
    """One incident as one channel knows it. `row` is how the memory knew it."""

    db: Database
    number: int
    channel: str
    row: Row
    at: datetime

    def settle(self, letters: list[Row]) -> None:
        taken = {letter["kind"]: letter for letter in letters if letter["delivered_at"] is not None}
        over = taken.get(EventKind.RESOLVED)
        is_over = self._incident()["resolved_at"] is not None
        if not self._kinds():
            self._add(EventKind.OPENED, self.row["told_at"])
            self._is_told()
        if is_over and EventKind.RESOLVED not in self._kinds():
            self._add(EventKind.RESOLVED, None)
        if over and not is_over:
            self._tell_again()
            return
        for kind in self._kinds() if over else taken:
            self._note(kind, taken.get(kind) or over or {})

    def _incident(self) -> dict[str, Any]:
        return next(self.db.query("SELECT * FROM incident WHERE id = ?", [self.number]))

    def _kinds(self, only: str = "1") -> set[str]:
        """Of the letters that are here already."""
        rows = self.db.execute(
            "SELECT kind FROM outbox JOIN event ON event.id = outbox.event"  # noqa: S608 - constants
            f" WHERE outbox.incident = ? AND channel = ? AND {only}",
            (self.number, self.channel),
        )
        return {str(row[0]) for row in rows.fetchall()}

    def _note(self, kind: str, letter: Row) -> None:
        """That those of a kind were taken, when that *letter* was."""
        taken = {"incident": self.number, "channel": self.channel, "kind": kind, "why": WITHOUT_US}
        self.db.execute(
            "UPDATE outbox SET delivered_at = :delivered_at, attempts = attempts + :attempts,"  # noqa: S608 - a constant
            " first_tried_at = coalesce(first_tried_at, :first_tried_at), why = :why"
            f" WHERE incident = :incident AND channel = :channel AND {_WAITS} AND event IN"
            " (SELECT id FROM event WHERE incident = :incident AND kind = :kind)",
            {**letter, **taken},
        )

    def _is_told(self) -> None:
        """What waited for others, or for a cause, has been told by now."""
        self.db.execute(
            "UPDATE incident SET told_at = ?, withheld = '', look_at = NULL, under = NULL"
            " WHERE id = ? AND resolved_at IS NULL AND told_at IS NULL AND withheld <> ?",
            (to_us(self.at), self.number, Why.IN_A_SUMMARY.value),
        )

    def _tell_again(self) -> None:
        """They heard that it is over, and it is not."""
        if EventKind.OPENED not in self._kinds(_WAITS):
            self._add(EventKind.REMINDED, None)

    def _add(self, kind: EventKind, at_us: int | None) -> None:
        """A letter of an event of its own."""
        known = self._incident()
        at = from_us(at_us) if at_us is not None else self.at
        why = _WHY[kind]
        notice = replace(
            from_json(known["notice"] or self.row["notice"]),
            event=kind,
            incident=self.number,
            dedup_key=known["dedup_key"],
            sequence=incidents.next_sequence(self.db, self.number),
            at=at,
            told=(self.channel,),
            why=why.value,
        )
        if kind is EventKind.RESOLVED:
            recovered_at = from_us(known["recovered_at"] or known["resolved_at"])
            lasted = max(recovered_at - notice.began_at, timedelta())
            notice = replace(notice, lasted=lasted, outcome="PASS")
        incidents.add_event(self.db, notice, why=why.value, channels=[self.channel])


_WHY: Final = {
    EventKind.OPENED: Why.FAILED_IN_A_ROW,
    EventKind.REMINDED: Why.STILL_DOWN,
    EventKind.RESOLVED: Why.GOOD_IN_A_ROW,
}
