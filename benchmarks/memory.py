"""How much memory a real daemon holds with few and with many probes, once each of them has run.

Starts nginx and, one after the other, a daemon for each number of probes. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks import _cores, _many
from benchmarks._child import Broken
from benchmarks._judging import reading
from benchmarks._many import Many
from benchmarks._program import document, number, parser
from benchmarks._site import Site, serving
from benchmarks._vitals import Vitals, peak_mb
from benchmarks._watching import at_work, watching

PROBES: Final = (100, 1_000, 10_000)
PATIENCE_S: Final = 10.0
"""For the last of the first runs to be written."""
EXAMPLES: Final = ("", "--probes 5000", "--probes 100 --seconds 600")


def main() -> None:
    given = _arguments()
    document("memory", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("memory", __doc__ or "", EXAMPLES)
    words.add_argument(
        "--probes",
        type=number(int, 1),
        action="append",
        help="may be repeated (100, 1000 and 10000)",
    )
    words.add_argument(
        "--every", type=number(float, 1), default=60, help="their interval in seconds (%(default)s)"
    )
    words.add_argument(
        "--seconds", type=number(float, 1), help="how long to wait, instead of until all have run"
    )
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    _cores.pin(_cores.split()[1])
    with serving(folder) as site:
        found = {
            str(probes): _daemon(folder, site, probes, given) for probes in given.probes or PROBES
        }
    return {
        "rss_mb": {probes: each["rss_mb"] for probes, each in found.items()},
        "every_s": given.every,
        "daemons": found,
    }


def _daemon(folder: Path, site: Site, probes: int, given: argparse.Namespace) -> dict[str, Any]:
    """Raises Broken."""
    print(f"{probes} probes every {given.every:g} s", file=sys.stderr, flush=True)
    home = folder / str(probes)
    home.mkdir()
    config, many = home / "probes.toml", Many(well=probes, every_s=given.every)
    database = home / "state" / "trueup.db"

    def all_ran() -> bool:
        return given.seconds is None and _have_run(database) == probes

    with _many.configured(config, many, site), at_work(config) as daemon:
        assert daemon.process is not None
        at_start, *later = watching(
            daemon, given.seconds or given.every + PATIENCE_S, enough=all_ran
        )
        peak = peak_mb(daemon.process.pid)
        have_run = _have_run(database)
    if given.seconds is None and have_run < probes:
        raise Broken(f"only {have_run} of {probes} probes have run")
    return _figures(at_start, later, peak) | {"have_run": have_run}


def _figures(at_start: Vitals, later: list[Vitals], peak: float | None) -> dict[str, Any]:
    last = (later or [at_start])[-1]
    return {
        "rss_mb": round(last.rss_mb, 1),
        "at_start_mb": round(at_start.rss_mb, 1),
        "peak_mb": peak,
        "waited_s": round(last.at_s - at_start.at_s, 1),
    }


def _have_run(database: Path) -> int:
    with reading(database) as db:
        count = db.execute("SELECT count(*) FROM probe WHERE first_run_at IS NOT NULL").fetchone()
    return int(count[0])


if __name__ == "__main__":
    main()
