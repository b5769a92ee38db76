"""Speaking in public from the command line, whether a daemon is at work or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import times
from monitor.clock import SystemClock, iso
from tests.monitor.cli.desks import DESKS, Place, a_place

HOUR = timedelta(hours=1)


@pytest.fixture(params=DESKS)
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(tmp_path, request.param) as found:
        yield found


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path, DESKS[1]) as found:
        yield found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """For what changes nothing."""
    with a_place(tmp_path_factory.mktemp("unchanged"), DESKS[1]) as found:
        yield found


def ago(span: timedelta) -> str:
    return f"{SystemClock().now() - span:%Y-%m-%dT%H:%M:%S}"


def test_what_was_said_too_early_is_corrected_and_the_wrong_words_are_withdrawn(
    alone: Place,
) -> None:
    said = alone.json(
        "say", "last", "identified", "A disk.", "--at", ago(HOUR / 2), "--title", "Slow pages",
        "--audience", "everyone", "--impact", "minor",
    )  # fmt: skip
    wrong = alone.json("say", "1", "resolved", "All is well.")
    assert "stays open until its probe is good again" in wrong["said"]
    update = str(said["update"])
    assert alone.trueup("say", "1", "--correct", update, "A **fan**.", "--by", "bo").exit_code == 0
    assert alone.trueup("say", "1", "--withdraw", str(wrong["update"])).exit_code == 0
    shown = alone.json("said", "1")
    assert shown["written"] == {"title": "Slow pages", "audience": "everyone", "impact": "minor"}
    first, second = shown["updates"]
    assert (first["words"], first["status"], first["edited_by"]) == (
        "A **fan**.",
        "identified",
        "bo",
    )
    assert (first["withdrawn"], second["withdrawn"]) == (False, True)
    text = alone.trueup("said", "last").stdout
    assert f"{update}  {datetime.fromisoformat(first['at']):%Y-%m-%d %H:%M} UTC  identified" in text
    assert "corrected by bo" in text
    assert "withdrawn by ana" in text


def test_a_night_that_no_probe_saw_is_told_the_next_morning(place: Place) -> None:
    done = place.json(
        "say", "new", "resolved", "The database was deleted.", "--component", "web",
        "--title", "Data was lost", "--began", ago(9 * HOUR), "--ended", ago(4 * HOUR),
    )  # fmt: skip
    name = done["name"]
    assert (done["open"], len(done["key"])) == (False, 12)
    report = "# Why\n\n- one\n  - two\n\n```\n  rm -rf\n```\n" + "Never again. " * 300
    written = place.trueup("say", done["key"], "postmortem", "-", stdin=report)
    assert written.exit_code == 0, written.output
    shown = place.json("said", name)
    assert shown["updates"][1]["words"] == report.strip()
    assert "    - two" in place.trueup("said", name).stdout
    [_, listed] = place.json("incidents")
    assert (listed["name"], listed["summary"], listed["components"]) == (
        name, "Data was lost", ["web"],
    )  # fmt: skip
    lines = place.trueup("incidents").stdout.splitlines()
    assert lines[0] == "2 incidents in the last 90 days, 1 still open."
    assert lines[-1].startswith(f"{name}  over  web")
    assert place.trueup("said").stdout.startswith("2 on the public page.")


def test_one_by_hand_that_is_still_open_is_not_forgotten(alone: Place) -> None:
    alone.trueup("say", "new", "investigating", "Slow uploads.", "--all")
    status = " ".join(alone.trueup("status").stdout.split())
    assert ": Slow uploads. When it is over: trueup say n1 resolved" in status
    assert alone.json("status")["written"][0]["name"] == "n1"
    alone.trueup("say", "last", "resolved", "Fast again.")
    assert alone.json("status")["written"] == []


def test_an_incident_is_hidden_and_shown_again(alone: Place) -> None:
    assert "is on no page" in alone.trueup("say", "1", "--hide").stdout
    assert alone.trueup("said").stdout.startswith("0 on the public page, 1 hidden.")
    assert alone.json("say", "1", "--show")["hidden"] is False
    assert alone.trueup("say", "1", "--title", "").exit_code == 0


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["say", "1", "identified"], 2, 'trueup say INCIDENT STATUS "words"'),
        (["say", "1", "identified", "x", "--at", "2999-01-01"], 2, "too far away"),
        (["say", "1", "identified", "x", "--impact", "huge"], 2, "huge"),
        (["say", "1", "identified", "x", "--title", "x" * 201], 2, "200 characters at most"),
        (["say", "1", "postmortem", "x" * 20_001], 2, "20000 characters at most"),
        (["say", "1", "--withdraw", "4", "--title", "x"], 2, "leave out everything else"),
        (["say", "new", "--withdraw", "4"], 2, "name the one that you mean"),
        (["say", "new", "identified", "x", "--component", "wbe"], 1, "did you mean 'web'?"),
        (["say", "1", "identified", "x", "--all"], 2, "--all is for one that is new"),
        (["say", "n0", "identified", "x"], 2, "'n0' is no incident"),
        (["said", "9"], 1, "there is no incident 9; open are 1 (web)"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    unchanged: Place, command: list[str], status: int, said: str
) -> None:
    done = unchanged.trueup(*command)
    assert (done.exit_code, said in done.stderr) == (status, True), done.output
    assert "Traceback" not in done.output


def test_a_secret_in_the_words_reaches_nobody(alone: Place, tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    (tmp_path / "key").write_text(secret)
    alone.config.write_text(
        alone.config.read_text()
        + f'[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:9/${{file:{tmp_path}/key}}"\n'
    )
    for words in ({"title": f"with {secret}"}, {"audience": f"with {secret}"}):
        [(name, text)] = words.items()
        done = alone.trueup("say", "1", "identified", f"{name} {secret}", f"--{name}", text)
        assert done.exit_code == 0, done.output
    assert secret not in alone.trueup("said", "1", "--json").stdout


def test_bytes_that_are_no_text_are_no_traceback(alone: Place) -> None:
    done = alone.trueup("say", "1", "identified", "-", stdin=b"A disk \xff is \x00full.\n")
    assert done.exit_code == 0, done.output
    assert alone.json("said", "1")["updates"][0]["words"] == "A disk \ufffd is full."
    assert alone.trueup("say", "1", "identified", "-", stdin=b"  \n").exit_code == 2
    typed = alone.trueup("say", "1", "identified", "A disk \udcff")
    assert typed.exit_code == 2
    assert "Traceback" not in typed.output


def test_announced_work_may_say_more_than_its_title(alone: Place) -> None:
    done = alone.json(
        "maintenance", "Moving", "web", "--for", "2h", "--words", "We move:\n- all of it"
    )
    assert done["description"] == "We move:\n- all of it"
    [listed] = alone.json("maintenance", "list")
    assert listed["description"] == done["description"]


def test_a_time_of_day_may_be_the_last_one_in_utc() -> None:
    at = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)
    assert times.past("14:00", "--at", at) == at
    assert times.past("03:30", "--at", at) == at - 10.5 * HOUR
    assert times.past("13:30", "--at", at) == at - HOUR / 2
    assert iso(times.past("2026-03-14T02:00", "--at", at)) == "2026-03-14T02:00:00.000Z"
