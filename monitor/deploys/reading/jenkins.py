"""Jenkins: a build that succeeded, as its Notification plugin tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from monitor.deploys.reading.told import (
    MaybeText,
    Part,
    Post,
    Reading,
    Source,
    Told,
    address,
    commit,
    instant,
    name,
    note,
    nothing,
    understood,
)

_OVER: Final = ("COMPLETED", "FINALIZED")
"""The one before what the job does after its build, and the one after that; whichever is sent."""
_VERSION: Final = ("version", "tag", "release")
_BY: Final = ("by", "user", "build_user_id")


class _Scm(Part):
    commit: MaybeText = ""


class _Build(Part):
    full_url: MaybeText = ""
    url: MaybeText = ""
    number: int
    phase: str
    status: MaybeText = ""
    timestamp: MaybeText = ""
    notes: MaybeText = ""
    scm: _Scm = _Scm()
    parameters: Annotated[dict[str, Any], Field(default_factory=dict, max_length=500)]


class _Job(Part):
    name: str
    build: _Build


def read(post: Post) -> Reading:
    body = understood(_Job, post.body)
    build = body.build
    state = (build.status or "over") if build.phase in _OVER else build.phase
    if not post.counts(state, begun="STARTED", done="SUCCESS"):
        return nothing(f"the build is {state.lower()}")
    given = {key.lower(): value for key, value in build.parameters.items()}
    found = Told(
        service=body.name,
        version=_first(given, *_VERSION) or commit(build.scm.commit) or f"build-{build.number}",
        environment=_first(given, "environment"),
        by=name(_first(given, *_BY)) or SOURCE.name,
        url=address(build.full_url),
        note=note(build.notes),
        key=f"{build.full_url or build.url or body.name} {build.number}",
        at=instant(build.timestamp),
    )
    return Reading(deploys=(found,))


def _first(given: Mapping[str, Any], *names: str) -> str:
    """The first of these parameters of the job that has a text."""
    values = (given.get(each) for each in names)
    return next((value for value in values if isinstance(value, str) and value), "")


SOURCE: Final = Source("jenkins", read)
