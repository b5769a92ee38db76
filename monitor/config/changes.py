"""What the configuration says of changes: services and their deploys, what is fetched and done when
one goes wrong, and what was promised. Frozen values, as in `model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum, unique
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What deploys name, and the probes that notice when one of it goes wrong."""

    id: str
    name: str
    also: tuple[str, ...] = ()
    """What others call it: a repository, a job, an application."""
    probes: tuple[str, ...]
    """Ids, those named by their tags too, in the order of the configuration."""
    watch_for: timedelta = timedelta(minutes=10)
    """How long after a deploy its probes are watched closely, and open at the first failing run;
    zero: not at all.
    """
    watch_every: timedelta = timedelta(seconds=10)

    def goes_by(self, name: str) -> bool:
        return name == self.id or name in self.also


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploys:
    """How trueup hears of deploys, and what it makes of them."""

    token: str = field(default="", repr=False)
    """What whoever records one over HTTP shows as a bearer; empty: nobody may that way."""
    secret: str = field(default="", repr=False)
    """What bodies are signed with (HMAC-SHA256); empty: nobody may that way."""
    window: timedelta = timedelta(minutes=30)
    """A deploy that long before a first failing run is named with it."""
    tell: tuple[str, ...] | None = None
    """PagerDuty channels that get change events; None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What is fetched when an incident opens: one of `command`, `file` and `url`."""

    id: str
    probes: tuple[str, ...]
    """Ids of those whose incidents it is fetched for."""
    command: tuple[str, ...] = ()
    """A program and its arguments, with placeholders; no shell."""
    file: str = ""
    """Absolute, with placeholders."""
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that the program gets beside the few that every program needs."""
    folder: str = ""
    """Absolute; where the program is started."""
    pattern: str = ""
    """A regular expression; lines that have it are kept. Empty: all of them."""
    context: int = 3
    """Lines kept before and after each that has the pattern."""
    lines: int = 200
    """At most as many are kept, after repetitions were counted."""
    before: timedelta = timedelta(minutes=2)
    """`{since}` is that long before the first failing run."""
    timeout: timedelta = timedelta(seconds=20)
    wait: timedelta = timedelta(seconds=5)
    """How long the first notice waits for it at most."""


@unique
class ActionMode(StrEnum):
    """Whether an action is carried out, or only what would have been done is written down."""

    DRY_RUN = "dry-run"
    LIVE = "live"


@unique
class ActionFormat(StrEnum):
    """The body of a webhook."""

    JSON = "json"
    JENKINS = "jenkins"
    """Form fields, as `buildWithParameters` takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is done about an incident that follows a deploy: one of `command` and `url`."""

    id: str
    service: str
    mode: ActionMode = ActionMode.DRY_RUN
    within: timedelta = timedelta(minutes=15)
    """An incident that began that long after the deploy, and no later, follows it."""
    cool_down: timedelta = timedelta(hours=1)
    """From one time it is carried out to the next, whatever the deploy."""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    url: str = field(default="", repr=False)
    format: ActionFormat = ActionFormat.JSON
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    """What the body is signed with (HMAC-SHA256); empty: it is not."""
    user: str = ""
    password: str = field(default="", repr=False)
    """For basic authentication; a token of Jenkins stands here."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Sent along, with placeholders."""
    timeout: timedelta = timedelta(seconds=30)
    verify_for: timedelta = timedelta(minutes=10)
    """How long it has to help before people hear that it did not."""
    verify_every: timedelta = timedelta(seconds=10)


@unique
class Span(StrEnum):
    """A window of the calendar, in the zone of its objective."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What was promised of a component."""

    id: str
    component: str
    share: float
    """Of the time that it may be down: 0.001 for a target of 99.9 %."""
    allows: timedelta | None = None
    """The very time that was promised for a window, whatever its length; None: `share` of it."""
    window: timedelta | Span
    """The last so many days, or the part of the calendar under way."""
    zone: ZoneInfo
    """Whose calendar it is."""
    written: str
    """As configured, for people: `99.9 %`, `15m per year`."""
    burn: bool = True
    """Whether an incident opens when the budget burns too fast."""
    must: bool = False
    """Whether a configuration that cannot keep it is refused, and not only warned of."""
    page_share: float = 0.2
    """The most of a budget that the worst detection may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All of it, each by its id."""

    services: Mapping[str, Service] = field(default_factory=dict)
    deploys: Deploys = Deploys()
    captures: Mapping[str, Capture] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    objectives: Mapping[str, Objective] = field(default_factory=dict)

    def service(self, name: str) -> Service | None:
        """The one that goes by *name*; None: nobody said which probes watch it."""
        if name in self.services:
            return self.services[name]
        return next((each for each in self.services.values() if each.goes_by(name)), None)

    def services_of(self, probe: str) -> tuple[Service, ...]:
        """Those that *probe* watches."""
        return tuple(each for each in self.services.values() if probe in each.probes)
