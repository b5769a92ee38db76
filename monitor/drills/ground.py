"""Where a drill takes place: the practice site and the real daemon that watches it, as processes of
their own in a folder that is thrown away.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from monitor import throwaway
from monitor.config import Config, load
from monitor.drills import sample
from monitor.drills.reading import Opened, Reading, conditions_of, heard_of
from monitor.state import DATABASE
from monitor.store import StoreTrouble, views
from monitor.store.looking import looking
from monitor.throwaway import Folder

LOG: Final = "daemon.log"
ANSWER: Final = 5.0  # seconds for one answer
STOP: Final = 15.0  # seconds for the daemon to stop cleanly
SAID_MOST: Final = 16 * 1024  # bytes of the log that are looked through for its last words


class GroundLost(Exception):
    """The practice site or the daemon did not start, or ended. The text says which, and why."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All that a drill does and looks at."""

    folder: Path
    config: Config
    site: str
    page: str
    daemon: subprocess.Popen[bytes]
    client: httpx.Client

    def breaks(self, outage: str) -> None:
        """Raises GroundLost."""
        self._do("POST", f"/faults/{outage}")

    def mends(self, outage: str) -> None:
        """Raises GroundLost."""
        self._do("DELETE", f"/faults/{outage}")

    def forgets_pages(self) -> None:
        """Empties the pager. Raises GroundLost."""
        self._do("DELETE", "/pager")

    def read(self, since: datetime, after: timedelta) -> Reading:
        """How things stand *after* that long, and which incidents opened *since*; what cannot be
        had right now is left out. Raises GroundLost.
        """
        if self.daemon.poll() is not None:
            raise GroundLost(f"the daemon ended: {self._last_words()}")
        return Reading(
            after=after,
            conditions=conditions_of(self._get(f"{self.page}/api/v2/components.json")),
            heard=heard_of(self._get(f"{self.site}/pager.json")),
            opened=self._opened(since),
        )

    def _opened(self, since: datetime) -> tuple[Opened, ...] | None:
        try:
            with looking(self.config.state / DATABASE) as db:
                found = views.incidents(db, since=since)
        except StoreTrouble:
            return None
        return tuple(
            Opened(each.probe, each.opened_at - since, is_over=each.resolved_at is not None)
            for each in found
            if each.opened_at >= since
        )

    def _get(self, url: str) -> Any:
        """What it answers in JSON; None when it does not right now."""
        try:
            answer = self.client.get(url)
            return answer.json() if answer.status_code == 200 else None
        except (httpx.TransportError, ValueError):
            return None

    def _do(self, method: str, path: str) -> None:
        try:
            self.client.request(method, self.site + path).raise_for_status()
        except httpx.HTTPError as trouble:
            raise GroundLost(f"the practice site does not obey: {trouble}") from trouble

    def _last_words(self) -> str:
        return last_words(self.folder / LOG)


@contextmanager
def started(every: timedelta | None) -> Iterator[Ground]:
    """Both processes for as long as the block lasts; they end with this one, however it ends. The
    first runs may be under way still. Raises GroundLost, NoSample, OSError.
    """
    with ExitStack() as stack:
        own = stack.enter_context(throwaway.own())
        page, site = _free_ports()
        path = sample.put_down(own.path, page=page, site=site, every=every)
        config = load(path)
        client = stack.enter_context(httpx.Client(timeout=ANSWER, trust_env=False))
        daemon = stack.enter_context(_running(path, site, own))
        at = f"http://127.0.0.1:{site}", f"http://127.0.0.1:{page}"
        yield Ground(own.path, config, *at, daemon, client)


@contextmanager
def _running(path: Path, site: int, own: Folder) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-m", "monitor.drills.leash", "run", "--config", str(path)]
    argv += ["--practice", "--practice-port", str(site)]
    with (
        (path.parent / LOG).open("wb") as log,
        subprocess.Popen(  # noqa: S603 - ourselves
            argv,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(own.held,),
        ) as daemon,
    ):
        try:
            yield daemon
        finally:
            _end(daemon)


def _end(daemon: subprocess.Popen[bytes]) -> None:
    """It stops when its input closes."""
    if daemon.stdin:
        daemon.stdin.close()
    try:
        daemon.wait(STOP)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(daemon.pid, signal.SIGKILL)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def last_words(log: Path) -> str:
    """The last line of *log* with anything in it."""
    try:
        text = log.read_bytes()[-SAID_MOST:].decode("utf-8", "replace")
    except OSError:
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "without a word"
