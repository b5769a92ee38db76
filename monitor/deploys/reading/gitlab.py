"""GitLab: a deployment that succeeded; a pipeline or a release where the address asks for them with
`on=pipeline` or `on=release`.
"""

from __future__ import annotations

from typing import Final

from monitor.deploys.reading.told import (
    MaybeText,
    Part,
    Post,
    Reading,
    Source,
    Told,
    address,
    instant,
    name,
    note,
    nothing,
    understood,
    version,
)


class _Event(Part):
    object_kind: MaybeText = ""


class _Project(Part):
    path_with_namespace: str
    web_url: MaybeText = ""


class _Person(Part):
    username: MaybeText = ""


class _Deployment(Part):
    status: str
    status_changed_at: MaybeText = ""
    deployment_id: int | None = None
    deployable_id: int | None = None
    deployable_url: MaybeText = ""
    environment: MaybeText = ""
    ref: MaybeText = ""
    short_sha: MaybeText = ""
    commit_url: MaybeText = ""
    commit_title: MaybeText = ""
    project: _Project
    user: _Person | None = None


class _Pipeline(Part):
    id: int
    ref: MaybeText = ""
    tag: bool = False
    sha: MaybeText = ""
    status: str
    finished_at: MaybeText = ""
    url: MaybeText = ""


class _PipelineEvent(Part):
    object_attributes: _Pipeline
    project: _Project
    user: _Person | None = None


class _Release(Part):
    id: int
    tag: str
    name: MaybeText = ""
    url: MaybeText = ""
    action: str
    released_at: MaybeText = ""
    project: _Project


def read(post: Post) -> Reading:
    kind = understood(_Event, post.body).object_kind
    match kind:
        case "deployment":
            return _deployment(understood(_Deployment, post.body), post)
        case "pipeline" if post.wants(kind):
            return _pipeline(understood(_PipelineEvent, post.body))
        case "release" if post.wants(kind):
            return _release(understood(_Release, post.body))
        case "pipeline" | "release":
            return nothing(f"a {kind} counts as a deploy only with ?on={kind} in the address")
        case _:
            return nothing(f"a {kind or 'body without object_kind'} is no deploy")


def _deployment(body: _Deployment, post: Post) -> Reading:
    if not post.counts(body.status, begun="running", done="success"):
        return nothing(f"the deployment is {body.status}")
    number = body.deployable_id if body.deployment_id is None else body.deployment_id
    found = Told(
        service=body.project.path_with_namespace,
        version=version(body.ref, body.short_sha),
        environment=body.environment,
        by=_by(body.user),
        url=address(body.deployable_url, body.commit_url, body.project.web_url),
        note=note(body.commit_title),
        key="" if number is None else f"{_where(body.project)} deployment {number}",
        at=instant(body.status_changed_at),
    )
    return Reading(deploys=(found,))


def _pipeline(body: _PipelineEvent) -> Reading:
    pipeline = body.object_attributes
    if pipeline.status != "success":
        return nothing(f"the pipeline is {pipeline.status}")
    found = Told(
        service=body.project.path_with_namespace,
        version=pipeline.ref if pipeline.tag else version(pipeline.ref, pipeline.sha),
        by=_by(body.user),
        url=address(pipeline.url, body.project.web_url),
        key=f"{_where(body.project)} pipeline {pipeline.id}",
        at=instant(pipeline.finished_at),
    )
    return Reading(deploys=(found,))


def _release(body: _Release) -> Reading:
    if body.action != "create":
        return nothing(f"the release: {body.action}")
    found = Told(
        service=body.project.path_with_namespace,
        version=body.tag,
        url=address(body.url, body.project.web_url),
        note=note(body.name),
        key=f"{_where(body.project)} release {body.id}",
        at=instant(body.released_at),
    )
    return Reading(deploys=(found,))


def _where(project: _Project) -> str:
    """Numbers are of one GitLab, and there are many."""
    return project.web_url or project.path_with_namespace


def _by(person: _Person | None) -> str:
    return name(person.username) if person else ""


SOURCE: Final = Source("gitlab", read)
