"""What a good file becomes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import Config
from monitor.policy import InARow, OutOf, Policy
from monitor.routing import everyone
from tests.monitor.config.toys import A_PROBE, read

WHOLE = """
[trueup]
environment = "staging"
state = "../state"
location = "frankfurt"
listen = "[::1]:8600"

[defaults]
every = "2m"
timeout = "3s"
channels = ["oncall"]
playbook = "https://wiki.example.org/{probe}"

[defaults.walk]
timeout = "1m30s"
open_after = 3

[probe.web]
kind = "page"
name = "The front page"
url = "https://example.org/"
every = "30s"
confirm = []
tags = ["front", "slow"]
file = "beside.txt"
expect.status = [200, 204]
expect.json."$.items[*]".count_min = 1

[probe.signin]
kind = "walk"
journey = "message"
url = "https://example.org/"
message = "hello"
close_after = 5
renamed_from = "login"

[component.signing-in]
probes = ["signin"]
says = "People cannot sign in."

[channel.oncall]
kind = "hook"
url = "https://hooks.example.org/"

[tag.slow]
open_after = "3 of 5"
severity = "warning"
quiet = "night"
remind = false

[hours.night]
days = ["mon-fri", "sun"]
from = "22:00"
until = "24:00"
timezone = "Europe/Berlin"

[maintenance.move]
starts = "2026-12-01T02:00"
lasts = "2h"
repeat = "FREQ=WEEKLY;BYDAY=SU"

[store]
keep_runs = "60d"

[page]
title = "Example status"
url = "https://status.example.org/"
"""


@pytest.fixture
def whole(tmp_path: Path) -> Config:
    return read(tmp_path, WHOLE)


def test_a_probe_has_its_own_policy_then_its_kinds_then_that_of_all(whole: Config) -> None:
    web, signin = whole.probes.values()

    assert (web.id, signin.id) == ("web", "signin")
    assert (web.every, signin.every) == (timedelta(seconds=30), timedelta(minutes=2))
    assert (web.settings.timeout, signin.settings.timeout) == (
        timedelta(seconds=3),
        timedelta(seconds=90),
    )
    assert (web.policy, signin.policy) == (Policy(OutOf(3, 5)), Policy(InARow(3), 5))
    assert (web.confirm, signin.confirm) == ((), (timedelta(seconds=2), timedelta(seconds=8)))
    assert web.routing.everybody == signin.routing.everybody == {"oncall"}
    assert signin.playbook == "https://wiki.example.org/signin"
    assert (web.name, signin.name) == ("The front page", "signin")
    assert (set(web.tags), signin.renamed_from) == ({"front", "slow"}, "login")


def test_a_kinds_own_settings_are_read_in_its_own_shape(whole: Config, tmp_path: Path) -> None:
    read = whole.probes["web"].settings.model_dump()

    assert read["expect"]["status"] == (200, 204)
    assert read["expect"]["by_path"]["$.items[*]"]["count_min"] == 1
    assert read["file"] == str(tmp_path / "beside.txt")


def test_places_are_absolute_and_names_are_filled_in(whole: Config, tmp_path: Path) -> None:
    assert whole.state == tmp_path.parent / "state"
    assert whole.listen == ("::1", 8600)
    assert (whole.environment, whole.location) == ("staging", "frankfurt")
    assert whole.files == (tmp_path / "probes.toml",)
    assert whole.components["signing-in"].name == "Signing in"
    assert whole.page.title == "Example status"
    assert whole.warnings == ()


def test_the_smallest_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    config = read(tmp_path, A_PROBE)
    (web,) = config.probes.values()

    assert (config.environment, config.location, config.listen) == ("production", "here", None)
    assert (config.state, config.browser) == (tmp_path / "var", "")
    assert (web.every, web.settings.timeout) == (timedelta(seconds=60), timedelta(seconds=10))
    assert (web.policy, web.routing.channels, web.playbook) == (Policy(), everyone(), "")


def test_a_reload_sees_which_probe_changed_and_that_the_others_did_not(
    whole: Config, tmp_path: Path
) -> None:
    again = read(tmp_path, WHOLE)
    changed = read(tmp_path, WHOLE.replace("count_min = 1", "count_min = 2"))

    assert again == whole
    assert changed != whole
    assert changed.probes["signin"] == whole.probes["signin"]
    assert changed.probes["web"] != whole.probes["web"]


def test_a_browser_is_a_path_beside_the_file_or_a_program_that_is_found(tmp_path: Path) -> None:
    (tmp_path / "chrome").touch(mode=0o755)
    beside = read(tmp_path, f'[trueup]\nbrowser = "./chrome"\n{A_PROBE}')
    found = read(tmp_path, f'[trueup]\nbrowser = "sh"\n{A_PROBE}')

    assert Path(beside.browser) == tmp_path / "chrome"
    assert Path(found.browser).is_absolute()
