"""What the configuration says, as frozen values. Nothing here changes while the daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from monitor.config.problems import Problem
from monitor.policy import Policy
from monitor.routing import Routing
from monitor.windows import Window
from probes import Kind, Settings

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
    says: str = ""


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
    title: str = "Status"
    url: str = ""
    """Where people find the page, for notices; empty when it is not published."""


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
    warnings: tuple[Problem, ...] = ()
    """What works but was surely not meant."""

    def __repr__(self) -> str:
        """Counts only: names and addresses may hold what a reference held."""
        return (
            f"Config({len(self.probes)} probes, {len(self.components)} components, "
            f"{len(self.channels)} channels, {len(self.files)} files)"
        )
