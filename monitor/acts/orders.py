"""What a person may ask for, as a document that travels from the command line to the daemon, and
what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum, unique
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from monitor.notices import one_line
from status_page import Stage

SOMEBODY: Final = "somebody"
"""Who acted, when nobody said."""
NAME_MAX: Final = 60
LINE_MAX: Final = 500
WORDS_MAX: Final = 2_000
LISTED_MAX: Final = 1_000
LONGEST: Final = timedelta(days=366)


def _tidy(text: str) -> str:
    return one_line(text)


def _tidy_lines(text: str) -> str:
    return "\n".join(one_line(line, WORDS_MAX) for line in text.splitlines()).strip()


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("it says nothing")
    return text


Name = Annotated[str, Field(max_length=NAME_MAX), AfterValidator(_tidy)]
Line = Annotated[str, Field(max_length=LINE_MAX), AfterValidator(_tidy)]
Said = Annotated[Line, AfterValidator(_not_empty)]
Words = Annotated[
    str, Field(max_length=WORDS_MAX), AfterValidator(_tidy_lines), AfterValidator(_not_empty)
]
Names = Annotated[tuple[str, ...], Field(max_length=LISTED_MAX)]
Which = Annotated[int, Field(ge=1, le=2**53)] | Literal["only", "last"]
"""An incident by its number, the only open one, or the newest (open before over)."""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    by: Name = ""
    """Who asks; empty for somebody who did not say."""


class Acknowledge(_Order):
    """Somebody is on it. `until` None: for as long as it lasts."""

    do: Literal["acknowledge"] = "acknowledge"
    incident: Which
    until: AwareDatetime | None = None
    note: Line = ""


class Withdraw(_Order):
    """Nobody is on it after all."""

    do: Literal["withdraw"] = "withdraw"
    incident: Which
    note: Line = ""


class _Planned(_Order):
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
    """Announced work. Its words are its title, which the public reads."""

    do: Literal["maintenance"] = "maintenance"


class End(_Order):
    """Ends a silence or a maintenance before its time."""

    do: Literal["end"] = "end"
    what: Literal["silence", "maintenance"]
    number: Annotated[int, Field(ge=1, le=2**53)]


class Say(_Order):
    """Words for the public page, under an incident."""

    do: Literal["say"] = "say"
    incident: Which
    status: Stage
    words: Words


Order = Acknowledge | Withdraw | Silence | Maintain | End | Say


@cache
def _reading() -> TypeAdapter[Order]:
    return TypeAdapter(Annotated[Order, Field(discriminator="do")])


def read(document: bytes) -> Order:
    """Raises pydantic's ValidationError, a ValueError."""
    return _reading().validate_json(document)


def complaint(bad: ValidationError) -> str:
    """What is wrong with an order, in one line."""
    said = [
        f"{'.'.join(str(at) for at in each['loc'] if at != 'union')}: {each['msg']}"
        for each in bad.errors(include_input=False, include_url=False, include_context=False)
    ]
    return one_line("; ".join(said))


def write(order: Order) -> bytes:
    return order.model_dump_json().encode()


def scrubbed(order: Order, scrub: Callable[[str], str]) -> Order:
    """Without any secret in what a person wrote."""
    texts = {name: getattr(order, name, None) for name in ("by", "note", "words")}
    clean = {name: scrub(text) for name, text in texts.items() if isinstance(text, str)}
    return order.model_copy(update=clean)


@unique
class No(StrEnum):
    """Why an order was not carried out."""

    UNKNOWN_INCIDENT = "unknown_incident"
    NONE_OPEN = "none_open"
    SEVERAL_OPEN = "several_open"
    OVER = "over"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_PUBLIC = "not_public"
    UNKNOWN_NAME = "unknown_name"
    NOTHING_NAMED = "nothing_named"
    BAD_TIME = "bad_time"
    UNKNOWN_NUMBER = "unknown_number"


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
