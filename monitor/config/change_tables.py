"""The tables [deploys], [service.ID], [capture.ID], [action.ID] and [objective.ID]."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from monitor.config.changes import Span
from monitor.config.tables import fit_to_be_sent
from monitor.config.values import (
    NOT_EMPTY,
    UTC_ZONE,
    ChannelIds,
    Id,
    Line,
    MaybeLine,
    ProbeIds,
    Zone,
    between,
    web_address,
)
from probes import Duration, Secret, Strict, parse_duration
from probes.expect.pattern import Pattern
from probes.wire.settings import Headers

_SECONDS: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_SHARE: Final = r"^[0-9]{1,2}(\.[0-9]{1,6})? ?%$"
_ALLOWS: Final = re.compile(r"(\S+(?: \S+)*) per (day|week|month|quarter|year)")
_WORDS: Final = re.compile(r"([0-9]) ?(d|h|m|s)(?:ays?|ours?|ins?|inutes?|ecs?|econds?)?(?: |$)")
_UNITS: Final = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
    "year": timedelta(days=365),
}
_LONGEST_WINDOW: Final = timedelta(days=400)
_REGEX_MAX: Final = 500


class Promise(NamedTuple):
    """So much time down in such a span."""

    allowed: timedelta
    unit: str
    span: timedelta


def _share(value: object, *, such_as: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):  # 0.999, or 99.9?
        raise ValueError(f'is a number; write it as "{such_as}"')
    if not isinstance(value, str) or not re.fullmatch(_SHARE, value) or not _percent(value):
        raise ValueError(f'is no share between 0 and 100 %; write it as "{such_as}"')
    return float(_percent(value) / 100)


def _percent(text: str) -> Decimal:
    return Decimal(text.rstrip(" %"))


def _promise(value: object) -> Promise:
    if isinstance(value, Promise):
        return value
    read = _ALLOWS.fullmatch(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError('is no allowance; write it as "15m per year" or "5m per month"')
    allowed, span = _down_time(read[1]), _UNITS[read[2]]
    if not timedelta() < allowed < span:
        raise ValueError(f"allows nothing, or all of a {read[2]}; write less than a {read[2]}")
    return Promise(allowed, read[2], span)


def _down_time(text: str) -> timedelta:
    """Also as pages write it: `1 h 30 min`."""
    try:
        return parse_duration(_WORDS.sub(r"\1\2", text))
    except ValueError:
        return parse_duration(text)  # which says of the text itself what is wrong


def _window(value: object) -> timedelta | Span:
    if isinstance(value, Span | timedelta):
        return value
    if isinstance(value, str) and value in list(Span):
        return Span(value)
    try:
        window = parse_duration(value)
    except ValueError:
        window = timedelta()
    if not _DAY <= window <= _LONGEST_WINDOW or window % _DAY:
        choices = '"30d" (whole days, 400d at most), "week", "month", "quarter" or "year"'
        raise ValueError(f"is no window; write {choices}")
    return window


def _pattern(text: str) -> str:
    Pattern(text)  # which raises ValueError with a remedy
    return text


def _secret_address(text: Secret) -> Secret:
    web_address(text.get_secret_value())
    return text


_Share = Annotated[
    float,
    PlainValidator(partial(_share, such_as="99.9%")),
    PlainSerializer(lambda share: f"{share * 100:g}%", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SHARE, "examples": ["99.9%"]}),
]
_PageShare = Annotated[
    float,
    PlainValidator(partial(_share, such_as="20%")),
    PlainSerializer(lambda share: f"{share * 100:g}%", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SHARE, "examples": ["20%"]}),
]
_Allows = Annotated[
    Promise,
    PlainValidator(_promise),
    WithJsonSchema({"type": "string", "pattern": _ALLOWS.pattern, "examples": ["15m per year"]}),
]
_Window = Annotated[
    timedelta | Span,
    PlainValidator(_window),
    WithJsonSchema({"type": "string", "examples": ["30d", "month"]}),
]
_Tags = Annotated[tuple[Id, ...], Field(max_length=50, examples=[["orders"]])]
_Names = Annotated[tuple[Line, ...], Field(max_length=50, examples=[["example/orders"]])]
_Arguments = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=4000)], ...],
    *NOT_EMPTY,
    Field(max_length=100, examples=[["journalctl", "-u", "api", "--since", "@{since_epoch}"]]),
]
_Address = Annotated[Secret, AfterValidator(_secret_address), Field(min_length=1, max_length=2000)]
_Token = Annotated[Secret, AfterValidator(fit_to_be_sent), Field(min_length=1, max_length=1000)]
_Environment = Annotated[dict[str, Secret], Field(max_length=50)]
_Folder = Annotated[str, Field(max_length=1000, examples=["."])]


class DeploysTable(Strict):
    """How trueup hears of deploys, and what it makes of them."""

    token: _Token | None = None
    """What whoever records one over HTTP shows as a bearer; when absent, nobody may that way."""
    secret: _Token | None = None
    """What bodies of webhooks are signed with (HMAC-SHA256)."""
    window: Annotated[Duration, between(60 * _SECONDS, _DAY)] = timedelta(minutes=30)
    """A deploy that long before a first failing run is named with it."""
    tell: ChannelIds | None = None
    """The PagerDuty channels that get change events; all of them when absent."""


class ServiceTable(Strict):
    """What deploys name, and the probes that notice when one of it goes wrong."""

    name: MaybeLine = ""
    """For people; made from the id where none is given."""
    also: _Names = ()
    """What others call it: a repository, a job, an application."""
    probes: ProbeIds = ()
    """The probes that watch it."""
    tags: _Tags = ()
    """The probes with one of these tags watch it, too."""
    watch_for: Annotated[Duration, between(timedelta(), _DAY)] = timedelta(minutes=10)
    """How long after a deploy they run more often and open an incident at the first failing run;
    `"0s"` for not at all."""
    watch_every: Annotated[Duration, between(_SECONDS, timedelta(hours=1))] = timedelta(seconds=10)
    """How often they run meanwhile."""


class CaptureTable(Strict):
    """What is fetched when an incident opens, and told with it: a command, a file or a URL."""

    services: Annotated[tuple[Id, ...], Field(max_length=50, examples=[["api"]])] = ()
    """For incidents of the probes that watch these services."""
    probes: ProbeIds = ()
    """For incidents of these probes; of all when no services, probes or tags are named."""
    tags: _Tags = ()
    """For incidents of the probes with one of these tags."""
    command: _Arguments | None = None
    """A program and its arguments, with {since}, {until}, {service} and others; there is no
    shell."""
    file: Annotated[str, Field(max_length=1000, examples=["/var/log/api/error.log"])] = ""
    """A log file, of which the end is read."""
    url: _Address | None = None
    """An address that answers with lines."""
    headers: Annotated[Headers, Field(max_length=20)] = Field(default_factory=dict)
    """Sent along; each is a secret."""
    environment: _Environment = Field(default_factory=dict)
    """Variables for the program, beside the few that every program needs; each is a secret."""
    folder: _Folder = ""
    """Where the program is started; relative to this file, and its folder when absent."""
    pattern: Annotated[
        str, AfterValidator(_pattern), Field(max_length=_REGEX_MAX, examples=["(?i)error"])
    ] = ""
    """A regular expression; only lines that have it are kept, with those around them."""
    context: Annotated[int, Field(ge=0, le=50)] = 3
    """How many lines around each are kept."""
    lines: Annotated[int, Field(ge=1, le=2000)] = 200
    """How many are kept at most, after repetitions were counted."""
    before: Annotated[Duration, between(timedelta(), _DAY)] = timedelta(minutes=2)
    """How long before the first failing run {since} is."""
    timeout: Annotated[Duration, between(_SECONDS, timedelta(minutes=5))] = timedelta(seconds=20)
    """What took longer is cut off, and what came until then is kept."""
    wait: Annotated[Duration, between(timedelta(), timedelta(seconds=30))] = timedelta(seconds=5)
    """How long the first notice waits for it at most."""


class ActionTable(Strict):
    """What is done about an incident that follows a deploy: a webhook or a command."""

    service: Annotated[Id, Field(examples=["api"])]
    """Whose deploys it is about."""
    mode: Annotated[Literal["dry-run", "live"], Field(examples=["live"])] = "dry-run"
    """Nothing is done in a dry run; what would have been is told."""
    within: Annotated[Duration, between(_SECONDS, _DAY)] = timedelta(minutes=15)
    """An incident that began that long after the deploy, and no later, follows it."""
    cool_down: Annotated[Duration, between(timedelta(minutes=1), timedelta(days=30))] = timedelta(
        hours=1
    )
    """From one time to the next, whatever the deploy."""
    command: _Arguments | None = None
    """A program and its arguments, with {service}, {version}, {previous} and others; there is no
    shell."""
    environment: _Environment = Field(default_factory=dict)
    """Variables for the program; each is a secret."""
    folder: _Folder = ""
    """Where the program is started; relative to this file, and its folder when absent."""
    url: _Address | None = None
    """The webhook, with the same placeholders."""
    format: Literal["json", "jenkins"] = "json"
    """How it is told: as a JSON document, or as form fields for Jenkins' buildWithParameters."""
    headers: Annotated[Headers, Field(max_length=20)] = Field(default_factory=dict)
    """Sent along; each is a secret."""
    secret: _Token | None = None
    """What its body is signed with (HMAC-SHA256)."""
    user: MaybeLine = ""
    """For basic authentication."""
    password: Annotated[Secret, Field(min_length=1, max_length=1000)] | None = None
    """For basic authentication; for Jenkins, the user's API token."""
    parameters: Annotated[
        dict[str, Annotated[str, Field(max_length=2000)]],
        Field(max_length=50, examples=[{"VERSION": "{previous}"}]),
    ] = Field(default_factory=dict)
    """Further fields, with placeholders."""
    timeout: Annotated[Duration, between(_SECONDS, timedelta(minutes=30))] = timedelta(seconds=30)
    """What took longer is cut off."""
    verify_for: Annotated[Duration, between(10 * _SECONDS, _DAY)] = timedelta(minutes=10)
    """How long it has to help before people hear that it did not."""
    verify_every: Annotated[Duration, between(_SECONDS, timedelta(hours=1))] = timedelta(seconds=10)
    """How often the probes of the service run until then."""


class ObjectiveTable(Strict):
    """What was promised of a component."""

    component: Annotated[Id, Field(examples=["uploads"])]
    """What users do, as the page lists it."""
    target: _Share | None = None
    """The share of time that it works."""
    allows: _Allows | None = None
    """Or how long it may be down."""
    window: _Window | None = None
    """Over the last so many days, or over a part of the calendar; 30 days when absent, or the span
    that `allows` names."""
    timezone: Zone = UTC_ZONE
    """Whose calendar it is."""
    burn: bool = True
    """Whether an incident opens when the budget burns too fast."""
    must: bool = False
    """Whether a configuration that cannot keep it is refused, and not only warned of."""
    detection: _PageShare = 0.2
    """The share of the budget that the worst detection may cost."""
