"""The monitor's own faults, each done to a running daemon for a while and undone again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks._apart import Wire
from benchmarks._watched import Watched

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
PIECE: Final = 64 * 1024
_HOLDS: Final = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be harmed. `wire` and `disk` are None where the kernel gives us none."""

    daemon: Watched
    state: Path
    wire: Wire | None
    disk: Path | None
    briefly: bool

    @property
    def times(self) -> int:
        """How often what dies and comes back is killed."""
        return 2 if self.briefly else 3

    def lasts_s(self, seconds: float, briefly: float) -> float:
        return briefly if self.briefly else seconds

    def last(self, seconds: float, briefly: float) -> None:
        time.sleep(self.lasts_s(seconds, briefly))


Harm = Callable[[Scene], None]


def network_cut(scene: Scene) -> None:
    """What is sent is lost."""
    assert scene.wire is not None
    scene.wire.pull()
    try:
        scene.last(15, 3)
    finally:
        scene.wire.plug()


def network_off(scene: Scene) -> None:
    """There is no route."""
    assert scene.wire is not None
    scene.wire.switch_off()
    try:
        scene.last(15, 2)
    finally:
        scene.wire.switch_on()


def network_flaps(scene: Scene) -> None:
    """Gone for a moment, again and again, and mostly when a run is under way."""
    assert scene.wire is not None
    for _ in range(2 if scene.briefly else 8):
        scene.wire.pull()
        time.sleep(0.7)
        scene.wire.plug()
        time.sleep(0.9)


def browser_killed(scene: Scene) -> None:
    """And the ones that take its place, so that some die in the middle of a journey."""
    for _ in range(scene.times):
        _signal(scene, _is_browser, signal.SIGKILL)
        time.sleep(0.7)


def browser_stopped(scene: Scene) -> None:
    """For good: whoever uses it has to notice."""
    _signal(scene, _is_browser, signal.SIGSTOP)


def driver_killed(scene: Scene) -> None:
    for _ in range(scene.times):
        _signal(scene, _is_driver, signal.SIGKILL)
        time.sleep(0.7)


def clock_back(scene: Scene) -> None:
    scene.daemon.order(f"step {-HOUR_S}")
    scene.last(6, 1)


def clock_forward(scene: Scene) -> None:
    scene.daemon.order(f"step {DAY_S}")
    scene.last(6, 1)


def loop_blocked(scene: Scene) -> None:
    seconds = scene.lasts_s(5, 2.5)
    scene.daemon.order(f"block {seconds}")
    time.sleep(seconds)


def daemon_stopped(scene: Scene) -> None:
    scene.daemon.process.send_signal(signal.SIGSTOP)
    try:
        scene.last(10, 2)
    finally:
        scene.daemon.process.send_signal(signal.SIGCONT)


def database_locked(scene: Scene) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(scene.state / "trueup.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        scene.last(20, 2.5)
        other.communicate()


def disk_full(scene: Scene) -> None:
    """Whatever comes free is taken at once."""
    assert scene.disk is not None
    filler = scene.disk / "filler"
    ends = time.monotonic() + scene.lasts_s(20, 2.5)
    try:
        while time.monotonic() < ends:
            _fill(filler)
            time.sleep(0.1)
    finally:
        filler.unlink(missing_ok=True)


def harms(*, apart: bool) -> tuple[Mapping[str, Harm], list[str]]:
    """Those that can be done here by name, and the names of the others."""
    always: dict[str, Harm] = {
        "browser killed": browser_killed,
        "browser stopped": browser_stopped,
        "driver killed": driver_killed,
        "clock set back an hour": clock_back,
        "clock set forward a day": clock_forward,
        "event loop blocked": loop_blocked,
        "daemon stopped": daemon_stopped,
        "database locked": database_locked,
    }
    only_apart: dict[str, Harm] = {
        "network cut": network_cut,
        "network off": network_off,
        "network flaps": network_flaps,
        "disk full": disk_full,
    }
    return (always | only_apart, []) if apart else (always, list(only_apart))


def _fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * PIECE):
            pass


def _signal(scene: Scene, is_wanted: Callable[[psutil.Process], bool], number: int) -> None:
    """There may be none at this moment, for it is started when a journey needs it."""
    scene.daemon.wait(lambda: bool(scene.daemon.children(is_wanted)), 10)
    for process in scene.daemon.children(is_wanted):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _is_browser(process: psutil.Process) -> bool:
    """The one that starts the others."""
    words = process.cmdline()
    return any("remote-debugging" in word for word in words) and not _has_type(words)


def _has_type(words: list[str]) -> bool:
    return any(word.startswith("--type=") for word in words)


def _is_driver(process: psutil.Process) -> bool:
    return "run-driver" in process.cmdline()
