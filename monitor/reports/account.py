"""Everything about one incident, as frozen values: what time lines and post-mortems are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import status_page
from monitor.config.model import Component
from monitor.notices import About, Notice
from monitor.objectives import Outage
from monitor.store import captures
from monitor.store.acts import Span
from monitor.store.chronicle import Acted, Event, Known, Letter, Ran
from monitor.store.deploys import Deploy
from monitor.store.fingerprints import Change
from monitor.store.kept import KeptRun
from monitor.store.public import Told
from monitor.why import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One incident that a probe saw, or that trueup opened by itself."""

    known: Known
    notice: Notice | None
    """As it was told last; None where nothing of it can be read."""
    last_good_at: datetime | None
    runs: tuple[Ran, ...] = ()
    """Those that did not pass, the oldest first."""
    events: tuple[Event, ...] = ()
    letters: tuple[Letter, ...] = ()
    captures: tuple[captures.Kept, ...] = ()
    deeds: tuple[Acted, ...] = ()
    kept: tuple[KeptRun, ...] = ()
    """Runs of which there is evidence."""
    at_worst: timedelta | None = None
    """How late it may open after the fault, as its probe is configured now."""

    @property
    def bounded(self) -> bool:
        """Whether it is known when it worked for the last time."""
        return self.last_good_at is not None and self.last_good_at <= self.known.began_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an incident cost of the budget of an objective."""

    objective: str
    """The name of its component."""
    written: str
    """As it was promised, for people: `15m per year`."""
    by_it: timedelta
    allowed: timedelta
    left: timedelta
    """At the end of the incident, or now; less than zero when more was spent than there was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The failed runs of one probe, while a budget burnt."""

    probe: str
    runs: int
    outside: int
    """How many of them belong to no incident."""
    first_at: datetime
    last_at: datetime
    note: str
    """Of the last of them, from the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The whole of it. `at` is when it is written."""

    at: datetime
    name: str
    """As people name it: `12`, or `n3` for one by hand."""
    told: Told
    """What people said of it, also what they withdrew."""
    page: status_page.Incident | None
    """As the public page tells it; None where it does not."""
    address: str
    """Of its page; empty when it has none."""
    components: tuple[Component, ...]
    seen: tuple[Seen, ...] = ()
    """The incident itself first, then those that are one outage with it; nothing of one by hand."""
    above: Seen | None = None
    """The summary that it was told in, or the cause that explained it."""
    others: tuple[Known, ...] = ()
    """Of other things, open at the same time."""
    burns: tuple[Known, ...] = ()
    """Of the budgets of its components, that burnt too fast meanwhile."""
    silences: tuple[Span, ...] = ()
    """Those that people set and that were under way while it lasted."""
    deploys: tuple[Deploy, ...] = ()
    """Those in the window before it and while it lasted, the oldest first."""
    suspects: tuple[int, ...] = ()
    """Ids of deploys that it may follow, the likeliest first."""
    altered: tuple[Change, ...] = ()
    """What of its targets changed shortly before it or meanwhile, the oldest first."""
    spent: tuple[Spent, ...] = ()
    outages: tuple[Outage, ...] = ()
    """Of an incident of a budget: what had spent most of it until its end, the oldest first."""
    failed: tuple[Failed, ...] = ()
    """Of an incident of a budget: the runs that made it burn."""
    public_at: datetime | None = None
    """From when on the public page was to say so; None: never, or not known."""

    @property
    def first(self) -> Seen | None:
        return self.seen[0] if self.seen else None

    @property
    def is_budget(self) -> bool:
        """Whether it is of an objective."""
        return self._is_about(About.OBJECTIVE)

    @property
    def is_change(self) -> bool:
        """Whether it is of a target that changed, which may have worked all the while."""
        return self._is_about(About.CHANGE)

    @property
    def was_up(self) -> bool:
        """Whether it says of nothing that it was down."""
        return self.is_budget or self.is_change

    def _is_about(self, what: About) -> bool:
        notice = self.first.notice if self.first else None
        return notice is not None and notice.about is what

    @property
    def summary(self) -> Seen | None:
        """The one that people heard of instead."""
        first = self.first
        member = first is not None and first.known.withheld == Why.IN_A_SUMMARY
        return self.above if member else None

    @property
    def began_at(self) -> datetime:
        """The first failing run of any of them."""
        return min([self.told.began_at, *(each.known.began_at for each in self.seen)])

    @property
    def ended_at(self) -> datetime | None:
        """None while any of them is open."""
        if not self.seen:
            return self.told.ended_at
        ends = [each.known.ended_at for each in self.seen]
        known = [end for end in ends if end is not None]
        return max(known) if len(known) == len(ends) else None

    @property
    def last_good_at(self) -> datetime | None:
        """The last run that passed before the first failing one."""
        first = min(self.seen, key=lambda each: each.known.began_at, default=None)
        return first.last_good_at if first is not None and first.bounded else None

    @property
    def lasted(self) -> timedelta:
        return max((self.ended_at or self.at) - self.began_at, timedelta())
