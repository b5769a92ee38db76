"""A canary for every secret: whatever happens, no byte that we write anywhere holds one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.canaries import ODD, told, told_in
from tests.support.careless import SESSION, TOKEN, careless_site
from tests.support.receivers import Receiver, receiving
from tests.support.serve import serving
from tests.support.world import ROOT, World

CANARIES = {
    "CANARY_TOKEN": "canary-token-a1b2c3",
    "CANARY_LONGER": "canary-token-a1b2c3-and-more",
    "CANARY_PASSWORD": "canary pass&word <d4e5f6>",
    "CANARY_ODD": ODD,
    "CANARY_QUERY": "canary-query-g7h8i9",
    "CANARY_HOOK": "canary-hook-j1k2l3",
    "CANARY_SIGNING": "canary-signing-m4n5o6",
    "CANARY_METRICS": "canary-metrics-p7q8r9",
    "CANARY_PARAM": "canary-param-s1t2u3",
}
WRITTEN = (
    *("canary-voucher-s1t2", "canary-header-u3v4", "canary-basic-w5x6", "JBSWY3DPEHPK3PXP"),
    "canary-channel-a9b1",
)
"""As it is in the configuration, in every place that holds something secret."""
NEVER_SHOWN = (*CANARIES.values(), *WRITTEN, SESSION, TOKEN)
FAILING = {"echoes", "signin", "own", "neighbour"}
CONFIG = """
[trueup]
listen = "127.0.0.1:8600"
metrics_token = "${env:CANARY_METRICS}"
[defaults]
every = "2s"
timeout = "15s"
confirm = []
open_after = 1
channels = ["hook", "program"]
[probe.echoes]
kind = "http"
url = "@site@/echo?key=${env:CANARY_QUERY}"
headers.Authorization = "Bearer ${env:CANARY_TOKEN}"
expect.contains = "what is not there"
expect.lacks = "${env:CANARY_TOKEN}"
[probe.signin]
kind = "journey"
journey = "login"
url = "@site@/login"
username = "canary@example.org"
password = "${env:CANARY_ODD}"
totp_secret = "JBSWY3DPEHPK3PXP"
expect_text = "Your library"
[probe.neighbour]
kind = "journey"
journey = "neighbour.py"
url = "@site@/login"
params.token = "${env:CANARY_PARAM}"
[probe.own]
kind = "journey"
journey = "own.py"
url = "@site@/login"
secrets.PASSWORD = "${env:CANARY_PASSWORD}"
secrets.LONGER = "${env:CANARY_LONGER}"
secrets.VOUCHER = "canary-voucher-s1t2"
headers.X-Key = "canary-header-u3v4"
headers.Accept-Language = "de-AT"
http_credentials = { username = "canary", password = "canary-basic-w5x6" }
[probe.broken]
kind = "journey"
journey = "broken.py"
url = "@site@/login?parts"
secrets.PASSWORD = "${env:CANARY_ODD}"
[component.everything]
name = "Everything"
probes = ["echoes", "signin", "neighbour", "own", "broken"]
[channel.hook]
kind = "webhook"
url = "@hook@/${env:CANARY_HOOK}"
secret = "${env:CANARY_SIGNING}"
headers.Authorization = "Bearer canary-channel-a9b1"
[channel.program]
kind = "command"
argv = ["/bin/sh", "-c", "echo telling ${env:CANARY_TOKEN} >&2; exit 1"]
"""
OWN = """
async def journey(visit):
    password = visit.secret("PASSWORD")
    async with visit.step(f"type {password}"):
        await visit.page.goto(visit.url)
        await visit.page.get_by_label("Hint").fill(visit.secret("LONGER"))
        await visit.page.get_by_label("Password").fill(password)
        visit.warn(f"{password} was typed")
        raise AssertionError(f"the page said {password}")
"""
NEIGHBOUR = """
async def journey(visit):
    said = " ".join([visit.params["token"], *@written@])
    await visit.page.goto(visit.url)
    await visit.page.evaluate(
        "said => { document.body.append(said); document.title = said; console.error(said); "
        "return fetch('/nothing/' + encodeURIComponent(said)); }",
        said,
    )
    print(said)
    visit.warn(said)
    async with visit.step(f"look for {said}"):
        raise AssertionError(f"there is {said}")
"""
BROKEN = """
import logging
import sys

async def journey(visit):
    password = visit.secret("PASSWORD")
    print("typing", password, repr(password))
    print(password.encode(), file=sys.stderr)
    logging.error("typed %s", password)
    await visit.page.goto(visit.url)
    await visit.page.get_by_label("Password").fill(password)
    async with visit.step("send"), visit.page.expect_response(lambda answer: "/api" in answer.url):
        await visit.page.get_by_role("button").click()
    raise ValueError(password)
"""


@pytest.fixture
def site() -> Iterator[str]:
    with serving(careless_site()) as url:
        yield url


@pytest.mark.timeout(180)
def test_no_secret_is_in_any_byte_that_we_write(tmp_path: Path, site: str) -> None:
    world = World(tmp_path)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "neighbour.py").write_text(NEIGHBOUR.replace("@written@", repr(WRITTEN)))
    with receiving() as receiver, pytest.MonkeyPatch.context() as patch:
        text = CONFIG.replace("@site@", site).replace("@host@", site.removeprefix("http://"))
        world.configure(text.replace("@hook@", receiver.url))
        for name, value in {**CANARIES, "TMPDIR": str(tmp_path / "tmp")}.items():
            patch.setenv(name, value)
        world.start()
        try:
            world.wait(lambda: _all_told(receiver, world), "each probe failed and was told")
            said = _what_the_daemon_shows(world)
            world.stop()
        finally:
            world.kill()
        said += _what_commands_print(world)
        bodies = b"\n".join(request.body for request in receiver.requests)
    assert list(tmp_path.rglob("*.png")), "screenshots were kept"
    assert told(bodies, NEVER_SHOWN) == []
    assert told(said, NEVER_SHOWN) == []
    given = frozenset(("probes.toml", "own.py", "broken.py", "neighbour.py"))
    assert told_in(tmp_path, NEVER_SHOWN, given) == []


def _all_told(receiver: Receiver, world: World) -> bool:
    """Of the one that is ERROR, and pages nobody, the log tells."""
    if '"event": "run", "probe": "broken"' not in (world.folder / "daemon.log").read_text():
        return False
    told = b"".join(request.body for request in receiver.requests)
    return all(f'"{probe}"'.encode() in told for probe in FAILING)  # some of them in one notice


def _what_the_daemon_shows(world: World) -> bytes:
    shown = {"authorization": f"Bearer {CANARIES['CANARY_METRICS']}"}
    figures = httpx.get(f"{world.page}/metrics", headers=shown, timeout=10).raise_for_status()
    return world.public().encode() + figures.content


def _what_commands_print(world: World) -> bytes:
    said = b""
    for command in (
        ["check", "--explain"],
        ["status"],
        ["incidents"],
        ["evidence"],
        ["once", "--json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command, "--config", str(world.config)],
            capture_output=True,
            timeout=90,
            cwd=ROOT,
            env=os.environ | {"COLUMNS": "400"},
            check=False,
        )
        said += done.stdout + done.stderr
    return said
