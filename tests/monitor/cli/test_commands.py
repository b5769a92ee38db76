"""What a person types, what they read, and the exit status a program sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.support.serve import free_port, serving

DOCUMENT_KEYS = ["id", "kind", "outcome", "reason", "summary", "started_at", "took_ms"]


def trueup(*command: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    async def good(_: Request) -> Response:
        return PlainTextResponse("Welcome")

    async def bad(_: Request) -> Response:
        return PlainTextResponse("no", status_code=500)

    with serving(Starlette(routes=[Route("/good", good), Route("/bad", bad)])) as url:
        yield url


@pytest.fixture
def config(tmp_path: Path, site: str) -> Path:
    path = tmp_path / "probes.toml"
    path.write_text(
        f"""
[trueup]
environment = "staging"
[defaults]
confirm = []
[probe.good]
kind = "http"
url = "{site}/good"
tags = ["edge"]
expect.contains = "Welcome"
[probe.slow]
kind = "http"
url = "{site}/good"
expect.within = "0ms"
[probe.bad]
kind = "http"
url = "{site}/bad?token=${{env:TOKEN}}"
[probe.dead]
kind = "http"
url = "http://127.0.0.1:{free_port()}/"
"""
    )
    return path


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "canary-hunter2")


def once(config: Path, *ids: str) -> tuple[int, Any]:
    done = trueup("once", *ids, "--json", "--config", str(config))
    return done.exit_code, json.loads(done.stdout)


def test_once_prints_one_document_that_programs_can_rely_on(config: Path) -> None:
    status, document = once(config, "good")
    assert status == 0
    [probe] = document["probes"]
    assert list(probe) == [*DOCUMENT_KEYS, "phases", "steps", "views", "warnings", "trace_id"]
    assert (document["outcome"], probe["outcome"], probe["reason"]) == ("PASS", "PASS", None)
    assert probe["started_at"].endswith("Z")
    assert {"connect_ms", "wait_ms", "receive_ms"} <= set(probe["phases"])
    assert probe["steps"] == []


def test_once_ends_with_the_worst_of_what_it_found(config: Path) -> None:
    status, document = once(config, "good", "slow")
    assert (status, document["outcome"]) == (0, "SLOW")
    status, document = once(config)
    assert (status, document["outcome"]) == (1, "FAIL")
    outcomes = {probe["id"]: probe["outcome"] for probe in document["probes"]}
    assert outcomes == {"good": "PASS", "slow": "SLOW", "bad": "FAIL", "dead": "FAIL"}


def test_once_keeps_to_ids_and_tags(config: Path) -> None:
    done = trueup("once", "--tag", "edge", "--json", "--config", str(config))
    assert [probe["id"] for probe in json.loads(done.stdout)["probes"]] == ["good"]


def test_an_unknown_id_is_refused_with_the_nearest(config: Path) -> None:
    done = trueup("once", "goood", "--config", str(config))
    assert done.exit_code == 2
    assert "did you mean good?" in done.stderr


def test_the_table_names_the_environment_and_keeps_secrets(config: Path) -> None:
    done = trueup("once", "--config", str(config))
    assert done.exit_code == 1
    assert "staging" in done.stdout
    assert "status 500" in done.stdout
    assert "hunter2" not in done.output


def test_check_prints_every_problem_with_its_place_and_remedy(config: Path) -> None:
    text = config.read_text().replace("expect.within", "expect.wihtin")
    config.write_text(text.replace('environment = "staging"', "environment = 5"))
    done = trueup("check", str(config))
    assert done.exit_code == 2
    assert "probes.toml:3: trueup.environment" in done.stderr
    assert "wihtin" in done.stderr
    assert "did you mean" in done.stderr
    assert "2 problems" in done.stderr


def test_check_of_a_good_file_says_so_and_how_long_until_a_notice(config: Path) -> None:
    done = trueup("check", str(config), "--explain")
    assert done.exit_code == 0
    assert "good" in done.stdout
    assert "opens          at the latest 1m40s after it breaks" in done.stdout
    assert "trueup itself" in done.stdout


def test_check_without_a_file_says_what_to_do(tmp_path: Path) -> None:
    done = trueup("check", str(tmp_path / "none.toml"))
    assert done.exit_code == 2
    assert "none.toml" in done.stderr


def test_the_schema_is_json(config: Path) -> None:
    done = trueup("check", "--schema")
    assert "probe" in json.loads(done.stdout)["properties"]


@pytest.mark.parametrize("command", ["status", "incidents", "render"])
def test_without_history_a_command_says_how_to_get_some(config: Path, command: str) -> None:
    done = trueup(command, "--config", str(config))
    assert done.exit_code == 3
    assert "start the daemon with: trueup run" in done.stderr


def test_every_command_has_help_with_an_example() -> None:
    for command in ("check", "once", "run", "status", "incidents", "render", "practice"):
        done = trueup(command, "--help")
        assert done.exit_code == 0
        assert f"trueup {command}" in done.stdout
