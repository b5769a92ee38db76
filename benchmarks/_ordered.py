"""A process that is given orders, a line each, and watched while it obeys."""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks._child import ROOT, Broken
from benchmarks._site import end

_PATIENCE_S: Final = 60.0
"""For it to begin, and to end when its orders do."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What it answers is one line of JSON for each order."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def do(
        self,
        order: Mapping[str, Any],
        within_s: float,
        glance: Callable[[], object] = lambda: None,
        every_s: float = 1.0,
    ) -> dict[str, Any]:
        """Its answer; *glance* is called meanwhile. Raises Broken."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Broken(f"{self.name} ended by itself") from None
        return self.answer(within_s, glance, every_s)

    def answer(
        self, within_s: float, glance: Callable[[], object] = lambda: None, every_s: float = 1.0
    ) -> dict[str, Any]:
        assert self.process.stdout is not None
        ends = time.monotonic() + within_s
        while not select.select([self.process.stdout], [], [], every_s)[0]:
            if time.monotonic() > ends:
                raise Broken(f"{self.name} did not answer within {within_s:.0f} s")
            glance()
        line = self.process.stdout.readline()
        if not line:
            raise Broken(f"{self.name} ended by itself")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def ordered(
    name: str, command: Sequence[str], folder: Path = ROOT, env: Mapping[str, str] | None = None
) -> Iterator[Ordered]:
    """Once it has said that it is ready. Raises Broken."""
    try:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        raise Broken(f"{name}: {error.strerror}") from None
    try:
        it = Ordered(name, process)
        it.answer(_PATIENCE_S, every_s=_PATIENCE_S)
        yield it
        _finish(process)
    finally:
        end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


def _finish(process: subprocess.Popen[bytes]) -> None:
    """It has no more orders, and goes by itself."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise Broken("it did not end with its orders") from None
