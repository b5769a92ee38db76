"""Kills the daemon over and over, and counts what was lost, doubled or out of order.

A toy target fails and heals by a schedule of its own, a toy PagerDuty takes in what is told, and
the daemon is ended by SIGKILL at random moments, every time started again at once. Prints one JSON
document; the status is 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import secrets
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks._child import Broken
from benchmarks._daemon import Daemon
from benchmarks._fate import Target, target
from benchmarks._judging import Told, Verdict, judge, reading
from benchmarks._saying import Progress, leave
from tests.support.pagerduty import Act, PagerDuty, Taken, pagerduty
from tests.support.receivers import Answer, Trouble

PROBES: Final = ("search", "sign-in", "uploads")
KILLED_WITHIN_S: Final = 3.0
STARTING: Final = 0.25
"""The share of kills that are timed from the start of the process, and often hit its beginning;
the others are timed from when it is at work.
"""
BRIEFLY: Final = 0.4
"""What the time between kills, and the target's good spans, are scaled by with --briefly."""
AIMED: Final = 0.15
"""The share of those that come just after something was decided, and as many just after the
receiver took something in, when it is not told yet, or told and not yet noted.
"""
AIMED_WITHIN_S: Final = 0.01
DECIDED: Final = b'"event": "incident"'
ANSWERS_WITHIN_S: Final = 0.06
AT_WORK_WITHIN_S: Final = 60.0
SETTLED_WITHIN_S: Final = 120.0
PATIENCE_US: Final = 4_000_000
"""Three intervals and a timeout: how long a lone failure counts, by the documentation."""
GOOD_ANSWERS: Final = 0.6
ACTS: Final = 20_000
_CONFIG: Final = """\
[trueup]
state = "state"
[defaults]
every = "1s"
timeout = "1s"
confirm = []
open_after = 2
close_after = 2
flapping = false
remind = false
"""
_PROBE: Final = """\
[probe.{name}]
kind = "http"
url = "{target}/{name}"
channels = ["to-{name}"]
[channel.to-{name}]
kind = "pagerduty"
routing_key = "{key}"
url = "{pager}"
timeout = "{timeout}"
"""


def main() -> None:
    given = _arguments()
    signal.signal(signal.SIGTERM, leave)
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="trueup-chaos-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        try:
            document, well = _tried(folder, given)
        except Broken as trouble:
            sys.exit(f"chaos: {trouble}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(json.dumps(document, indent=2))
    sys.exit(0 if well else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench chaos", description=__doc__)
    parser.add_argument("--loops", type=int, default=200, help="how many kills (%(default)s)")
    parser.add_argument("--seed", type=int, help="repeats the dice of an earlier time")
    parser.add_argument(
        "--trouble", action="store_true", help="the receiver fails, resets and hangs at random too"
    )
    parser.add_argument(
        "--briefly", action="store_true", help="kills sooner, and the target fails more often"
    )
    parser.add_argument("--keep", type=Path, help="a folder for what is left behind, to look at")
    given = parser.parse_args()
    given.seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    return given


def _tried(folder: Path, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    began = time.monotonic()
    dice, pace = random.Random(given.seed), BRIEFLY if given.briefly else 1.0
    with _world(folder, given.seed, pace, trouble=given.trouble) as (toy, pager, daemon):
        kills_s = _kill(daemon, pager, given.loops, dice, KILLED_WITHIN_S * pace)
        status = _settle(daemon, toy, pager)
    (folder / "kills.json").write_text(json.dumps(kills_s))
    verdict = judge(
        folder / "state" / "trueup.db",
        Told(pager.events, kills_s),
        {name: _routing_key(name) for name in PROBES},
        patience_us=PATIENCE_US,
    )
    _complain(verdict, daemon, pager, status)
    if verdict.duplicates_without_kill and not given.trouble:
        verdict.anomalies.append("something was told twice although nobody was killed between")
    document = {
        "loops": given.loops,
        **asdict(verdict),
        "sends": len(pager.events),
        "kills": len(kills_s),
        "seconds": round(time.monotonic() - began, 1),
        "seed": given.seed,
        "trouble": given.trouble,
    }
    return document, _is_well(verdict, trouble=given.trouble)


def _is_well(verdict: Verdict, *, trouble: bool) -> bool:
    """A receiver in trouble may have taken in what it did not confirm."""
    repeated = verdict.max_duplicates_per_kill > 1 or verdict.duplicates_without_kill
    return not verdict.broken_promises and (trouble or not repeated)


@contextlib.contextmanager
def _world(
    folder: Path, seed: int, pace: float, *, trouble: bool
) -> Iterator[tuple[Target, PagerDuty, Daemon]]:
    dawdling = random.Random(seed + 1)
    script = _misbehaviour(random.Random(seed + 2)) if trouble else ()
    fates = {name: random.Random(f"{seed} {name}") for name in PROBES}
    journal = (folder / "pager.jsonl").open("w")
    with journal, target(fates, pace) as toy, pagerduty(*script, journal=journal) as pager:
        pager.dawdles = lambda: dawdling.uniform(0, ANSWERS_WITHIN_S)
        config = folder / "probes.toml"
        config.write_text(_configuration(toy.url, pager.url, "1s" if trouble else "10s"))
        daemon = Daemon(config)
        try:
            yield toy, pager, daemon
        finally:
            daemon.end()


def _configuration(url: str, pager: str, timeout: str) -> str:
    """A channel for each probe, so that what opens together is not told in one summary."""
    return _CONFIG + "".join(
        _PROBE.format(name=name, target=url, key=_routing_key(name), pager=pager, timeout=timeout)
        for name in PROBES
    )


def _routing_key(name: str) -> str:
    return name.replace("-", "").ljust(32, "0")


def _misbehaviour(dice: random.Random) -> deque[Act]:
    bad: tuple[Act, ...] = (
        500,
        Answer(429, {"Retry-After": "1"}),
        Trouble.RESET,
        Trouble.CLOSE,
        Trouble.HANG,
        Taken(500),
        Taken(Trouble.RESET),
        Taken(Trouble.HANG),
    )
    good = Taken(202)
    acts = (good if dice.random() < GOOD_ANSWERS else dice.choice(bad) for _ in range(ACTS))
    return deque(acts)


def _kill(
    daemon: Daemon, pager: PagerDuty, loops: int, dice: random.Random, within_s: float
) -> list[float]:
    """When it was killed. Raises Broken."""
    kills_s = []
    aims = (None, lambda: len(pager.events), lambda: daemon.said(DECIDED))
    with Progress() as progress:
        for loop in range(loops):
            progress.show(f"kill {loop + 1} of {loops}")
            daemon.start()
            after_s, starting = dice.uniform(0, within_s), dice.random() < STARTING
            if not starting:
                daemon.wait_until_at_work(AT_WORK_WITHIN_S)
            aim = dice.choices(aims, (1 - 2 * AIMED, AIMED, AIMED))[0]
            _wait(after_s, within_s, aim)
            time.sleep(dice.uniform(0, AIMED_WITHIN_S) if aim else 0)
            daemon.demand_life()
            kills_s.append(daemon.kill())
    return kills_s


def _wait(seconds: float, within_s: float, aim: Callable[[], int] | None) -> None:
    """Any moment will do: that is the point. With *aim*, the first one in which it counts more."""
    if aim is None:
        time.sleep(seconds)
        return
    ends, before = time.monotonic() + within_s, aim()
    while aim() == before and time.monotonic() < ends:
        time.sleep(0.001)


def _settle(daemon: Daemon, toy: Target, pager: PagerDuty) -> int:
    """Once nothing is wrong any more, what was begun is told to its end. The exit status."""
    toy.heal()
    pager.script.clear()
    daemon.start()
    daemon.wait_until_at_work(AT_WORK_WITHIN_S)
    database = daemon.config.with_name("state") / "trueup.db"
    _until(lambda: _left(database) == (0, 0), daemon)
    return daemon.stop()


def _until(condition: Callable[[], bool], daemon: Daemon) -> None:
    ends = time.monotonic() + SETTLED_WITHIN_S
    while not condition():
        daemon.demand_life()
        if time.monotonic() > ends:
            raise Broken(
                f"something is still open or untold after {SETTLED_WITHIN_S:.0f} s\n{daemon.tail()}"
            )
        time.sleep(0.2)


def _left(database: Path) -> tuple[int, int]:
    """Incidents that are open or about to be, and letters that wait."""
    with reading(database) as db:
        still = db.execute("SELECT count(*) FROM health WHERE state <> 'quiet'").fetchone()
        waiting = db.execute(
            "SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND gave_up_at IS NULL"
        ).fetchone()
    return int(still[0]), int(waiting[0])


def _complain(verdict: Verdict, daemon: Daemon, pager: PagerDuty, status: int) -> None:
    """Adds what is no broken promise and yet worth a look."""
    verdict.anomalies += [f"refused by the receiver: {fault}" for fault in pager.wrong[:5]]
    verdict.anomalies += [f"in the log: {line}" for line in daemon.crashes()[:5]]
    if status:
        verdict.anomalies.append(f"the daemon stopped with status {status}")


if __name__ == "__main__":
    main()
