"""What a line in a pipeline sends: our own words as JSON, one deploy or a list of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from monitor.deploys.reading.told import (
    MaybeText,
    NotUnderstood,
    Part,
    Post,
    Reading,
    Source,
    Told,
    instant,
    understood,
)

LISTED_MAX: Final = 20
_YEAR_10000_S: Final = 253_402_300_800


class _Deploy(Part):
    model_config = ConfigDict(extra="forbid")  # a misspelt name would be a wrong deploy

    service: MaybeText = ""
    version: Annotated[str, Field(min_length=1, max_length=200)]
    previous: MaybeText = ""
    environment: MaybeText = ""
    by: MaybeText = ""
    url: MaybeText = ""
    note: MaybeText = ""
    id: str | int | None = None
    at: str | int | float | None = None


def read(post: Post) -> Reading:
    """Without `id`, the header `Idempotency-Key` is what makes it one."""
    bodies = post.body if isinstance(post.body, list) else [post.body]
    if len(bodies) > LISTED_MAX:
        raise NotUnderstood(f"these are {len(bodies)} deploys; send {LISTED_MAX} at a time at most")
    given = post.headers.get("idempotency-key", "") if len(bodies) == 1 else ""
    return Reading(
        deploys=tuple(_told(understood(_Deploy, body), given) for body in bodies),
        nothing="the list is empty" if not bodies else "",
    )


def _told(body: _Deploy, given: str) -> Told:
    return Told(
        service=body.service,
        version=body.version,
        previous=body.previous,
        environment=body.environment,
        by=body.by,
        url=body.url,
        note=body.note,
        key=given if body.id is None else str(body.id),
        at=_at(body.at),
    )


def _at(written: str | float | None) -> datetime | None:
    """ISO 8601, or seconds since 1970."""
    if written is None:
        return None
    if isinstance(written, str):
        at = instant(written)
    else:
        at = datetime.fromtimestamp(written, UTC) if 0 <= written < _YEAR_10000_S else None
    if at is None:
        raise NotUnderstood('at: it is no time; write it as "2026-12-01T02:00:00Z"')
    return at


SOURCE: Final = Source("generic", read)
