"""A release that breaks what people do: the gate stops one, and one that slips through is undone,
once, with its log in the notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.releases import (
    BROKEN,
    CREEPING,
    GOOD,
    TOKEN,
    USER,
    BuildServer,
    Production,
    a_build_server,
    in_production,
)
from tests.support.world import World, a_world

CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
environment = "production"
[defaults]
every = "3s"
timeout = "2s"
confirm = []
open_after = 2
close_after = 2
channels = ["pager"]
playbook = "https://wiki.example.org/{{probe}}"
[probe.shorten]
kind = "http"
url = "{site}/shorten"
method = "POST"
json = {{ url = "https://example.org/" }}
expect.status = 201
[component.short-links]
name = "Short links"
probes = ["shorten"]
says = "People cannot shorten addresses."
[channel.pager]
kind = "webhook"
url = "http://127.0.0.1:8601/pager"
[deploys]
token = "a-token-for-deploys"
[service.shortener]
also = ["example/shortener"]
probes = ["shorten"]
watch_for = "2m"
watch_every = "1s"
[capture.log]
services = ["shortener"]
file = "{log}"
pattern = "ERROR|Error"
context = 2
[action.rollback]
service = "shortener"
mode = "live"
url = "{jenkins}/job/deploy/buildWithParameters"
format = "jenkins"
user = "{user}"
password = "{token}"
parameters = {{ VERSION = "{{previous}}" }}
verify_every = "1s"
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with in_production(tmp_path_factory.mktemp("production")) as production:
        yield production


@pytest.fixture(scope="module")
def jenkins(production: Production) -> Iterator[BuildServer]:
    with a_build_server(production) as jenkins:
        yield jenkins


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, production: Production, jenkins: BuildServer
) -> Iterator[World]:
    text = CONFIG.format(
        site=production.address,
        log=production.log,
        jenkins=jenkins.address,
        user=USER,
        token=TOKEN,
    )
    with a_world(tmp_path_factory.mktemp("world"), text) as world:
        world.wait(lambda: world.conditions() == {"short-links": "up"}, "short links work")
        yield world


def released(world: World, production: Production, version: str) -> int:
    """What a pipeline does: deploys, says so, and asks the gate, whose exit status it gives."""
    production.deploy(version)
    done = world.command("deploy", "record", "--service", "shortener", "--version", version)
    assert done.returncode == 0, done.stderr
    asked = world.command("gate", "--service", "shortener", "--settle", "30s", "--fail-fast", "3")
    return asked.returncode


def page_of(world: World, event: str) -> dict[str, Any]:
    found: dict[str, Any] = world.wait(
        lambda: next((body for body in world.pages() if body["event"] == event), None),
        f"the pager hears {event}",
    )
    return found


@pytest.mark.timeout(240)
def test_a_broken_release_is_stopped_and_one_that_slips_through_is_undone_once(
    world: World, production: Production, jenkins: BuildServer
) -> None:
    # Silenced: what a pipeline undoes by itself within seconds is nobody's page.
    done = world.command("silence", "shorten", "--for", "1h", "--reason", "a release")
    assert done.returncode == 0, done.stderr
    assert released(world, production, BROKEN) == 1
    assert released(world, production, GOOD) == 0
    assert world.command("silence", "end", "1").returncode == 0
    world.wait(lambda: world.conditions() == {"short-links": "up"}, "short links work again")
    world.forget_pages()
    assert jenkins.built == []

    assert released(world, production, CREEPING) == 0
    production.breaks()
    opened = page_of(world, "opened")
    assert [each["version"] for each in opened["deploys"]][:1] == [CREEPING]
    [log] = opened["captures"]
    assert "TypeError" in log["first"]
    assert "shortening failed" in log["first"]
    resolved = page_of(world, "resolved")
    assert production.version == GOOD
    [built] = jenkins.built
    assert built["VERSION"] == GOOD
    [deed] = resolved["deeds"]
    assert "passing again " in deed["said"]

    world.kill()
    world.start()
    world.wait(lambda: world.conditions() == {"short-links": "up"}, "the daemon is back")
    assert len(jenkins.built) == 1
    assert TOKEN not in (world.folder / "daemon.log").read_text()
