"""Acting on incidents from the command line, whether a daemon is at work or not."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app, giving, times
from monitor.clock import SystemClock
from tests.monitor.cli.desks import DESKS, Place, a_place
from tests.monitor.cli.past import past

HOUR = timedelta(hours=1)


@pytest.fixture(params=DESKS)
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(tmp_path, request.param) as found:
        yield found


def test_an_incident_is_acknowledged_and_every_list_says_by_whom(place: Place) -> None:
    done = place.trueup("ack", "--for", "2h", "--note", "rolling back")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Incident 1 (web) is acknowledged by ana" in done.stdout
    [incident] = place.json("incidents")
    assert incident["acknowledged"]["by"] == "ana"
    assert incident["acknowledged"]["until"] > incident["acknowledged"]["at"]
    assert "acknowledged by ana until" in place.trueup("incidents").stdout
    again = place.json("ack", "1", "--by", "bo")
    assert (again["changed"], again["by"]) == (False, "ana")
    assert place.trueup("ack", "#1", "--off").exit_code == 0
    assert place.json("incidents")[0]["acknowledged"] is None


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["ack", "9"], 1, "there is no incident 9; open are 1 (web)"),
        (["ack", "none"], 2, "'none' is no incident"),
        (["ack", "0"], 2, "'0' is no incident"),
        (["ack", "--for", "2"], 2, 'write it as "30s"'),
        (["ack", "--for", "2h", "--until", "14:30"], 2, "not both"),
        (["ack", "--until", "half past two"], 2, "is no time"),
        (["ack", "--until", "9999-12-31"], 2, "too far away"),
        (["ack", "--until", "2001-01-01"], 2, "too far away"),
        (["ack", "--off", "--for", "1h"], 2, "--off takes it back at once"),
        (["ack", "--off"], 1, "is not acknowledged"),
        (["ack", "--by", "x" * 61], 2, "by: is too long; 60 characters at most"),
        (["say", "1", "identified", " "], 2, "it says nothing"),
        (["say", "1", "identified", "x" * 2001], 2, "at most 2000 characters"),
        (["say", "1", "fixed", "x"], 2, "fixed"),
        (["silence", "web", "--for", "1h"], 2, "--reason"),
        (["silence", "web", "--reason", "x"], 2, "say how long"),
        (["silence", "--for", "1h", "--reason", "x"], 1, "name probes or tags"),
        (["silence", "wbe", "--for", "1h", "--reason", "x"], 1, "did you mean 'web'?"),
        (["maintenance", "Moving", "web", "--for", "9000d"], 1, "ends within 366 days"),
        (["silence", "end", "5"], 1, "there is no silence 5; there is none at all"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    tmp_path: Path, command: list[str], status: int, said: str
) -> None:
    place = Place(tmp_path)
    with past(tmp_path, "web", "signin") as story:
        story.breaks("web")
    done = place.trueup(*command)
    assert done.exit_code == status, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_words_reach_the_public_page_at_once(place: Place) -> None:
    said = place.trueup("say", "last", "identified", "-", stdin="A disk is full.\n<b>Sorry.</b>\n")
    assert said.exit_code == 0, said.output
    place.trueup("render", "--out", str(place.state / "out"))
    page = (place.state / "out" / "index.html").read_text()
    assert "Identified" in page
    assert "A disk is full." in page
    assert "&lt;b&gt;Sorry.&lt;/b&gt;" in page
    assert "<b>Sorry" not in page


def test_a_silence_is_listed_shown_and_ended(place: Place) -> None:
    assert "No silence, and none to come." in place.trueup("silence", "list").stdout
    done = place.trueup("silence", "web", "signin", "--for", "90m", "--reason", "new disks")
    assert "Silence 1 of signin, web until" in done.stdout
    assert "Silence of signin, web until" in place.trueup("status").stdout
    assert place.json("status")["quiet"][0].endswith(": new disks")
    [listed] = place.json("silence", "list")
    assert (listed["number"], listed["probes"], listed["by"]) == (1, ["signin", "web"], "ana")
    assert "1 under way, 0 to come." in place.trueup("silence", "list").stdout
    assert "is over" in place.trueup("silence", "end", "1").stdout
    assert place.json("silence", "list") == []


def test_announced_work_is_listed_and_stands_on_the_page(place: Place) -> None:
    at = SystemClock().now() + HOUR
    later = f"{at:%Y-%m-%dT%H:%M}"
    done = place.trueup("maintenance", "Moving house", "web", "--from", later, "--for", "2h")
    assert done.exit_code == 0, done.output
    assert "0 under way, 1 to come." in place.trueup("maintenance", "list").stdout
    place.trueup("render", "--out", str(place.state / "out"))
    page = (place.state / "out" / "index.html").read_text()
    assert "Moving house" in page
    assert place.trueup("maintenance", "end", "1").exit_code == 0


def test_without_history_it_says_how_to_get_some(tmp_path: Path) -> None:
    done = Place(tmp_path).trueup("ack")
    assert done.exit_code == 3
    assert "start the daemon with: trueup run" in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_daemon_that_takes_no_orders_is_not_gone_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    monkeypatch.setattr(giving, "PATIENCE", 0.5)
    with past(tmp_path, "web", "signin") as story:
        story.breaks("web")
    with (place.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place.trueup("ack")
    assert done.exit_code == 3
    assert "nothing was done" in done.stderr
    assert place.json("incidents")[0]["acknowledged"] is None


def test_a_time_of_day_is_the_next_one_in_utc() -> None:
    at = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)
    assert times.instant("14:30", "--until", at) == at + HOUR / 2
    assert times.instant("13:30", "--until", at) == at + 23.5 * HOUR
    assert times.instant("16:30+02:00", "--until", at) == at + HOUR / 2
    assert times.instant("2026-03-15T01:00+02:00", "--until", at).hour == 23
    assert times.instant("2026-03-15", "--until", at).tzinfo is UTC


@pytest.mark.parametrize("command", ["ack", "say", "silence", "maintenance"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert f"trueup {command}" in done.stdout
