"""What is said of a target that changed."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import origins
from monitor.context import CHANGE, Context
from monitor.fingerprints import stories
from monitor.fingerprints.stories import Usual
from monitor.notices import About, Altered, EventKind, Habit, Notice
from monitor.notices.altered import listed
from monitor.routing import Severity
from monitor.store.fingerprints import Change, Ours
from monitor.why import Why
from probes.traits import Trait

KIND: Final = "change"
SEVERITY: Final = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one target."""

    db: Database
    context: Context
    origin: str
    at: datetime

    @property
    def probe(self) -> str:
        """The pseudo-probe that its incidents are of."""
        return CHANGE + self.origin

    @property
    def probes(self) -> tuple[str, ...]:
        return self.context.behind(self.probe)

    @property
    def ours(self) -> Ours:
        return stories.ours_of(self.context.config, self.origin)

    @property
    def usual(self) -> Usual:
        return Usual(self.ours, self.context.config.fingerprint.habit, self.at)


def altered(change: Change) -> Altered:
    return Altered(
        what=change.name,
        was=change.was,
        became=change.became,
        at=change.seen_at,
        before_at=change.before_at,
    )


def summary_of(changes: Sequence[Change]) -> str:
    """`runtime Quill/5.6.40 → Quill/8.0.2, version 1.4.2 → 1.5.0`."""
    return listed(map(altered, changes))


def notice_of(look: Look, changes: Sequence[Change]) -> Notice:
    """Of one that opens; its number and key are still to come."""
    config = look.context.config
    known = [config.probes[id_] for id_ in look.probes]
    asked = frozenset(look.probes)
    components = [c.name for c in config.components.values() if not asked.isdisjoint(c.probes)]
    return Notice(
        event=EventKind.OPENED,
        about=About.CHANGE,
        severity=SEVERITY,
        incident=0,
        sequence=1,
        dedup_key="",
        probe=look.probe,
        probe_name=origins.in_words(look.origin),
        kind=KIND,
        environment=config.environment,
        location=config.location,
        began_at=min(each.seen_at for each in changes),
        at=look.at,
        outcome="FAIL",
        reason=Why.CHANGED_UNANNOUNCED.value,
        summary=summary_of(changes),
        components=tuple(components),
        playbook=_shared({probe.playbook for probe in known}),
        page=config.page.url,
        why=Why.CHANGED_UNANNOUNCED.value,
        altered=tuple(map(altered, changes)),
        remedy=remedy_of(look, changes),
        habits=habits_of(look, changes),
    )


def habits_of(look: Look, changes: Iterable[Change]) -> tuple[Habit, ...]:
    """What of it will not be told by itself when it comes again."""
    found = {each.name: stories.becomes_usual(look.db, look.usual, each) for each in changes}
    return tuple(Habit(what=name, every=every) for name, every in found.items() if every)


def row_summary_of(look: Look, changes: Sequence[Change]) -> str:
    """Where nothing else says what it is about: `runtime A → B at web.example.org, no deploy
    recorded`.
    """
    return f"{summary_of(changes)} at {origins.in_words(look.origin)}, no deploy recorded"


def remedy_of(look: Look, changes: Sequence[Change]) -> str:
    """The command that records the deploy, with the first service that its probes watch."""
    known = look.context.config.changes
    services = (each.id for probe in look.probes for each in known.services_of(probe))
    service = next(services, "")
    if not service:
        return ""
    became = (each.became for each in changes if each.name == Trait.VERSION and each.became)
    version = next((shlex.quote(each) for each in became), "…")
    return f"trueup deploy record --service {shlex.quote(service)} --version {version}"


def _shared(playbooks: Collection[str]) -> str:
    """That of one probe is not what to do about all of them."""
    return next(iter(playbooks)) if len(playbooks) == 1 else ""
