"""What changed and what was done about it, as pages tell it: all of it on internal ones, on others
at most when services changed, and that only where it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.actions.guard import BESIDE_THE_POINT, in_words
from monitor.clock import from_us
from monitor.config.model import Config, PageSettings
from monitor.pages.hours import WEEK
from monitor.store import action_words, actions, captured, deploys, page_changes
from monitor.store.deploys import Deploy as Recorded
from monitor.store.deploys import concerning
from monitor.store.public import Told
from status_page.changes import Capture, Deed, Deploy

NEWEST: Final = 20
INCIDENTS_MOST: Final = 200
"""The newest ones, of which more is told than that they were."""
_CHARTED: Final = timedelta(hours=WEEK + 2)
_QUIET: Final = tuple(str(each) for each in BESIDE_THE_POINT)


class Evidence(NamedTuple):
    """What is known of an incident besides what the public reads."""

    deploys: tuple[Deploy, ...] = ()
    captures: tuple[Capture, ...] = ()
    deeds: tuple[Deed, ...] = ()


NOTHING: Final = Evidence()


class Changed:
    """Of one page. Reads nothing that the page does not show."""

    def __init__(self, config: Config, settings: PageSettings) -> None:
        self._config = config
        self._changes = config.changes
        self._internal = settings.internal
        self._shown = settings.internal or settings.deploys
        self._recent: list[Recorded] = []
        """The oldest first."""
        self._by_component: dict[str, tuple[Deploy, ...]] = {}
        self._newest: list[Recorded] = []
        self._audit: list[dict[str, Any]] = []
        self.evidence: dict[int, Evidence] = {}
        """By the number of the incident; another value whenever any of it is."""
        self.on_page: dict[int, str] = {}
        """The ids of incidents on the page, by number."""

    def read(self, db: Database, at: datetime) -> None:
        if self._shown:
            recent = deploys.since(db, at - _CHARTED, at)
            if recent != self._recent:
                self._recent, self._by_component = recent, {}
        if self._internal:
            self._newest = deploys.newest(db, NEWEST)
            self._audit = actions.audit(db, most=NEWEST, quiet=_QUIET)

    def of_component(self, id_: str, probes: Iterable[str]) -> tuple[Deploy, ...]:
        """Those in the time of a chart of the component that *probes* are behind, the oldest
        first.
        """
        if id_ not in self._by_component:
            behind = frozenset(probes)
            found = (self._told(each) for each in self._recent if self._concerns(each, behind))
            self._by_component[id_] = tuple(found)
        return self._by_component[id_]

    def _concerns(self, deploy: Recorded, watching: frozenset[str]) -> bool:
        """What is configured nowhere may concern everything, and is nothing for the public."""
        if deploy.environment not in {"", self._config.environment}:
            return False
        service = self._changes.service(deploy.service)
        if service is None:
            return self._internal and bool(watching)
        return not watching.isdisjoint(service.probes)

    def _told(self, deploy: Recorded) -> Deploy:
        service = self._changes.service(deploy.service)
        name = service.name if service else deploy.service
        if not self._internal:
            return Deploy(at=deploy.at, service=name)
        return Deploy(
            at=deploy.at,
            service=name,
            version=deploy.version,
            before=deploy.previous,
            by=deploy.by,
            environment=""
            if deploy.environment == self._config.environment
            else deploy.environment,
            link=deploy.url,
        )

    def newest(self) -> tuple[Deploy, ...]:
        return tuple(map(self._told, self._newest))

    def deeds(self) -> tuple[Deed, ...]:
        """The newest first. To be asked after the incidents were."""
        return tuple(_deed(row, self.on_page.get(row["incident"], "")) for row in self._audit)

    def read_evidence(self, db: Database, told: Sequence[Told]) -> None:
        """Of the newest of *told*."""
        if not self._internal:
            return
        newest = [each for each in told if each.number is not None][:INCIDENTS_MOST]
        numbers = [each.number for each in newest if each.number is not None]
        fetched: dict[int, list[Capture]] = {}
        for row in page_changes.captures(db, numbers):
            fetched.setdefault(row.incident, []).append(_capture(row))
        decided = page_changes.decided(db, numbers)
        before = _Before(db, self._config, newest)
        self.evidence = {
            number: Evidence(
                tuple(map(self._told, before.of(each))),
                tuple(fetched.get(number, ())),
                _deeds(db, number) if number in decided else (),
            )
            for number, each in zip(numbers, newest, strict=True)
        }

    def of_incident(self, key: str, members: Sequence[Told]) -> Evidence:
        """Of those that are told as one under *key*: all of it, each once."""
        if not self._internal:
            return NOTHING
        self.on_page.update((each.number, key) for each in members if each.number is not None)
        found = [self.evidence.get(each.number or 0, NOTHING) for each in members]
        if len(found) == 1:
            return found[0]
        every = {each: None for one in found for each in one.deploys}
        deeds = {each: None for one in found for each in one.deeds}
        return Evidence(
            tuple(sorted(every, key=attrgetter("at"), reverse=True)),
            tuple(each for one in found for each in one.captures),
            tuple(sorted(deeds, key=attrgetter("at"))),
        )


class _Before:
    """The deploys that incidents may follow. Reads once, for all of them."""

    def __init__(self, db: Database, config: Config, told: Sequence[Told]) -> None:
        self._config = config
        self._window = config.changes.deploys.window
        began = [each.began_at for each in told]
        self._found = (
            deploys.before(db, min(began) - self._window, max(began))[::-1] if began else []
        )

    def of(self, told: Told) -> list[Recorded]:
        """The newest first."""
        first = bisect_left(self._found, told.began_at - self._window, key=attrgetter("at"))
        last = bisect_right(self._found, told.began_at, key=attrgetter("at"))
        config = self._config
        return concerning(
            self._found[first:last], config.changes, told.probe, config.environment, told.began_at
        )


def _capture(row: page_changes.Fetched) -> Capture:
    return Capture(
        name=row.name,
        first=captured.first_of(row.text),
        lines=row.lines,
        why=row.why,
        waiting=row.state in {"due", "started"},
    )


def _deeds(db: Database, incident: int) -> tuple[Deed, ...]:
    rows = actions.audit(db, incident=incident, most=NEWEST, quiet=_QUIET)
    return tuple(_deed(row, "") for row in reversed(rows))


def _deed(row: Mapping[str, Any], key: str) -> Deed:
    done = row["decision"] == actions.ACT
    said = action_words.said(row) if done else f"Nothing was done: {in_words(row['why'])}."
    return Deed(at=from_us(row["at"]), name=row["name"], said=said, done=done, incident=key)
