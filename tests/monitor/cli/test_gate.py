"""`trueup gate` as a pipeline calls it: what it prints, writes and ends with."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import psutil
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.store import Writer
from monitor.store.looking import looking
from tests.support.checkout import ROOT
from tests.support.serve import serving
from tests.support.waiting import until

QUICK = ("--pause", "100ms", "--settle", "500ms")
CONFIG = """
[trueup]
environment = "staging"
{browser}
[defaults]
confirm = ["1ms"]
[probe.good]
kind = "http"
url = "{site}/good"
tags = ["edge"]
[probe.late]
kind = "http"
url = "{site}/late"
[probe.odd]
kind = "http"
url = "{site}/odd"
[probe.slow]
kind = "http"
url = "{site}/good"
expect.within = "0ms"
[probe.bad]
kind = "http"
url = "{site}/bad?token=${{env:TOKEN}}"
playbook = "https://wiki.example.org/{{probe}}"
[probe.signin]
kind = "journey"
journey = "login"
url = "{site}/good"
username = "canary"
password = "${{env:TOKEN}}"
expect_text = "Your library"
timeout = "2s"
[service.api]
also = ["example/api"]
probes = ["good", "bad"]
[service.web]
probes = ["good"]
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    asked = {"late": 0, "odd": 0}

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        if name in asked:
            asked[name] += 1
        bad = name == "bad" or (name == "late" and asked[name] <= 2)
        if bad or (name == "odd" and asked[name] % 2):
            said = f"TypeError: not text\ntoken {request.query_params.get('token')}"
            return PlainTextResponse(said, status_code=500)
        return PlainTextResponse("Welcome")

    with serving(Starlette(routes=[Route("/{name}", answer)])) as url:
        yield url


@pytest.fixture
def config(tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TOKEN", "canary-hunter2")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "probes.toml"
    path.write_text(CONFIG.format(site=site, browser=""))
    yield path
    gc.unfreeze()  # a process of its own does not live on


def gate(config: Path, *words: str) -> Result:
    command = ["gate", *words, "--config", str(config)]
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


def document(config: Path, *words: str) -> tuple[int, Any]:
    done = gate(config, *words, "--json")
    return done.exit_code, json.loads(done.stdout)


def test_a_good_release_passes_with_a_line_for_each_run(config: Path) -> None:
    done = gate(config, "--service", "web", "--pause", "100ms")
    assert done.exit_code == 0
    first, *lines = done.stderr.splitlines()
    assert first == "gate of web in staging: 1 probe to pass 3 times in a row within 2m"
    assert [line.split()[1:5] for line in lines] == [
        ["✓", "PASS", "good", f"{row}/3"] for row in (1, 2, 3)
    ]
    assert "passed 3 times in a row" in done.stdout
    assert "\x1b" not in done.output


def test_a_broken_one_is_stopped_with_the_evidence(config: Path) -> None:
    done = gate(config, "--service", "api", *QUICK)
    assert done.exit_code == 1
    assert "✕ FAIL  bad  0/3" in done.stderr
    assert "✓ good: passed 3 times in a row" in done.stdout
    assert "status 500" in done.stdout
    assert "    | TypeError: not text" in done.stdout
    assert "    playbook: https://wiki.example.org/bad" in done.stdout
    assert "hunter2" not in done.output


def test_one_that_needs_a_moment_is_given_it(config: Path) -> None:
    status, found = document(config, "late", "--pause", "100ms")
    assert (status, found["verdict"]) == (0, "passed")
    [late] = found["probes"]
    assert (late["runs"], late["failed"], late["row"]) == (5, 2, 3)
    assert late["said"] == "passed 3 times in a row, after 2 that failed"


def test_what_answers_every_second_request_is_stopped_though_it_would_be_tried_again(
    config: Path,
) -> None:
    status, found = document(config, "odd", *QUICK)
    assert (status, found["verdict"]) == (1, "failed")


def test_slow_passes_unless_it_must_not(config: Path) -> None:
    assert gate(config, "slow", *QUICK, "--runs", "1").exit_code == 0
    assert gate(config, "slow", *QUICK, "--strict").exit_code == 1


def test_a_browser_that_is_missing_is_our_trouble_and_no_verdict(config: Path, site: str) -> None:
    config.write_text(CONFIG.format(site=site, browser='browser = "/nowhere/browser"'))
    done = gate(config, "signin", "good", *QUICK)
    assert done.exit_code == 3
    assert "? signin: could not be asked" in done.stdout
    assert "✓ good" in done.stdout


def test_too_short_a_time_is_no_verdict_and_says_what_to_do(config: Path) -> None:
    done = gate(config, "good", "--settle", "0s")
    assert done.exit_code == 3
    assert "passed once in a row, and 3 are wanted: give it longer with --settle" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--service", "apo"], "there is no service 'apo'; did you mean 'api'?"),
        (["goood"], "there is no probe 'goood'; did you mean good?"),
        (["--tag", "nothing"], "no probe fits"),
        (["odd", "--service", "web"], "no probe fits; name those that watch web"),
        (["--settle", "30"], "--settle: '30' is not a duration"),
        (["--settle", "9d"], "--settle: 9d is too long"),
        (["--pause", "1ms"], "--pause: 1ms is too short"),
        (["--deploy", "1.4.2"], "--deploy needs --service"),
        (["--deploy", "", "--service", "web"], "--deploy says nothing: which version is out?"),
        (["--junit", "."], ". cannot be written: Is a directory; nothing was run"),
        (["--junit", "/proc/gate.xml"], "/proc/gate.xml cannot be written"),
        (["--summary", "probes.toml/x.md"], "probes.toml/x.md cannot be written"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_run(
    config: Path, words: list[str], said: str
) -> None:
    done = gate(config, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_service_goes_by_the_names_that_others_give_it(config: Path) -> None:
    _, found = document(config, "--service", "example/api", "--tag", "edge", *QUICK)
    assert found["service"] == "api"
    assert [probe["id"] for probe in found["probes"]] == ["good"]


def test_the_document_is_what_programs_rely_on(config: Path) -> None:
    status, found = document(config, "--service", "api", "--fail-fast", "2", *QUICK)
    assert status == 1
    assert list(found) == [
        *("verdict", "said", "environment", "service", "deploy", "began_at", "took_ms"),
        *("terms", "probes"),
    ]
    bad = found["probes"][1]
    assert list(bad) == [
        *("id", "verdict", "said", "runs", "failed", "errors", "row", "lasted_ms", "took_ms"),
        *("latest", "against", "excerpt", "files", "trace", "playbook"),
    ]
    assert (bad["verdict"], bad["failed"]) == ("failed", 2)
    assert bad["against"]["reason"] == "status"
    assert bad["excerpt"] == "TypeError: not text\ntoken ***"


def test_reports_are_written_where_they_are_wanted(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.parent
    by_itself = folder / "step.md"
    by_itself.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(by_itself))
    gate(config, "--service", "api", *QUICK, "--junit", "out/gate.xml", "--summary", "out/gate.md")
    assert by_itself.read_text() == "before\n"
    gate(config, "--service", "api", *QUICK)
    [suite] = parse(folder / "out" / "gate.xml").getroot()
    assert [(case.get("name"), len(case)) for case in suite] == [("good", 0), ("bad", 1)]
    assert by_itself.read_text().startswith("before\n## ❌ trueup gate of api in staging")
    written = [(folder / "out" / "gate.md").read_text(), by_itself.read_text()]
    assert all("| ❌ | bad |" in text for text in written)
    assert "hunter2" not in "".join([*written, (folder / "out" / "gate.xml").read_text()])


def test_a_journey_leaves_its_pictures_beside_those_of_once(config: Path) -> None:
    status, found = document(config, "signin", *QUICK, "--fail-fast", "1")
    assert status == 1
    [signin] = found["probes"]
    pictures = [name for name in signin["files"] if name.endswith(".png")]
    assert pictures
    assert pictures[0].startswith("var/once/signin/")
    assert (config.parent / pictures[0]).read_bytes()[:4] == b"\x89PNG"
    assert [path.name for path in (config.parent / "var").iterdir()] == ["once"]


@pytest.mark.parametrize(
    ("sign", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_it_can_be_stopped_and_leaves_no_browser_behind(
    config: Path, sign: signal.Signals, status: int
) -> None:
    command = [sys.executable, "-m", "monitor", "gate", "signin", "bad", "-c", str(config)]
    with subprocess.Popen(
        [*command, "--settle", "1h", "--pause", "100ms"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ours = psutil.Process(process.pid)
        until(lambda: len(ours.children(recursive=True)) > 2, "there is a browser")
        children = ours.children(recursive=True)
        process.send_signal(sign)
        printed, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert printed == ""
    assert said.endswith("stopped before there was a verdict\n")
    assert "Traceback" not in said
    _, left = psutil.wait_procs(children, timeout=10)
    assert left == []


def test_the_version_is_recorded_where_there_is_a_history_and_the_gate_does_not_depend_on_it(
    config: Path,
) -> None:
    done = gate(config, "--service", "web", "--deploy", "1.4.2", *QUICK, "--runs", "1")
    assert done.exit_code == 0
    assert "the deploy is not recorded: " in done.stderr
    assert "no history yet" in done.stderr


def test_the_deploy_is_recorded_as_the_gate_begins(config: Path) -> None:
    (config.parent / "var").mkdir()
    Writer(config.parent / "var" / "trueup.db").close()
    status, found = document(config, "--service", "api", "--deploy", "1.4.2", *QUICK)
    assert status == 1
    assert (found["deploy"]["service"], found["deploy"]["version"]) == ("api", "1.4.2")
    with looking(config.parent / "var" / "trueup.db") as db:
        assert [row["version"] for row in db["deploy"].rows] == ["1.4.2"]


def test_a_release_that_needs_it_is_given_a_while_first(config: Path) -> None:
    done = gate(config, "good", "--runs", "1", "--wait", "200ms")
    assert done.exit_code == 0
    assert "1 probe to pass once within 2m, beginning in 200ms" in done.stderr
