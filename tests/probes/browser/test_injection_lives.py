"""A fault ends with its run, however that ends, in workers as they are started in earnest."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from playwright.async_api import expect
from starlette.requests import Request
from starlette.responses import Response

from probes.browser import Browsers, Errand, Journey, Visit
from probes.result import Outcome, Reason, Result
from tests.probes.browser.test_lives import drivers
from tests.support.recording import Recording, recording
from tests.support.waiting import until_async

_ASKS = "from tests.probes.browser.test_injection_lives import ask; ask({url!r})"


@pytest.fixture
def site() -> Iterator[Recording]:
    with recording({"/": "<p>Home</p>"}) as site:
        yield site


async def looks(visit: Visit) -> None:
    await visit.page.goto(visit.url)
    await expect(visit.page.get_by_text("Home")).to_be_visible()


async def looks_unarmed(visit: Visit) -> None:
    """In a worker that never needed a fault."""
    await looks(visit)
    assert "probes.injection" not in sys.modules


async def looks_and_stays(visit: Visit) -> None:
    await looks(visit)
    await asyncio.sleep(60)


def errand(url: str, *, journey: Journey = looks, fault: str = "", within: float = 30) -> Errand:
    """Workers read this module, too, and are to know nothing of faults by that."""
    from probes.injection import BY_NAME

    return Errand(
        journey=journey,
        url=url,
        timeout=timedelta(seconds=within),
        hosts=frozenset({url.removeprefix("http://")}),
        fault=BY_NAME.get(fault),
    )


def ask(url: str) -> Result:
    """What the process does that is killed."""
    broken = errand(url, journey=looks_and_stays, fault="wrong-environment")
    return asyncio.run(Browsers(slots=1).run(broken))


async def test_ordinary_runs_know_nothing_of_faults_and_follow_broken_ones(
    site: Recording,
) -> None:
    browsers = Browsers(slots=1)
    try:
        unarmed = await browsers.run(errand(site.address, journey=looks_unarmed))
        broken = await browsers.run(errand(site.address, fault="refused"))
        noted = await browsers.run(replace(errand(site.address), notes=True))
        after = await browsers.run(errand(site.address))
    finally:
        await browsers.close()
    assert (unarmed.outcome, unarmed.facts.touched) == (Outcome.PASS, 0), unarmed
    assert (broken.outcome, broken.reason) == (Outcome.FAIL, Reason.CONNECT_REFUSED), broken
    assert broken.facts.touched == 1
    assert [kept.given.body for kept in noted.facts.answers] == [b"<p>Home</p>"]
    assert (after.outcome, after.facts.touched, after.facts.answers) == (Outcome.PASS, 0, ()), after


async def test_whoever_is_killed_in_the_midst_of_a_broken_run_leaves_nothing_of_it(
    site: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    asking = started(_ASKS.format(url=site.address))
    await until_async(lambda: site.asked, "the page is looked at")
    below = psutil.Process(asking.pid).children(recursive=True)
    os.kill(asking.pid, signal.SIGKILL)
    asking.wait()
    await until_async(lambda: not any(map(_lives, below)), "its browser is gone")
    browsers = Browsers(slots=1)
    try:
        after = await browsers.run(errand(site.address))
    finally:
        await browsers.close()
    assert (after.outcome, after.facts.touched) == (Outcome.PASS, 0), after


async def test_a_run_that_ends_while_a_fault_makes_it_wait_costs_no_browser(
    site: Recording,
) -> None:
    def slowly(_: Request) -> Response:
        time.sleep(0.6)
        return Response("<p>Home</p>", media_type="text/html")

    site.pages["/"] = slowly
    browsers = Browsers(slots=1)
    try:
        await browsers.run(errand(site.address))
        before = drivers()
        broken = await browsers.run(errand(site.address, fault="slow", within=1.5))
        after = await browsers.run(errand(site.address))
        assert drivers() == before
    finally:
        await browsers.close()
    assert (broken.outcome, broken.reason) == (Outcome.FAIL, Reason.TIMEOUT), broken
    assert broken.facts.touched == 1
    assert after.outcome is Outcome.PASS, after


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path.cwd())


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
