"""Webhooks of each source are read into deploys, or say why there is nothing to record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.acts.orders import RecordDeploy
from monitor.deploys.reading import SOURCES, NotUnderstood, Post, Reading, Told, source_of
from monitor.deploys.reading.told import instant
from tests.monitor.deploys.recorded import HEADERS, body
from tests.support.clock import NIGHT


def before(seconds: int) -> datetime:
    return NIGHT - timedelta(seconds=seconds)


def read(name: str, asked: dict[str, str] | None = None, **changes: Any) -> Reading:
    """As it arrives from the source that the name of the body begins with."""
    source = SOURCES[name.partition("-")[0]]
    headers = HEADERS.get(name, {})
    return source.read(Post(body=body(name, **changes), headers=headers, asked=asked or {}))


DEPLOYS = {
    "github-deployment-status": Told(
        service="acme/api",
        version="f95f852bd8fc",
        environment="production",
        by="ana",
        url="https://github.example.org/acme/api/actions/runs/289782451/job/1",
        key="acme/api deployment 145988746",
        at=before(5),
    ),
    "github-release": Told(
        service="acme/api",
        version="v1.4.2",
        by="ana",
        url="https://github.example.org/acme/api/releases/tag/v1.4.2",
        key="acme/api release 17372790",
        at=before(7),
    ),
    "github-workflow-run": Told(
        service="acme/api",
        version="3484a3fb816e",
        by="ana",
        url="https://github.example.org/acme/api/actions/runs/289782451",
        note="Read the file before parsing it",
        key="acme/api run 289782451.2",
        at=before(3),
    ),
    "gitlab-deployment": Told(
        service="acme/api",
        version="279484c0",
        environment="production",
        by="ana",
        url="https://gitlab.example.org/acme/api/-/jobs/796",
        note="Add new file",
        key="https://gitlab.example.org/acme/api deployment 15",
        at=before(5),
    ),
    "gitlab-pipeline": Told(
        service="acme/api",
        version="v1.4.2",
        by="ana",
        url="https://gitlab.example.org/acme/api/-/pipelines/31",
        key="https://gitlab.example.org/acme/api pipeline 31",
        at=before(34),
    ),
    "gitlab-release": Told(
        service="acme/api",
        version="v1.4.2",
        url="https://gitlab.example.org/acme/api/-/releases/v1.4.2",
        note="v1.4.2",
        key="https://gitlab.example.org/acme/api release 9",
        at=before(48),
    ),
    "jenkins-notification": Told(
        service="api-deploy",
        version="1.4.2",
        environment="production",
        by="ana",
        url="https://jenkins.example.org/job/api-deploy/18/",
        key="https://jenkins.example.org/job/api-deploy/18/ 18",
        at=before(9) + timedelta(milliseconds=700),
    ),
    "argocd-application": Told(
        service="api",
        version="4773b9f1f8fb",
        by="ana",
        note="registry.example.org/acme/api:1.4.2",
        key="argocd/api 4773b9f1f8fbd3b0a4a6b2a1a3ba8a2f5a0c5a11 2026-03-14T01:59:48Z",
        at=before(12),
    ),
}
ASKED_FOR = {"on": "release,workflow_run,pipeline"}


@pytest.mark.parametrize("name", DEPLOYS)
def test_what_a_source_sends_after_a_deploy_is_read(name: str) -> None:
    assert read(name, ASKED_FOR) == Reading(deploys=(DEPLOYS[name],))


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("github-ping", {}, "a ping is no deploy"),
        ("github-release", {}, "only with ?on=release in the address"),
        ("github-workflow-run", {}, "only with ?on=workflow_run in the address"),
        (
            "github-deployment-status",
            {"deployment_status__state": "in_progress"},
            "the deployment is in_progress",
        ),
        ("gitlab-pipeline", {}, "only with ?on=pipeline in the address"),
        ("gitlab-deployment", {"status": "running"}, "the deployment is running"),
        ("gitlab-deployment", {"object_kind": "push"}, "a push is no deploy"),
        ("jenkins-notification", {"build__phase": "STARTED"}, "the build is started"),
        ("jenkins-notification", {"build__status": "FAILURE"}, "the build is failure"),
        (
            "argocd-application",
            {"status__operationState__phase": "Running"},
            "the operation is running",
        ),
    ],
)
def test_what_is_no_deploy_says_so(name: str, changes: dict[str, Any], why: str) -> None:
    reading = read(name, **changes)
    assert not reading.deploys
    assert why in reading.nothing


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("github-release", {"action": "edited"}, "the release is edited"),
        ("github-workflow-run", {"workflow_run__conclusion": "failure"}, "is failure"),
        ("gitlab-pipeline", {"object_attributes__status": "failed"}, "the pipeline is failed"),
        ("gitlab-release", {"action": "update"}, "the release: update"),
    ],
)
def test_nor_is_every_release_and_every_workflow(
    name: str, changes: dict[str, Any], why: str
) -> None:
    assert why in read(name, ASKED_FOR, **changes).nothing


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("github-deployment-status", {"deployment_status__state": "in_progress"}),
        ("gitlab-deployment", {"status": "running"}),
        ("jenkins-notification", {"build__phase": "STARTED", "build__status": None}),
        (
            "argocd-application",
            {
                "status__operationState__phase": "Running",
                "status__operationState__finishedAt": None,
            },
        ),
    ],
)
def test_a_deploy_may_count_from_its_start_and_its_end_is_the_same_one(
    name: str, changes: dict[str, Any]
) -> None:
    [begun] = read(name, {"on": "started"}, **changes).deploys
    [done] = read(name, {"on": "started"}).deploys
    assert (begun.key, begun.version) == (done.key, done.version)


def test_one_workflow_may_be_meant() -> None:
    asked = {"on": "workflow_run", "workflow": "deploy"}
    assert read("github-workflow-run", asked).deploys
    assert "another workflow" in read("github-workflow-run", asked | {"workflow": "lint"}).nothing


@pytest.mark.parametrize(
    ("name", "changes", "version"),
    [
        ("github-deployment-status", {"deployment__ref": "v1.4.2"}, "v1.4.2"),
        ("github-deployment-status", {"deployment__ref": "refs/tags/spring"}, "spring"),
        ("github-deployment-status", {"deployment__ref": "f" * 40}, "f95f852bd8fc"),
        ("gitlab-deployment", {"ref": "1.4.2"}, "1.4.2"),
        ("jenkins-notification", {"build__parameters": {}}, "c6d86dc654b1"),
        ("jenkins-notification", {"build__parameters": None, "build__scm": None}, "build-18"),
        ("argocd-application", {"status__sync": {"revision": "1.4.2"}}, "1.4.2"),
        ("argocd-application", {"status__sync": {"revisions": ["1.4", "2.0"]}}, "1.4+2.0"),
    ],
)
def test_a_version_is_the_tag_where_there_is_one_and_else_the_commit(
    name: str, changes: dict[str, Any], version: str
) -> None:
    assert read(name, **changes).deploys[0].version == version


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("github-deployment-status", {"deployment": None}, "deployment: is missing"),
        (
            "github-deployment-status",
            {"deployment__id": "7"},
            "deployment.id: has to be a whole number",
        ),
        ("github-deployment-status", {"repository": []}, "repository: has to be an object"),
        ("gitlab-deployment", {"project": 3}, "project: has to be an object"),
        ("jenkins-notification", {"build": "18"}, "build: has to be an object"),
        ("argocd-application", {"status": None}, "status: is missing"),
    ],
)
def test_what_no_source_sends_is_answered_with_its_place_and_not_with_its_words(
    name: str, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotUnderstood, match=why) as bad:
        read(name, **changes)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("nonsense", [None, 3, "text", [], [[]], {}, {"status": {}, "build": []}])
def test_no_source_trips_over_nonsense(source: str, nonsense: Any) -> None:
    headers = {"x-github-event": "deployment_status"}
    with suppress(NotUnderstood):
        reading = SOURCES[source].read(Post(body=nonsense, headers=headers))
        assert not reading.deploys
        assert reading.nothing


def test_what_people_wrote_there_is_cut_and_an_address_that_is_none_is_left_out() -> None:
    [found] = read(
        "gitlab-deployment",
        commit_title="x" * 5000,
        user={"username": "y" * 200},
        deployable_url="javascript:run()",
        commit_url="https://me:secret@gitlab.example.org/",
    ).deploys
    assert (len(found.note), len(found.by)) == (500, 60)
    assert found.url == "https://gitlab.example.org/acme/api"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-14T02:00:00Z", NIGHT),
        ("2026-03-14 02:00:00 UTC", NIGHT),
        ("2026-03-14 04:00:00 +0200", NIGHT),
        ("2026-03-14T02:00:00.5+00:00", NIGHT + timedelta(milliseconds=500)),
        ("2026-03-14T02:00:00", NIGHT),
        ("0001-01-01T00:00:00+23:59", None),
        ("2026-13-14T02:00:00Z", None),
        ("now", None),
        ("", None),
    ],
)
def test_times_are_read_however_a_source_writes_them(written: str, at: datetime | None) -> None:
    assert instant(written) == at
    assert at is None or at.tzinfo is UTC


def test_who_sends_can_be_told_from_the_headers() -> None:
    assert source_of(HEADERS["github-ping"]).name == "github"
    assert source_of(HEADERS["gitlab-release"]).name == "gitlab"
    assert source_of({}).name == "generic"


NONSENSE: tuple[Any, ...] = (None, True, -1, 1e308, "", "\x07\ud800", "x" * 30_000, [], [{}], {})


def bent(whole: Any) -> Iterator[Any]:
    """*whole* with one of its parts after the other replaced by nonsense."""
    yield from NONSENSE
    parts = whole.items() if isinstance(whole, dict) else ()
    for key, part in parts:
        for other in bent(part):
            yield {**whole, key: other}


@pytest.mark.parametrize("name", DEPLOYS)
def test_whatever_part_of_a_body_is_nonsense_it_is_a_deploy_or_a_reason(name: str) -> None:
    """And what is found fits into an order, or is refused by it."""
    source, asked = SOURCES[name.partition("-")[0]], {"on": "release,workflow_run,pipeline,started"}
    for other in bent(body(name)):
        post = Post(body=other, headers=HEADERS[name], asked=asked)
        with suppress(NotUnderstood, ValidationError):
            reading = source.read(post)
            assert bool(reading.deploys) != bool(reading.nothing)
            for told in reading.deploys:
                RecordDeploy(**asdict(told), source=source.name)
