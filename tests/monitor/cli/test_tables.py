"""What was seen stays readable on a narrow terminal, and whole where nobody reads by eye."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.health import Health
from tests.monitor.cli.past import LONG, SAID, configure, past
from tests.monitor.cli.processes import ROOT, on_a_terminal, piped


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A probe with a long name is down, and another is up again."""
    folder = tmp_path_factory.mktemp("tables")
    with past(folder, "web", LONG) as story:
        story.breaks("web", over=True)
        number = story.breaks(LONG)
        story.runs("web", summary="status 200")
        story.runs(LONG, outcome="FAIL", summary=SAID, health=Health.DOWN, incident=number)
        story.alive(SystemClock().now() + timedelta(minutes=5))  # as long as these tests take
        return configure(folder, "web", LONG, environment="staging")


@pytest.mark.parametrize("command", ["status", "incidents"])
def test_eighty_columns_leave_room_for_what_was_seen(config: Path, command: str) -> None:
    lines = on_a_terminal(config, command, columns=80)
    assert max(map(len, lines)) <= 80
    [heading] = [line for line in lines if "what was seen" in line]
    left = heading.index("what was seen")
    seen = " ".join(line[left:].strip() for line in lines)
    assert SAID in seen
    assert any("orders-api-in-the-e…" in line for line in lines)
    assert len(lines) < 16, "it is folded at words and not letter by letter"


@pytest.mark.parametrize("command", ["status", "incidents"])
def test_a_wide_terminal_shows_the_long_name_whole(config: Path, command: str) -> None:
    assert any(LONG in line for line in on_a_terminal(config, command, columns=200))


@pytest.mark.parametrize("command", ["status", "incidents"])
def test_a_pipe_gets_one_whole_line_a_row(config: Path, command: str) -> None:
    lines = piped(config, command, COLUMNS="80").stdout.decode().splitlines()
    [row] = [line for line in lines if LONG in line]
    assert SAID in row
    assert not any(line.endswith(" ") for line in lines)


def test_a_report_fits_a_terminal_and_is_markdown_for_everything_else(config: Path) -> None:
    lines = on_a_terminal(config, "report", columns=80)
    assert max(map(len, lines)) <= 80
    assert not any(line.startswith("#") for line in lines)
    assert piped(config, "report").stdout.startswith(b"# Status: ")


def test_incidents_name_the_environment_and_count_what_is_open(config: Path) -> None:
    done = piped(config, "incidents")
    assert b"staging" in done.stdout
    assert b"2 incidents in the last 90 days, 1 still open." in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("command", ["status", "incidents"])
def test_a_terminal_without_our_signs_gets_a_substitute(config: Path, command: str) -> None:
    done = piped(config, command, PYTHONIOENCODING="ascii")
    assert LONG.encode() in done.stdout
    assert done.stderr == b""
    assert done.returncode == (1 if command == "status" else 0)


@pytest.mark.parametrize("command", ["status", "incidents"])
def test_a_reader_who_has_seen_enough_changes_no_exit_status(config: Path, command: str) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", "monitor", command, "--config", str(config)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    assert done.stderr == b""
    assert done.returncode == (1 if command == "status" else 0)
