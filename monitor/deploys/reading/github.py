"""GitHub: a deployment that succeeded; a published release or a finished workflow where the address
asks for them with `on=release` or `on=workflow_run`.
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


class _Repository(Part):
    full_name: str
    html_url: MaybeText = ""


class _Person(Part):
    login: MaybeText = ""


class _Deployment(Part):
    id: int
    sha: MaybeText = ""
    ref: MaybeText = ""
    environment: MaybeText = ""
    description: MaybeText = ""
    creator: _Person | None = None


class _Status(Part):
    state: str
    environment: MaybeText = ""
    target_url: MaybeText = ""
    log_url: MaybeText = ""
    created_at: MaybeText = ""


class _Deployed(Part):
    deployment_status: _Status
    deployment: _Deployment
    repository: _Repository


class _Release(Part):
    id: int
    tag_name: str
    name: MaybeText = ""
    html_url: MaybeText = ""
    published_at: MaybeText = ""
    author: _Person | None = None


class _Released(Part):
    action: str
    release: _Release
    repository: _Repository


class _Run(Part):
    id: int
    run_attempt: int = 1
    name: MaybeText = ""
    conclusion: MaybeText = ""
    head_branch: MaybeText = ""
    head_sha: MaybeText = ""
    html_url: MaybeText = ""
    display_title: MaybeText = ""
    updated_at: MaybeText = ""
    actor: _Person | None = None


class _Ran(Part):
    action: str
    workflow_run: _Run
    repository: _Repository


def read(post: Post) -> Reading:
    event = post.headers.get("x-github-event", "")
    match event:
        case "deployment_status":
            return _deployment(understood(_Deployed, post.body), post)
        case "release" if post.wants(event):
            return _release(understood(_Released, post.body))
        case "workflow_run" if post.wants(event):
            return _run(understood(_Ran, post.body), post.asked.get("workflow", ""))
        case "release" | "workflow_run":
            return nothing(f"a {event} counts as a deploy only with ?on={event} in the address")
        case "":
            return nothing("the header X-GitHub-Event is missing")
        case _:
            return nothing(f"a {event} is no deploy")


def _deployment(body: _Deployed, post: Post) -> Reading:
    status, of = body.deployment_status, body.deployment
    if not post.counts(status.state, begun="in_progress", done="success"):
        return nothing(f"the deployment is {status.state}")
    found = Told(
        service=body.repository.full_name,
        version=version(of.ref, of.sha),
        environment=status.environment or of.environment,
        by=_by(of.creator),
        url=address(status.log_url, status.target_url, body.repository.html_url),
        note=note(of.description),
        key=f"{body.repository.full_name} deployment {of.id}",
        at=instant(status.created_at),
    )
    return Reading(deploys=(found,))


def _release(body: _Released) -> Reading:
    if body.action != "published":
        return nothing(f"the release is {body.action}")
    release = body.release
    found = Told(
        service=body.repository.full_name,
        version=release.tag_name,
        by=_by(release.author),
        url=address(release.html_url),
        note=note(release.name),
        key=f"{body.repository.full_name} release {release.id}",
        at=instant(release.published_at),
    )
    return Reading(deploys=(found,))


def _run(body: _Ran, wanted: str) -> Reading:
    """Of *wanted*, where the address names a workflow."""
    run = body.workflow_run
    if body.action != "completed" or run.conclusion != "success":
        return nothing(f"the workflow is {run.conclusion or body.action}")
    if wanted and wanted != run.name:
        return nothing("it is another workflow than the address names")
    found = Told(
        service=body.repository.full_name,
        version=version(run.head_branch, run.head_sha),
        by=_by(run.actor),
        url=address(run.html_url),
        note=note(run.display_title),
        key=f"{body.repository.full_name} run {run.id}.{run.run_attempt}",
        at=instant(run.updated_at),
    )
    return Reading(deploys=(found,))


def _by(person: _Person | None) -> str:
    return name(person.login) if person else ""


SOURCE: Final = Source("github", read)
