"""What the configuration says, as frozen values. Nothing here changes while the daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from monitor.config.changes import Changes
from monitor.config.problems import Problem
from monitor.config.usual import Baselines, Fingerprint
from monitor.policy import Policy
from monitor.routing import Routing
from monitor.windows import Window
from probes import Kind, Settings
from status_page import LANGUAGES, Look

if TYPE_CHECKING:
    from monitor.channels import ChannelKind, ChannelSettings

TRACE_ID: Final = "{trace_id}"
_MISSED_RUNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One configured question: what to ask, how often, and what to make of the answers."""

    id: str
    name: str
    """For people; the id where none was given."""
    kind: Kind[Any]
    settings: Settings = field(repr=False)
    every: timedelta
    confirm: tuple[timedelta, ...]
    """Waits before each further try inside a failing run."""
    policy: Policy
    routing: Routing = field(default_factory=Routing)
    recheck: timedelta | None = None
    """From a failing run to the next one while nothing is decided; None: half of `every`."""
    playbook: str = ""
    """Address of what to do, with `{probe}` filled in; empty for none."""
    fingerprint: bool = True
    """Whether it is noticed when the target changes."""
    blindspots: Literal["full", "read-only", "never"] = "full"
    """What injecting faults may do: everything, nothing that writes, nothing."""
    blindspots_accept: frozenset[str] = frozenset()
    """Names of faults that may go unseen."""
    tags: frozenset[str] = frozenset()
    renamed_from: str = ""

    @property
    def patience(self) -> timedelta:
        """How old the newest evidence may be before it is none."""
        tries = len(self.confirm) + 1
        run = sum(self.confirm, tries * self.settings.timeout)
        return _MISSED_RUNS * self.every + run


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Something users do, as the public page lists it, and the probes that watch it."""

    id: str
    name: str
    group: str = ""
    probes: tuple[str, ...]
    """None: it is listed, and said to be not watched."""
    says: str = ""
    description: str = ""
    audience: str = ""
    """Whom an outage concerns: `everyone who uploads`."""
    people: int | None = None
    """How many they are at any time, for user-minutes; None: nobody counts them."""
    speed: bool = True
    """Whether it is told how long its good runs took."""
    steps: bool = False
    """Whether the steps of journeys are told by name on pages that are not internal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A configured place to tell."""

    id: str
    kind: ChannelKind[Any]
    settings: ChannelSettings = field(repr=False)
    fallback: str = ""
    """The channel that is told what this one refuses; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """One of the pages that the daemon makes."""

    id: str = ""
    """Empty for the first one, which stands under [page]."""
    title: str = "Status"
    description: str = ""
    url: str = ""
    """Where people find the page, for notices and feeds; empty when it is not published."""
    every: timedelta = timedelta(minutes=1)
    """How often the page says that it is still true."""
    fresh_for: timedelta = timedelta(minutes=3)
    """Older than that it is stale, wherever it is published."""
    language: str = "en"
    languages: tuple[str, ...] = LANGUAGES
    """All that it is made in."""
    components: tuple[str, ...] | None = None
    """Ids; None: all of them."""
    groups: tuple[str, ...] = ()
    """Headings whose components are among them, too."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Other words for components, by id, than their own `says`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Other names for components, by id."""
    audience: str = ""
    """Whom incidents concern, where their component does not say; for one customer's page."""
    internal: bool = False
    """Whether notes of probes are on it; then it is never in the public folder."""
    password: str = field(default="", repr=False)
    """What the daemon's server asks visitors for; empty: nothing, and an internal page is not
    served at all.
    """
    look: Look = field(default_factory=Look)
    publish: tuple[str, ...] = ()
    """Places, as `Config.places` knows them."""
    publish_after: timedelta = timedelta()
    """How long people have to find words of their own before an incident is told with the
    component's sentence.
    """
    subscribe: bool = False
    """Whether visitors may subscribe by e-mail and webhook."""
    deploys: bool = False
    """Whether everybody sees when services changed; on internal pages they always do."""

    @property
    def folder(self) -> str:
        """Of its files, below the state folder. What was written for an internal page never is
        where a page is that others may read.
        """
        if self.internal:
            return f"internal/{self.id}"
        return f"pages/{self.id}" if self.id else "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere that pages are published to."""

    id: str
    """For an address that stands in a page's own `publish`, made from that address."""
    to: str
    """`/srv/www/status`, `s3://bucket/folder`, `sftp://host/folder`, `webdavs://host/folder`,
    `git+ssh://host/repository`, `rsync://…`: without any secret.
    """
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What its kind needs: keys, passwords, a branch. Secrets among them."""
    every: timedelta | None = None
    """At least that often, also when nothing changed but the time; None: as its page says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A sign of life towards somebody who calls when it stops."""

    url: str = field(repr=False)
    """Whoever knows it can send the sign, so it is a secret."""
    every: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyTest:
    """A page every day that asks for nothing, so that its absence is noticed."""

    time: time
    zone: ZoneInfo
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long history is kept. The days stay for ever."""

    runs: timedelta = timedelta(days=30)
    five_minutes: timedelta = timedelta(days=90)
    hours: timedelta = timedelta(days=730)
    artefacts: timedelta = timedelta(days=7)
    """Screenshots and other evidence of runs that did not pass; see `monitor.store.evidence`."""
    evidence_bytes: int = 1024 * 1024 * 1024
    """All of it together."""
    backups: int = 7
    """How many daily backups are kept; 0 makes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """How runs are found again in the target's own tracing."""

    trace_context: bool = True
    """Whether targets are told what a run is called."""
    trace_url: str = ""
    """Where a trace is looked at, with `{trace_id}` in it; empty: no links."""
    otlp: str = ""
    """Where spans of our own are sent, in full; empty: nowhere."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sample: Literal["failing", "journeys", "all"] = "journeys"

    def link(self, trace_id: str) -> str:
        """Empty where there is nothing to look at."""
        return self.trace_url.replace(TRACE_ID, trace_id) if trace_id else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of what was configured."""

    environment: str
    state: Path
    """Absolute."""
    location: str
    listen: tuple[str, int] | None
    probes: Mapping[str, Probe]
    """In the order of the file, as are the other mappings."""
    components: Mapping[str, Component]
    channels: Mapping[str, Channel]
    page: PageSettings
    """The first one."""
    browser: str
    """Path of the browser to use; empty to look for one."""
    browser_idle: timedelta = timedelta(minutes=5)
    """How long a browser that nobody uses is kept."""
    files: tuple[Path, ...]
    """All that it was read from, absolute; the first is the one that includes the others."""
    includes: tuple[str, ...] = ()
    """Patterns whose matches belong to it, made absolute; see `listed`."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What `${env:}` and `${file:}` held, and what settings declare secret, to be kept out of
    everything that is written.
    """
    metrics_token: str = field(default="", repr=False)
    """What whoever reads the figures from the server has to show; empty: nobody may."""
    operators: tuple[str, ...] = ()
    """The channels that hear of trueup's own trouble."""
    address: str = ""
    """Where people on call reach the daemon's server, for the links in notices; empty: no links."""
    windows: tuple[Window, ...] = ()
    """Maintenance that was configured."""
    anchors: tuple[str, ...] | None = None
    """What must answer if our own network is alive, as host:port or "gateway"; None: the usual,
    an empty tuple: never asked.
    """
    heartbeat: Heartbeat | None = None
    daily_test: DailyTest | None = None
    retention: Retention = Retention()
    template: Path | None = None
    """A Jinja2 template for the text of notices, absolute; None: our own."""
    telemetry: Telemetry = Telemetry()
    pages: Mapping[str, PageSettings] = field(default_factory=dict)
    """All of them by id, the first one under the empty id."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where pages are published to, by id, or by the address itself where a page names one."""
    mail: str = ""
    """The e-mail channel that letters to subscribers go out by; empty: nobody can subscribe by
    e-mail.
    """
    changes: Changes = field(default_factory=Changes)
    """Services, deploys, captures, actions and objectives."""
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    baselines: Baselines = field(default_factory=Baselines)
    warnings: tuple[Problem, ...] = ()
    """What works but was surely not meant."""

    def __repr__(self) -> str:
        """Counts only: names and addresses may hold what a reference held."""
        return (
            f"Config({len(self.probes)} probes, {len(self.components)} components, "
            f"{len(self.channels)} channels, {len(self.files)} files)"
        )
