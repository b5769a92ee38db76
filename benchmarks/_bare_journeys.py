"""Playwright for Python alone in a warm browser, a fresh context each time: the same journey with
nothing around it, as a floor for our own figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from benchmarks._family import cpu_s
from benchmarks._login_site import BEHIND, PASSWORD, USERNAME
from benchmarks._ordered import ordered

if TYPE_CHECKING:
    from playwright.async_api import Browser


def measured(browser: str, url: str, loops: int, lanes: int) -> dict[str, Any]:
    """Raises Broken."""
    print(f"{loops} journeys of Playwright for Python alone", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks._bare_journeys", browser, url, str(lanes)]
    with ordered("Playwright for Python", command) as bare:
        return warm(bare, loops)


def warm(it: Any, loops: int) -> dict[str, Any]:
    """What one costs in a process that makes as many as it is told."""
    it.do({"count": 6}, within_s=60)
    before_s = cpu_s(it.pid)
    took_s = it.do({"count": loops}, within_s=60 + 5 * loops)["took_s"]
    used_s = cpu_s(it.pid) - before_s
    return {
        "journeys_per_s": round(loops / took_s, 2),
        "cpu_ms_per_journey": round(used_s * 1000 / loops, 1),
    }


async def _journey(browser: Browser, url: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_label("E-mail").fill(USERNAME)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text(BEHIND).wait_for()
    await context.close()


async def _lane(browser: Browser, url: str, left: Iterator[int]) -> None:
    for _ in left:
        await _journey(browser, url)


async def _main(executable: str, url: str, lanes: int) -> None:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - whoever asks has no need

    loop = asyncio.get_running_loop()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=os.geteuid() != 0
        )
        print('{"ready": true}', flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            left, began = iter(range(json.loads(line)["count"])), time.monotonic()
            await asyncio.gather(*(_lane(browser, url, left) for _ in range(lanes)))
            print(json.dumps({"took_s": time.monotonic() - began}), flush=True)
        await browser.close()


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("browser")
    words.add_argument("url")
    words.add_argument("lanes", type=int)
    given = words.parse_args()
    asyncio.run(_main(given.browser, given.url, given.lanes))


if __name__ == "__main__":
    main()
