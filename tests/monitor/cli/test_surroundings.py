"""Whatever a command finds around it, a program gets its document and a person a sentence."""

from __future__ import annotations

import fcntl
import json
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.monitor.cli.past import configure, past
from tests.monitor.cli.processes import piped

READERS = ["status", "incidents", "render"]


def trueup(*command: str) -> Result:
    return CliRunner().invoke(app, command)


@pytest.mark.parametrize("command", ["status", "incidents", "once"])
def test_a_document_is_pure_though_colours_are_forced(tmp_path: Path, command: str) -> None:
    config = configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        story.breaks("web")
    said = piped(config, command, "--json", FORCE_COLOR="1", COLUMNS="40").stdout.decode()
    assert "\x1b" not in said
    assert json.loads(said)
    assert "\n  " in said, "and a person can read it, too"


@pytest.mark.parametrize("command", READERS)
def test_a_database_that_is_not_ready_is_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "trueup.db").touch()  # as SQLite makes it, before the first table
    done = trueup(command, "--config", str(configure(tmp_path, "web")))
    assert done.exit_code == 3
    assert "not ready to be read; start the daemon with: trueup run" in done.stderr


@pytest.mark.parametrize("command", READERS)
def test_a_damaged_database_is_a_sentence(tmp_path: Path, command: str) -> None:
    with past(tmp_path, "web") as story:
        for table in ("outbox", "rollup_1d"):
            story.writer.submit(partial(_drop, table=table)).result()
    done = trueup(command, "--config", str(configure(tmp_path, "web")))
    assert done.exit_code == 3
    assert "trueup.db: the database cannot be read: " in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _drop(db: Any, table: str) -> None:
    db[table].drop()


def test_it_says_its_version() -> None:
    done = trueup("--version")
    assert done.exit_code == 0
    assert done.stdout.startswith("trueup ")


def test_a_century_is_as_far_back_as_anybody_may_look(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    with past(tmp_path, "web"):
        pass
    assert trueup("incidents", "--days", "36500", "--config", str(config)).exit_code == 0
    assert trueup("incidents", "--days", "36501", "--config", str(config)).exit_code == 2


def test_a_daemon_on_a_folder_in_use_says_one_thing_and_starts_nothing(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    (tmp_path / "var").mkdir()
    with (tmp_path / "var" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = trueup("run", "--practice", "--config", str(config))
    assert done.exit_code == 2
    [said] = done.stderr.splitlines()
    assert "another daemon is at work here" in said
    assert not (tmp_path / "var" / "practice").exists()


def test_a_daemon_whose_port_is_taken_says_one_thing(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listen = f'environment = "staging"\nlisten = "127.0.0.1:{port}"'
        config.write_text(config.read_text().replace('environment = "production"', listen))
        done = trueup("run", "--practice", "--config", str(config))
    assert done.exit_code == 2
    [said] = done.stderr.splitlines()
    assert f"cannot listen on 127.0.0.1:{port}" in said


def test_a_practice_port_that_is_taken_is_named_with_the_way_out(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = trueup("run", "--practice", "--practice-port", port, "--config", str(config))
    assert done.exit_code == 2
    [said] = done.stderr.splitlines()
    assert f"127.0.0.1:{port}" in said
    assert "--practice-port" in said


def test_a_daemon_with_a_bad_configuration_says_what_and_starts_nothing(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    config.write_text(config.read_text().replace("url", "urll"))
    done = trueup("run", "--config", str(config))
    assert done.exit_code == 2
    assert "did you mean" in done.stderr
    assert "nothing was started or changed" in done.stderr
    assert not (tmp_path / "var").exists()
