"""A site of a few answers that keeps a log of what it was asked, and a configuration for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.support.serve import serving

ITEMS = [{"id": number, "name": f"record-{number}"} for number in range(6)]
PAGE = """<!doctype html><html><head><title>The Little Archive</title>
<link rel="stylesheet" href="/style.css"></head><body><h1>Your library</h1>
<table><tbody><tr><td>A deed of gift</td></tr><tr><td>Letters from home</td></tr></tbody></table>
<p>Kept by volunteers</p></body></html>"""
FORM = """<!doctype html><html><head><title>Sign in</title>
<link rel="stylesheet" href="/style.css"></head><body><h1>Sign in</h1>
<form method="post" action="/enter"><label>E-mail <input name="user" type="email"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>
</body></html>"""
CONFIG = """
[trueup]
state = "var"
[probe.list]
kind = "http"
url = "{site}/list"
headers.Authorization = "Bearer ${{env:TOKEN}}"
tags = ["api"]
[probe.page]
kind = "http"
url = "{site}/page"
expect.contains = "Your library"
[probe.write]
kind = "http"
url = "{site}/write"
method = "POST"
json = {{ name = "canary" }}
blindspots = "read-only"
[probe.broken]
kind = "http"
url = "{site}/broken"
[probe.never]
kind = "http"
url = "{site}/page"
blindspots = "never"
[probe.signin]
kind = "journey"
journey = "login"
url = "{site}/form"
username = "canary@example.org"
password = "practice-makes-perfect"
expect_text = "Your library"
timeout = "15s"
[component.library]
probes = ["list", "page"]
[component.writing]
probes = ["write", "signin"]
"""


@dataclass
class Site:
    """Where it is, and every request in order: `GET /list`."""

    url: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        asked.append(f"{request.method} /{name}")
        match name:
            case "list":
                headers = {"X-Environment": "production", "Set-Cookie": "visitor=1; Path=/"}
                return JSONResponse({"items": ITEMS, "total": len(ITEMS)}, headers=headers)
            case "page" | "enter":
                return HTMLResponse(PAGE)
            case "form":
                return HTMLResponse(FORM)
            case "style.css":
                return Response("body { color: black }", media_type="text/css")
            case "broken":
                return Response("down for work", 503)
        return JSONResponse({"stored": True}, 201)

    app = Starlette(routes=[Route("/{name}", answer, methods=["GET", "POST"])])
    with serving(app) as url:
        yield Site(url, asked)


@pytest.fixture
def config(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that watches the site, which has forgotten what it was asked."""
    monkeypatch.setenv("TOKEN", "a-token-nobody-may-see")
    site.asked.clear()
    path = tmp_path / "probes.toml"
    path.write_text(CONFIG.format(site=site.url))
    return path
