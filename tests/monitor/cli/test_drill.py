"""`trueup drill pager`: both the opening and the end arrive, or it says which did not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.support.receivers import Receiver, Trouble, receiving
from tests.support.serve import free_port


def trueup(*command: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


@pytest.fixture
def far() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def config(tmp_path: Path, far: Receiver) -> Path:
    path = tmp_path / "probes.toml"
    path.write_text(
        f"""
[probe.web]
kind = "http"
url = "https://example.org/"
channels = ["phone", "dead"]
[channel.phone]
kind = "webhook"
url = "{far.url}"
timeout = "1s"
[channel.dead]
kind = "webhook"
url = "http://127.0.0.1:{free_port()}/"
"""
    )
    return path


def test_a_drill_opens_and_ends_on_a_channel_and_says_that_it_is_one(
    config: Path, far: Receiver
) -> None:
    far.script.extend((503, Trouble.RESET))
    done = trueup("drill", "pager", "--channel", "phone", "--config", str(config))
    assert done.exit_code == 0, done.output
    assert "confirmed both" in done.stdout
    first, *_, last = far.notices
    assert [n["event"] for n in far.notices] == ["opened"] * 3 + ["resolved"]
    assert {n["dedup_key"] for n in far.notices} == {first["dedup_key"]}
    assert first["says"] == [
        "[DRILL] This is a drill: nothing is wrong, and nothing needs to be done."
    ]
    assert first["incident"] == 0, "no real one can be meant"
    assert first["note"] == "", "it is said once"
    assert (last["untold"], last["told"]) == (False, ["phone"])
    assert not (config.parent / "var").exists(), "the daemon's state is not touched"


def test_a_drill_fails_when_one_channel_did_not_confirm(config: Path, far: Receiver) -> None:
    done = trueup("drill", "pager", "--within", "1s", "--json", "--config", str(config))
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    phone, dead = document["channels"]
    assert (document["confirmed"], phone["confirmed"], dead["confirmed"]) == (False, True, False)
    assert (phone["tries"], phone["why"]) == (2, None)
    assert (dead["opened_ms"], dead["why"]) == (None, "connection refused")


def test_what_may_have_opened_at_a_far_end_is_ended_there(config: Path, far: Receiver) -> None:
    far.script.append(Trouble.HANG)
    done = trueup("drill", "pager", "--channel", "phone", "--within", "1s", "--config", str(config))
    assert done.exit_code == 1
    assert "the opening was not confirmed" in done.stdout
    assert [n["event"] for n in far.notices] == ["opened", "resolved"]


@pytest.mark.parametrize("within", ["30", "0s", "2h"])
def test_a_wait_that_makes_no_sense_is_refused(config: Path, within: str) -> None:
    done = trueup("drill", "pager", "--within", within, "--config", str(config))
    assert done.exit_code == 2
    assert done.stderr.startswith("--within: ")


def test_both_commands_have_help_with_an_example() -> None:
    for command in ("tell", "drill"):
        done = trueup(command, "--help")
        assert done.exit_code == 0
        assert f"trueup {command}" in done.stdout
