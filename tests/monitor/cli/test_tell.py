"""`trueup tell`: what the far end really says, in words, in JSON, and as an exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.support.receivers import Receiver, receiving
from tests.support.serve import free_port

SECRET = "canary-hunter2"


def trueup(*command: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


@pytest.fixture
def far() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def config(tmp_path: Path, far: Receiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN", SECRET)
    path = tmp_path / "probes.toml"
    path.write_text(
        f"""
[trueup]
environment = "staging"
[probe.web]
kind = "http"
url = "https://example.org/"
channels = ["phone", "dead"]
[channel.phone]
kind = "webhook"
url = "{far.url}/?token=${{env:TOKEN}}"
[channel.dead]
kind = "webhook"
url = "http://127.0.0.1:{free_port()}/?token=${{env:TOKEN}}"
"""
    )
    return path


def test_a_test_goes_the_real_way_and_the_answer_is_printed(config: Path, far: Receiver) -> None:
    done = trueup("tell", "phone", "--note", "new phone", "--config", str(config))
    assert done.exit_code == 0, done.output
    assert "staging" in done.stdout
    assert "confirmed" in done.stdout
    assert " ms" in done.stdout
    [notice] = far.notices
    assert (notice["event"], notice["note"], notice["severity"]) == ("test", "new phone", "info")
    assert notice["told"] == ["phone"]
    assert not (config.parent / "var").exists(), "nothing is recorded"


def test_a_refusal_is_said_as_it_was(config: Path, far: Receiver) -> None:
    far.script.append(401)
    done = trueup("tell", "phone", "--config", str(config))
    assert done.exit_code == 1
    assert "refused: answered 401" in done.stdout
    assert SECRET not in done.output


def test_all_are_told_side_by_side_and_programs_get_a_document(config: Path, far: Receiver) -> None:
    done = trueup("tell", "--all", "--json", "--severity", "critical", "--config", str(config))
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    phone, dead = document["channels"]
    assert document["confirmed"] is False
    assert list(phone) == ["channel", "kind", "answer", "why", "took_ms"]
    assert (phone["channel"], phone["answer"], phone["why"]) == ("phone", "confirmed", None)
    assert (dead["answer"], dead["why"]) == ("not_confirmed", "connection refused")
    assert far.notices[0]["severity"] == "critical"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["phnoe"], "there is no channel 'phnoe'; did you mean 'phone'?"),
        ([], "say which channel, or --all; there are phone, dead"),
    ],
)
def test_a_channel_that_is_not_there_is_refused_with_the_nearest(
    config: Path, far: Receiver, names: list[str], said: str
) -> None:
    done = trueup("tell", *names, "--config", str(config))
    assert (done.exit_code, done.stderr.strip()) == (2, said)
    assert far.requests == []


def test_without_any_channel_it_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "probes.toml"
    path.write_text('[probe.web]\nkind = "http"\nurl = "https://example.org/"\n')
    for command in (["tell", "--all"], ["drill", "pager"]):
        done = trueup(*command, "--config", str(path))
        assert done.exit_code == 2
        assert "no channel is configured; write one as [channel.NAME]" in done.stderr
