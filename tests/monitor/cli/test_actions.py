"""What was done by itself, as people and programs read it."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.config.changes import ActionMode
from monitor.state import DATABASE
from tests.support.acting import an_acting_world, an_action
from tests.support.attending import routed

CONFIG = """
[trueup]
state = "."
[probe.signin]
kind = "http"
url = "http://127.0.0.1:9/"
channels = ["oncall"]
[probe.orders]
kind = "http"
url = "http://127.0.0.1:9/"
channels = ["oncall"]
[component.signing-in]
name = "Signing in"
probes = ["signin"]
[channel.oncall]
kind = "command"
argv = ["/bin/true"]
[service.api]
probes = ["signin", "orders"]
[action.rollback]
service = "api"
command = ["deploy", "--to={previous}"]
mode = "live"
[action.tell-chat]
service = "api"
command = ["chat"]
"""


@dataclass(frozen=True)
class Desk:
    config: Path

    def says(self, *words: str) -> Result:
        runner = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})
        return runner.invoke(app, ["actions", *words, "--config", str(self.config)])

    def reads(self, *words: str) -> Any:
        done = self.says(*words, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)


async def _happened(folder: Path) -> None:
    """One release that broke something was taken back; something else broke, too."""
    live = an_action(command=("/bin/echo", "back to {previous}"))
    dry = an_action(id="tell-chat", mode=ActionMode.DRY_RUN, within=timedelta(seconds=1))
    async with an_acting_world(folder, live, dry, probes=[routed()]) as one:
        await one.deploy()
        await one.breaks()
        await one.settled("state = 'done'")
        await one.looked()
        one.clock.wind(timedelta(seconds=34))
        await one.mends()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    asyncio.run(_happened(folder))
    shutil.copy(folder / "t.db", folder / DATABASE)
    config = folder / "probes.toml"
    config.write_text(CONFIG)
    return Desk(config)


def test_people_read_what_was_done_and_why_something_was_not(desk: Desk) -> None:
    said = desk.says().stdout
    assert "Rolled back api 1.4.2 to 1.4.1" in said
    assert "passing again after 34 seconds." in said


def test_an_incident_is_told_with_what_was_printed(desk: Desk) -> None:
    said = desk.says("1").stdout
    assert "rollback printed or answered:\nback to 1.4.1\n" in said


def test_programs_read_every_decision(desk: Desk) -> None:
    [dry, live] = desk.reads()
    assert (dry["action"], dry["decision"], dry["state"]) == ("tell-chat", "act", "dry")
    assert (live["action"], live["why"], live["state"]) == ("rollback", "follows_deploy", "done")
    assert (live["verdict"], live["answer"]) == ("helped", "the program ended well")
    assert live["deploy"]["version"] == "1.4.2"
    assert [row["action"] for row in desk.reads("rollback")] == ["rollback"]
    assert desk.reads("1")[1]["output"] == "back to 1.4.1\n"


def test_an_action_that_is_none_is_refused_with_those_there_are(desk: Desk) -> None:
    done = desk.says("roll")
    assert done.exit_code == 2
    assert "there is no action 'roll'; there are: rollback, tell-chat" in done.stderr


def test_it_is_said_what_each_action_waits_for_and_what_keeps_it_from_it(desk: Desk) -> None:
    said = desk.says("--explain").stdout
    assert "rollback (live) of api waits for" in said
    assert "a critical incident of signin that people are told of" in said
    assert "- orders belongs to no component" in said
    assert 'mode = "live": until then it only says' in said
    [told] = desk.reads("rollback", "--explain")
    assert told["probes"] == ["signin", "orders"]
    assert any("1.4.2, is" in each for each in told["in_the_way"])
