"""Argo CD: an application that was synchronised, whole or as our template shortens it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from monitor.deploys.reading.told import (
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

_ABSENT: Final = "<no value>"
"""What a template writes for what is not there."""


def _given(text: object) -> object:
    return "" if text is None or text == _ABSENT else text


_MaybeText = Annotated[str, Field(max_length=20_000), BeforeValidator(_given)]
_Texts = Annotated[
    list[str],
    Field(default_factory=list, max_length=1_000),
    BeforeValidator(lambda texts: [] if texts is None else texts),
]


class _Metadata(Part):
    name: str
    namespace: _MaybeText = ""


class _Sync(Part):
    revision: _MaybeText = ""
    revisions: _Texts
    """Of an application with several sources, which has no single one."""


class _Starter(Part):
    username: _MaybeText = ""


class _Operation(Part):
    initiatedBy: _Starter = _Starter()  # noqa: N815 - Argo CD's own word


class _State(Part):
    phase: str
    startedAt: _MaybeText = ""  # noqa: N815 - Argo CD's own word
    finishedAt: _MaybeText = ""  # noqa: N815 - as above
    operation: _Operation = _Operation()


class _Summary(Part):
    images: _Texts


class _Status(Part):
    sync: Annotated[_Sync, Field(default_factory=_Sync)]
    operationState: _State  # noqa: N815 - Argo CD's own word
    summary: Annotated[_Summary, Field(default_factory=_Summary)]


class _Application(Part):
    metadata: _Metadata
    status: _Status
    url: _MaybeText = ""
    """Not of the resource: where our template says that people look at it."""


def read(post: Post) -> Reading:
    body = understood(_Application, post.body)
    status, state = body.status, body.status.operationState
    if not post.counts(state.phase, begun="Running", done="Succeeded"):
        return nothing(f"the operation is {state.phase.lower()}")
    revisions = [status.sync.revision] if status.sync.revision else status.sync.revisions
    when = state.startedAt or state.finishedAt
    if not revisions:
        return nothing("the application has no revision")
    found = Told(
        service=body.metadata.name,
        version="+".join(commit(each) for each in revisions[:3]),
        by=name(state.operation.initiatedBy.username) or SOURCE.name,
        url=address(body.url),
        note=note(", ".join(status.summary.images)),
        key=" ".join([_where(body.metadata), *revisions, when]),
        at=instant(when),
    )
    return Reading(deploys=(found,))


def _where(metadata: _Metadata) -> str:
    return f"{metadata.namespace}/{metadata.name}"


SOURCE: Final = Source("argocd", read)
