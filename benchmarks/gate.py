"""How long `trueup gate` takes beyond the runs themselves: from the start of its process until it
has ended, less the longest row of runs and the pauses in it.

Asks a web server over TLS, and signs in to a small site with a browser. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks._child import ROOT, Broken
from benchmarks._login_site import BEHIND, PASSWORD, USERNAME, serving_login
from benchmarks._program import document, number, parser
from benchmarks._site import MARK, Site, serving
from monitor.clock import SystemClock
from probes.browser import BrowserTrouble, find_browser

TIMES: Final = 5
RUNS: Final = 3
HTTP: Final = 8
JOURNEYS: Final = 2
PAUSE_MS: Final = 1000
WITHIN_S: Final = 120.0
EXAMPLES: Final = ("", "--times 20", "--journeys 6")
_HTTP: Final = """\
[probe.web{number}]
kind = "http"
url = "{url}"
tags = ["http"]
expect.contains = "{mark}"
tls.ca = "{authority}"
"""
_JOURNEY: Final = """\
[probe.signin{number}]
kind = "journey"
journey = "login"
url = "{url}"
tags = ["journeys"]
username = "{username}"
password = "{password}"
expect_text = "{behind}"
"""


def main() -> None:
    given = _arguments()
    document("gate", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("gate", __doc__ or "", EXAMPLES)
    words.add_argument(
        "--times", type=number(int, 1), default=TIMES, help="each is begun so often (%(default)s)"
    )
    words.add_argument(
        "--http", type=number(int, 1), default=HTTP, help="how many HTTP probes (%(default)s)"
    )
    words.add_argument(
        "--journeys", type=number(int, 1), default=JOURNEYS, help="how many journeys (%(default)s)"
    )
    words.add_argument("--browser", default="", help="which one, instead of the one found first")
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    try:
        browser = find_browser(given.browser)
    except BrowserTrouble as trouble:
        raise Broken(str(trouble)) from None
    with serving(folder) as site, serving_login() as signin:
        config = _configured(folder, given, (site, signin, browser))
        found = {
            "http": _gates(config, given.times, "--tag", "http"),
            "journeys": _gates(config, given.times, "--tag", "journeys"),
            "both": _gates(config, given.times),
        }
    return {
        "beyond_ms": found["both"]["beyond_ms"],
        **found,
        "probes": {"http": given.http, "journeys": given.journeys},
        "runs": RUNS,
        "pause_ms": PAUSE_MS,
        "times": given.times,
        "browser": browser,
    }


def _configured(folder: Path, given: argparse.Namespace, there: tuple[Site, str, str]) -> Path:
    site, signin, browser = there
    text = f'[trueup]\nstate = "state"\nbrowser = "{browser}"\n'
    for each in range(given.http):
        text += _HTTP.format(number=each, url=site.urls["tls"], mark=MARK, authority=site.authority)
    for each in range(given.journeys):
        text += _JOURNEY.format(
            number=each, url=signin, username=USERNAME, password=PASSWORD, behind=BEHIND
        )
    config = folder / "probes.toml"
    config.write_text(text)
    return config


def _gates(config: Path, times: int, *chosen: str) -> dict[str, Any]:
    figures = [_gate(config, chosen) for _ in range(times)]
    found = {
        name: round(statistics.median(each[name] for each in figures), 1) for name in figures[0]
    }
    found["beyond_ms_most"] = round(max(each["beyond_ms"] for each in figures), 1)
    _say(f"{' '.join(chosen) or 'both'}: {found['beyond_ms']:.0f} ms beyond the runs")
    return found


def _gate(config: Path, chosen: Sequence[str]) -> dict[str, float]:
    """One gate, as a pipeline begins it. Raises Broken."""
    words = ["gate", "--json", "--runs", str(RUNS), "--pause", f"{PAUSE_MS}ms", *chosen]
    before_s = _cpu_s()
    started_at, began = SystemClock().now(), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *words, "--config", str(config)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=WITHIN_S,
        check=False,
    )
    whole_ms = (time.monotonic() - began) * 1e3
    if done.returncode:
        raise Broken(f"the gate did not pass: {done.stderr.decode(errors='replace')[-500:]}")
    told = json.loads(done.stdout)
    begun = datetime.fromisoformat(told["began_at"]) - started_at
    begin_ms = begun.total_seconds() * 1e3
    longest = max(told["probes"], key=lambda probe: float(probe["lasted_ms"]))
    row_ms = longest["lasted_ms"] + PAUSE_MS * (RUNS - 1)
    return {
        "beyond_ms": whole_ms - row_ms,
        "begin_ms": begin_ms,
        "between_ms": told["took_ms"] - row_ms,
        "end_ms": whole_ms - begin_ms - told["took_ms"],
        "browser_ms": longest["lasted_ms"] - longest["took_ms"],
        "row_ms": row_ms,
        "whole_ms": whole_ms,
        "cpu_ms": (_cpu_s() - before_s) * 1e3,
    }


def _cpu_s() -> float:
    """Of all that was begun here and has ended: of the gate, its browsers among them."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
