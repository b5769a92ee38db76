"""A canary for every secret: whatever happens, no byte that we write anywhere holds one."""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.support.receivers import Receiver, receiving
from tests.support.serve import serving
from tests.support.world import ROOT, World

CANARIES = {
    "CANARY_TOKEN": "canary-token-a1b2c3",
    "CANARY_PASSWORD": "canary pass&word <d4e5f6>",
    "CANARY_QUERY": "canary-query-g7h8i9",
    "CANARY_HOOK": "canary-hook-j1k2l3",
    "CANARY_SIGNING": "canary-signing-m4n5o6",
    "CANARY_METRICS": "canary-metrics-p7q8r9",
}
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
password = "${env:CANARY_PASSWORD}"
expect_text = "Your library"
[probe.own]
kind = "journey"
journey = "own.py"
url = "@site@/login"
secrets.PASSWORD = "${env:CANARY_PASSWORD}"
[component.everything]
name = "Everything"
probes = ["echoes", "signin", "own"]
[channel.hook]
kind = "webhook"
url = "@hook@/${env:CANARY_HOOK}"
secret = "${env:CANARY_SIGNING}"
[channel.program]
kind = "command"
argv = ["/bin/sh", "-c", "echo telling ${env:CANARY_TOKEN} >&2; exit 1"]
"""
OWN = """
async def journey(visit):
    password = visit.secret("PASSWORD")
    async with visit.step(f"type {password}"):
        await visit.page.goto(visit.url)
        await visit.page.get_by_label("Password").fill(password)
        raise AssertionError(f"the page said {password}")
"""


@pytest.fixture
def site() -> Iterator[str]:
    """Says back everything that it was told, as careless applications do."""

    async def echo(request: Request) -> Response:
        said = f"{request.url} {dict(request.headers)}"
        return HTMLResponse(f"<p>{said}</p>", headers={"x-echo": request.headers["authorization"]})

    async def login(request: Request) -> Response:
        told = (await request.body()).decode()
        form = "<form method=post><label>Email <input name=e type=email></label><label>Password"
        form += " <input name=p type=password></label><button>Sign in</button></form>"
        return HTMLResponse(f"<p role=alert>Wrong password: {told}</p>{form}")

    routes = [Route("/echo", echo), Route("/login", login, methods=["GET", "POST"])]
    with serving(Starlette(routes=routes)) as url:
        yield url


@pytest.mark.timeout(180)
def test_no_secret_is_in_any_byte_that_we_write(tmp_path: Path, site: str) -> None:
    world = World(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    with receiving() as receiver:
        text = CONFIG.replace("@site@", site).replace("@hook@", receiver.url)
        world.configure(text)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in CANARIES.items():
                patch.setenv(name, value)
            world.start()
            try:
                world.wait(lambda: _all_told(receiver), "each probe failed and was told")
                said = _what_people_read(world)
                world.stop()
            finally:
                world.kill()
        bodies = b"\n".join(request.body for request in receiver.requests)
    assert list(tmp_path.rglob("*.png")), "screenshots were kept"
    for name, value in CANARIES.items():
        for form in _forms(value):
            assert form not in bodies, f"{name} in a notice"
            assert form not in said, f"{name} on a screen"
            for file in tmp_path.rglob("*"):
                assert form.decode() not in file.name
                if file.is_file() and file.name not in {"probes.toml", "own.py"}:
                    assert form not in file.read_bytes(), f"{name} in {file}"


def _forms(value: str) -> set[bytes]:
    """The value as pages, addresses and documents write it."""
    written = {value, json.dumps(value)[1:-1], quote(value), quote_plus(value), html.escape(value)}
    return {form.encode() for form in written}


def _all_told(receiver: Receiver) -> bool:
    told = {json.loads(request.body)["probe"] for request in receiver.requests}
    return told == {"echoes", "signin", "own"}


def _what_people_read(world: World) -> bytes:
    """Every command's output, the public page, and the figures."""
    shown = {"authorization": f"Bearer {CANARIES['CANARY_METRICS']}"}
    figures = httpx.get(f"{world.page}/metrics", headers=shown, timeout=10).raise_for_status()
    said = world.public().encode() + figures.content
    for command in (
        ["check", "--explain"],
        ["status"],
        ["incidents"],
        ["metrics"],
        ["once"],
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
