"""What an operator reads before anything breaks: who is told, how soon, and when not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.explain import explained
from monitor.config import load
from tests.support.clock import HandClock

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHANNELS = "".join(
    f'[channel.{name}]\nkind = "webhook"\nurl = "https://hooks.example.org/"\n'
    for name in ("oncall", "chat", "phone")
)
WHOLE = """
[trueup]
operators = ["chat"]
anchors = ["192.0.2.1:443", "gateway"]
heartbeat = { url = "https://hc.example.org/ping/0123456789" }
daily_test = { time = "09:00", timezone = "Europe/Berlin" }
[hours.night]
days = ["mon-fri", "sun"]
from = "22:00"
until = "07:00"
timezone = "Europe/Berlin"
[hours.weekend]
days = ["sat", "sun"]
[maintenance.move]
title = "Database moves"
starts = "2026-12-01T02:00"
lasts = "2h"
[maintenance.other]
probes = ["network"]
starts = "2026-11-21T11:00"
lasts = "2h"
[probe.network]
kind = "http"
url = "https://example.org/"
confirm = []
open_after = "3 of 5"
recheck = "20s"
channels = ["oncall"]
[probe.web]
kind = "http"
url = "https://example.org/"
confirm = []
severity = "warning"
channels.critical = ["oncall"]
channels.warning = ["chat", "oncall"]
during.weekend = ["phone"]
quiet = "night"
remind = "1h"
needs = ["network"]
escalation = [{ after = "10m", to = ["phone"] }, { after = "30m", to = ["phone", "oncall"] }]
"""


def told(folder: Path, text: str) -> dict[str, list[str]]:
    """Each heading with its lines, joined by a colon."""
    (folder / "probes.toml").write_text(text + CHANNELS)
    config = load(folder / "probes.toml", environ={}, clock=HandClock(SATURDAY))
    return {
        heading: [f"{word}: {said}" for word, said in lines]
        for heading, lines in explained(config, SATURDAY)
    }


def test_everything_that_decides_who_is_told_is_said(tmp_path: Path) -> None:
    said = told(tmp_path, WHOLE)

    assert said["web"] == [
        "incident: warning, after 2 failing runs",
        (
            "opens: at the latest 1m40s after it breaks; 15s more when 3 or more open together, "
            "30s more while it is not known whether what it needs is down"
        ),
        "told: phone during weekend (sat-sun, UTC); otherwise chat and oncall",
        "nobody on it: phone 10m after the first notice",
        "nobody on it: phone and oncall 30m after the first notice, and again every 30m",
        "reminded: after 1h, then after twice as long, up to 1d",
        "held back: while network is down",
        "held back: in the quiet hours night (22:00 to 07:00 mon-fri, sun, Europe/Berlin)",
        "held back: during 'Database moves', next 2026-12-01 02:00 UTC for 2h",
    ]
    assert said["network"][0] == "incident: critical, after 3 failing of the last 5 runs"
    assert said["network"][1].startswith("opens: at the latest 1m50s after it breaks")
    assert said["network"][-1] == "held back: during 'Other', since 2026-11-21 11:00 UTC for 2h"


def test_the_last_paragraph_is_about_trueup_itself(tmp_path: Path) -> None:
    said = told(tmp_path, WHOLE)

    assert list(said) == ["network", "web", "trueup itself"]
    assert said["trueup itself"] == [
        "told: chat of its own trouble",
        "own network: asked at the first failing run; it is up if 192.0.2.1:443 or gateway answers",
        "sign of life: every 1m",
        "test page: every day at 09:00 Europe/Berlin to chat",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("open_after = 1", "incident: critical, at the first failing run"),
        ('open_after = "5m"', "incident: critical, after 5m of failing runs"),
        (
            "tell_degraded = true",
            "incident: critical, after 2 failing runs; slow runs count too, as a warning",
        ),
        ("tell_degraded = true", "told: oncall; when it is slow oncall"),
        ("remind = false", "reminded: never"),
        ("channels = []", "told: nobody"),
        ("", "held back: never, but by a silence"),
    ],
)
def test_each_policy_has_its_words(line: str, said: str, tmp_path: Path) -> None:
    probe = '[probe.web]\nkind = "http"\nurl = "https://example.org/"\n'
    channels = "" if "channels" in line else "channels = ['oncall']\n"
    assert said in told(tmp_path, f"{probe}{channels}{line}\n")["web"]


def test_what_is_missing_is_said_plainly(tmp_path: Path) -> None:
    probe = '[probe.web]\nkind = "http"\nurl = "https://example.org/"\nchannels = []\n'
    own = told(tmp_path, f"[trueup]\nanchors = []\n{probe}")["trueup itself"]

    assert own == [
        "told: nobody",
        "own network: never asked: when it is down, everything seems to be",
        "sign of life: none: nobody notices when this machine is dead",
        "test page: none",
    ]
