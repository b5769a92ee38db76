"""The daemon under soak: a process of its own, steered by its input, followed by its log."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

import psutil

from benchmarks._child import ROOT, Broken

GLANCE_S: Final = 0.05
STOP_PATIENCE_S: Final = 60.0
END_PATIENCE_S: Final = 15.0


@dataclass(slots=True)
class Log:
    """What the daemon said so far. Instants are monotonic seconds of this process."""

    runs: Counter[str] = field(default_factory=Counter)
    """By outcome."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Runs that say nothing about the target, by reason."""
    passed_s: dict[str, float] = field(default_factory=dict)
    """When each probe last passed."""
    ran_s: dict[str, float] = field(default_factory=dict)
    longest_gap_s: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    """The runs that blame the target."""
    crashed: list[str] = field(default_factory=list)
    watching: bool = False

    def take(self, line: str) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            self.crashed += [line] if "Traceback" in line else []
            return
        if said.get("event") == "run":
            self._run(said)
        self.watching = self.watching or said.get("event") == "watching"
        self.crashed += [line] if said.get("level") == "error" and "error" in said else []

    def _run(self, said: dict[str, Any]) -> None:
        now_s, probe, outcome = time.monotonic(), said["probe"], said["outcome"]
        gap_s = now_s - self.ran_s.get(probe, now_s)
        self.longest_gap_s[probe] = max(gap_s, self.longest_gap_s.get(probe, 0.0))
        self.ran_s[probe] = now_s
        self.runs[outcome] += 1
        if outcome == "ERROR":
            self.unknown[said.get("reason", "")] += 1
        if outcome in ("PASS", "SLOW"):
            self.passed_s[probe] = now_s
        if outcome == "FAIL":
            self.failed.append(f"{probe}: {said.get('reason')}: {said.get('summary')}")


class Watched:
    """Started, and waiting for `go`. Raises Broken when it does not even begin."""

    def __init__(self, config: Path, before: Sequence[str]) -> None:
        """*before* are words of the command line that come before its own."""
        self.log = Log()
        self.file = config.with_name("daemon.log")
        command = [*before, sys.executable, "-m", "benchmarks._launched", str(config)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            errors="replace",
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._reader = threading.Thread(
            target=self._follow, args=(self.process.stderr,), daemon=True
        )
        self._reader.start()
        if not self.process.stdout.readline():
            raise Broken(f"the daemon did not begin\n{self.tail()}")

    def order(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def wait(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Whether it came true. Raises Broken when the daemon ends meanwhile."""
        ends = time.monotonic() + within_s
        while not condition():
            if self.process.poll() is not None:
                raise Broken(f"the daemon ended by itself\n{self.tail()}")
            if time.monotonic() > ends:
                return False
            time.sleep(GLANCE_S)
        return True

    def children(self, is_wanted: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                found += [child] if is_wanted(child) else []
            except psutil.Error:  # it is gone already
                continue
        return found

    def stop(self) -> int:
        """Its exit status. Raises Broken."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Broken(f"the daemon does not stop\n{self.tail()}") from None

    def end(self) -> None:
        """Whatever state it is in; by force where it does not go by itself."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            self.process.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_PATIENCE_S)
        self._reader.join(STOP_PATIENCE_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def tail(self, characters: int = 3_000) -> str:
        return self.file.read_text(errors="replace")[-characters:] if self.file.exists() else ""

    def _follow(self, lines: TextIO) -> None:
        with self.file.open("a") as file:
            for line in lines:
                file.write(line)
                file.flush()
                self.log.take(line)
