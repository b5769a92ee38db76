"""What a person may ask for, as a document that travels from the command line to the daemon, and
what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, unique
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from monitor.acts.speech import Announce, Correct, Retell, Say, Spoken, Unsay
from monitor.acts.terms import (
    LONGEST,
    NAME_MAX,
    SOMEBODY,
    WORDS_MAX,
    Address,
    Asked,
    Line,
    MaybeTerm,
    Names,
    Said,
    Term,
    Which,
    Words,
)
from monitor.config.complaint import complaint

__all__ = [
    "LONGEST",
    "NAME_MAX",
    "SOMEBODY",
    "WORDS_MAX",
    "AcceptChange",
    "Acknowledge",
    "Announce",
    "CannotAct",
    "Correct",
    "Done",
    "End",
    "ForgetBaseline",
    "ForgetDeploy",
    "Maintain",
    "No",
    "Order",
    "RecordDeploy",
    "Retell",
    "Say",
    "Silence",
    "Spoken",
    "Unsay",
    "Which",
    "Withdraw",
    "complaint",
    "instant",
    "read",
    "scrubbed",
    "write",
]


class Acknowledge(Asked):
    """Somebody is on it. `until` None: for as long as it lasts."""

    do: Literal["acknowledge"] = "acknowledge"
    incident: Which
    until: AwareDatetime | None = None
    note: Line = ""


class Withdraw(Asked):
    """Nobody is on it after all."""

    do: Literal["withdraw"] = "withdraw"
    incident: Which
    note: Line = ""


class _Planned(Asked):
    """For a while. Neither probes nor tags: everything, if `everything` says that it is meant."""

    probes: Names = ()
    tags: Names = ()
    everything: bool = False
    words: Said
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime


class Silence(_Planned):
    """Nobody is told. Its words are the reason."""

    do: Literal["silence"] = "silence"


class Maintain(_Planned):
    """Announced work. Its words are its title, which the public reads; the description, too."""

    do: Literal["maintenance"] = "maintenance"
    description: Words | Literal[""] = ""


class End(Asked):
    """Ends a silence or a maintenance before its time."""

    do: Literal["end"] = "end"
    what: Literal["silence", "maintenance"]
    number: Annotated[int, Field(ge=1, le=2**53)]


class RecordDeploy(Asked):
    """A version of a service went out: now, or at `at`."""

    do: Literal["deploy"] = "deploy"
    service: Term
    version: Term
    previous: MaybeTerm = ""
    """Empty: the version that was recorded before it."""
    environment: MaybeTerm = ""
    """Empty: ours."""
    url: Address = ""
    note: Line = ""
    at: AwareDatetime | None = None
    source: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] = "cli"
    """Who tells of it; what a person tells may be of long ago."""
    key: MaybeTerm = ""
    """What makes it one for its source; empty: its service, version, environment and second."""


class ForgetDeploy(Asked):
    """It never went out: it was typed wrongly, or is somebody else's."""

    do: Literal["forget_deploy"] = "forget_deploy"
    number: Annotated[int, Field(ge=1, le=2**53)]


class ForgetBaseline(Asked):
    """How many entries a probe usually finds is learned anew."""

    do: Literal["forget_baseline"] = "forget_baseline"
    probe: Term


class AcceptChange(Asked):
    """What a target became is all right. None: of every change that is not settled."""

    do: Literal["accept_change"] = "accept_change"
    number: Annotated[int, Field(ge=1, le=2**53)] | None = None


Order = (
    Acknowledge
    | Withdraw
    | Silence
    | Maintain
    | End
    | RecordDeploy
    | ForgetDeploy
    | ForgetBaseline
    | AcceptChange
    | Spoken
)


_WRITTEN: Final = (
    *("by", "note", "words", "description", "title", "audience"),
    *("service", "version", "previous", "environment", "url", "key"),
)


@cache
def _reading() -> TypeAdapter[Order]:
    return TypeAdapter(Annotated[Order, Field(discriminator="do")])


def read(document: bytes) -> Order:
    """Raises pydantic's ValidationError, a ValueError."""
    return _reading().validate_json(document)


def write(order: Order) -> bytes:
    return order.model_dump_json().encode()


def scrubbed(order: Order, scrub: Callable[[str], str]) -> Order:
    """Without any secret in what a person wrote."""
    texts = {name: getattr(order, name, None) for name in _WRITTEN}
    clean = {name: scrub(text) for name, text in texts.items() if isinstance(text, str)}
    return order.model_copy(update=clean)


@unique
class No(StrEnum):
    """Why an order was not carried out."""

    UNKNOWN_INCIDENT = "unknown_incident"
    NONE_OPEN = "none_open"
    SEVERAL_OPEN = "several_open"
    OVER = "over"
    NOT_OVER = "not_over"
    MEASURED = "measured"
    TOO_LONG = "too_long"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_PUBLIC = "not_public"
    UNKNOWN_NAME = "unknown_name"
    NOTHING_NAMED = "nothing_named"
    BAD_TIME = "bad_time"
    UNKNOWN_NUMBER = "unknown_number"
    ACTED_UPON = "acted_upon"


class CannotAct(Exception):
    """The order makes no sense as things stand; the text says why and what to do."""

    def __init__(self, no: No, text: str) -> None:
        super().__init__(text)
        self.no = no


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, as a sentence and for programs."""

    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def instant(at: datetime) -> str:
    """For people: to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
