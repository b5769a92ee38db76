"""What a webhook is read into: facts of deploys, or why there is nothing to record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from monitor.config.complaint import complaint
from monitor.notices import one_line

M = TypeVar("M", bound=BaseModel)

NAME_MAX: Final = 60
NOTE_MAX: Final = 500
COMMIT_LENGTH: Final = 12

_COMMIT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION: Final = re.compile(r"[\w./-]*\d+\.\d+[\w.+-]*")
_ADDRESS: Final = re.compile(r"https?://(?![^/?#]*@)[!-~]{1,1990}")
_UNPADDED: Final = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(.*)$")


class NotUnderstood(ValueError):
    """The body is not what this source sends; the text says what is wrong, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A deploy as a source tells it. What people wrote is cut to what fits."""

    service: str
    """As the source calls it."""
    version: str
    previous: str = ""
    environment: str = ""
    by: str = ""
    url: str = ""
    note: str = ""
    key: str = ""
    """What makes it one there; empty when the source does not say."""
    at: datetime | None = None
    """None: when it was received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What was received. Names of headers are in small letters."""

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    """What stands behind the question mark of the address."""

    def wants(self, event: str) -> bool:
        """Whether the address says `on=` this kind of event."""
        return event in self.asked.get("on", "").split(",")

    def counts(self, state: str, *, begun: str, done: str) -> bool:
        """Whether a deploy in this state is one: done, or begun where the address says
        `on=started`. Both are told with the same key.
        """
        return state == done or (state == begun and self.wants("started"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found, or why nothing was."""

    deploys: tuple[Told, ...] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends webhooks. `read` raises NotUnderstood."""

    name: str
    read: Callable[[Post], Reading]


def nothing(why: str) -> Reading:
    return Reading(nothing=one_line(why, 200))


class Part(BaseModel):
    """A part of a body; what nobody here needs is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Text = Annotated[str, Field(max_length=20_000)]
MaybeText = Annotated[Text, BeforeValidator(lambda text: "" if text is None else text)]


def understood(model: type[M], body: object) -> M:
    """Raises NotUnderstood, without a word of the body."""
    try:
        return model.model_validate(body, strict=True)
    except ValidationError as bad:
        raise NotUnderstood(complaint(bad, model.model_fields)) from None


def name(text: str) -> str:
    """Of whoever did it."""
    return one_line(text, NAME_MAX)


def note(text: str) -> str:
    return one_line(text, NOTE_MAX)


def address(*candidates: str) -> str:
    """The first that is one of a web page."""
    return next((each for each in candidates if _ADDRESS.fullmatch(each)), "")


def commit(text: str) -> str:
    """A whole commit shortened; anything else as it is."""
    return text[:COMMIT_LENGTH] if _COMMIT.fullmatch(text) else text


def version(ref: str, revision: str) -> str:
    """The tag, where *ref* is one or looks like one; otherwise the commit."""
    if ref.startswith("refs/tags/"):
        return ref.removeprefix("refs/tags/")
    if _VERSION.fullmatch(ref) and not _COMMIT.fullmatch(ref):
        return ref
    return commit(revision) or ref


def instant(text: str) -> datetime | None:
    """As the sources write it; None for what cannot be read. Without a zone it is UTC."""
    parts = _UNPADDED.fullmatch(text)
    if parts is None:
        return None
    day, time, fraction, zone = parts.groups()
    written = f"{day}T{time}{fraction or ''}{'Z' if zone in {'', 'UTC'} else zone}"
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(written).astimezone(UTC)
    return None
