"""The examples for pipelines do what they say: their shell lines are run, in the shells and with
the variables that GitHub, GitLab and Jenkins have, against a site that a script deploys to.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.store import Writer
from monitor.store.looking import looking
from tests.support.checkout import ROOT
from tests.support.serve import serving

EXAMPLES = ROOT / "docs" / "examples"
CONFIG = """
[trueup]
environment = "production"
[probe.api]
kind = "http"
url = "{site}"
[service.api]
probes = ["api"]
"""
SCRIPTS = {
    "deploy.sh": 'cp release previous; echo "$1" > release\ncase "$1" in *dies*) exit 7;; esac',
    "rollback.sh": "cp previous release; cat release",
    # The real one, only in more of a hurry
    "trueup": '[ "$1" = gate ] && set -- "$@" --settle 600ms --pause 100ms\n'
    f'exec "{sys.executable}" -m monitor "$@"',
}


@dataclass
class Machine:
    """A runner's folder, with a checkout in it and trueup on its path."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    def shell(self, script: str, *shell: str) -> int:
        path = f"{self.folder}:{os.environ['PATH']}"
        ours = {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(self.folder), "LOGNAME": "ci"}
        done = subprocess.run(
            [*shell, "-c", script],
            cwd=self.folder,
            env=ours | self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        assert "Traceback" not in self.printed
        return done.returncode

    @property
    def release(self) -> str:
        return (self.folder / "release").read_text().strip()

    def deploys(self) -> list[str]:
        """Oldest first."""
        with looking(self.folder / "var" / "trueup.db") as db:
            return [row["version"] for row in db.query("SELECT version FROM deploy ORDER BY id")]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    def answer(_: Request) -> Response:
        bad = "broken" in (tmp_path / "release").read_text()
        return PlainTextResponse("TypeError" if bad else "Welcome", 500 if bad else 200)

    for name, lines in SCRIPTS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / name).chmod(stat.S_IRWXU)
    (tmp_path / "release").write_text("1.4.1\n")
    (tmp_path / "var").mkdir()
    Writer(tmp_path / "var" / "trueup.db").close()
    with serving(Starlette(routes=[Route("/", answer)])) as site:
        (tmp_path / "probes.toml").write_text(CONFIG.format(site=site))
        yield Machine(tmp_path, {"TRUEUP_CONFIG": "probes.toml"})


def github(machine: Machine, version: str) -> bool:
    """As its runner goes through the steps of a job; gives whether the job is green."""
    job = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())["jobs"]["deploy"]
    files = {name: machine.folder / name for name in ("env", "output", "summary")}
    for name, file in files.items():
        file.touch()
        variable = "GITHUB_STEP_SUMMARY" if name == "summary" else f"GITHUB_{name.upper()}"
        machine.environment[variable] = str(file)
    assert set(job["env"]) == {"TRUEUP_CONFIG", "VERSION", "CANARY_PASSWORD"}
    machine.environment |= {"VERSION": version}
    failed, done = False, set[str]()
    for step in job["steps"]:
        due = _due(step.get("if", "success()"), failed, done, _pairs(files["output"]))
        if due and "run" in step:
            failed |= machine.shell(step["run"], "bash", "-e") != 0
            machine.environment |= _pairs(files["env"])
            done.add(step.get("id", ""))
    return not failed


def _pairs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def _due(condition: str, failed: bool, done: set[str], outputs: Mapping[str, str]) -> bool:
    known = {
        "success()": not failed,
        "always()": True,
        "(success() || failure()) && steps.deploy.outcome != 'skipped'": "deploy" in done,
        "failure() && steps.gate.outputs.status == '1'": failed and outputs.get("status") == "1",
    }
    return known[condition]


def gitlab(machine: Machine, version: str) -> bool:
    """As its runner does: one shell for all lines, which ends at the first that fails."""
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())["deploy"]
    machine.environment |= {"CI_COMMIT_TAG": version, "VERSION": version}
    assert job["variables"]["VERSION"] == "$CI_COMMIT_TAG"
    assert job["artifacts"]["reports"]["junit"] == "gate.xml"
    return machine.shell("\n".join(job["script"]), "bash", "-eo", "pipefail") == 0


def jenkins(machine: Machine, version: str) -> bool:
    """Its `sh` steps, in the order in which the stages run them."""
    text = (EXAMPLES / "Jenkinsfile").read_text()
    deploy, gate, back = map(dedent, re.findall(r"'''\n(.*?)'''", text, re.DOTALL))
    assert len(re.findall(r"^ *(?:sh |int status = sh\()", text, re.MULTILINE)) == 3
    machine.environment |= {"VERSION": version}
    first = text.partition("stage('Gate')")[0]
    assert re.search(r"catchError\(buildResult: 'FAILURE'.*\./deploy\.sh", first, re.DOTALL)
    died = machine.shell(deploy, "sh", "-xe")
    status = machine.shell(gate, "sh", "-xe")
    if status == 1:
        assert machine.shell(back, "sh", "-xe") == 0
    return status == 0 and died == 0


PIPELINES = [github, gitlab, jenkins]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_broken_release_is_stopped_and_taken_back(
    pipeline: Callable[[Machine, str], bool], machine: Machine
) -> None:
    assert not pipeline(machine, "1.4.2-broken")
    assert machine.release == "1.4.1"
    assert "the probe did not pass 3 times in a row" in machine.printed
    assert '<failure message="failed' in (machine.folder / "gate.xml").read_text()
    assert machine.deploys() == ["1.4.2-broken", "1.4.1"]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_good_release_stays(pipeline: Callable[[Machine, str], bool], machine: Machine) -> None:
    assert pipeline(machine, "1.4.2"), machine.printed
    assert machine.release == "1.4.2"
    assert 'failures="0"' in (machine.folder / "gate.xml").read_text()
    assert machine.deploys() == ["1.4.2"]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_release_that_dies_half_way_is_known_and_gated(
    pipeline: Callable[[Machine, str], bool], machine: Machine
) -> None:
    assert not pipeline(machine, "1.4.2-broken-dies")
    assert machine.release == "1.4.1"
    assert machine.deploys() == ["1.4.2-broken-dies", "1.4.1"]


def test_one_that_dies_and_works_stays_and_somebody_has_to_look(machine: Machine) -> None:
    assert not gitlab(machine, "1.4.2-dies")
    assert (machine.release, machine.deploys()) == ("1.4.2-dies", ["1.4.2-dies"])


def test_what_cannot_be_recorded_is_deployed_and_gated_all_the_same(machine: Machine) -> None:
    (machine.folder / "var" / "trueup.db").unlink()
    assert gitlab(machine, "1.4.2"), machine.printed
    assert "no history yet" in machine.printed
    assert "not recorded" in machine.printed


@pytest.mark.parametrize("name", ["Jenkinsfile", "github-actions.yml", "gitlab-ci.yml"])
def test_a_runner_elsewhere_finds_the_line_for_it(name: str, machine: Machine) -> None:
    text = (EXAMPLES / name).read_text()
    [line] = re.findall(r"^ *(?:#|//) (?:- ')?(curl .*}\") \|\|", text, re.MULTILINE)
    (machine.folder / "curl").write_text('#!/bin/sh\nfor last; do :; done; echo "sent $last"\n')
    (machine.folder / "curl").chmod(stat.S_IRWXU)
    machine.environment |= dict.fromkeys(("GITHUB_ACTOR", "GITLAB_USER_LOGIN"), "ana")
    machine.environment |= {"VERSION": "1.4.2", "TRUEUP": "https://status.example.org"}
    assert machine.shell(line, "sh", "-e") == 0
    sent = json.loads(machine.printed.removeprefix("sent "))
    assert (sent["service"], sent["version"]) == ("api", "1.4.2")
    assert set(sent) == {"service", "version", "by"}
