"""Deploys from the command line, whether a daemon is at work or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from tests.monitor.cli.desks import DESKS, Place, at_work
from tests.monitor.cli.past import past

SERVICE = """
[service.api]
name = "The API"
also = ["acme/api"]
probes = ["web", "signin"]
"""
GITHUB = {
    "GITHUB_ACTOR": "octo",
    "GITHUB_SERVER_URL": "https://github.example.org",
    "GITHUB_REPOSITORY": "acme/api",
    "GITHUB_RUN_ID": "77",
}
PIPELINES = (*GITHUB, "GITLAB_USER_LOGIN", "CI_JOB_URL", "BUILD_USER_ID", "BUILD_URL")


@pytest.fixture(autouse=True)
def no_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may run in one."""
    for name in PIPELINES:
        monkeypatch.delenv(name, raising=False)


def a_place(folder: Path) -> Place:
    found = Place(folder)
    found.config.write_text(found.config.read_text() + SERVICE)
    with past(folder, "web", "signin"):
        pass
    return found


@pytest.fixture(params=DESKS)
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    found = a_place(tmp_path)
    if request.param == DESKS[0]:
        with at_work(found):
            yield found
    else:
        yield found


def test_a_deploy_is_recorded_and_listed(place: Place) -> None:
    assert "No deploy was recorded yet" in place.trueup("deploy", "list").stdout
    told = ("deploy", "record", "--service", "acme/api", "--version")
    done = place.trueup(*told, "1.4.1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Recorded: api 1.4.1, by ana, at ")
    assert "2 probes watch it: web, signin; they are asked every 10s for 10 minutes." in done.stdout
    more = place.json(
        *told, "1.4.2", "--by", "ci", "--url", "https://ci.example.org/7", "--key", "7"
    )
    assert (more["changed"], more["previous"], more["by"]) == (True, "1.4.1", "ci")
    again = place.trueup(*told, "1.4.2", "--key", "7")
    assert (again.exit_code, again.stdout[:14]) == (0, "Known already:")
    newest, first = place.json("deploy", "list", "--service", "acme/api")
    assert (newest["deploy"], newest["version"], newest["url"]) == (2, "1.4.2", more["url"])
    assert (first["service"], first["environment"], first["source"]) == ("api", "production", "cli")
    shown = place.trueup("deploy", "list").stdout
    assert "2 deploys, the newest " in shown
    assert "https://ci.example.org/7" in shown
    assert place.json("deploy", "list", "--service", "web") == []


def test_a_pipeline_says_who_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = a_place(tmp_path)
    for name, value in GITHUB.items():
        monkeypatch.setenv(name, value)
    told = place.json("deploy", "record", "--service", "api", "--version", "1")
    assert told["by"] == "octo"
    assert told["url"] == "https://github.example.org/acme/api/actions/runs/77"
    monkeypatch.delenv("GITHUB_ACTOR")
    monkeypatch.delenv("GITHUB_RUN_ID")
    monkeypatch.setenv("BUILD_USER_ID", "b" * 90)
    monkeypatch.setenv("BUILD_URL", "https://jenkins.example.org/job/api/8/")
    told = place.json("deploy", "record", "--service", "api", "--version", "2")
    assert (told["by"], told["url"]) == ("b" * 60, "https://jenkins.example.org/job/api/8/")


def test_what_was_forgotten_is_recorded_later(tmp_path: Path) -> None:
    place = a_place(tmp_path)
    day = SystemClock().now() - timedelta(days=20)
    told = ("deploy", "record", "--service", "api", "--version", "1", "--at")
    assert place.json(*told, f"{day:%Y-%m-%dT%H:%M}")["at"].startswith(f"{day:%Y-%m-%dT%H:%M}")
    assert "One deploy, 20d" in place.trueup("deploy", "list").stdout


def test_what_was_typed_wrongly_is_forgotten(place: Place) -> None:
    for version in ("1.4.1", "14.2"):
        place.trueup("deploy", "record", "--service", "api", "--version", version)
    shown = place.trueup("deploy", "list").stdout.splitlines()
    assert [line.split()[0] for line in shown[-2:]] == ["2", "1"]
    done = place.trueup("deploy", "forget", "2", "--by", "ana")
    assert (done.exit_code, done.stdout[:20]) == (0, "Forgotten: api 14.2 ")
    assert [each["version"] for each in place.json("deploy", "list")] == ["1.4.1"]
    again = place.trueup("deploy", "forget", "2")
    assert (again.exit_code, "there is no deploy 2; " in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--service", "api"], 2, "--version"),
        (["--version", "1"], 2, "--service"),
        (["--service", " ", "--version", "1"], 2, "service: it says nothing"),
        (
            ["--service", "api", "--version", "v" * 201],
            2,
            "version: is too long; 200 characters",
        ),
        (["--service", "api", "--version", "1", "--url", "nowhere"], 2, "url: it is no address"),
        (["--service", "api", "--version", "1", "--at", "soon"], 2, "is no time"),
        (["--service", "api", "--version", "1", "--at", "2099-01-01"], 2, "too far away"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    tmp_path: Path, options: list[str], status: int, said: str
) -> None:
    done = a_place(tmp_path).trueup("deploy", "record", *options)
    assert done.exit_code == status, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_what_is_still_to_come_is_refused(tmp_path: Path) -> None:
    at = f"{SystemClock().now() + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    told = ("deploy", "record", "--service", "api", "--version", "1", "--at", at)
    done = a_place(tmp_path).trueup(*told)
    assert (done.exit_code, "still to come" in done.stderr) == (1, True)
