"""Browsers die, hang and fail to start. None of it is the target's fault or ends the journeys."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from probes.browser import Browsers, Errand, Visit
from probes.browser import browsers as pool
from probes.browser.folder import PrivateFolder
from probes.result import Outcome, Reason, Result
from tests.support.waiting import until, until_async


@pytest_asyncio.fixture
async def browsers() -> AsyncIterator[Browsers]:
    lent = Browsers(slots=2)
    yield lent
    await lent.close()


def processes(*words: str) -> list[psutil.Process]:
    """Those below us that say all of *words* on their command line, eldest first."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            said = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if all(word in said for word in words) and "/bin/sh" not in said:
            found.append(process)
    return found


def browser() -> psutil.Process:
    return next(p for p in processes("--user-data-dir") if "--type=" not in " ".join(p.cmdline()))


def driver() -> psutil.Process:
    return processes("run-driver")[0]


def drivers() -> set[int]:
    return {process.pid for process in processes("run-driver")}


def renderer() -> psutil.Process:
    return processes("--type=renderer")[0]


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


async def quick(visit: Visit) -> None:
    async with visit.step("look"):
        await visit.page.set_content("<p>Here</p>")


async def looks_for_ever(visit: Visit) -> None:
    async with visit.step("arrive"):
        await visit.page.set_content("<p>Here</p>")
    async with visit.step("wait"):
        await asyncio.to_thread(Path(visit.params["arrived"]).touch)
        await visit.page.get_by_text("There").wait_for(timeout=60_000)


async def run(browsers: Browsers, within: float = 30) -> Result:
    return await browsers.run(Errand(journey=quick, timeout=timedelta(seconds=within)))


async def struck(
    browsers: Browsers, victim: Callable[[], psutil.Process], sent: int, within: float = 30
) -> Result:
    """A run in whose midst *victim* receives the signal *sent*."""
    with tempfile.TemporaryDirectory() as folder:
        arrived = Path(folder, "arrived")
        running = asyncio.create_task(browsers.run(waiting_errand(arrived, within)))
        await until_async(arrived.exists, "it is under way", within=20)
        os.kill(victim().pid, sent)
        return await running


def waiting_errand(arrived: Path, within: float) -> Errand:
    return Errand(
        journey=looks_for_ever,
        params={"arrived": str(arrived)},
        timeout=timedelta(seconds=within),
    )


@pytest.mark.parametrize("victim", [browser, driver])
async def test_a_browser_killed_in_the_midst_is_no_evidence_and_the_next_run_passes(
    browsers: Browsers, victim: Callable[[], psutil.Process]
) -> None:
    result = await struck(browsers, victim, signal.SIGKILL)
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.BROWSER_CRASHED)
    told = [(step.name, step.outcome) for step in result.steps]
    assert told == [("arrive", Outcome.PASS), ("wait", Outcome.ERROR)]
    assert (await run(browsers)).outcome is Outcome.PASS


async def test_a_browser_that_hangs_is_no_evidence_and_is_replaced(browsers: Browsers) -> None:
    await run(browsers)
    frozen = browser()
    result = await struck(browsers, browser, signal.SIGSTOP, within=3)
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.BROWSER_CRASHED)
    assert (await run(browsers)).outcome is Outcome.PASS
    await until_async(lambda: is_gone(frozen), "the one that hangs is ended")


@pytest.mark.parametrize("victim", [browser, driver])
async def test_a_browser_that_died_between_two_runs_is_not_noticed(
    browsers: Browsers, victim: Callable[[], psutil.Process]
) -> None:
    await run(browsers)
    gone = victim()
    gone.kill()
    await until_async(lambda: is_gone(gone), "it is gone")
    assert (await run(browsers)).outcome is Outcome.PASS


async def test_a_page_that_crashes_is_the_targets_failure(browsers: Browsers) -> None:
    result = await struck(browsers, renderer, signal.SIGKILL)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.PAGE_CRASHED)
    assert "crashed" in result.summary
    assert (await run(browsers)).outcome is Outcome.PASS


async def test_without_a_browser_the_run_is_no_evidence() -> None:
    browsers = Browsers(executable="/nowhere/chromium")
    result = await run(browsers)
    await browsers.close()
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.BROWSER_UNAVAILABLE)
    assert "/nowhere/chromium" in result.summary


async def test_a_browser_that_dies_while_starting_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho cannot find libglib >&2; exit 133\n")
    broken.chmod(0o755)
    browsers = Browsers(executable=str(broken))
    result = await run(browsers)
    await browsers.close()
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.BROWSER_UNAVAILABLE)
    assert "cannot find libglib" in result.summary


async def test_an_unused_browser_goes_and_comes_back() -> None:
    browsers = Browsers(idle=timedelta(milliseconds=50))
    try:
        assert (await run(browsers)).outcome is Outcome.PASS
        await until_async(lambda: not processes("run-driver"), "the browser is closed")
        assert (await run(browsers)).outcome is Outcome.PASS
    finally:
        await browsers.close()


async def test_a_worker_is_renewed_before_it_ages(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "RUNS", 2)
    assert (await run(browsers)).outcome is Outcome.PASS
    first = driver().pid
    assert (await run(browsers)).outcome is Outcome.PASS
    await until_async(lambda: drivers() and first not in drivers(), "another one stands by")
    assert (await run(browsers)).outcome is Outcome.PASS


async def test_closing_leaves_neither_a_process_nor_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    browsers = Browsers()
    assert (await run(browsers)).outcome is Outcome.PASS
    assert within(tmp_path)
    await browsers.close()
    assert not within(tmp_path)
    assert not processes("run-driver")
    assert str(tmp_path) not in os.environ.get("TMPDIR", "")


def within(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


def test_what_a_dead_process_left_behind_is_swept_and_what_a_living_one_has_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "trueup-browser-left"
    (left / "1").mkdir(parents=True)
    (left / "lock").touch()
    orphan = subprocess.Popen(["/bin/sleep", "60"], env={"TMPDIR": f"{left}/1"})
    surroundings = Path(f"/proc/{orphan.pid}/environ")
    until(lambda: b"TMPDIR" in surroundings.read_bytes(), "it has begun")
    living = PrivateFolder()
    assert not left.exists()
    assert orphan.wait(10) == -signal.SIGKILL
    other = PrivateFolder()
    assert living.path.exists()
    living.remove()
    other.remove()
    assert not [*tmp_path.iterdir()]
