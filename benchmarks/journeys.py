"""What one journey in a real browser costs: CPU, memory, time, and how many there are in a second.

Signs in to a small site of its own, with the ready-made journey, through every part of the daemon
from the slot to the row. Prints one JSON document. Needs Linux and a browser.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import _bare_journeys, _npx
from benchmarks._child import Broken
from benchmarks._family import cpu_s, living_children, own_pss_mb, pss_mb
from benchmarks._login_site import BEHIND, PASSWORD, USERNAME, serving_login
from benchmarks._ordered import Ordered, ordered
from benchmarks._program import document, number, parser
from probes.browser import BrowserTrouble, find_browser

LOOPS: Final = 200
WARM_UP: Final = 6
COLD: Final = 5
ALONE: Final = 60
"""Journeys of one browser alone, while its memory is looked at."""
LANES: Final = 2
IDLE_S: Final = 5.0
"""After which an unused browser is ended."""
_GLANCE_S: Final = 0.05
_NOW_AND_THEN_S: Final = 1.0
_EACH_S: Final = 5.0
"""Longer than that, on the average, and something is broken."""
_PARTS: Final = 10
EXAMPLES: Final = ("", "--loops 2000", "--npx ~/project --browser /usr/bin/chromium")
_PROBES: Final = """\
[trueup]
state = "state"
browser = "{browser}"
browser_idle = "{idle_s:.0f}s"
[probe.login]
kind = "journey"
journey = "login"
every = "1s"
timeout = "20s"
confirm = []
url = "{url}"
username = "{username}"
password = "{password}"
expect_text = "{behind}"
"""


def main() -> None:
    given = _arguments()
    document("journeys", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("journeys", __doc__ or "", EXAMPLES)
    words.add_argument(
        "--loops", type=number(int, 1), default=LOOPS, help="how many journeys (%(default)s)"
    )
    words.add_argument("--browser", default="", help="which one, instead of the one found first")
    words.add_argument(
        "--npx",
        type=Path,
        default=Path.cwd(),
        metavar="FOLDER",
        help="where `npx playwright` is asked for, to make the same journey (%(default)s)",
    )
    words.add_argument("--alone", action="store_true", help="measure nothing else beside ours")
    words.add_argument("--briefly", action="store_true", help="say nothing that can be relied on")
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    try:
        browser = find_browser(given.browser)
    except BrowserTrouble as trouble:
        raise Broken(str(trouble)) from None
    with serving_login() as url:
        found = {"browser": browser, **_ours(folder, browser, url, given)}
        if given.alone:
            return {**found, "bare": {}, "peers": {}, "left_out": "--alone"}
        loops = max(LANES, min(given.loops, LOOPS) // 2)
        bare = _bare_journeys.measured(browser, url, loops, LANES)
        peers, why = _npx.measured(folder, given.npx, browser, url, loops)
    return {**found, "bare": bare, "peers": peers} | ({"left_out": why} if why else {})


def _ours(folder: Path, browser: str, url: str, given: argparse.Namespace) -> dict[str, Any]:
    config = folder / "probes.toml"
    config.write_text(
        _PROBES.format(
            browser=browser,
            idle_s=IDLE_S,
            url=url,
            username=USERNAME,
            password=PASSWORD,
            behind=BEHIND,
        )
    )
    command = [sys.executable, "-m", "benchmarks._travels", str(config)]
    with ordered("our own parts", command) as ours:
        say("from no browser at all to the first step")
        times = 1 if given.briefly else COLD
        first, *cold = ours.do({"do": "cold", "times": times + 1}, within_s=120)["cold_ms"]
        memory = _memory(ours, 2 if given.briefly else ALONE)
        figures = _loops(ours, given.loops)
        after_idle = None if given.briefly else _after_idle(ours)
    return {
        "journeys_per_s": figures.pop("journeys_per_s"),
        "cpu_ms_per_journey": figures.pop("cpu_ms_per_journey"),
        **memory,
        "pss_mb_after_idle": after_idle,
        "cold_ms": round(statistics.median(cold)),
        "cold_first_ms": round(first),
        **figures,
    }


def _memory(ours: Ordered, count: int) -> dict[str, Any]:
    """Of one browser with its driver and its worker, while nobody shares anything with it."""
    say(f"memory of one browser alone, {count} journeys")
    _travel(ours, 1, 2)
    busy: list[float] = []
    _travel(ours, 1, count, lambda: busy.extend(map(pss_mb, living_children(ours.pid))), _GLANCE_S)
    time.sleep(0.5)
    idle = sum(map(pss_mb, living_children(ours.pid)))
    return {
        "pss_mb_busy": round(max(busy, default=0.0)),
        "pss_mb_busy_median": round(statistics.median(busy or [0.0])),
        "pss_mb_idle": round(idle),
    }


@dataclass(slots=True)
class _Glances:
    """At the memory of all browsers, and of the process that has them."""

    pid: int
    workers: set[int] = field(default_factory=set)
    browsers: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    def take(self) -> None:
        workers = living_children(self.pid)
        self.workers.update(workers)
        each = [pss_mb(worker) for worker in workers]
        self.browsers.append(sum(each) / max(1, len(each)))
        self.own.append(own_pss_mb(self.pid))


def _loops(ours: Ordered, count: int) -> dict[str, Any]:
    _travel(ours, LANES, min(WARM_UP, count))
    say(f"{count} journeys, {LANES} at a time")
    glances = _Glances(ours.pid)
    before_s = cpu_s(ours.pid)
    answer = _travel(ours, LANES, count, glances.take, _NOW_AND_THEN_S)
    used_s = cpu_s(ours.pid) - before_s
    wall = sorted(answer["wall_ms"])
    browsers, own = _parts(glances.browsers), _parts(glances.own)
    return {
        "journeys_per_s": round(count / answer["took_s"], 2),
        "cpu_ms_per_journey": round(used_s * 1000 / count, 1),
        "wall_ms": {"p50": round(_percentile(wall, 50)), "p95": round(_percentile(wall, 95))},
        "journeys": count,
        "failed": 0,
        "workers": len(glances.workers),
        "pss_mb_first": browsers[0] if browsers else None,
        "pss_mb_last": browsers[-1] if browsers else None,
        "pss_mb_through": browsers,
        "daemon_mb_through": own,
    }


def _travel(
    ours: Ordered, lanes: int, count: int, glance: Any = lambda: None, every_s: float = 1.0
) -> dict[str, Any]:
    order = {"do": "travel", "lanes": lanes, "count": count}
    answer = ours.do(order, 30 + count * _EACH_S, glance, every_s)
    if failed := answer["failed"]:
        raise Broken(
            f"{sum(failed.values())} of {count} journeys did not pass: {next(iter(failed))}"
        )
    if answer["recorded"] != count:
        raise Broken(f"{answer['recorded']} of {count} journeys were recorded")
    return answer


def _parts(seen: Sequence[float]) -> list[int]:
    """The median of each tenth, in the order of time."""
    size = max(1, len(seen) // _PARTS)
    starts = range(0, len(seen) - size + 1, size)
    return [round(statistics.median(seen[at : at + size])) for at in starts][:_PARTS]


def _percentile(ordered_: Sequence[float], percent: int) -> float:
    return ordered_[min(len(ordered_) - 1, len(ordered_) * percent // 100)]


def _after_idle(ours: Ordered) -> int:
    say("until unused browsers are gone")
    ends = time.monotonic() + 4 * IDLE_S
    while living_children(ours.pid) and time.monotonic() < ends:
        time.sleep(0.2)
    return round(sum(map(pss_mb, living_children(ours.pid))))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
