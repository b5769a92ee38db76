"""What one run of an HTTP probe costs, from its slot to its row, and how many a core carries.

Prints one JSON document. Starts nginx and everything else by itself, and ends it.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks import _cores, _peers
from benchmarks._child import Broken, answer_of
from benchmarks._program import document, number, parser
from benchmarks._site import MARK, Site, serving

SCHEMES: Final = ("plain", "tls")
SECONDS: Final = 70.0
SHARE_OF_PEERS: Final = 0.3
PATIENCE_S: Final = 30.0
"""For a process to start, and to finish what it has begun."""
EXAMPLES: Final = ("", "--seconds 30", "--peer 'curl=curl -sf'")
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
    document("runs", lambda folder: _measured(folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("runs", __doc__ or "", EXAMPLES)
    words.add_argument(
        "--seconds",
        type=number(float, 1),
        default=SECONDS,
        help="about how long it may take (%(default)s)",
    )
    words.add_argument(
        "--peer",
        action="append",
        type=_named,
        default=[],
        metavar="NAME=COMMAND",
        help="measure COMMAND too, run again and again with the address as its last argument",
    )
    return words.parse_args()


def _named(text: str) -> tuple[str, str]:
    name, _, command = text.partition("=")
    if not name or not shlex.split(command):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COMMAND")
    return name, command


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    core, others = _cores.split()
    _cores.pin(others)
    peers = _peers.found(folder, core, dict(given.peer))
    each = given.seconds / len(SCHEMES)
    with serving(folder) as site:
        ours = {
            scheme: _ours(site, folder / scheme, scheme, (each * (1 - SHARE_OF_PEERS), core))
            for scheme in SCHEMES
        }
        rss_mb = max(figures.pop("rss_mb") for figures in ours.values())
        compared = {
            name: _compared(name, peer, site, ours, each * SHARE_OF_PEERS / len(peers))
            for name, peer in peers.items()
        }
    return {**ours, "rss_mb": rss_mb, "peers": compared}


def _ours(site: Site, folder: Path, scheme: str, how: tuple[float, int | None]) -> dict[str, Any]:
    seconds, core = how
    say(f"{scheme}: our own parts, for {seconds:.0f} s")
    folder.mkdir()
    text = _PROBES.format(url=site.urls[scheme], mark=MARK)
    if scheme == "tls":
        text += f'tls.ca = "{site.authority}"\n'
    (folder / "probes.toml").write_text(text)
    arguments = [str(folder / "probes.toml"), "--seconds", str(seconds)]
    arguments += [] if core is None else ["--core", str(core)]
    found: dict[str, Any] = answer_of("_pipeline", arguments, within_s=seconds + PATIENCE_S)
    figures, at_1000 = found["best"], found["first"]
    if figures.pop("failed"):
        raise Broken(f"{scheme}: runs did not pass, so there is nothing to measure")
    del at_1000["rss_mb"]
    return {**figures, "at_1000": at_1000}


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
