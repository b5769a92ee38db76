"""All problems at once, each with its place, what is wrong, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import BadConfiguration, Problem
from tests.monitor.config.toys import A_PROBE, read, refused


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        """
[trueup]
listn = "127.0.0.1:8600"
[defaults]
every = 30
[probe.web]
kind = "page"
status = 200
[probe.api]
kind = "pge"
[component.all]
probes = ["wbe"]
[channel.oncall]
kind = "hook"
level = 9
[probs.web]
kind = "page"
""",
    )
    assert told == [
        "probes.toml:3: trueup.listn: unknown key 'listn'; did you mean 'listen'?",
        'probes.toml:5: defaults.every: 30 is not a duration; write it with a unit, as "30s"',
        'probes.toml:6: probe.web.url: is missing; write url = "https://example.org/"',
        "probes.toml:8: probe.web.status: unknown key 'status'; did you mean 'expect.status'?",
        "probes.toml:10: probe.api.kind: unknown kind 'pge'; did you mean 'page'?",
        "probes.toml:12: component.all.probes[0]: there is no probe 'wbe'; did you mean 'web'?",
        'probes.toml:13: channel.oncall.url: is missing; write url = "https://hooks.example.org/"',
        "probes.toml:15: channel.oncall.level: is too large; write 5 or less",
        "probes.toml:16: probs: unknown table 'probs'; did you mean 'probe'?",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "url = 3",
            'url: expected text in quotes, found a number; write url = "https://example.or',
        ),
        ("url = []", "url: expected text in quotes, found a list; write url = "),
        ('url = ""', 'url: is empty; write url = "https://example.org/"'),
        ("url = 'a b'", "url: 'a b' holds a space; leave it out"),
        ("method = 'get'", "method: unknown choice 'get'; did you mean 'GET'?"),
        ("method = 'trace'", "method: unknown choice 'trace'; the choices are GET, POST"),
        ("method = 1", "method: is not one of the choices; write GET or POST"),
        ("ulr = 'x'", "ulr: unknown key 'ulr'; did you mean 'url'?"),
        ("contains = 'x'", "contains: unknown key 'contains'; did you mean 'expect.contains'?"),
        ("expct.status = 1", "expct: unknown key 'expct'; did you mean 'expect'?"),
        ("expect.contain = ''", "expect.contain: unknown key 'contain'; did you mean 'contains'?"),
        ("expect = 1", "expect: expected a table, found a number; write expect = { … }"),
        (
            "expect.status = true",
            (
                "expect.status: expected a whole number, text in quotes or a list in [brackets], "
                "found true; write status = 1"
            ),
        ),
        (
            "expect.status = [200, 'x']",
            "expect.status[1]: expected a whole number, found text; write 1 there",
        ),
        (
            "expect.json.'$.a b'.count_min = -1",
            'expect.json."$.a b".count_min: is too small; write 0 or more',
        ),
        (
            "expect.json.'$.a'.count_min = 1.5",
            'expect.json."$.a".count_min: expected a whole number, found a number with a decimal',
        ),
        (
            "expect.json.'$.a'.typ = 'text'",
            "expect.json.\"$.a\".typ: unknown key 'typ'; did you mean 'type'?",
        ),
        (
            "headers.A = 1",
            'headers.A: expected text in quotes, found a number; write A = "${env:A}"',
        ),
        ("timeout = 10", 'timeout: 10 is not a duration; write it with a unit, as "10s"'),
        ("timeout = '0s'", "timeout: 0s is out of range; write more than 0s and 1h or less"),
        ("every = '500ms'", "every: 500ms is out of range; write 1s or more and 364d or less"),
        ("confirm = ['2s', '2 s']", "confirm[1]: '2 s' is not a duration; write it as \"30s\""),
        ("confirm = '2s'", "confirm: expected a list in [brackets], found text; write confirm = ["),
        ("open_after = 0", "open_after: is too small; write 1 or more"),
        ("close_after = true", "close_after: expected a whole number, found true; write close_aft"),
        (
            "channels = 'oncall'",
            "channels: expected a list in [brackets] or a table, found text; w",
        ),
        ("channels = ['oncal']", "channels[0]: there is no channel 'oncal'; there are no channels"),
        ("playbook = 'wiki'", 'playbook: is not a web address; write it in full, as "https://exam'),
        ("tags = ['A b']", "tags[0]: 'A b' is not an id; write lower-case letters, digits and sin"),
        ("renamed_from = 'Web'", "renamed_from: 'Web' is not an id; write lower-case letters, dig"),
        ('name = "a\\nb"', "name: holds a line break or a control character; write it on one line"),
        ("method = 'POST'", " cannot be read, its validation broke off with ZeroDivisionError;"),
    ],
)
def test_a_wrong_key_is_told_with_its_remedy(line: str, told: str, tmp_path: Path) -> None:
    without = "\n".join(
        each for each in A_PROBE.splitlines() if not line.startswith(f"{each.split(' ')[0]} ")
    )
    (only,) = refused(tmp_path, f"{without}\n{line}")

    place, _, text = only.partition(": ")
    assert place in {"probes.toml:3", "probes.toml:4", "probes.toml:1"}
    assert text.removeprefix("probe.web.").removeprefix("probe.web:").startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("environment = ''", 'environment: is empty; write environment = "…"'),
        ("location = 'Frankfurt 2'", "location: 'Frankfurt 2' is not an id; write lower-case lett"),
        ("listen = '8600'", 'listen: is not "host:port"; write it as "127.0.0.1:8600" or "[::1]'),
        ("listen = ':8600'", 'listen: is not "host:port"'),
        ("listen = '127.0.0.1:99999'", 'listen: is not "host:port"'),
        ("listen = '127.0.0.1:0'", 'listen: is not "host:port"'),
        ("listen = '::1:8600'", 'listen: is not "host:port"'),
        ("listen = 8600", "listen: expected text in quotes, found a number; write listen = "),
        ("state = ''", "state: is empty; write state = "),
        ("include = 'teams'", "include: expected a list in [brackets], found text; write include"),
        ("browser = '${env:HOME}'", "browser: references work in probe, channel and publ"),
    ],
)
def test_the_daemons_own_table_is_as_strict(line: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[trueup]\n{line}\n{A_PROBE}")
    assert only.startswith(f"probes.toml:2: trueup.{told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind = 'walk'", 'probe.x.journey: is missing; write journey = "login"'),
        ("kind = 'walk'\njourney = 'logn'", "probe.x.journey: unknown choice 'logn'; did you mean"),
        ("kind = 'walk'\njourney = 'message'", 'probe.x.url: is missing; write url = "…"'),
        (
            "kind = 'walk'\njourney = 'message'\nmessage = 'hi'",
            'probe.x.url: is missing; write url = "…"',
        ),
        (
            "kind = 'walk'\njourney = 'message'\nurl = ''\npassword = 1",
            "probe.x.password: unknown key 'password'; the keys here are timeout, journey, url, ",
        ),
        ("kind = 3", 'probe.x.kind: expected text in quotes, found a number; write kind = "http"'),
        ("", 'probe.x.kind: is missing; write kind = "http"'),
    ],
)
def test_a_journey_is_told_by_the_keys_that_it_has(text: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[probe.x]\n{text}\n")
    assert told in only


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("probe = 3", "probe: expected a table; write [probe.web]"),
        ("[[probe.web]]", "probe.web: expected one table, found a list of them; write [probe.web]"),
        ("[probe]\nweb = 3", "probe.web: expected a table; write [probe.web]"),
        (
            "[probe.'Web site']",
            "probe.\"Web site\": 'Web site' is not an id; write lower-case lett",
        ),
        ("[probe.web_site]", "as [probe.web-site]"),
        ("[probe.'-']", "as [probe.web]"),
        (f"[probe.{'x' * 65}]", "is not an id"),
        ("trueup = 1", "trueup: expected a table; write [trueup]"),
        ("[page]\npublished = []", "page.published: unknown key 'published'; did you mean 'publ"),
        ("[page]\nurl = 'javascript:1'", "page.url: is not a web address; write it in full"),
        ("[channel.x]\nkind = 3", "channel.x.kind: expected text in quotes, found a number"),
        ("[channel.x]", 'channel.x.kind: is missing; write kind = "webhook"'),
        ("[channel.x]\nkind = 'hok'", "channel.x.kind: unknown kind 'hok'; did you mean 'hook'?"),
        ("[component.x]", 'component.x.probes: is missing; write probes = ["web"]'),
        ("[defaults]\nurl = 'x'", "defaults.url: unknown key 'url'"),
        ("[defaults.pag]", "defaults.pag: unknown key 'pag'; did you mean 'page'?"),
        ("[defaults.page]\nurl = 1", "defaults.page.url: unknown key 'url'; the keys here are ev"),
        ("[defaults.page]\ntimeout = '2h'", "defaults.page.timeout: 2h is out of range; write 1ms"),
        ("[defaults]\nchannels = ['x']", "defaults.channels[0]: there is no channel 'x'"),
    ],
)
def test_tables_are_checked_as_a_whole(text: str, told: str, tmp_path: Path) -> None:
    assert any(told in problem for problem in refused(tmp_path, f"{text}\n"))


def test_what_is_wrong_in_the_defaults_is_told_once_and_not_for_every_probe(tmp_path: Path) -> None:
    several = A_PROBE + A_PROBE.replace("web", "api")
    told = refused(tmp_path, f"[defaults]\ntimeout = '10'\n{several}")

    assert told == [
        (
            "probes.toml:2: defaults.timeout: '10' is not a duration; "
            'write it as "30s", "5m" or "1h30m"'
        )
    ]


def test_a_hundred_problems_are_enough(tmp_path: Path) -> None:
    told = refused(tmp_path, "".join(f"a{n} = 1\n" for n in range(5000)))

    assert len(told) == 101
    assert told[-1].endswith("there are more problems; correct these first")


def test_no_word_of_a_library_and_no_control_character_is_shown(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        f"[trueup]\nenvironment = 3\n[probe.x]\nkind = '\\u001b[31m{'y' * 5000}'\n".replace(
            "'", '"'
        ),
    )
    assert all(problem.isprintable() and len(problem) < 800 for problem in told)
    assert not any("pydantic" in problem or "Input should" in problem for problem in told)


def test_the_exception_reads_as_the_list_of_problems() -> None:
    bad = BadConfiguration([Problem("a.toml", 3, "probe.x.url", "is missing; write it")])

    assert str(bad) == "a.toml:3: probe.x.url: is missing; write it"
    assert str(Problem("a.toml", 0, "", "it is empty; write")) == "a.toml: it is empty; write"


def test_validation_leaves_no_chain_that_a_traceback_would_show(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as raised:
        read(tmp_path, A_PROBE + "timeout = 3")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
