"""What is told when something happens: one frozen notice, and its JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from functools import cache
from typing import Final

from pydantic import TypeAdapter, ValidationError

from monitor.routing import Severity


@unique
class EventKind(StrEnum):
    """What happened to an incident. All but the last two say that it still goes on."""

    OPENED = "opened"
    WORSENED = "worsened"
    """Its severity rose, or a summary grew."""
    FLAPPING = "flapping"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    ACTED = "acted"
    """trueup did something about it, or knows that what it did has not helped."""
    RESOLVED = "resolved"
    TEST = "test"
    """Nothing happened: somebody wants to see that telling works."""


@unique
class About(StrEnum):
    """Whose trouble it is."""

    PROBE = "probe"
    SUMMARY = "summary"
    """Several incidents told as one; `members` names them."""
    OURSELVES = "trueup"
    """The watching itself is in trouble; it says nothing about the service."""
    OBJECTIVE = "objective"
    """The budget of an objective burns too fast."""
    CHANGE = "change"
    """The target is not what it was, and nobody announced that."""


@dataclass(frozen=True, slots=True)
class Member:
    """One incident inside a summary."""

    incident: int
    probe: str
    name: str
    """The public name of its component, or the probe's."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file kept from the deciding run. `path` is relative to the folder of artefacts."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A deploy shortly before an incident began."""

    service: str
    version: str
    previous: str = ""
    """The version before; empty when nobody knows."""
    by: str = ""
    url: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What was fetched when the incident opened. Scrubbed of secrets, may quote the service."""

    name: str
    first: str
    """The first lines of it; empty when there were none."""
    lines: int = 0
    """How many there are in all."""
    why: str = ""
    """Why nothing could be fetched; empty when it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What trueup did about it by itself, or would have done."""

    name: str
    """Of the action."""
    said: str
    """The whole of it in sentences for people."""
    headline: str = ""
    """A few words of it: `rolling back api 1.4.2 to 1.4.1`."""
    helped: bool = False
    """Whether what it is about has passed again since."""
    dry_run: bool = False
    """Whether it was only said, and nothing was done."""
    by_hand: bool = False
    """Whether it is left to a person: it failed, did not help, or nobody knows."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of the budget of an objective."""

    objective: str
    """What was promised, for people: `uploads: 15m per year`."""
    left: timedelta
    """Less than zero when more was spent than there was."""
    allowed: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """A part of a target's fingerprint that is not what it was, with no deploy to explain it."""

    what: str
    """Its name, as `runtime`."""
    was: str
    """Empty: there was none."""
    became: str
    at: datetime
    """The first run that saw it."""
    before_at: datetime | None = None
    """The last run that saw what was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A part of a target's fingerprint that changes again and again, with no deploy to explain it:
    the next time is not told by itself.
    """

    what: str
    """Its name, as `version`."""
    every: timedelta
    """About how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event for whoever is on call. Built in the transaction that decided it, then never
    changed, so that every repetition of a delivery says the same.
    """

    event: EventKind
    incident: int
    sequence: int
    """1 for opened, then counting up within the incident."""
    dedup_key: str
    """The same for every event of the incident, for ever; at most 64 characters."""
    probe: str
    probe_name: str
    kind: str
    environment: str
    location: str
    began_at: datetime
    """The first failing run."""
    at: datetime
    """When this event was decided."""
    lasted: timedelta | None = None
    """From the first failing run to the first good one; only when resolved."""
    outcome: str
    reason: str
    summary: str
    """What was seen, in one line. Scrubbed of secrets."""
    failed_step: str = ""
    failures: int = 0
    """Failing runs in a row when it opened."""
    says: tuple[str, ...] = ()
    """What people cannot do: the configured sentences of the components concerned."""
    components: tuple[str, ...] = ()
    """Their public names."""
    last_good_at: datetime | None = None
    playbook: str = ""
    page: str = ""
    """Address of the status page; empty when none is configured."""
    about: About = About.PROBE
    severity: Severity = Severity.CRITICAL
    why: str = ""
    """The named reason of the decision, see `monitor.why`."""
    excerpt: str = ""
    """The first lines of what the target answered. Scrubbed of secrets, may quote the target."""
    pictures: tuple[Picture, ...] = ()
    """Everything that was kept, what can be shown first."""
    trace_id: str = ""
    """What the target's own tracing knows the deciding run by: 32 hexadecimal digits, or empty."""
    trace: str = ""
    """Address at which it is shown; empty where none is configured."""
    members: tuple[Member, ...] = ()
    """Of a summary, the first of them; `members_count` says how many there are."""
    members_count: int = 0
    told: tuple[str, ...] = ()
    """The channels that this event goes to."""
    stage: int = 0
    """Of an escalation, counted from 1; of a reminder, the how many-th it is."""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    note: str = ""
    """What a person wrote: why they acknowledged, what they test."""
    acknowledge: str = ""
    """Address where one click acknowledges. Made when it is sent and never stored, because whoever
    has it may use it.
    """
    evidence: str = ""
    """Address where what was seen is shown; made when it is sent and never stored, like that."""
    deploys: tuple[Change, ...] = ()
    """Those shortly before it began, of services that its probes watch first, the newest first;
    then those that were recorded shortly after.
    """
    captures: tuple[Captured, ...] = ()
    deeds: tuple[Deed, ...] = ()
    """The oldest first."""
    budgets: tuple[Left, ...] = ()
    """As of this event."""
    altered: tuple[Altered, ...] = ()
    """Of the targets of its probes, shortly before it began or since; the oldest first."""
    remedy: str = ""
    """Of a change, the command that says what it was; empty where nobody knows it."""
    habits: tuple[Habit, ...] = ()
    """Of a change, what of it is not told by itself when it comes again."""
    untold: bool = False
    """Set when sent: the opening never reached this channel, so this is the first it hears."""


NO_LONGER_WATCHED: Final = "UNKNOWN"
"""The outcome of a resolved event that is no recovery: nobody looks there any more."""

VERSION: Final = 1


def to_json(notice: Notice) -> str:
    """The documented webhook body, version 1. Times are ISO 8601 in UTC to the millisecond,
    spans in seconds. What is not valid Unicode, and so nobody could store or read, becomes `?`.
    """
    body = {"version": VERSION} | {_KEYS.get(k, k): _plain(v) for k, v in asdict(notice).items()}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def from_json(body: str) -> Notice:
    """The notice that `to_json` wrote, to the millisecond; keys unknown to us are left out.

    Raises ValueError for anything that is not a notice of this version.
    """
    read = json.loads(body)
    if not isinstance(read, dict) or read.pop("version", None) != VERSION:
        raise ValueError(f"not a notice of version {VERSION}")
    try:
        return _reading().validate_python(_fields(read))
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise ValueError(f"not a notice of version {VERSION}: {places}") from None


_KEYS: Final = {"lasted": "lasted_s", "left": "left_s", "allowed": "allowed_s", "every": "every_s"}
# A bare number ends in its unit.
_FIELDS: Final = {key: field for field, key in _KEYS.items()}


def _fields(read: object) -> object:
    match read:
        case dict():
            return {_FIELDS.get(key, key): _fields(value) for key, value in read.items()}
        case list():
            return [_fields(each) for each in read]
        case _:
            return read


@cache
def _reading() -> TypeAdapter[Notice]:
    return TypeAdapter(Notice)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case timedelta():
            return round(value.total_seconds(), 3)
        case dict():
            return {_KEYS.get(key, key): _plain(each) for key, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value
