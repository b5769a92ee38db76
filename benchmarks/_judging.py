"""Holds what was recorded and what the receiver took in against what must have been told."""

from __future__ import annotations

import contextlib
import sqlite3  # noqa: TID251 - a judge reads with its own eyes
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks._oracle import Outage, Seen, recount
from tests.support.pagerduty import Event

COLLAPSED: Final = "over_before_told"
LAST_WORDS_S: Final = 0.3
"""What is taken in so soon after a kill was sent before it: nobody starts that fast."""
TRIGGER: Final = "trigger"
RESOLVE: Final = "resolve"


@dataclass(slots=True)
class Verdict:
    """Counts; `anomalies` says in words what each is about."""

    incidents: int = 0
    lost_pages: int = 0
    lost_resolves: int = 0
    duplicate_sends: int = 0
    max_duplicates_per_kill: int = 0
    """On one channel, which has one send under way at a time."""
    wrong_order: int = 0
    max_duplicates_per_kill_on_all_channels: int = 0
    collapsed: int = 0
    duplicates_without_kill: int = 0
    unexpected_incidents: int = 0
    changed_keys: int = 0
    misdirected: int = 0
    anomalies: list[str] = field(default_factory=list)

    @property
    def broken_promises(self) -> int:
        """What may not happen, whatever the receiver does."""
        lost = self.lost_pages + self.lost_resolves + self.wrong_order
        return lost + self.unexpected_incidents + self.changed_keys + self.misdirected


@dataclass(frozen=True, slots=True)
class Recorded:
    """An incident as the database holds it."""

    number: int
    probe: str
    key: str
    outage: Outage
    collapsed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the receiver took in, in its order, and when the daemon was killed (monotonic)."""

    events: Sequence[Event]
    kills_s: Sequence[float]


@contextlib.contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing, whoever writes at the same time."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        connection.execute("PRAGMA query_only = 1")
        yield connection
    finally:
        connection.close()


def judge(
    database: Path, told: Told, routing_keys: Mapping[str, str], *, patience_us: int
) -> Verdict:
    """*routing_keys* is by probe; those probes, and only those, are judged."""
    verdict = Verdict()
    with reading(database) as db:
        recorded = _recorded(db, routing_keys)
        expected = {
            probe: recount(_runs(db, probe), patience_us=patience_us) for probe in routing_keys
        }
    verdict.incidents = sum(len(outages) for outages in expected.values())
    for probe, outages in expected.items():
        _compare(verdict, probe, outages, [each for each in recorded if each.probe == probe])
    by_key: defaultdict[str, list[Event]] = defaultdict(list)
    for event in told.events:
        by_key[event.dedup_key].append(event)
    for incident in recorded:
        _follow(verdict, incident, by_key.pop(incident.key, []), routing_keys[incident.probe])
    for key, events in by_key.items():
        verdict.changed_keys += 1
        _say(verdict, f"{key[:8]} belongs to no incident: {[e.action for e in events]}")
    _count_duplicates(verdict, told)
    return verdict


def _runs(db: sqlite3.Connection, probe: str) -> list[Seen]:
    rows = db.execute(
        "SELECT slot, slot + lag_us, outcome.name FROM run JOIN probe ON probe.key = run.probe"
        " JOIN outcome ON outcome.code = run.outcome WHERE probe.id = ? ORDER BY slot",
        (probe,),
    )
    return [Seen(*row) for row in rows]


def _recorded(db: sqlite3.Connection, probes: Mapping[str, Any]) -> list[Recorded]:
    rows = db.execute(
        "SELECT incident.id, probe.id, dedup_key, began_at, recovered_at, EXISTS (SELECT 1"
        "  FROM outbox JOIN event ON event.id = outbox.event WHERE outbox.incident = incident.id"
        "  AND event.kind = 'opened' AND outbox.why = ? AND outbox.gave_up_at IS NOT NULL)"
        " FROM incident JOIN probe ON probe.key = incident.probe ORDER BY incident.id",
        (COLLAPSED,),
    )
    return [
        Recorded(number, probe, key, Outage(began, recovered), bool(collapsed))
        for number, probe, key, began, recovered, collapsed in rows
        if probe in probes
    ]


def _compare(
    verdict: Verdict, probe: str, expected: Sequence[Outage], found: Sequence[Recorded]
) -> None:
    """An outage nobody recorded was told to nobody."""
    outages = [each.outage for each in found]
    for outage in expected:
        if outage not in outages:
            verdict.lost_pages += 1
            _say(verdict, f"{probe}: {outage} was never opened, or not as such")
    for each in found:
        if each.outage not in expected:
            verdict.unexpected_incidents += 1
            _say(verdict, f"{probe}: incident {each.number}, {each.outage}, has no evidence")


def _follow(
    verdict: Verdict, incident: Recorded, events: Sequence[Event], routing_key: str
) -> None:
    story = [event.action for event in events]
    about = f"incident {incident.number} of {incident.probe}, told {story}"
    verdict.misdirected += sum(event.routing_key != routing_key for event in events)
    if TRIGGER not in story:
        if incident.collapsed:
            verdict.collapsed += 1
        else:
            verdict.lost_pages += 1
            _say(verdict, f"{about}: nobody was paged")
    if RESOLVE not in story:
        verdict.lost_resolves += 1
        _say(verdict, f"{about}: its end was not told")
    elif TRIGGER in story[story.index(RESOLVE) :]:
        verdict.wrong_order += 1
        _say(verdict, f"{about}: out of order")


def _count_duplicates(verdict: Verdict, told: Told) -> None:
    """Each belongs to the last kill before it, if there was one since the time before."""
    taken: dict[tuple[str, str], float] = {}
    by_kill: Counter[tuple[int, str]] = Counter()
    for event in told.events:
        what, sent_s = (event.dedup_key, event.action), event.at_s - LAST_WORDS_S
        before_s, taken[what] = taken.get(what), sent_s
        if before_s is None:
            continue
        verdict.duplicate_sends += 1
        kill = bisect_left(told.kills_s, sent_s)
        if kill and told.kills_s[kill - 1] > before_s:
            by_kill[kill, event.routing_key] += 1
        else:
            verdict.duplicates_without_kill += 1
    verdict.max_duplicates_per_kill = max(by_kill.values(), default=0)
    on_all = Counter(kill for kill, _ in by_kill.elements())
    verdict.max_duplicates_per_kill_on_all_channels = max(on_all.values(), default=0)
    for (kill, _), count in by_kill.items():
        if count > 1:
            _say(verdict, f"kill {kill} led to {count} duplicates on one channel")


def _say(verdict: Verdict, text: str) -> None:
    verdict.anomalies.append(text)
