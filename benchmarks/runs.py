"""What one run of an HTTP probe costs, from its slot to its row, and how many a core carries.

Prints one JSON document. Starts nginx and everything else by itself, and ends it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Final

from benchmarks import _cores, _peers
from benchmarks._child import Broken, answer_of
from benchmarks._site import MARK, NoSite, Site, serving

SCHEMES: Final = ("plain", "tls")
SECONDS: Final = 70.0
SHARE_OF_PEERS: Final = 0.3
PATIENCE_S: Final = 30.0
"""For a process to start, and to finish what it has begun."""
_PROBES: Final = """\
[probe.one]
kind = "http"
url = "{url}"
every = "1s"
timeout = "5s"
expect.status = 200
expect.contains = "{mark}"
"""


def main() -> None:
    given = _arguments()
    signal.signal(signal.SIGTERM, _leave)
    core, others = _cores.split()
    _cores.pin(others)
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as name:
        try:
            with serving(Path(name)) as site:
                document = _measured(site, Path(name), core, given)
        except (NoSite, Broken) as trouble:
            sys.exit(f"runs: {trouble}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(json.dumps(document, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench runs", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="about how long it may take (%(default)s)"
    )
    parser.add_argument(
        "--peer",
        action="append",
        type=_named,
        default=[],
        metavar="NAME=COMMAND",
        help="measure COMMAND too, run again and again with the address as its last argument",
    )
    parser.add_argument(
        "--log", action="store_true", help="with the line of log that the daemon writes for a run"
    )
    return parser.parse_args()


def _named(text: str) -> tuple[str, str]:
    name, _, command = text.partition("=")
    if not name or not shlex.split(command):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COMMAND")
    return name, command


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)


def _measured(
    site: Site, folder: Path, core: int | None, given: argparse.Namespace
) -> dict[str, Any]:
    peers = _peers.found(folder, core, dict(given.peer))
    each = given.seconds / len(SCHEMES)
    ours = {
        scheme: _ours(site, folder / scheme, scheme, (each * (1 - SHARE_OF_PEERS), core, given.log))
        for scheme in SCHEMES
    }
    rss_mb = max(figures.pop("rss_mb") for figures in ours.values())
    return {
        **ours,
        "rss_mb": rss_mb,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "peers": {
            name: _compared(name, peer, site, ours, each * SHARE_OF_PEERS / len(peers))
            for name, peer in peers.items()
        },
    }


def _ours(
    site: Site, folder: Path, scheme: str, how: tuple[float, int | None, bool]
) -> dict[str, Any]:
    seconds, core, log = how
    say(f"{scheme}: our own parts, for {seconds:.0f} s")
    folder.mkdir()
    text = _PROBES.format(url=site.urls[scheme], mark=MARK)
    if scheme == "tls":
        text += f'tls.ca = "{site.authority}"\n'
    (folder / "probes.toml").write_text(text)
    arguments = [str(folder / "probes.toml"), "--seconds", str(seconds)]
    arguments += [] if core is None else ["--core", str(core)]
    arguments += ["--log"] if log else []
    figures: dict[str, Any] = answer_of("_pipeline", arguments, within_s=seconds + PATIENCE_S)
    if figures.pop("failed"):
        raise Broken(f"{scheme}: runs did not pass, so there is nothing to measure")
    return figures


def _compared(
    name: str, peer: _peers.Peer, site: Site, ours: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    figures = {}
    for scheme in SCHEMES:
        say(f"{scheme}: {name}, for {seconds:.0f} s")
        try:
            cpu_us = peer(site, scheme, seconds)
        except Broken as trouble:
            say(f"  left out: {trouble}")
            continue
        figures[scheme] = {
            "cpu_us_per_run": round(cpu_us, 1),
            "ratio": round(cpu_us / ours[scheme]["cpu_us_per_run"], 2),
        }
    return figures


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
