"""What editors know about the file is what the program accepts."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor.config import schema
from tests.monitor.config.test_values import WHOLE
from tests.monitor.config.toys import CHANNELS, KINDS


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return schema(KINDS, CHANNELS)


def test_it_is_a_json_schema_that_can_be_printed(made: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(json.loads(json.dumps(made)))


def test_a_good_configuration_is_good_to_an_editor(made: dict[str, Any]) -> None:
    errors = list(Draft202012Validator(made).iter_errors(tomllib.loads(WHOLE)))
    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "[probs.x]",
        "[trueup]\nlistn = 'x'",
        "[defaults]\nevery = 30",
        "[defaults.walk]\ntimeout = 30",
        "[defaults.wlk]",
        "[probe.Web]\nkind = 'page'\nurl = 'x'",
        "[probe.web]\nkind = 'pge'\nurl = 'x'",
        "[probe.web]\nkind = 'page'",
        "[probe.web]\nkind = 'page'\nurl = 'x'\nurll = 'x'",
        "[probe.web]\nkind = 'page'\nurl = 'x'\nexpect.contain = 'x'",
        "[probe.x]\nkind = 'walk'\njourney = 'login'\nurl = 'x'",
        "[channel.x]\nkind = 'hook'",
        "[component.x]\nname = 'x'",
        "[page]\npublish = 'x'",
        "[defaults]\nopen_after = '3 in 5'",
        "[defaults]\nremind = true",
        "[tag.edge]\nseverity = 'urgent'",
        "[tag.Edge]",
        "[hours.x]\ndays = []",
        "[hours.x]\nfrom = '7:00'",
        "[maintenance.x]\nstarts = 'tomorrow'",
        "[store]\nbackups = -1",
        "[trueup]\nheartbeat.every = '60s'",
    ],
)
def test_what_is_refused_is_wrong_to_an_editor_too(text: str, made: dict[str, Any]) -> None:
    assert not Draft202012Validator(made).is_valid(tomllib.loads(text))


def test_every_key_that_all_probes_have_is_described(made: dict[str, Any]) -> None:
    properties = made["properties"]
    (page, *_) = properties["probe"]["additionalProperties"]["anyOf"]
    told = [
        page,
        *(properties[name] for name in ("trueup", "defaults", "page", "store", "telemetry")),
    ]
    told += [properties[name]["additionalProperties"] for name in ("tag", "hours", "maintenance")]

    assert page["properties"]["kind"]["const"] == "page"
    assert page["properties"]["url"]["description"] == "Where it is."
    assert page["properties"]["every"]["pattern"]
    for name in ("every", "confirm", "channels", "tags", "renamed_from", "kind"):
        assert page["properties"][name]["description"]
    for node in told[1:]:
        assert all(key.get("description") for key in node["properties"].values())


def test_a_default_is_told_as_it_would_be_written(made: dict[str, Any]) -> None:
    defaults = made["properties"]["defaults"]["properties"]
    hours = made["properties"]["hours"]["additionalProperties"]["properties"]

    assert {key: defaults[key]["default"] for key in ("every", "confirm", "open_after")} == {
        "every": "1m",
        "confirm": ["2s", "8s"],
        "open_after": 2,
    }
    assert defaults["remind"]["default"] == "4h"
    assert [hours[key]["default"] for key in ("days", "from", "timezone")] == [
        ["mon-sun"],
        "00:00",
        "UTC",
    ]


def test_every_branch_of_a_kind_is_offered(made: dict[str, Any]) -> None:
    branches = made["properties"]["probe"]["additionalProperties"]["anyOf"]
    assert [branch["title"] for branch in branches] == [
        "page · PageSettings",
        "walk · LoginSettings",
        "walk · MessageSettings",
    ]
