"""The same journey by Playwright in Node, where it is installed: as its own test program makes it,
which starts everything anew each time, and in a warm browser as ours does.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks import _cores
from benchmarks._bare_journeys import warm
from benchmarks._child import Broken
from benchmarks._login_site import BEHIND, PASSWORD, USERNAME
from benchmarks._ordered import ordered

TEST: Final = "npx playwright test"
WARM: Final = "playwright for node, warm"
TIMES: Final = 5
LANES: Final = 2
_PATIENCE_S: Final = 60.0
_JOURNEY: Final = """
  await page.goto(%(url)s);
  await page.getByLabel("E-mail").fill(%(username)s);
  await page.getByLabel("Password").fill(%(password)s);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(%(behind)s).waitFor();
"""
_SPEC: Final = (
    'import { test } from "@playwright/test";\ntest("login", async ({ page }) => {%s});\n'
)
_CONFIG: Final = """\
export default { testDir: ".", reporter: "line", use: { launchOptions: {
  executablePath: %s, chromiumSandbox: %s } } };
"""
_LOOP: Final = """\
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
const { chromium } = createRequire(%(module)s)("playwright");
const browser = await chromium.launch({
  executablePath: %(browser)s, chromiumSandbox: %(sandbox)s,
});
const lanes = %(lanes)s;
async function journey() {
  const context = await browser.newContext();
  const page = await context.newPage();%(journey)s
  await context.close();
}
console.log('{"ready": true}');
for await (const line of createInterface({ input: process.stdin })) {
  let left = JSON.parse(line).count;
  const began = performance.now();
  const lane = async () => { while (left-- > 0) await journey(); };
  await Promise.all(Array.from({ length: lanes }, lane));
  console.log(JSON.stringify({ took_s: (performance.now() - began) / 1000 }));
}
await browser.close();
"""


def measured(
    folder: Path, where: Path, browser: str, url: str, loops: int
) -> tuple[dict[str, Any], str]:
    """What there is, and why there is not more."""
    try:
        modules = _modules(where)
        found = {WARM: _warm(folder, modules, browser, url, loops)}
        if (modules / "@playwright" / "test").exists():
            return found | {TEST: _cold(folder, modules, browser, url)}, ""
    except Broken as trouble:
        return {}, str(trouble)
    return found, f"@playwright/test is not in {modules}"


def _modules(where: Path) -> Path:
    """The folder that holds Playwright's modules. Raises Broken."""
    npx = shutil.which("npx")
    if npx is None:
        raise Broken("npx is not installed")
    try:
        done = subprocess.run(
            [npx, "--no-install", "--offline", "-c", "command -v playwright"],
            cwd=where,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Broken(f"npx does not answer in {where}") from None
    program = Path(done.stdout.strip() or "nowhere").resolve()
    found = next((up for up in program.parents if up.name == "node_modules"), None)
    if found is None:
        raise Broken(
            f"npx finds no playwright in {where}; install it: npm install @playwright/test"
        )
    return found


def _warm(folder: Path, modules: Path, browser: str, url: str, loops: int) -> dict[str, Any]:
    say(f"{loops} journeys of Playwright in Node, in a warm browser")
    program = folder / "loop.mjs"
    program.write_text(
        _LOOP
        % {
            "module": json.dumps(str(modules / "playwright" / "package.json")),
            "browser": json.dumps(browser),
            "sandbox": json.dumps(os.geteuid() != 0),
            "lanes": LANES,
            "journey": _journey(url),
        }
    )
    with ordered("Playwright in Node", ["node", str(program)]) as node:
        return warm(node, loops)


def _cold(folder: Path, modules: Path, browser: str, url: str) -> dict[str, Any]:
    say(f"npx playwright test, {TIMES} times")
    project = folder / "npx"
    project.mkdir()
    (project / "node_modules").symlink_to(modules)
    (project / "package.json").write_text('{"type": "module"}')
    (project / "login.spec.js").write_text(_SPEC % _journey(url))
    config = _CONFIG % (json.dumps(browser), json.dumps(os.geteuid() != 0))
    (project / "playwright.config.js").write_text(config)
    began_us, began = _cores.used_us(resource.RUSAGE_CHILDREN), time.monotonic()
    for _ in range(TIMES):
        _test(project)
    return {
        "journeys_per_s": round(TIMES / (time.monotonic() - began), 2),
        "cpu_ms_per_journey": round(
            (_cores.used_us(resource.RUSAGE_CHILDREN) - began_us) / 1000 / TIMES, 1
        ),
    }


def _test(project: Path) -> None:
    try:
        done = subprocess.run(
            ["npx", "--no-install", "playwright", "test"],
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Broken("npx playwright test did not end") from None
    if done.returncode:
        raise Broken(f"npx playwright test: {' '.join((done.stdout + done.stderr).split())[:300]}")


def _journey(url: str) -> str:
    told = {"url": url, "username": USERNAME, "password": PASSWORD, "behind": BEHIND}
    return _JOURNEY % {name: json.dumps(text) for name, text in told.items()}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
