"""The tables of a configuration that are the same for every kind of probe and channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from monitor.config.policy import PolicyTable
from monitor.config.values import (
    MIDNIGHT,
    NOT_EMPTY,
    UTC_ZONE,
    Anchor,
    ChannelIds,
    ClockTime,
    DaySpan,
    Id,
    Line,
    Listening,
    LocalTime,
    MaybeLine,
    ProbeIds,
    Timeout,
    Until,
    WebAddress,
    Zone,
    between,
    web_address,
)
from probes import Duration, Secret, Strict
from probes.wire.settings import Headers

_LONGEST_KEPT: Final = timedelta(days=36_500)
_TOKEN_LEAST: Final = 16
_Kept = Annotated[Duration, between(timedelta(days=1), _LONGEST_KEPT), Field(examples=["30d"])]


def _secret_address(text: Secret) -> Secret:
    web_address(text.get_secret_value())
    return text


class HeartbeatTable(Strict):
    """A sign of life towards somebody who calls when it stops."""

    url: Annotated[Secret, AfterValidator(_secret_address), Field(min_length=1, max_length=2000)]
    """The address that is asked; whoever knows it can give the sign."""
    every: Annotated[Duration, between(timedelta(seconds=10), timedelta(days=1))] = timedelta(
        seconds=60
    )
    """How often; ten seconds or more."""


class DailyTestTable(Strict):
    """When the daily test page is sent, and to whom."""

    time: ClockTime
    """The time of day."""
    timezone: Zone = UTC_ZONE
    """Whose clock it is."""
    channels: ChannelIds | None = None
    """Who gets it; the operators when absent."""


def fit_to_be_sent(token: Secret) -> Secret:
    text = token.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("holds more than a header can say; write letters, digits and signs")
    if len(text) < _TOKEN_LEAST:
        raise ValueError(f"is short enough to be guessed; write {_TOKEN_LEAST} characters or more")
    return token


class TrueupTable(Strict):
    """The daemon itself."""

    environment: Annotated[Line, Field(max_length=40)] = "production"
    """Shown in every notice and on the page, so that no environment is taken for another."""
    state: Annotated[str, Field(min_length=1)] = "var"
    """The folder of the database, artefacts, backups and the page; relative to this file."""
    location: Id = "here"
    """Where this daemon stands; every run carries it."""
    listen: Listening | None = None
    """Where the page, metrics and heartbeats are served, as host:port; nowhere when absent."""
    metrics_token: (
        Annotated[Secret, AfterValidator(fit_to_be_sent), Field(min_length=1, max_length=1000)]
        | None
    ) = None
    """What whoever reads /metrics has to show; when absent, nobody may."""
    include: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Further files, as patterns relative to this one, with probes, components and channels."""
    browser: str = ""
    """The browser for journeys, as a path or the name of a program; looked for when absent."""
    browser_idle: Duration = timedelta(minutes=5)
    """How long a browser that nobody uses is kept; `"0s"` ends it after every run."""
    operators: ChannelIds | None = None
    """The channels that hear of trueup's own trouble; those of [defaults] when absent."""
    address: WebAddress = ""
    """Where people on call reach the daemon's server, for the links in notices."""
    anchors: Annotated[tuple[Anchor, ...], Field(max_length=10)] | None = None
    """What must answer if our own network is alive: host:port, or gateway; an empty list to
    never ask."""
    heartbeat: HeartbeatTable | None = None
    """A sign of life towards somebody who calls when it stops."""
    daily_test: DailyTestTable | None = None
    """A page every day that asks for nothing, so that its absence is noticed."""
    template: Annotated[str, Field(max_length=1000, examples=["notice.txt.j2"])] = ""
    """A Jinja2 template for the text of notices, as a path; trueup's own when absent."""


class DefaultsTable(PolicyTable):
    """Policy for every probe, or for every probe of one kind; a probe's own keys go first."""

    timeout: Timeout | None = None
    """The deadline of one try; each kind has its own when nothing is written."""


class ProbeTable(PolicyTable):
    """One configured question, asked again and again."""

    kind: Annotated[str, Field(examples=["http"])]
    """How to ask."""
    name: MaybeLine = ""
    """For people; the id where none is given."""
    tags: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    """Words to select probes by."""
    renamed_from: Annotated[Id, Field(examples=["old-id"])] | None = None
    """The id this probe had before; its history comes along."""


class ComponentTable(Strict):
    """Something users do, as the public page lists it."""

    name: Line | None = None
    """For the public; made from the id where none is given."""
    group: MaybeLine = ""
    """The heading it stands under."""
    probes: Annotated[tuple[str, ...], Field(examples=[["web"]])]
    """The probes that watch it; with an empty list it is listed as not watched."""
    says: Annotated[MaybeLine, Field(max_length=500)] = ""
    """The sentence published when it is down."""
    description: Annotated[MaybeLine, Field(max_length=300)] = ""
    """What it is, in a line."""
    audience: Annotated[MaybeLine, Field(examples=["everyone who uploads"])] = ""
    """Whom an outage of it concerns."""
    people: Annotated[int, Field(ge=1, le=10**10)] | None = None
    """How many they are at any time; incidents then tell their user-minutes."""
    speed: bool = True
    """Whether it is told how long it took."""
    steps: bool = False
    """Whether the public is told how long the steps of its journeys took, by their names."""


class ChannelTable(Strict):
    """A place to tell."""

    kind: Annotated[str, Field(examples=["webhook"])]
    """How to tell."""
    fallback: Annotated[str, Field(examples=["email"])] = ""
    """The channel that is told what this one refuses."""


class HoursTable(Strict):
    """A part of the week, by the clock on the wall of a place."""

    days: Annotated[
        tuple[DaySpan, ...], *NOT_EMPTY, Field(max_length=14, examples=[["mon-fri"]])
    ] = (frozenset(range(7)),)
    """Days and spans of days; all of them when absent."""
    start: Annotated[ClockTime, Field(alias="from")] = MIDNIGHT
    """When they begin, on each of these days."""
    until: Until = MIDNIGHT
    """When they end; on the next day when that is not later than their beginning."""
    timezone: Zone = UTC_ZONE
    """Whose clock it is."""


class MaintenanceTable(Strict):
    """Announced work: what fails within is recorded, and nobody is told."""

    title: Line | None = None
    """For people; made from the id where none is given."""
    probes: ProbeIds = ()
    """The probes concerned; all of them when neither probes nor tags are named."""
    tags: Annotated[tuple[Id, ...], Field(max_length=50, examples=[["orders"]])] = ()
    """The probes with one of these tags."""
    starts: Annotated[LocalTime | None, Field(examples=["2026-12-01T02:00"])] = None
    """When it begins, or begins for the first time."""
    timezone: Zone = UTC_ZONE
    """Whose clock it is."""
    lasts: (
        Annotated[
            Duration, between(timedelta(minutes=1), timedelta(days=90)), Field(examples=["2h"])
        ]
        | None
    ) = None
    """How long it lasts."""
    repeat: Annotated[str, Field(max_length=500, examples=["FREQ=WEEKLY;BYDAY=SU"])] = ""
    """When it is again, as a rule of iCalendar (RRULE), counted from its first beginning."""
    cron: Annotated[str, Field(max_length=200, examples=["0 3 * * 0"])] = ""
    """When it begins, as five fields of cron, instead of `starts`."""
    ical: Annotated[str, Field(max_length=1000, examples=["maintenance.ics"])] = ""
    """A calendar file, every event of which is maintenance, instead of all of these."""


class StoreTable(Strict):
    """How long history is kept."""

    keep_runs: _Kept = timedelta(days=30)
    """Every single run."""
    keep_five_minutes: _Kept = timedelta(days=90)
    """Counts and percentiles for every five minutes."""
    keep_hours: _Kept = timedelta(days=730)
    """Counts and percentiles for every hour; those of days stay for ever."""
    keep_evidence: _Kept = timedelta(days=7)
    """What was seen when a journey failed: pictures, traces and the like."""
    evidence_mib: Annotated[int, Field(ge=16, le=1024 * 1024)] = 1024
    """How much of the disk evidence may take; the oldest goes first."""
    backups: Annotated[int, Field(ge=0, le=365)] = 7
    """How many daily backups are kept; 0 makes none."""


class TelemetryTable(Strict):
    """How runs are found again in the target's own tracing."""

    trace_context: bool = True
    """Whether requests to the hosts of probes carry a `traceparent`."""
    trace_url: Annotated[
        WebAddress, Field(examples=["https://traces.example.org/trace/{trace_id}"])
    ] = ""
    """Where people look at a trace, for the links in notices; {trace_id} becomes its id."""
    otlp: Annotated[WebAddress, Field(examples=["http://127.0.0.1:4318"])] = ""
    """A collector that takes OTLP over HTTP, for spans of our own; sent nowhere when absent."""
    headers: Annotated[Headers, Field(max_length=20)] = Field(default_factory=dict)
    """Sent to the collector; each is a secret."""
    sample: Literal["failing", "journeys", "all"] = "journeys"
    """Which runs are sent: those that did not simply pass, every journey too, or all."""
