"""A real daemon as a process of its own, to be started, killed and started again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks._child import ROOT, Broken

GLANCE_S: Final = 0.02
STOP_PATIENCE_S: Final = 60.0
AT_WORK: Final = b'"watching"'
"""What it logs once it is at work."""
TAIL: Final = 3_000


@dataclass(slots=True)
class Daemon:
    """`trueup run` with the configuration *config*, its log beside it."""

    config: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _log_from: int = field(default=0, repr=False)

    @property
    def log(self) -> Path:
        return self.config.with_name("daemon.log")

    def start(self, command: Sequence[str] = ("-m", "monitor", "run", "--config")) -> None:
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command, str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )

    def wait_until_at_work(self, within_s: float) -> None:
        """Raises Broken."""
        ends = time.monotonic() + within_s
        while not self.said(AT_WORK):
            self.demand_life()
            if time.monotonic() > ends:
                raise Broken(f"the daemon was not at work within {within_s:.0f} s\n{self.tail()}")
            time.sleep(GLANCE_S)

    def demand_life(self) -> None:
        """Raises Broken when it ended by itself."""
        status = self.process.poll() if self.process else None
        if status is not None:
            raise Broken(f"the daemon ended by itself with status {status}\n{self.tail()}")

    def kill(self) -> float:
        """As a power cut would, without a last word; when, in monotonic seconds."""
        assert self.process is not None
        self.process.kill()
        at_s = time.monotonic()
        self.process.wait(STOP_PATIENCE_S)
        return at_s

    def stop(self) -> int:
        """Asks it to stop; its exit status. Raises Broken when it does not."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Broken(f"the daemon does not stop\n{self.tail()}") from None

    def end(self) -> None:
        """Whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def crashes(self) -> list[str]:
        """What its log says of exceptions that nobody had thought of."""
        return [line for line in self.tail(None).splitlines() if _is_crash(line)]

    def tail(self, characters: int | None = TAIL) -> str:
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        return log if characters is None else log[-characters:]

    def said(self, words: bytes) -> int:
        """How often since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return log.read().count(words)


def _is_crash(line: str) -> bool:
    try:
        said = json.loads(line)
    except ValueError:
        return "Traceback" in line
    return isinstance(said, dict) and said.get("level") == "error" and "error" in said
