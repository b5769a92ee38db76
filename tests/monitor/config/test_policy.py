"""What the keys of policy become, and which of two tables counts."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Probe
from monitor.policy import For, InARow, Opening, OutOf, Policy
from monitor.routing import ALL_WEEK, Hours, Severity, Stage
from tests.monitor.config.toys import A_PROBE, TODAY, read, refused, warned

CHANNELS = "".join(
    f'[channel.{name}]\nkind = "hook"\nurl = "https://hooks.example.org/"\n'
    for name in ("oncall", "chat", "phone")
)
HOURS = """
[hours.night]
days = ["mon-fri", "sun"]
from = "22:00"
until = "07:00"
timezone = "Europe/Berlin"
[hours.office]
days = ["mon", "tue-thu"]
from = "09:00"
until = "24:00"
"""


def web(folder: Path, lines: str, before: str = "") -> Probe:
    """The probe with these keys in its own table."""
    config = read(folder, f"{before}\n{A_PROBE}{lines}\n{CHANNELS}{HOURS}")
    return config.probes["web"]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("written", "opening"),
    [("1", InARow(1)), ('"3 of 5"', OutOf(3, 5)), ('"5m"', For(minutes(5)))],
)
def test_an_incident_opens_in_one_of_three_ways(
    written: str, opening: Opening, tmp_path: Path
) -> None:
    assert web(tmp_path, f"open_after = {written}").policy == Policy(opening)


def test_all_of_a_policy_may_stand_in_the_probe(tmp_path: Path) -> None:
    probe = web(
        tmp_path,
        """
        recheck = "10s"
        close_after = 3
        flapping = false
        tell_degraded = true
        severity = "warning"
        channels.critical = ["oncall"]
        channels.warning = ["chat", "chat"]
        during.office = ["phone"]
        quiet = "night"
        remind = "1h"
        escalation = [{ after = "10m", to = ["phone"] }, { after = "1h", to = ["oncall"], \
repeat = "5m" }]
        """,
    )
    routing = probe.routing

    assert probe.recheck == timedelta(seconds=10)
    assert probe.policy == Policy(InARow(2), 3, flapping=False, slow_counts=True)
    assert routing.severity is Severity.WARNING
    assert routing.channels == {
        Severity.CRITICAL: ("oncall",),
        Severity.WARNING: ("chat",),
        Severity.INFO: (),
    }
    office = Hours("office", frozenset({0, 1, 2, 3}), time(9), time(0), ZoneInfo("UTC"))
    berlin = ZoneInfo("Europe/Berlin")
    assert routing.during == ((office, ("phone",)),)
    assert routing.quiet == Hours("night", ALL_WEEK - {5}, time(22), time(7), berlin)
    assert routing.remind == minutes(60)
    assert routing.escalation == (
        Stage(minutes(10), ("phone",), minutes(10)),
        Stage(minutes(60), ("oncall",), minutes(5)),
    )


def test_what_the_defaults_switch_on_a_probe_switches_off(tmp_path: Path) -> None:
    defaults = """
        [defaults]
        severity = "warning"
        channels = ["oncall"]
        quiet = "night"
        remind = "1h"
        during.office = ["chat"]
        escalation = [{ after = "10m", to = ["phone"] }]
    """
    inherited = web(tmp_path, "", defaults).routing
    own = web(
        tmp_path, "quiet = false\nremind = false\nduring = {}\nescalation = []", defaults
    ).routing

    assert inherited.quiet
    assert inherited.during
    assert inherited.escalation
    assert (own.quiet, own.remind, own.during, own.escalation) == (None, None, (), ())
    assert own.channels_at(Severity.WARNING, TODAY) == ("oncall",)


def test_a_probe_counts_more_than_its_tags_and_these_more_than_its_kind(tmp_path: Path) -> None:
    text = """
        [defaults]
        every = "1h"
        timeout = "1s"
        playbook = "https://wiki.example.org/all"
        close_after = 9
        [defaults.page]
        every = "2h"
        timeout = "2s"
        playbook = "https://wiki.example.org/pages"
        [tag.front]
        every = "3h"
        timeout = "3s"
        [tag.edge]
        every = "4h"
        playbook = "https://wiki.example.org/edge"
        [tag.other]
        every = "5h"
        [probe.web]
        kind = "page"
        url = "https://example.org/"
        tags = ["edge", "front"]
        [probe.own]
        kind = "page"
        url = "https://example.org/"
        tags = ["edge", "other"]
        every = "30m"
        timeout = "9s"
    """
    web, own = read(tmp_path, text).probes.values()

    assert (web.every, web.settings.timeout.total_seconds()) == (timedelta(hours=3), 3)
    assert web.playbook == "https://wiki.example.org/edge"
    assert web.policy.close_after == 9
    assert (own.every, own.settings.timeout.total_seconds()) == (timedelta(minutes=30), 9)


def test_what_all_others_need_is_written_once_and_needs_nothing_itself(tmp_path: Path) -> None:
    text = "[defaults]\nneeds = ['network', 'database']\n" + "".join(
        A_PROBE.replace("web", name) for name in ("web", "network", "database")
    )
    probes = read(tmp_path, text).probes

    assert probes["web"].routing.needs == ("network", "database")
    assert probes["network"].routing.needs == probes["database"].routing.needs == ()


def test_hours_without_anything_are_always_and_an_over_weekend_span_wraps(tmp_path: Path) -> None:
    probe = web(
        tmp_path,
        "channels = ['oncall']\nduring.always = ['chat']\nduring.weekend = ['phone']",
        "[hours.always]\n[hours.weekend]\ndays = ['fri-mon']",
    )
    (always, _), (weekend, _) = probe.routing.during

    assert (always.days, always.starts, always.ends) == (ALL_WEEK, time(), time())
    assert weekend.days == {4, 5, 6, 0}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('open_after = "6 of 5"', '"6 of 5" can never be; write "3 of 5"'),
        ('open_after = "3 of 2"', '"3 of 2" can never be; write "2 of 2"'),
        ('open_after = "1 of 0"', '"1 of 0" can never be; write "1 of 1"'),
        ('open_after = "0 of 5"', '"0 of 5" would open without a failing run; write 1 or more'),
        ('open_after = "2 of 101"', '"2 of 101" looks too far back; write at most 100 runs'),
        ('open_after = "often"', "'often' says nothing of when it opens; write 2 for two in a"),
        ("open_after = 1001", "is too large; write 1000 or less"),
        ("open_after = true", "is neither a number nor text; write 2 for two in a row"),
        ('open_after = "8d"', "'8d' is out of range; write 1s or more and 7d or less"),
        ("close_after = 1001", "is too large; write 1000 or less"),
        ("flapping = 1", "expected true or false, found a number; write flapping = true"),
        ('severity = "urgent"', "unknown choice 'urgent'; the choices are critical, warning, info"),
        ('severity = "warn"', "unknown choice 'warn'; did you mean 'warning'?"),
        ("remind = true", 'is true; write how long it takes, as "4h", or false for never'),
        ('remind = "10s"', "10s is out of range; write 1m or more, or false for never"),
        ("remind = 4", '4 is not a duration; write it with a unit, as "4s"'),
        ("quiet = true", "is not the name of hours; write it in quotes, or false for none"),
        ('quiet = "nigth"', "there are no hours 'nigth'; did you mean 'night'?"),
        ('during.nigth = ["chat"]', "there are no hours 'nigth'; did you mean 'night'?"),
        ('during.night = ["chta"]', "there is no channel 'chta'; did you mean 'chat'?"),
        ('channels.urgent = ["chat"]', "unknown key 'urgent'; the keys here are critical, warning"),
        ('channels.warning = ["chta"]', "there is no channel 'chta'; did you mean 'chat'?"),
        ('channels.warning = "chat"', "expected a list in [brackets], found text; write warning"),
        ('needs = ["wbe"]', "there is no probe 'wbe'; did you mean 'web'?"),
        ('needs = ["web"]', "web needs itself; leave it out of the list"),
        ('escalation = [{ after = "10m" }]', 'is missing; write to = ["phone"]'),
        ('escalation = [{ after = "10m", to = [] }]', 'is empty; write to = ["phone"]'),
        ('escalation = [{ to = ["phone"] }]', 'is missing; write after = "10m"'),
        ('escalation = [{ after = "1s", to = ["phone"] }]', "1s is out of range; write 10s or mor"),
        ('escalation = [{ after = "1h", to = ["phne"] }]', "there is no channel 'phne'; did you m"),
        ('escalation = { after = "10m" }', "expected a list in [brackets], found a table; write e"),
        ('recheck = "0s"', "0s is out of range; write 1s or more and 364d or less"),
    ],
)
def test_a_wrong_key_is_told_with_its_remedy(line: str, told: str, tmp_path: Path) -> None:
    probe = f"{A_PROBE}channels = ['oncall']\n" if "channels." not in line else A_PROBE
    (only,) = refused(tmp_path, f"{probe}{line}\n{CHANNELS}{HOURS}")

    assert only.startswith(f"probes.toml:{line_of(line, probe)}: probe.web.")
    assert told in only


def line_of(_line: str, probe: str) -> int:
    return probe.count("\n") + 1


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('days = ["monday"]', 'days[0]: is not a day; write it as "mon" or "mon-fri"'),
        ("days = []", 'days: is empty; write days = ["mon-fri"]'),
        ('from = "9:00"', 'from: is not a time of day; write hours and minutes in quotes, as "22:'),
        ('from = "24:00"', 'from: is not a time of day; write hours and minutes in quotes, as "22'),
        ('until = "25:00"', "until: is not a time of day; write hours and minutes in quotes"),
        ("until = 7", "until: is not a time of day; write hours and minutes in quotes"),
        ('timezone = "Europe/Berln"', "timezone: there is no time zone 'Europe/Berln'; did you m"),
        ('timezone = "europe/berlin"', "did you mean 'Europe/Berlin'?"),
        ('timezone = "../etc/passwd"', "timezone: there is no time zone '../etc/passwd'; write it"),
        ("timezone = 1", "timezone: is not the name of a time zone; write it in quotes, as"),
        ('till = "07:00"', "till: unknown key 'till'; did you mean 'until'?"),
        ('start = "07:00"', "start: unknown key 'start'; the keys here are days, from, until, ti"),
    ],
)
def test_hours_are_refused_with_a_remedy(lines: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[hours.x]\n{lines}\n{A_PROBE}")
    assert only.startswith("probes.toml:2: hours.x.")
    assert told in only


def test_a_wrong_tag_table_is_told_once_and_an_idle_one_is_doubted(tmp_path: Path) -> None:
    tagged = A_PROBE + "tags = ['edge']\n" + A_PROBE.replace("web", "api") + "tags = ['edge']\n"

    assert refused(tmp_path, f"[tag.edge]\nevry = '1m'\nchannels = ['x']\n{tagged}") == [
        "probes.toml:2: tag.edge.evry: unknown key 'evry'; did you mean 'every'?",
        "probes.toml:3: tag.edge.channels[0]: there is no channel 'x'; there are no channels",
    ]
    config = read(tmp_path, f"[tag.front]\nevery = '1m'\n[defaults]\nchannels = []\n{tagged}")
    assert warned(config, tmp_path) == [
        'probes.toml:1: tag.front: no probe bears this tag; write tags = ["front"] in a probe'
    ]
