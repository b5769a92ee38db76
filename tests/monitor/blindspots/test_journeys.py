"""What is said of a journey is true where it depends on what was answered before: the site really
loses each field, and a cache before it really gets stuck.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.blindspots import Seeking, Terms
from monitor.clock import SystemClock
from monitor.config import Probe
from monitor.runner import Runner
from probes import KINDS, Outcome, Tools
from probes.injection import BY_NAME
from tests.support.breaking import Breaking, breaking
from tests.support.breaking_cache import Cache
from tests.support.breaking_ways import Way, losing
from tests.support.configs import a_probe
from tests.support.here import Here
from tests.support.serve import serving
from tests.support.tools import borrowed_tools, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Adds an entry, and looks for it on a page that it has not opened before.
JOURNEY = """
from uuid import uuid4

async def journey(visit):
    page, name = visit.page, uuid4().hex
    await page.goto(visit.url)
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button").click()
    await page.wait_for_url("**/add*")
    assert await page.title() == "Added"
    await page.get_by_role("link", name="All").click()
    await page.wait_for_function("document.title == 'shown' || document.title == 'sorry'")
    assert await page.get_by_text(name, exact=True).count() == 1, "not there"
"""
FORM = """<title>Add</title><form method=post action=/add>
<input type="hidden" name="csrf" value="{}"><label>Name <input name=entry></label>
<button>Add</button></form>"""
ADDED = "<title>Added</title><a href=/all>All</a>"
ALL = """<title>All</title><main></main><script>
fetch("/entries").then(answer => answer.json()).then(told => {
  document.querySelector("main").innerHTML = told.entries.map(e => `<p>${e.name}</p>`).join("");
  document.title = "shown";
}).catch(() => { document.title = "sorry" })</script>"""


def a_site() -> Starlette:
    """Whoever comes is given a token that is good for this visitor only."""
    entries: list[str] = []
    visitors = iter(f"visitor-{number:04}" for number in range(1000))

    async def form(_: Request) -> Response:
        visitor = next(visitors)
        page = HTMLResponse(FORM.format(visitor), headers={"Cache-Control": "no-store"})
        page.set_cookie("visitor", visitor)
        return page

    async def add(request: Request) -> Response:
        sent = await request.form()
        if sent["csrf"] != request.cookies.get("visitor"):
            return HTMLResponse("<title>Refused</title>", 403)
        entries.append(str(sent["entry"]))
        return RedirectResponse("/added", 303)

    async def told(_: Request) -> Response:
        listed = [{"id": at, "name": name} for at, name in enumerate(entries)]
        return JSONResponse({"entries": listed, "total": len(listed)})

    routes = [Route("/", form), Route("/add", add, methods=["POST"]), Route("/entries", told)]
    routes += [Route("/all", lambda _: HTMLResponse(ALL))]
    routes += [Route("/added", lambda _: HTMLResponse(ADDED))]
    return Starlette(routes=routes)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tools() -> AsyncIterator[Tools]:
    async with borrowed_tools(browsers=Here()) as lent:
        yield lent


@pytest.fixture
def door() -> Iterator[Breaking]:
    with serving(a_site()) as site, breaking(site) as door:
        yield door


@pytest.fixture
def probe(door: Breaking, tmp_path: Path) -> Probe:
    (tmp_path / "adds.py").write_text(JOURNEY)
    keys = {"journey": "adds.py", "url": door.url, "timeout": "15s"}
    kind = KINDS["journey"]
    return a_probe("adds", settings=settings_of(kind, keys, tmp_path), kind=kind)


async def test_single_fields_and_yesterdays_bytes_are_foreseen_as_they_happen(
    tools: Tools, door: Breaking, probe: Probe
) -> None:
    async def happens(way: Way) -> Outcome:
        door.breaks(way)
        return (await probe.kind.run(probe.settings, tools)).outcome

    clock = SystemClock()
    faults = (BY_NAME["stale"], BY_NAME["field-renamed"])
    seeking = Seeking(
        tools,
        lambda lent: Runner(lent, clock, lambda text: text),
        clock,
        Terms(faults=faults, per_minute=6000),
    )
    [row] = (await seeking.seek([probe])).rows
    assert not row.trouble
    foreseen = {(each.fault.name, each.fault.at): each.verdict.value for each in row.trials}

    cache = Cache()
    assert await happens(cache.fills) is Outcome.PASS
    real = {("stale", ""): await happens(cache.is_stuck)}
    for _, at in list(foreseen)[1:]:
        real["field-renamed", at] = await happens(losing({"/entries": at}, renamed=True))
    said = {Outcome.PASS: "unseen", Outcome.FAIL: "seen"}
    assert foreseen == {place: said[outcome] for place, outcome in real.items()}
    assert foreseen == {
        ("stale", ""): "seen",
        ("field-renamed", "$.entries"): "seen",
        ("field-renamed", "$.total"): "unseen",
        ("field-renamed", "$.entries[*].id"): "unseen",
        ("field-renamed", "$.entries[*].name"): "seen",
    }
