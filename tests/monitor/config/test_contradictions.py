"""Policies that cannot be meant are refused, each with a sentence that says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitor.config.test_policy import CHANNELS, HOURS
from tests.monitor.config.toys import A_PROBE, read, refused, warned

API = A_PROBE.replace("web", "api")
NIGHT = HOURS.partition("[hours.office]")[0]
TOLD = f"{A_PROBE}channels = ['oncall']\n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            'open_after = "1s"',
            (
                "the open_after of web, 1s, is over before its second run, for it has every = "
                '"1m"; write open_after = "1m" or more'
            ),
        ),
        (
            'every = "2h"\nremind = "1h"',
            (
                "the remind of web, 1h, is over before its second run, for it has every = "
                '"2h"; write remind = "2h" or more'
            ),
        ),
        (
            'recheck = "2m"',
            "the recheck of web, 2m, is longer than its every, 1m; write a shorter one",
        ),
        (
            'quiet = "night"',
            (
                "would delay nothing, for this probe is critical; "
                'write severity = "warning", or leave it out'
            ),
        ),
        (
            'severity = "warning"\nquiet = "always"',
            (
                "the hours always never end, so that warnings would wait for ever; "
                "name others, or write quiet = false"
            ),
        ),
        (
            'escalation = [{ after = "10m", to = ["phone"] }, { after = "10m", to = ["oncall"] }]',
            (
                "stage 2 comes after 10m, which is not later than the 10m before it; "
                "write them in rising order"
            ),
        ),
        (
            (
                'escalation = [{ after = "10m", to = ["phone"], repeat = "1m" }, '
                '{ after = "20m", to = ["oncall"] }]'
            ),
            (
                "stage 1 is followed by another, and only the last one is repeated; "
                "leave its repeat out"
            ),
        ),
    ],
)
def test_keys_that_make_no_sense_together_are_refused(
    lines: str, told: str, tmp_path: Path
) -> None:
    (only,) = refused(tmp_path, f"{TOLD}{lines}\n{CHANNELS}{HOURS}[hours.always]\n")
    assert only.endswith(told)


def test_an_escalation_begins_with_somebody_who_is_told_first(tmp_path: Path) -> None:
    stages = 'escalation = [{ after = "10m", to = ["phone"] }]\n'
    assert refused(tmp_path, f"{A_PROBE}{stages}{CHANNELS}") == [
        (
            "probes.toml:4: probe.web.escalation: nobody is told of web first; "
            "write channels, or leave escalation out"
        )
    ]


def test_a_contradiction_in_the_defaults_is_told_once_where_it_is_written(tmp_path: Path) -> None:
    told = refused(tmp_path, f"[defaults]\nopen_after = '5s'\n{A_PROBE}{API}")
    assert len(told) == 1
    assert told[0].startswith("probes.toml:2: defaults.open_after: the open_after of web, 5s, is")


def test_a_contradiction_between_a_probe_and_the_defaults_is_told_in_the_probe(
    tmp_path: Path,
) -> None:
    (only,) = refused(tmp_path, f"[defaults]\nrecheck = '20s'\n{API}{A_PROBE}every = '10s'")
    assert only.startswith("probes.toml:9: probe.web.every: the recheck of web, 20s, is longer")


def test_quiet_hours_that_are_inherited_do_a_critical_probe_no_harm(tmp_path: Path) -> None:
    defaults = "[defaults]\nquiet = 'night'\nchannels = ['oncall', 'chat', 'phone']\n"
    assert read(tmp_path, f"{defaults}{A_PROBE}{CHANNELS}{NIGHT}").warnings == ()
    slow = f"{A_PROBE}tell_degraded = true\nquiet = 'night'\n"
    assert read(tmp_path, f"{defaults}{slow}{CHANNELS}{NIGHT}").warnings == ()


def test_the_reminders_that_come_by_themselves_contradict_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, f"{A_PROBE}every = '1d'\n").probes


def test_needs_in_a_circle_are_told_once(tmp_path: Path) -> None:
    third = A_PROBE.replace("web", "db")
    told = refused(
        tmp_path, f"{A_PROBE}needs = ['api']\n{API}needs = ['db']\n{third}needs = ['api', 'web']\n"
    )
    assert told == [
        (
            "probes.toml:4: probe.web.needs: web needs api needs db needs web; "
            "leave one of them out, as with needs = [] in its own table"
        ),
        (
            "probes.toml:8: probe.api.needs: api needs db needs api; "
            "leave one of them out, as with needs = [] in its own table"
        ),
    ]


def test_needs_that_meet_again_are_no_circle(tmp_path: Path) -> None:
    third = A_PROBE.replace("web", "db")
    assert read(tmp_path, f"{A_PROBE}needs = ['api', 'db']\n{API}needs = ['db']\n{third}").probes


@pytest.mark.parametrize(
    ("oncall", "phone", "told"),
    [
        ("oncall", "", ["3: channel.oncall.fallback: oncall falls back to oncall; leave one of"]),
        ("phone", "oncall", ["3: channel.oncall.fallback: oncall falls back to phone falls back"]),
        ("phne", "", ["3: channel.oncall.fallback: there is no channel 'phne'; did you mean 'ph"]),
    ],
)
def test_a_fallback_leads_to_another_channel_and_never_back(
    oncall: str, phone: str, told: list[str], tmp_path: Path
) -> None:
    text = f"[channel.oncall]\nkind = 'hook'\nfallback = '{oncall}'\nurl = 'x'\n"
    text += "[channel.phone]\nkind = 'hook'\nurl = 'x'\n"
    text += f"fallback = '{phone}'\n" if phone else ""
    found = refused(tmp_path, text + A_PROBE)

    assert [each.removeprefix("probes.toml:")[: len(told[0])] for each in found] == told


def test_a_channel_that_only_others_fall_back_to_is_not_idle(tmp_path: Path) -> None:
    text = "[channel.oncall]\nkind = 'hook'\nfallback = 'phone'\nurl = 'x'\n"
    config = read(tmp_path, f"{text}[channel.phone]\nkind = 'hook'\nurl = 'x'\n{TOLD}")

    assert config.channels["oncall"].fallback == "phone"
    assert config.warnings == ()


def test_a_severity_that_nobody_is_told_of_is_doubted(tmp_path: Path) -> None:
    lists = "channels.critical = ['oncall', 'chat', 'phone']\n"
    quiet = read(tmp_path, f"{A_PROBE}severity = 'info'\n{lists}{CHANNELS}")
    slow = read(tmp_path, f"{A_PROBE}tell_degraded = true\n{lists}{CHANNELS}")

    assert warned(quiet, tmp_path) == [
        (
            "probes.toml:4: probe.web.severity: nobody is told of web of its incidents, which is "
            'info; write channels.info = ["…"]'
        )
    ]
    assert warned(slow, tmp_path) == [
        (
            "probes.toml:4: probe.web.tell_degraded: nobody is told of web when it is slow, which "
            'is warning; write channels.warning = ["…"]'
        )
    ]
