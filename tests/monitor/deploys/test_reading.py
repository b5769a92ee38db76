"""Webhooks of each source are read into deploys, or say why there is nothing to record."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.deploys.reading import SOURCES, NotUnderstood, Post, Reading, Told, source_of
from monitor.deploys.reading.bodies import FORM, parsed
from monitor.deploys.reading.told import instant
from tests.monitor.deploys.recorded import HEADERS, body, content
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
        ("jenkins-notification", {"build__parameters": None, "build__scm": None}, "#18"),
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
        ("github-deployment-status", {"deployment": None}, "deployment: Field required"),
        ("github-deployment-status", {"deployment__id": "7"}, "deployment.id: Input should be"),
        ("github-deployment-status", {"repository": []}, "repository: Input should be"),
        ("gitlab-deployment", {"project": 3}, "project: Input should be"),
        ("jenkins-notification", {"build": "18"}, "build: Input should be"),
        ("argocd-application", {"status": None}, "status: Field required"),
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
        commit_url="",
    ).deploys
    assert (len(found.note), len(found.by)) == (500, 60)
    assert found.url == "https://gitlab.example.org/acme/api"


def generic(given: Any, **headers: str) -> Reading:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return SOURCES["generic"].read(Post(body=given, headers=names))


def test_a_line_in_a_pipeline_sends_our_own_words() -> None:
    given = {
        "service": "api",
        "version": "1.4.2",
        "by": "ci",
        "id": 7,
        "at": "2026-03-14T02:00:00Z",
    }
    told = Told(service="api", version="1.4.2", by="ci", key="7", at=NIGHT)
    assert generic(given, idempotency_key="other").deploys == (told,)
    [keyed] = generic({"service": "api", "version": "1"}, idempotency_key="run-12").deploys
    assert (keyed.key, keyed.at) == ("run-12", None)
    [stamped] = generic({"version": "1", "at": NIGHT.timestamp()}).deploys
    assert stamped.at == NIGHT


def test_several_services_may_go_out_at_once_and_share_no_key() -> None:
    given = [{"service": name, "version": "7"} for name in ("api", "web")]
    found = generic(given, idempotency_key="same").deploys
    assert [(each.service, each.key) for each in found] == [("api", ""), ("web", "")]
    with pytest.raises(NotUnderstood, match="20 at a time"):
        generic(given * 11)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"service": "api"}, "version: Field required"),
        ({"service": "api", "version": ""}, "version: String should have at least 1"),
        ({"service": "api", "version": 2}, "version: Input should be a valid string"),
        ({"service": "api", "version": "1", "enviroment": "x"}, "enviroment: Extra inputs"),
        ({"service": "api", "version": "1", "at": "yesterday"}, "at: it is no time"),
        ({"service": "api", "version": "1", "at": 1e300}, "at: it is no time"),
    ],
)
def test_a_slip_in_it_is_answered_with_what_is_wrong(given: Any, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        generic(given)


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


def test_a_body_in_a_form_is_read_too() -> None:
    assert parsed(b"payload=%7B%22a%22%3A+1%7D", FORM) == {"a": 1}
    assert parsed(content("github-ping"), "application/json")["hook_id"] == 30


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": 1, "a": 2}', "same key twice"),
        (b'{"a": NaN}', "a number that is none"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "nested too deeply"),
        (b"1" * 100_000, "too large"),
        (b"a=1&" * 100, "no JSON"),
    ],
)
def test_a_body_that_leaves_something_to_guess_is_refused_in_one_line(
    sent: bytes, why: str
) -> None:
    with pytest.raises(NotUnderstood, match=why) as bad:
        parsed(sent)
    assert "\n" not in str(bad.value)


def test_a_form_of_many_fields_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="too large"):
        parsed(b"a=1&" * 100, FORM)
