"""Something is deployed, and forty seconds later nobody can sign in: whoever is woken reads what
was deployed, by whom, and how long before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.pagerduty import pagerduty
from tests.support.serve import serving
from tests.support.world import a_world

CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
environment = "production"
[defaults]
every = "10s"
timeout = "2s"
confirm = []
open_after = 3
close_after = 2
channels = ["oncall"]
[probe.signin]
kind = "http"
url = "{site}/"
[component.signing-in]
name = "Signing in"
probes = ["signin"]
says = "People cannot sign in."
[channel.oncall]
kind = "pagerduty"
routing_key = "R0123456789abcdef0123456789abcde"
url = "{pager}"
[service.api]
probes = ["signin"]
watch_every = "1s"
[objective.signing-in]
component = "signing-in"
allows = "15m per year"
must = false
"""
FORTY_SECONDS = timedelta(seconds=40)


@dataclass
class Site:
    """Where people sign in."""

    address: str = ""
    status: int = 200
    asked: int = 0

    async def answer(self, _: Request) -> PlainTextResponse:
        self.asked += 1
        return PlainTextResponse("signed in", self.status)


@contextmanager
def a_site() -> Iterator[Site]:
    site = Site()
    with serving(Starlette(routes=[Route("/", site.answer)])) as address:
        site.address = address
        yield site


@pytest.mark.timeout(180)
def test_the_page_names_the_deploy_and_comes_with_the_first_failing_run(tmp_path: Path) -> None:
    with (
        a_site() as site,
        pagerduty() as toy,
        a_world(tmp_path, CONFIG.format(site=site.address, pager=toy.url)) as world,
    ):
        world.wait(lambda: world.conditions() == {"signing-in": "up"}, "people can sign in")
        now = datetime.now(UTC)  # noqa: TID251 - the test's own watch
        done = world.command(
            *("deploy", "record", "--service", "api", "--version", "1.4.2", "--previous", "1.4.1"),
            *("--by", "ci", "--url", "https://ci.example.org/142"),
            *("--at", (now - FORTY_SECONDS).isoformat()),
        )
        assert done.returncode == 0, done.stderr
        asked = site.asked
        world.wait(lambda: site.asked > asked + 1, "it is looked at closely")
        site.status = 500
        world.wait(lambda: toy.pages, "somebody is woken")
        [page] = toy.pages
        site.status = 200
        world.wait(lambda: page.state == "resolved", "they may sleep again")
        world.wait(lambda: toy.changes, "the deploy stands beside it")
        assert world.stop() == 0

    assert toy.wrong == []
    opening = page.triggers[0]
    follows = re.compile(r"4\d s after deploy api 1\.4\.2")
    assert follows.search(opening["payload"]["summary"])
    details = opening["payload"]["custom_details"]
    assert details["Failing runs"] == "1"
    assert re.fullmatch(
        r"api 1\.4\.2 \(was 1\.4\.1\) by ci, 4\d s before the first failing run; "
        r"last good run 4?\d s after the deploy",
        details["Last deploy"],
    )
    assert re.search(r"of 15 min left \(Signing in: 15m per year\)", details["Budget"])
    assert {"href": "https://ci.example.org/142", "text": "Deploy"} in opening["links"]
    [change] = toy.changes
    assert change["payload"]["summary"] == "Deployed: api 1.4.2 (before: 1.4.1), by ci"
    assert "Traceback" not in (tmp_path / "daemon.log").read_text()
