"""What somebody at a terminal sees of their budgets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.clock import to_us
from tests.monitor.cli.past import Past, ago, configure, past

RUNNER = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})
PROMISES = """
[component.sending]
name = "Sending files"
probes = ["upload"]
[component.reading]
name = "Reading"
probes = ["read"]
[objective.uploads]
component = "sending"
allows = "{allows} per year"
[objective.reading]
component = "reading"
target = "99.9%"
window = "30d"
"""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Past]:
    promise(tmp_path)
    with past(tmp_path, "upload", "read") as made:
        yield made


def promise(folder: Path, allows: str = "90m") -> None:
    path = configure(folder, "upload", "read")
    path.write_text(path.read_text() + PROMISES.format(allows=allows))


def outage(story: Past) -> None:
    """Of an hour, five minutes ago, on days of which nothing else is known."""
    number = story.breaks("upload", over=True)
    began_us = to_us(ago(timedelta(minutes=65)))
    ended_us = began_us + 3_600_000_000

    def write(db: Any) -> None:
        db.execute(
            "UPDATE incident SET began_at = ?, recovered_at = ? WHERE id = ?",
            (began_us, ended_us, number),
        )
        day_us = 86_400_000_000
        for midnight in {us - us % day_us for us in (began_us, ended_us)}:
            down = min(ended_us, midnight + day_us) - max(began_us, midnight)
            db.execute(
                "INSERT INTO rollup_1d (day, probe, location, known_us, down_us)"
                " VALUES (date(? / 1000000, 'unixepoch'), ?, 'here', ?, ?)",
                (midnight, story.keys["upload"], down, down),
            )

    story.writer.submit(write).result()


def budget(folder: Path, *arguments: str) -> Result:
    return RUNNER.invoke(app, ["budget", *arguments, "--config", str(folder / "probes.toml")])


def test_each_objective_has_its_line_and_the_outages_that_cost_it_most(
    tmp_path: Path, story: Past
) -> None:
    outage(story)
    done = budget(tmp_path)
    assert done.exit_code == 0
    uploads, reading = (
        line for line in done.stdout.splitlines() if "per year" in line or "99" in line
    )
    assert uploads.split()[:6] == ["uploads", "Sending", "files:", "90m", "per", "year"]
    assert " 1h " in uploads
    assert " 30m (33%) " in uploads
    assert "1h of 365 days" in uploads
    assert "1h on " in uploads
    assert "(#1)" in uploads
    assert "last 30 days" in reading
    assert "43m12s (100%)" in reading


def test_one_of_them_is_told_in_full(tmp_path: Path, story: Past) -> None:
    outage(story)
    done = budget(tmp_path, "uploads")
    assert "reading" not in done.stdout
    assert "1h30m may be spent from " in done.stdout
    assert "that is neither good nor bad" in done.stdout
    assert "UTC, 1h, incident 1" in done.stdout


def test_what_is_overspent_is_less_than_nothing_and_an_exit_status(
    tmp_path: Path, story: Past
) -> None:
    promise(tmp_path, allows="15m")
    outage(story)
    done = budget(tmp_path)
    assert done.exit_code == 1
    assert "-45m (-300%)" in done.stdout


def test_a_program_gets_a_document(tmp_path: Path, story: Past) -> None:
    outage(story)
    uploads, reading = json.loads(budget(tmp_path, "--json").stdout)
    assert (uploads["objective"], uploads["component"]) == ("uploads", "sending")
    assert (uploads["allowed_s"], uploads["spent_s"], uploads["left_s"]) == (5400, 3600, 1800)
    assert uploads["worst"][0]["incidents"] == [1]
    assert reading["known_s"] == 0
    assert reading["projected_s"] is None


def test_an_unknown_one_is_guessed(tmp_path: Path, story: Past) -> None:
    done = budget(tmp_path, "upload")
    assert done.exit_code == 2
    assert "did you mean 'uploads'?" in done.stderr
    assert story.keys


def test_where_nothing_is_promised_it_says_how(tmp_path: Path) -> None:
    configure(tmp_path, "upload")
    with past(tmp_path, "upload"):
        done = budget(tmp_path)
    assert done.exit_code == 0
    assert "Nothing is promised. Write an [objective.ID]." in done.stdout


def test_without_a_history_it_says_so(tmp_path: Path) -> None:
    promise(tmp_path)
    assert budget(tmp_path).exit_code == 3


def test_before_anything_runs_it_is_said_what_detection_costs(tmp_path: Path) -> None:
    promise(tmp_path, allows="15m")
    path = tmp_path / "probes.toml"
    path.write_text(path.read_text().replace("[defaults]\n", '[defaults]\nevery = "5m"\n'))
    done = RUNNER.invoke(app, ["check", "--explain", "--config", str(path)])
    assert done.exit_code == 0
    said = done.stdout.partition("objective uploads")[2].partition("\n\n")[0]
    assert "promised       Sending files: 15m per year" in said
    assert "15m per year: the worst detection takes 8m20s, 56 % of the year's budget" in said
    assert 'every = "1m" brings it to 2m30s' in said
    assert "for oncall to take it" in said
    assert "its probes only open a home page" in said
