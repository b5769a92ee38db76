"""How long the commands take: until the daemon has recorded its first run, and until a
configuration has been read and found good.

Starts each several times and tells the median. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import _ledger
from benchmarks._child import ROOT, Broken
from benchmarks._daemon import AT_WORK, Daemon
from benchmarks._judging import reading
from benchmarks._many import Many, configured
from benchmarks._program import document, number, parser
from benchmarks._site import Site, serving
from monitor.clock import SystemClock, to_us

TIMES: Final = 5
PROBES: Final = (1, 100, 10_000)
WITHIN_S: Final = 60.0
GLANCE_S: Final = 0.002
IMPORTS: Final = "import monitor.cli, monitor.daemon"
EXAMPLES: Final = ("", "--times 20")


def main() -> None:
    given = _arguments()
    document("start", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("start", __doc__ or "", EXAMPLES)
    words.add_argument(
        "--times", type=number(int, 1), default=TIMES, help="each is started so often (%(default)s)"
    )
    words.add_argument(
        "--probes",
        type=number(int, 1),
        action="append",
        help="sizes of configurations to check; may be repeated (1, 100 and 10000)",
    )
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    with serving(folder) as site:
        starts = [
            _started(folder / f"start-{each}", site, each / given.times)
            for each in range(given.times)
        ]
        check_ms = {
            str(probes): _checked(folder / f"check-{probes}", site, probes, given.times)
            for probes in given.probes or PROBES
        }
    return {
        **{name: _median([each[name] for each in starts]) for name in starts[0]},
        "check_ms": next(iter(check_ms.values())),
        "check_ms_by_probes": check_ms,
        "help_ms": _took(["-m", "monitor", "--help"], given.times),
        "import_ms": _took(["-c", IMPORTS], given.times),
        "python_ms": _took(["-c", "pass"], given.times),
        "times": given.times,
    }


def _started(home: Path, site: Site, at: float) -> dict[str, float]:
    """One life of a daemon with one probe every second, in milliseconds since its process was
    started; that is when *at* of a second of the clock is over, so that no start has a slot that
    suits it better than the others. Raises Broken.
    """
    home.mkdir()
    time.sleep((at - SystemClock().now().timestamp()) % 1)
    daemon, database = Daemon(home / "probes.toml"), home / "state" / "trueup.db"
    with configured(daemon.config, Many(well=1, every_s=1), site):
        began, began_us = time.monotonic(), to_us(SystemClock().now())
        try:
            daemon.start()
            ready = _when(lambda: daemon.said(AT_WORK), daemon)
            recorded = _when(lambda: _has_run(database), daemon)
            daemon.stop()
        finally:
            daemon.end()
    _say(f"at work after {ready - began:.2f} s, the first run after {recorded - began:.2f} s")
    [runs] = _ledger.runs(database).values()
    ready_ms = (ready - began) * 1e3
    return {
        "first_run_ms": (recorded - began) * 1e3,
        "ready_ms": ready_ms,
        "slot_wait_ms": max(0.0, (runs[0].at_us - began_us) / 1e3 - ready_ms),
    }


def _when(condition: Callable[[], object], daemon: Daemon) -> float:
    """In monotonic seconds. Raises Broken."""
    ends = time.monotonic() + WITHIN_S
    while not condition():
        daemon.demand_life()
        if time.monotonic() > ends:
            raise Broken(f"the daemon has not come so far within {WITHIN_S:.0f} s")
        time.sleep(GLANCE_S)
    return time.monotonic()


def _has_run(database: Path) -> bool:
    with reading(database) as db:
        return bool(db.execute("SELECT count(*) FROM run").fetchone()[0])


def _checked(home: Path, site: Site, probes: int, times: int) -> float:
    home.mkdir()
    config = home / "probes.toml"
    with configured(config, Many(well=probes, every_s=60), site):
        return _took(["-m", "monitor", "check", "--config", str(config)], times)


def _took(arguments: Sequence[str], times: int) -> float:
    """The median of a process from its start to its end. Raises Broken."""
    took_s = []
    for _ in range(times):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=WITHIN_S,
            check=False,
        )
        took_s.append(time.monotonic() - began)
        if done.returncode:
            raise Broken(f"{arguments[-1]}: {done.stderr.decode(errors='replace')[-500:]}")
    _say(f"{' '.join(arguments[:3])}: {statistics.median(took_s) * 1e3:.0f} ms")
    return _median([each * 1e3 for each in took_s])


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 1)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
