"""Somebody was named and would not have been told: that is found before it is needed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.monitor.config.test_policy import CHANNELS
from tests.monitor.config.toys import A_PROBE, read, refused, warned

API = A_PROBE.replace("web", "api")
ALL_TOLD = "[defaults]\nchannels = ['oncall', 'chat', 'phone']\n"
NIGHT = "[hours.night]\nfrom = '22:00'\nuntil = '07:00'\n"
ENDLESS = "[hours.always]\n"
WEEK = "[hours.week]\ndays = ['mon-fri']\n[hours.end]\ndays = ['sat', 'sun']\n"
HALVES = """
[maintenance.first]
cron = "0 0 * * *"
lasts = "12h"
[maintenance.second]
tags = ["edge"]
cron = "0 12 * * *"
lasts = "12h"
"""


def doubts(folder: Path, text: str) -> list[str]:
    return warned(read(folder, f"{ALL_TOLD}{text}{CHANNELS}"), folder)


@pytest.mark.parametrize(
    ("during", "hours", "names"),
    [
        ("during.always = []", ENDLESS, "always"),
        ("during.week = []\nduring.end = []", WEEK, "week and end"),
    ],
)
def test_hours_that_never_end_and_name_nobody_are_refused(
    during: str, hours: str, names: str, tmp_path: Path
) -> None:
    (only,) = refused(tmp_path, f"{ALL_TOLD}{A_PROBE}{during}\n{hours}{CHANNELS}")
    assert only == (
        f"probes.toml:6: probe.web.during: within the hours {names} nobody is told, and they "
        "never end, so that nobody is ever told of web; name somebody, or leave them out"
    )


def test_nobody_at_night_is_nobodys_mistake(tmp_path: Path) -> None:
    assert doubts(tmp_path, f"{A_PROBE}during.night = []\n{NIGHT}") == []
    week = "during.week = []\nduring.end = ['chat']\n"
    assert doubts(tmp_path, f"{A_PROBE}{week}{WEEK}") == []


def test_somebody_at_night_and_nobody_by_day_is_doubted(tmp_path: Path) -> None:
    night = "during.night = ['phone']\n"
    told = (
        "probe.web.channels: nobody is told of web outside the hours night; write channels = "
        '["…"], or severity = "warning" and channels = [] to mean it'
    )
    assert doubts(tmp_path, f"{A_PROBE}channels = []\n{night}{NIGHT}") == [f"probes.toml:6: {told}"]

    bare = "[defaults]\nchannels.info = ['oncall', 'chat', 'phone']\n"
    warning = f"{A_PROBE}severity = 'warning'\n{night}{NIGHT}{CHANNELS}"
    (only,) = warned(read(tmp_path, bare + warning), tmp_path)
    assert only.endswith('hours night; write channels = ["…"], or channels = [] to mean it')


def test_a_warning_for_certain_hours_only_may_be_meant(tmp_path: Path) -> None:
    meant = "severity = 'warning'\nchannels = []\nduring.night = ['phone']\n"
    assert doubts(tmp_path, f"{API}{A_PROBE}{meant}{NIGHT}") == []


def test_hours_that_never_end_and_name_somebody_need_nobody_else(tmp_path: Path) -> None:
    always = "channels = []\nduring.always = ['phone']\n"
    assert doubts(tmp_path, f"{API}{A_PROBE}{always}{ENDLESS}") == []


def test_maintenance_that_leaves_nothing_of_the_day_is_doubted(tmp_path: Path) -> None:
    whole = "[maintenance.daily]\ncron = '0 0 * * *'\nlasts = '1d'\n"
    assert doubts(tmp_path, f"{A_PROBE}{whole}") == [
        (
            "probes.toml:6: maintenance.daily: this is maintenance of web for more than 23 hours "
            "of every day, so that nobody would ever be told of it; make it shorter, or leave it "
            "out"
        )
    ]


def test_two_halves_of_the_day_are_doubted_together(tmp_path: Path) -> None:
    assert doubts(tmp_path, f"{API}{A_PROBE}tags = ['edge']\n{HALVES}") == [
        (
            "probes.toml:14: maintenance.second: together with first this is maintenance of web "
            "for more than 23 hours of every day, so that nobody would ever be told of it; make "
            "it shorter, or leave it out"
        )
    ]


@pytest.mark.parametrize(
    "when",
    [
        "starts = '2026-11-01T00:00'\nlasts = '60d'",
        "cron = '0 0 * * *'\nlasts = '22h'",
        "cron = '0 0 * * 1-5'\nlasts = '1d'",
    ],
)
def test_long_maintenance_that_leaves_some_time_is_not_doubted(when: str, tmp_path: Path) -> None:
    assert doubts(tmp_path, f"{A_PROBE}[maintenance.long]\n{when}\n") == []


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (
            "channels = []\n",
            "nobody is ever told of network; give network channels, or leave it out here",
        ),
        (
            "[maintenance.x]\nprobes = ['network']\ncron = '0 0 * * *'\nlasts = '1d'\n",
            ("network is under maintenance all the time; shorten that, or leave it out here"),
        ),
    ],
)
def test_a_cause_that_nobody_is_told_of_is_doubted(network: str, told: str, tmp_path: Path) -> None:
    needed = A_PROBE.replace("web", "network")
    found = doubts(tmp_path, f"{A_PROBE}needs = ['network']\n{needed}{network}")
    while_down = "while network is down nobody is told of web either, and"
    assert f"probes.toml:6: probe.web.needs: {while_down} {told}" in found


def test_an_escalation_to_those_who_know_already_is_doubted(tmp_path: Path) -> None:
    same = "escalation = [{ after = '10m', to = ['chat'] }, { after = '1h', to = ['oncall'] }]\n"
    assert doubts(tmp_path, f"{A_PROBE}{same}") == [
        (
            "probes.toml:6: probe.web.escalation: tells only those who are told of web first; "
            "name others, or write remind"
        )
    ]
    at_night = f"during.night = ['phone']\n{same}{NIGHT}"
    assert doubts(tmp_path, f"{A_PROBE}{at_night}") == [], "at night they are others"


def test_quiet_hours_that_leave_next_to_nothing_are_doubted(tmp_path: Path) -> None:
    quiet = "severity = 'warning'\nquiet = 'long'\n"
    long = "[hours.long]\nfrom = '00:00'\nuntil = '{}'\n"
    told = (
        "probes.toml:8: hours.long: leave less than an hour of every day, so that warnings wait "
        "for that; write a later from or an earlier until"
    )
    assert doubts(tmp_path, f"{A_PROBE}{quiet}{long.format('23:59')}") == [told]
    assert doubts(tmp_path, f"{A_PROBE}{quiet}{long.format('22:00')}") == []


def test_a_thousand_probes_are_looked_through_in_no_time(tmp_path: Path) -> None:
    probe = f"{A_PROBE}needs = ['first']\ntags = ['edge']\nduring.night = ['phone']\n"
    many = "".join(probe.replace(".web", f".web-{number}") for number in range(1000))
    began = time.monotonic()
    doubts(tmp_path, f"{A_PROBE.replace('web', 'first')}{many}{NIGHT}{HALVES}")
    assert time.monotonic() - began < 20
