"""Services, deploys, captures, actions and objectives, as people write them and get them wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import BadConfiguration, load
from monitor.config.changes import ActionFormat, ActionMode, Changes, Span

MAIN = """
[trueup]
listen = "127.0.0.1:8600"
[defaults]
channels = ["oncall"]
[channel.oncall]
kind = "pagerduty"
routing_key = "0123456789abcdef0123456789abcdef"
[channel.chat]
kind = "webhook"
url = "https://hooks.example.org/x"
[probe.orders]
kind = "http"
url = "https://example.org/orders"
tags = ["api"]
[probe.web]
kind = "http"
url = "https://example.org/"
[component.orders]
probes = ["orders"]
[component.web]
probes = ["web"]
"""
ACTION = '[action.back]\nservice = "api"\n'
API = '[service.api]\nprobes = ["orders"]\n'
ENVIRON = {"TOKEN": "a-token-of-some-length"}


def changes(tmp_path: Path, text: str) -> Changes:
    (tmp_path / "probes.toml").write_text(MAIN + text)
    return load(tmp_path / "probes.toml", environ=ENVIRON).changes


def refused(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(BadConfiguration) as raised:
        changes(tmp_path, text)
    return [f"{problem}".partition(": ")[2] for problem in raised.value.problems]


def warned(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "probes.toml").write_text(MAIN + text)
    config = load(tmp_path / "probes.toml", environ=ENVIRON)
    return [f"{problem}".partition(": ")[2] for problem in config.warnings]


def test_a_service_has_the_probes_of_its_tags_too(tmp_path: Path) -> None:
    read = changes(tmp_path, '[service.api]\nprobes = ["web"]\ntags = ["api"]\nalso = ["ex/api"]')
    assert read.services["api"].probes == ("orders", "web")
    assert read.service("ex/api") is read.service("api") is read.services["api"]
    assert read.service("other") is None
    assert [each.id for each in read.services_of("web")] == ["api"]


def test_a_capture_is_for_the_probes_that_watch_its_services(tmp_path: Path) -> None:
    text = API + '[capture.log]\nservices = ["api"]\nfile = "api.log"\n[capture.all]\nfile = "x"'
    read = changes(tmp_path, text)
    assert read.captures["log"].probes == ("orders",)
    assert read.captures["log"].file == str(tmp_path / "api.log")
    assert read.captures["all"].probes == ("orders", "web")


def test_an_action_is_a_dry_run_until_it_is_switched(tmp_path: Path) -> None:
    text = ACTION + 'url = "https://ci.example.org/hook"\nsecret = "${env:TOKEN}"'
    action = changes(tmp_path, API + text).actions["back"]
    assert (action.mode, action.format) == (ActionMode.DRY_RUN, ActionFormat.JSON)
    assert action.secret == ENVIRON["TOKEN"]
    assert ENVIRON["TOKEN"] not in repr(action)


def test_an_objective_is_a_share_of_time_however_it_is_written(tmp_path: Path) -> None:
    text = """
    [objective.a]
    component = "web"
    target = "99.9%"
    [objective.b]
    component = "web"
    allows = "15m per year"
    [objective.c]
    component = "web"
    allows = "1h per month"
    window = "month"
    timezone = "Europe/Berlin"
    """
    a, b, c = changes(tmp_path, text).objectives.values()
    assert a.share == pytest.approx(0.001)
    assert (a.window, a.allows) == (timedelta(days=30), None)
    assert (b.window, b.allows) == (timedelta(days=365), timedelta(minutes=15))
    assert b.share == pytest.approx(15 / 525_600)
    assert (c.window, c.zone.key, c.allows) == (Span.MONTH, "Europe/Berlin", timedelta(hours=1))


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("15 min per year", timedelta(minutes=15)),
        ("1 h 30 min per month", timedelta(minutes=90)),
        ("1h 30m per month", timedelta(minutes=90)),
        ("2 days 1 hour 5 minutes 30 sec per year", timedelta(days=2, hours=1, seconds=330)),
    ],
)
def test_an_allowance_may_be_written_as_pages_write_it(
    tmp_path: Path, written: str, allowed: timedelta
) -> None:
    text = f'[objective.x]\ncomponent = "web"\nallows = "{written}"\n'
    assert changes(tmp_path, text).objectives["x"].allows in (allowed, None)
    share = changes(tmp_path, text).objectives["x"].share
    days = 365 if written.endswith("year") else 30
    assert share == pytest.approx(allowed / timedelta(days=days))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ACTION + 'url = "https://x.example.org/"', "action.back.service: there is no service"),
        (API + ACTION, "action.back: write just one of command and url"),
        (
            API + ACTION + 'command = ["x"]\nurl = "https://example.org/"',
            "action.back.url: write just one of command and url",
        ),
        (
            API + ACTION + 'url = "https://ci.example.org/"\nformat = "jenkins"',
            "action.back.url: is no address of a job that takes parameters",
        ),
        (
            API + ACTION + 'command = ["roll", "{prevous}"]',
            "action.back.command[1]: {prevous} is not known here; did you mean 'previous'?",
        ),
        (
            API + ACTION + 'command = ["roll", "${env:TOKEN}"]',
            "action.back.command[1]: references work in",
        ),
        ('[service.api]\nname = "x"', "service.api: no probe watches it"),
        ('[service.api]\nprobes = ["wbe"]', "service.api.probes[0]: there is no probe 'wbe'"),
        (API + '[service.b]\nprobes = ["web"]\nalso = ["api"]', "service.b.also[0]: 'api' is"),
        ('[capture.x]\nfile = "a"\npattern = "("', "capture.x.pattern: '(' is not a pattern"),
        ('[capture.x]\nfile = "a"\nfolder = "b"', "capture.x.folder: is of no use without command"),
        ('[deploys]\ntoken = "short"', "deploys.token: is short enough to be guessed"),
        ('[deploys]\ntell = ["chat"]', "deploys.tell[0]: 'chat' takes no change events"),
        ('[objective.x]\ncomponent = "web"', "objective.x: write one of target"),
        ('[objective.x]\ncomponent = "wbe"\ntarget = "99%"', "objective.x.component: there is no"),
        ('[objective.x]\ncomponent = "web"\ntarget = "0%"', "objective.x.target: is no share"),
        (
            '[objective.x]\ncomponent = "web"\ntarget = 99.9',
            'objective.x.target: is a number; write it as "99.9%"',
        ),
        (
            '[objective.x]\ncomponent = "web"\ntarget = 1',
            'objective.x.target: is a number; write it as "99.9%"',
        ),
        (
            '[objective.x]\ncomponent = "web"\ntarget = "99%"\ndetection = 0.2',
            'objective.x.detection: is a number; write it as "20%"',
        ),
        (
            '[objective.x]\ncomponent = "web"\ntarget = "99%"\ndetection = "some"',
            'objective.x.detection: is no share between 0 and 100 %; write it as "20%"',
        ),
        (
            '[objective.x]\ncomponent = "web"\nallows = "15 mins of it per day"',
            "objective.x.allows: '15 mins of it' is not a duration",
        ),
        (
            '[objective.x]\ncomponent = "web"\nallows = "2d per day"',
            "objective.x.allows: allows nothing, or all of a day",
        ),
        (
            '[objective.x]\ncomponent = "web"\ntarget = "99%"\nwindow = "36h"',
            "objective.x.window: is no window",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_remedy(
    tmp_path: Path, text: str, said: str
) -> None:
    assert any(problem.startswith(said) for problem in refused(tmp_path, text))


def test_what_could_never_act_is_warned_of(tmp_path: Path) -> None:
    text = '[probe.bare]\nkind = "http"\nurl = "https://example.org/"\n[service.api]\n'
    text += 'probes = ["bare"]\n' + ACTION + 'url = "https://ci.example.org/"'
    assert any("stands behind a component" in said for said in warned(tmp_path, text))


def test_what_is_confided_and_not_encrypted_is_warned_of(tmp_path: Path) -> None:
    text = API + ACTION + 'url = "http://ci.example.org/"\nsecret = "${env:TOKEN}"'
    assert any("not encrypted" in said for said in warned(tmp_path, text))
    near = API + ACTION + 'url = "http://127.0.0.1:8/"\nsecret = "${env:TOKEN}"'
    assert not any("not encrypted" in said for said in warned(tmp_path, near))


def test_a_promise_that_cannot_be_kept_is_warned_of_and_refused_where_it_must_be(
    tmp_path: Path,
) -> None:
    text = '[objective.x]\ncomponent = "web"\nallows = "1m per year"\n'
    (said,) = [each for each in warned(tmp_path, text) if "1m per year" in each]
    assert "worst detection takes" in said
    assert refused(tmp_path, text + "must = true") == [said]


def test_what_programs_are_confided_is_a_secret_whatever_it_looks_like(tmp_path: Path) -> None:
    (tmp_path / "probes.toml").write_text(
        MAIN + '[capture.x]\ncommand = ["log"]\nenvironment.GH_PAT = "blue-elephant"\n'
    )
    config = load(tmp_path / "probes.toml", environ=ENVIRON)
    assert "blue-elephant" in config.secrets
