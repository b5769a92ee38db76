"""Harms the monitor itself while all is well with the service, and counts who was paged for it.

The daemon watches a page that always answers, with HTTP probes and a journey in a real browser,
while its network, browser, clock, disk and time are taken away in turn. The policy is the usual
one, only faster; with --strict a single failing try opens an incident. Prints one JSON document;
the status is 1 when the service's channel heard anything at all, any down time was counted, a
probe did not come back, or a run was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import _apart
from benchmarks._child import Broken
from benchmarks._harm import Scene, harms
from benchmarks._judging import reading
from benchmarks._saying import Progress, leave
from benchmarks._there import OPERATOR, SERVICE, WELL, There, there
from benchmarks._watched import Watched

PAUSE_S: Final = (3.0, 12.0)
BACK_WITHIN_S: Final = 120.0
AT_WORK_WITHIN_S: Final = 60.0
CALM_WITHIN_S: Final = 30.0
BREATH_S: Final = (0.0, 0.1)
DISK_MIB: Final = (48, 200)
"""Briefly, and with room for the daemon to keep some in reserve."""
APART: Final = "--apart"
SAYS_DOWN: Final = re.compile(r'class="row row-down"')
_PROBES: Final = ("front", "search", "journey")
_CONFIG: Final = """\
[trueup]
state = "disk/state"
operators = ["operator"]
anchors = {anchors}
[defaults]
{policy}
channels = ["service"]
[probe.front]
kind = "http"
url = "{url}/"
every = "1s"
timeout = "1s"
expect.contains = "{well}"
[probe.search]
kind = "http"
url = "{url}/search"
every = "1s"
timeout = "2s"
[probe.journey]
kind = "journey"
journey = "journey.py"
url = "{url}/leisurely"
every = "1s"
timeout = "6s"
[component.front]
probes = ["front"]
[component.search]
probes = ["search"]
[component.journey]
probes = ["journey"]
[channel.service]
kind = "webhook"
url = "{url}/service"
[channel.operator]
kind = "webhook"
url = "{url}/operator"
"""
_USUAL: Final = 'open_after = 2\nclose_after = 2\nconfirm = ["1s"]'
_STRICT: Final = "open_after = 1\nclose_after = 1\nconfirm = []"
JOURNEY: Final = f"""\
from playwright.async_api import expect

from probes.browser import Visit


async def journey(visit: Visit) -> None:
    async with visit.step("open the front page"):
        await visit.page.goto(visit.url)
        await expect(visit.page.get_by_role("heading")).to_have_text("{WELL}")
"""


@dataclass(slots=True)
class Seen:
    """What came of it so far."""

    faults: Counter[str] = field(default_factory=Counter)
    anomalies: list[str] = field(default_factory=list)
    page_said_down: bool = False


def main() -> None:
    given = arguments()
    if not given.apart and (way := _apart.way()):
        _apart.go(way, __file__, [*sys.argv[1:], APART])
    signal.signal(signal.SIGTERM, leave)
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="trueup-soak-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        try:
            document, well = _soaked(folder.resolve(), given)
        except Broken as trouble:
            sys.exit(f"soak: {trouble}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(json.dumps(document, indent=2))
    sys.exit(0 if well else 1)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="how long (%(default)s)")
    parser.add_argument("--seed", type=int, help="repeats the dice of an earlier time")
    parser.add_argument(
        "--briefly", action="store_true", help="each fault once, for a moment, and no more"
    )
    parser.add_argument(
        "--strict", action="store_true", help="one failing try opens an incident, nothing confirms"
    )
    parser.add_argument("--keep", type=Path, help="a folder for what is left behind, to look at")
    parser.add_argument(APART, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    given.seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    return given


def _soaked(folder: Path, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    began, seen = time.monotonic(), Seen()
    with _scene(folder, given) as (scene, world):
        _await_all_well(scene, seen, "the start")
        skipped = _harm(scene, seen, given)
        scene.daemon.wait(lambda: not _own_open(scene.state), CALM_WITHIN_S)
        left = _own_open(scene.state)
        status = scene.daemon.stop()
        figures = _figures(scene.state)
    log = scene.daemon.log
    seen.anomalies += [f"in the log: {line.strip()}" for line in log.crashed[:10]]
    seen.anomalies += [f"blamed the target: {said}" for said in log.failed[:10]]
    seen.anomalies += [f"the operator is left with {name}" for name in left]
    seen.anomalies += [f"the daemon stopped with status {status}"] if status else []
    seen.anomalies += [f"the service was paged: {each}" for each in world.heard[SERVICE][:10]]
    document = {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "faults": dict(sorted(seen.faults.items())),
        "skipped": skipped,
        "pages_to_service": len(world.heard[SERVICE]),
        "pages_to_operator": len(world.heard[OPERATOR]),
        "operator_heard": dict(
            Counter(f"{h.body['event']} {h.body['probe']}" for h in world.heard[OPERATOR])
        ),
        **figures,
        "runs": log.runs.total(),
        "runs_by_outcome": dict(log.runs),
        "unknown_because": dict(log.unknown),
        "longest_gap_s": {name: round(gap, 1) for name, gap in log.longest_gap_s.items()},
        "page_said_down": seen.page_said_down,
        "anomalies": seen.anomalies,
        "strict": given.strict,
        "seed": given.seed,
    }
    return document, _is_well(document, seen)


def _is_well(document: dict[str, Any], seen: Seen) -> bool:
    paged = document["pages_to_service"] or document["incidents"]
    down = document["false_down_s"] or document["page_said_down"]
    stuck = any("did not come back" in said for said in seen.anomalies)
    return not (paged or down or stuck or document["counted"] < document["runs"])


@contextlib.contextmanager
def _scene(folder: Path, given: argparse.Namespace) -> Iterator[tuple[Scene, There]]:
    disk, config, apart = folder / "disk", folder / "probes.toml", given.apart
    (folder / "journey.py").write_text(JOURNEY)
    with contextlib.ExitStack() as stack:
        if apart:
            stack.enter_context(_apart.small_disk(disk, DISK_MIB[not given.briefly]))
        if given.keep:
            stack.callback(shutil.copytree, disk, folder / "kept", dirs_exist_ok=True)
        host = "0.0.0.0" if apart else "127.0.0.1"  # every address of a network of our own
        world = stack.enter_context(there(host))
        config.write_text(configuration(world.port, given))
        daemon = Watched(config, ["unshare", "--net"] if apart else [])
        stack.callback(daemon.end)
        wire = _apart.Wire(daemon.process.pid) if apart else None
        daemon.order("go")
        there_is = disk if apart else None
        yield Scene(daemon, disk / "state", wire, there_is, briefly=given.briefly), world


def configuration(port: int, given: argparse.Namespace) -> str:
    anchors = [f"{anchor}:{port}" for anchor in _apart.ANCHORS] if given.apart else []
    host = _apart.OUTSIDE if given.apart else "127.0.0.1"
    return _CONFIG.format(
        anchors=json.dumps(anchors),
        url=f"http://{host}:{port}",
        well=WELL,
        policy=_STRICT if given.strict else _USUAL,
    )


def _harm(scene: Scene, seen: Seen, given: argparse.Namespace) -> list[str]:
    """Round after round, each in an order of its own; what could not be done here."""
    dice = random.Random(given.seed)
    possible, skipped = harms(apart=scene.wire is not None)
    ends = time.monotonic() + given.minutes * 60
    with Progress() as progress:
        while True:
            for name in dice.sample(sorted(possible), len(possible)):
                if not given.briefly and time.monotonic() > ends:
                    return skipped
                progress.show(f"{sum(seen.faults.values())} faults so far; now: {name}")
                possible[name](scene)
                seen.faults[name] += 1
                _await_all_well(scene, seen, name)
                time.sleep(dice.uniform(*(BREATH_S if given.briefly else PAUSE_S)))
            if given.briefly:
                return skipped


def _await_all_well(scene: Scene, seen: Seen, after: str) -> None:
    """Every probe passes again, by itself."""
    since_s, log = time.monotonic(), scene.daemon.log

    def all_well() -> bool:
        _look_at_page(scene, seen)
        return all(log.passed_s.get(name, 0.0) > since_s for name in _PROBES)

    if not scene.daemon.wait(all_well, BACK_WITHIN_S):
        silent = [name for name in _PROBES if log.passed_s.get(name, 0.0) <= since_s]
        seen.anomalies.append(f"{', '.join(silent)} did not come back after: {after}")


def _look_at_page(scene: Scene, seen: Seen) -> None:
    page = scene.state / "public" / "index.html"
    with contextlib.suppress(OSError):
        seen.page_said_down = seen.page_said_down or bool(SAYS_DOWN.search(page.read_text()))


def _own_open(state: Path) -> list[str]:
    with reading(state / "trueup.db") as db:
        rows = db.execute(
            "SELECT probe.id FROM incident JOIN probe ON probe.key = incident.probe"
            " WHERE resolved_at IS NULL AND probe.kind = 'trueup'"
        )
        return [str(row[0]) for row in rows]


def _figures(state: Path) -> dict[str, Any]:
    """What was concluded: incidents of the service, down time, and how many runs were counted;
    those of a day long past may be gone themselves, to make room on a full disk.
    """
    with reading(state / "trueup.db") as db:
        incidents = db.execute(
            "SELECT count(*) FROM incident JOIN probe ON probe.key = incident.probe"
            " WHERE probe.kind <> 'trueup'"
        ).fetchone()
        down_us, counted = db.execute(
            "SELECT coalesce(sum(down_us), 0), sum(pass + slow + fail + error) FROM rollup_1d"
        ).fetchone()
    return {"incidents": incidents[0], "false_down_s": down_us / 1e6, "counted": counted}


if __name__ == "__main__":
    main()
