"""The real kinds and channels, as people will write them."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from monitor.channels import CHANNELS
from monitor.config import BadConfiguration, Config, load, schema
from probes import KINDS
from tests.support.checkout import ROOT

EXAMPLE = """
#:schema trueup.schema.json
[trueup]
environment = "production"
state = "var"
location = "frankfurt"
listen = "127.0.0.1:8600"
include = ["teams/*.toml"]

[defaults]
every = "60s"
timeout = "10s"
confirm = ["2s", "8s"]
open_after = 2
close_after = 2
channels = ["oncall"]
playbook = "https://wiki.example/playbooks/{probe}"

[probe.web]
kind = "http"
url = "https://example.org/"
every = "30s"
expect.status = 200
expect.contains = "Welcome"
expect.within = "800ms"
expect.certificate_valid_for = "14d"

[probe.signin]
kind = "journey"
journey = "login"
url = "https://example.org/login"
username = "canary@example.org"
password = "${env:CANARY_PASSWORD}"
expect_text = "Your library"

[component.signing-in]
name = "Signing in"
group = "Your account"
probes = ["signin"]
says = "People cannot sign in."

[channel.oncall]
kind = "webhook"
url = "${file:hook}"

[page]
title = "Example status"
"""
TEAM = """
[probe.orders-api]
kind = "http"
url = "https://example.org/api/orders"
headers.Authorization = "Bearer ${env:ORDERS_TOKEN}"
expect.json."$.items[*]".count_min = 1
expect.json."$.items[0].id".type = "integer"
"""
ENVIRON = {"CANARY_PASSWORD": "a-canary-sings", "ORDERS_TOKEN": "an-orders-token"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "orders.toml").write_text(TEAM)
    (tmp_path / "hook").write_text("https://hooks.example.org/a-hidden-token\n")
    return tmp_path


def read(folder: Path, text: str) -> Config:
    (folder / "probes.toml").write_text(text)
    return load(folder / "probes.toml", environ=ENVIRON)


def test_the_example_that_the_house_was_planned_with_is_good(folder: Path) -> None:
    config = read(folder, EXAMPLE)

    assert list(config.probes) == ["web", "signin", "orders-api"]
    assert config.warnings == ()
    assert config.secrets == {*ENVIRON.values(), "https://hooks.example.org/a-hidden-token"}
    assert config.probes["signin"].settings.timeout == timedelta(seconds=10)


def test_nothing_secret_is_in_its_text(folder: Path) -> None:
    config = read(folder, EXAMPLE)
    text = repr(config) + repr(config.probes) + repr(config.channels)

    assert not [secret for secret in config.secrets if secret in text]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"login"', '"logn"', "probe.signin.journey: 'logn' is none of login, upload, "),
        (
            "expect_text",
            "expct_text",
            "probe.signin.expct_text: unknown key 'expct",
        ),
        ("username =", "user =", "probe.signin.user: unknown key 'user'; did you"),
        ("expect.status", "status", "probe.web.status: unknown key 'status'; did"),
        (
            "= 200",
            '= "2x"',
            "probe.web.expect.status: a status is a number such as",
        ),
        ('"800ms"', "800", "probe.web.expect.within: 800 is not a duration; write"),
        ('"800ms"', '"11s"', "probe.web.expect.within: is never reached"),
        ('"14d"', "14", "probe.web.expect.certificate_valid_for: 14 is not a dur"),
        ('"webhook"', '"webhok"', "channel.oncall.kind: unknown kind 'webhok'; d"),
    ],
)
def test_a_slip_of_the_pen_is_told_where_it_was_made(
    right: str, wrong: str, told: str, folder: Path
) -> None:
    with pytest.raises(BadConfiguration) as raised:
        read(folder, EXAMPLE.replace(right, wrong, 1))
    line = EXAMPLE.partition(right)[0].count("\n") + 1
    there = [f"{each.key}: {each.text}" for each in raised.value.problems if each.line == line]

    assert any(problem.startswith(told) for problem in there)
    assert not any(secret in str(raised.value) for secret in ENVIRON.values())


def test_a_missing_password_is_asked_for_by_reference(folder: Path) -> None:
    with pytest.raises(BadConfiguration) as raised:
        read(folder, EXAMPLE.replace("password =", "#"))
    (only,) = raised.value.problems

    assert only.text == 'is missing; write password = "${env:PASSWORD}"'


def test_the_same_file_read_again_has_the_same_http_probes(folder: Path) -> None:
    first, again = read(folder, EXAMPLE), read(folder, EXAMPLE)
    assert first.probes["web"] == again.probes["web"]
    assert first.probes["orders-api"] == again.probes["orders-api"]
    assert first.probes["signin"] == again.probes["signin"]
    assert first.channels == again.channels


# A header as plain text is turned into a table before the schema of expectations sees it
SAMPLE = (ROOT / "probes.toml").read_text("utf-8")


@pytest.mark.parametrize("text", [EXAMPLE, TEAM, SAMPLE], ids=["example", "team", "sample"])
def test_editors_are_told_the_same_as_the_program(text: str) -> None:
    made = schema()
    Draft202012Validator.check_schema(json.loads(json.dumps(made)))
    errors = Draft202012Validator(made).iter_errors(tomllib.loads(text))

    assert [error.json_path for error in errors] == []


@pytest.mark.parametrize("name", [*KINDS, *CHANNELS])
def test_every_kind_and_channel_is_in_the_schema_and_its_keys_are_typed(name: str) -> None:
    properties = schema()["properties"]
    branches = [
        branch
        for section in ("probe", "channel")
        for branch in properties[section]["additionalProperties"]["anyOf"]
        if branch["properties"]["kind"]["const"] == name
    ]
    assert branches
    assert all(branch["additionalProperties"] is False for branch in branches)
