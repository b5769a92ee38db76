"""`trueup status` never says that all is well when it does not know."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.health import Health
from monitor.state import LOCK, claim
from tests.monitor.cli.past import ago, configure, past

HOUR = timedelta(hours=1)


def status(folder: Path, *options: str) -> Result:
    command = ("status", *options, "--config", str(folder / "probes.toml"))
    return CliRunner().invoke(app, command)


def probes(folder: Path) -> dict[str, dict[str, Any]]:
    found = json.loads(status(folder, "--json").stdout)["probes"]
    return {probe["id"]: probe for probe in found}


def test_everything_up_or_slow_is_status_0(tmp_path: Path) -> None:
    configure(tmp_path, "web", "signin")
    with past(tmp_path, "web", "signin") as story:
        story.runs("web")
        story.runs("signin", outcome="SLOW", health=Health.DEGRADED)
    done = status(tmp_path)
    assert done.exit_code == 0
    assert "1 slow, 1 up" in done.stdout


def test_what_a_good_probe_warns_of_is_said_next_to_it(tmp_path: Path) -> None:
    configure(tmp_path, "signin")
    with past(tmp_path, "signin") as story:
        story.runs("signin", warnings=("a file could not be removed", "a session had expired"))
    done = status(tmp_path)
    assert done.exit_code == 0
    assert "warning: a file could not be removed; a session had expired" in done.stdout
    assert probes(tmp_path)["signin"]["last_warnings"] == [
        "a file could not be removed",
        "a session had expired",
    ]


def test_a_daemon_in_its_first_seconds_knows_nothing_yet(tmp_path: Path) -> None:
    configure(tmp_path, "web", "signin")
    with past(tmp_path, "web", "signin"):
        done = status(tmp_path)
    assert done.exit_code == 3
    assert "The daemon is at work." in done.stdout
    assert "2 unknown" in done.stdout
    assert done.stdout.count("never ran yet") == 2


def test_one_unknown_probe_among_good_ones_is_status_3_and_says_why(tmp_path: Path) -> None:
    configure(tmp_path, "web", "signin")
    seen_at = ago(HOUR)
    with past(tmp_path, "web", "signin") as story:
        story.runs("web")
        story.runs("signin", outcome="ERROR", summary="the browser crashed", evidence_at=seen_at)
    done = status(tmp_path)
    assert done.exit_code == 3
    assert "1 unknown, 1 up" in done.stdout
    since = f"no evidence since {seen_at:%Y-%m-%d %H:%M:%S} UTC"
    assert f"{since}: the browser crashed" in done.stdout
    assert probes(tmp_path)["signin"]["why_unknown"] == since
    assert probes(tmp_path)["web"]["why_unknown"] is None


@pytest.mark.parametrize(
    ("known", "why"),
    [
        pytest.param({"evidence_at": None}, "no evidence yet", id="only errors so far"),
        pytest.param({}, "too early to tell", id="one failing run convicts nobody"),
        pytest.param({"evidence_at": ago(-HOUR)}, "from the future", id="the clock was put back"),
    ],
)
def test_every_kind_of_not_knowing_has_its_words(
    tmp_path: Path, known: dict[str, Any], why: str
) -> None:
    configure(tmp_path, "web")
    health = Health.UP if why == "from the future" else Health.UNKNOWN
    with past(tmp_path, "web") as story:
        story.runs("web", outcome="FAIL", health=health, **known)
    assert status(tmp_path).exit_code == 3
    assert why in probes(tmp_path)["web"]["why_unknown"]


def test_something_down_is_status_1_though_others_are_unknown(tmp_path: Path) -> None:
    configure(tmp_path, "web", "signin")
    with past(tmp_path, "web", "signin") as story:
        number = story.breaks("web")
        story.runs("web", outcome="FAIL", summary="refused", health=Health.DOWN, incident=number)
    done = status(tmp_path)
    assert done.exit_code == 1
    assert "1 down, 1 unknown" in done.stdout
    assert "incident 1: refused" in done.stdout


def test_a_stale_daemon_is_not_believed_whatever_it_knew(tmp_path: Path) -> None:
    configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        number = story.breaks("web")
        story.runs("web", outcome="FAIL", health=Health.DOWN, incident=number)
        story.alive(ago(HOUR))
    done = status(tmp_path)
    assert done.exit_code == 3
    assert "last sign of life 1 hour ago" in done.stdout


def test_a_daemon_that_was_killed_a_moment_ago_is_not_at_work(tmp_path: Path) -> None:
    configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        story.runs("web")
        with claim(tmp_path / "var"):
            assert status(tmp_path).exit_code == 0
        killed = status(tmp_path)
    assert killed.exit_code == 3
    assert "The daemon gave its last sign of life" in killed.stdout
    assert json.loads(status(tmp_path, "--json").stdout)["daemon"]["running"] is False


def test_where_the_lock_says_nothing_the_sign_of_life_counts_and_no_lock_is_made(
    tmp_path: Path,
) -> None:
    configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        story.runs("web")
        assert status(tmp_path).exit_code == 0
    assert not (tmp_path / "var" / LOCK).exists()
