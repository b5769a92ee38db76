"""Whether a real daemon with many probes starts every run on time, and what it uses meanwhile.

Starts nginx, writes a configuration, runs the daemon as a process of its own on one core, and
reads from its database how long after its slot each run began. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import _cores, _ledger, _many
from benchmarks._lags import evenness, lag_ms
from benchmarks._ledger import Begun, Window
from benchmarks._many import Many
from benchmarks._program import document, number, parser
from benchmarks._site import serving
from benchmarks._vitals import Vitals, mb_per_hour
from benchmarks._watching import at_work, watching
from monitor.clock import SystemClock, to_us

MORE_S: Final = 15.0
TAIL_S: Final = 0.5
"""For what became due at the very end to be started."""
LATE_US: Final = 1_000_000
BINS: Final = 60
EXAMPLES: Final = (
    "",
    "--probes 1000 --every 1 --seconds 600",
    "--probes 1000 --hang 100 --blackhole 100",
)

Runs = Mapping[str, Sequence[Begun]]


@dataclass(frozen=True, slots=True)
class Watched:
    """A daemon's life, from when it was at work."""

    window: Window
    seen: Sequence[Vitals]
    runs: Runs
    """In their slots."""


def main() -> None:
    given = _arguments()
    document("schedule", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("schedule", __doc__ or "", EXAMPLES)
    words.add_argument("--probes", type=number(int, 1), default=10_000, help="(%(default)s)")
    words.add_argument(
        "--every", type=number(float, 1), default=60, help="their interval in seconds (%(default)s)"
    )
    words.add_argument(
        "--seconds",
        type=number(float, 1),
        help=f"how long to watch (one interval and {MORE_S:.0f} s)",
    )
    words.add_argument(
        "--hang", type=number(int, 0), default=0, help="so many of them ask what never answers"
    )
    words.add_argument(
        "--blackhole",
        type=number(int, 0),
        default=0,
        help="so many of them have a name server that never answers",
    )
    words.add_argument(
        "--timeout", type=number(float, 0.1), default=10, help="of each run (%(default)s)"
    )
    words.add_argument("--tls", action="store_true", help="the others ask over TLS")
    given = words.parse_args()
    if given.hang + given.blackhole >= given.probes:
        words.error("--hang and --blackhole leave no probe that is well")
    given.seconds = given.seconds or given.every + MORE_S
    return given


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    many = Many(
        well=given.probes - given.hang - given.blackhole,
        hangs=given.hang,
        lost=given.blackhole,
        every_s=given.every,
        timeout_s=given.timeout,
    )
    watched = _watched(folder, many, given)
    runs, well = watched.runs, _of_sort(watched.runs, _many.WELL)
    found = {
        "probes": given.probes,
        "every_s": given.every,
        "seconds": round(_span_s(watched), 1),
        "runs_per_s": round(_many_runs(runs) / _span_s(watched), 1),
        "lag_ms": lag_ms(_lags_us(runs)),
        "missed": _missed(watched, runs),
        "late": sum(lag_us >= LATE_US for lag_us in _lags_us(runs)),
        "worst": _worst(watched, runs),
        "first_runs": _first_runs(watched),
        **_used(watched),
    }
    if many.hangs or many.lost:
        found |= {"well_lag_ms": lag_ms(_lags_us(well)), "well_missed": _missed(watched, well)}
    return found


def _watched(folder: Path, many: Many, given: argparse.Namespace) -> Watched:
    """Raises NoSite and Broken."""
    _cores.pin(_cores.split()[1])
    clock, every = SystemClock(), timedelta(seconds=many.every_s)
    config, scheme = folder / "probes.toml", "tls" if given.tls else "plain"
    with (
        serving(folder) as site,
        _many.configured(config, many, site, scheme),
        at_work(config) as daemon,
    ):
        began_at = clock.now()
        seen = list(watching(daemon, given.seconds))
        ended_at = clock.now()
        time.sleep(TAIL_S)
    window = Window(began_at=began_at, ended_at=ended_at, every=every)
    found = _ledger.runs(folder / "state" / "trueup.db")
    runs = {probe: window.in_slots(probe, found.get(probe, ())) for probe in many.ids}
    return Watched(window, seen, runs)


def _of_sort(runs: Runs, sort: str) -> Runs:
    return {probe: each for probe, each in runs.items() if probe.startswith(f"{sort}-")}


def _lags_us(runs: Runs) -> list[int]:
    return [run.lag_us for each in runs.values() for run in each]


def _many_runs(runs: Runs) -> int:
    return sum(map(len, runs.values()))


def _missed(watched: Watched, runs: Runs) -> int:
    return sum(watched.window.due(probe) for probe in runs) - _many_runs(runs)


def _span_s(watched: Watched) -> float:
    return (watched.window.ended_at - watched.window.began_at).total_seconds()


def _worst(watched: Watched, runs: Runs) -> dict[str, Any]:
    """Whose run was the latest, and how long after the start; empty without runs."""
    latest = max(
        ((run, probe) for probe, each in runs.items() for run in each),
        key=lambda found: found[0].lag_us,
        default=None,
    )
    if latest is None:
        return {}
    after_us = latest[0].slot_us - to_us(watched.window.began_at)
    return {"probe": latest[1], "slot_after_s": round(after_us / 1e6, 1)}


def _first_runs(watched: Watched) -> dict[str, float]:
    """How many there were within one interval, and how they spread over its sixtieths."""
    window = watched.window
    since_us, span_us = to_us(window.began_at), window.every // timedelta(microseconds=1)
    firsts = [runs[0].at_us for runs in watched.runs.values() if runs]
    within = [us for us in firsts if us < since_us + span_us]
    return {
        "within_one_interval": len(within),
        "fullest_sixtieth_to_mean": evenness(within, since_us, span_us, BINS),
    }


def _used(watched: Watched) -> dict[str, Any]:
    """Memory and descriptors from the second interval on, when everybody has run once."""
    first, last = watched.seen[0], watched.seen[-1]
    cpu_s, span_s = last.cpu_s - first.cpu_s, last.at_s - first.at_s
    settled_s = first.at_s + watched.window.every.total_seconds()
    settled = [vitals for vitals in watched.seen if vitals.at_s >= settled_s] or [last]
    return {
        "rss_mb": round(last.rss_mb, 1),
        "rss_max_mb": round(max(vitals.rss_mb for vitals in watched.seen), 1),
        "rss_mb_per_hour": mb_per_hour(settled),
        "fds": {"first": settled[0].fds, "last": last.fds, "max": max(v.fds for v in watched.seen)},
        "cpu_share": round(cpu_s / span_s, 4) if span_s else math.nan,
        "cpu_us_per_run": round(cpu_s * 1e6 / max(_many_runs(watched.runs), 1), 1),
    }


if __name__ == "__main__":
    main()
