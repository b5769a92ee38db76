"""One worker: a process of ours with one browser, that travels journeys one after the other.

It is told an errand and says how far it is. The clock is kept here: whatever the journey, the page
or the browser does, the run is written down in time, and the worker killed if it must be.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from probes.browser import processes
from probes.browser.errand import Errand, scrubber_of
from probes.browser.folder import clear
from probes.browser.line import LINE_MAX, heard, packed
from probes.browser.record import Record
from probes.browser.troubles import BrowserTrouble
from probes.result import Artefact, Outcome, Reason, Result
from probes.scrub.artefacts import clean

BEGINNING: Final = 30.0
"""Seconds for a worker to start, with driver, browser and an empty page."""
LOOSE: Final = 1.25
"""Seconds after its deadline for a run to say something, if its own code is not in the way."""
ENDING: Final = 4.0
"""Seconds after its deadline for a run to be found, and its evidence gathered."""
HERE: Final = 3.0
"""Seconds for one that waited to say that it heard."""
READY: Final = 8.0
"""Seconds for one that has a browser to begin."""
LINES_MAX: Final = 50_000
"""Of one run; whoever says more is out of his mind."""
_AT_ONCE: Final = 100  # lines that are read before others have their turn
_FREEING: Final = 6.0
_PARTING: Final = 6.0
_LOOK: Final = 0.5
_LATE: Final = 0.25  # seconds for what was said before a deadline and not read yet
MEMORY_MAX: Final = int(1.5 * 1024**3)
"""Bytes of one run, in all processes of its worker."""
_BY_MEMORY: Final = (Reason.PAGE_CRASHED, Reason.BROWSER_CRASHED)
ARTEFACT_MAX: Final = 10 * 1024 * 1024
ARTEFACTS: Final = 12
_MAIN: Final = Path(__file__).parent / "worker" / "__main__.py"
_log = logging.getLogger(__name__)
_printed = logging.getLogger("probes.journey")


@dataclass(frozen=True, slots=True)
class Travelled:
    """What a run came to, and what its session is to remember: empty when nothing new."""

    result: Result
    kept: str = ""


class Worker:
    """`runs` is how many it has made; `is_fit` whether it can make another."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        folder: Path,
        monotonic: Callable[[], float],
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._folder = folder
        self._monotonic = monotonic
        self._record: Record | None = None
        self._hungry = False
        self._lines = 0
        self._is_parting = False
        self.runs = 0
        self.is_fit = True

    @classmethod
    async def start(
        cls, executable: str, folder: Path, monotonic: Callable[[], float] = time.monotonic
    ) -> Worker:
        """Starts the process and does not wait for its browser. Raises BrowserTrouble."""
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(_MAIN), str(theirs.fileno()), str(folder), executable),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                env=_environment(folder),
            )
            reader, writer = await asyncio.open_connection(sock=ours, limit=LINE_MAX)
        except OSError as error:
            ours.close()
            said = f"no process for a browser could be started: {error.strerror or error}"
            raise BrowserTrouble(Reason.BROWSER_UNAVAILABLE, said) from None
        finally:
            theirs.close()
        return cls(process, reader, writer, folder, monotonic)

    async def travel(self, errand: Errand) -> Travelled:
        """Makes one run; the worker is not free again before `free` says so.

        Raises BrowserTrouble when the browser was not to be had: nothing was asked of the target.
        Raises JourneyBroken when the journey cannot be handed to another process.
        """
        content = packed(errand)
        scrub = scrubber_of(errand)
        now = self._monotonic()
        self._record = record = Record(scrub, errand.timeout, beat_at=now, notes=errand.notes)
        self._hungry, self._lines = False, 0
        is_new, self.runs = self.runs == 0, self.runs + 1
        try:
            self._writer.write(content)
            if not is_new:
                await self._hear_until(lambda: record.is_here, now + HERE)
            if is_new or record.is_here:
                limit = BEGINNING if is_new else READY
                await self._hear_until(lambda: record.began is not None, now + limit)
            if record.began is None:
                raise await self._never_began()
            await self._watch(record, record.began + errand.timeout.total_seconds())
            travelled = await self._travelled(record, errand)
        except (BrowserTrouble, asyncio.CancelledError):
            self.is_fit = False
            raise
        self.is_fit = self.is_fit and not self._reader.at_eof()
        return travelled

    async def free(self) -> bool:
        """Waits until the worker has tidied up after the run. Whether it can make another."""
        record = self._record
        if self.is_fit and record is not None:
            with suppress(BrowserTrouble):
                await self._hear_until(lambda: record.is_over, self._monotonic() + _FREEING)
            self.is_fit = record.is_over and not record.is_worn and not self._reader.at_eof()
        return self.is_fit

    async def end(self) -> None:
        """Closes the browser, then ends the worker; by force when it does not go by itself."""
        self._is_parting = True
        is_free = self._record is None or self._record.is_over
        if self.is_fit and is_free:  # one that is under way does not listen
            with suppress(OSError):
                self._writer.write(packed(None))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _PARTING)
        await self.kill()

    async def kill(self) -> None:
        """Ends the worker and all it started, within two seconds."""
        self.is_fit = False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        if count := await asyncio.to_thread(clear, self._folder):
            _log.info("ended %d browser processes that did not end by themselves", count)

    def private_bytes(self) -> int:
        """Of all its processes. Reads files."""
        return sum(process.private_bytes for process in processes.tree(self._process.pid))

    async def _watch(self, record: Record, deadline: float) -> None:
        """Until the run was seen to its end, or has to be cut off."""
        watching = asyncio.create_task(self._watch_memory())
        try:
            await self._hear_until(lambda: record.found is not None, deadline + LOOSE)
            if record.found is None and not record.is_blocked(self._monotonic()):
                await self._hear_until(lambda: record.found is not None, deadline + ENDING)
            if record.found is not None:
                await self._hear_until(lambda: record.seen is not None, deadline + ENDING)
        finally:
            watching.cancel()

    async def _travelled(self, record: Record, errand: Errand) -> Travelled:
        now = self._monotonic()
        if record.seen is None:
            await self._write_it_off(record, now)
        result = record.result(now)
        if self._hungry and result.reason in _BY_MEMORY:
            whose = "the page" if result.reason is Reason.PAGE_CRASHED else "the journey"
            said = f"{whose} took more than {MEMORY_MAX // 2**20} MiB of memory and was ended"
            result = replace(result, summary=said)
        artefacts = await asyncio.to_thread(self._artefacts, record)
        kept = (record.seen or {}).get("kept", "")
        trace_id = errand.traceparent.split("-")[1] if errand.traceparent else ""
        return Travelled(
            replace(result, artefacts=artefacts, trace_id=trace_id),
            kept if isinstance(kept, str) and result.outcome is not Outcome.ERROR else "",
        )

    async def _write_it_off(self, record: Record, now: float) -> None:
        if self._reader.at_eof():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1)
            record.died(self._process.returncode)
        else:
            record.talks_too_much = self._lines >= LINES_MAX
            record.cut_off(now, halted=processes.is_stopped(self._process.pid))
        self.is_fit = False
        if not self._is_parting:
            _log.warning("a browser is ended: %s", record.found.summary if record.found else "")

    async def _never_began(self) -> BrowserTrouble:
        self.is_fit = False
        if not self._reader.at_eof():
            said = "no browser stood ready in time"
            return BrowserTrouble(Reason.BROWSER_UNAVAILABLE, said)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 1)
        said = f"the browser's process ended by itself (exit status {self._process.returncode})"
        return BrowserTrouble(Reason.BROWSER_CRASHED, said)

    async def _hear_until(self, done: Callable[[], bool], ends: float) -> None:
        """Notes what is said until *done*, the worker is gone, or time is up, however much it says.

        What was said in time and not read yet counts: we may have stood still ourselves.
        """
        ends = max(ends, self._monotonic()) + _LATE
        while not done() and self._lines < LINES_MAX:
            try:
                async with asyncio.timeout(max(0.0, ends - self._monotonic())):
                    said = await self._reader.readline()
                    self._lines += 1
                    if self._lines % _AT_ONCE == 0:
                        await asyncio.sleep(0)
            except (TimeoutError, OSError, ValueError):  # too late, gone, or too long a line
                return
            if not said:
                return
            self._take(heard(said))

    def _take(self, message: Mapping[str, Any]) -> None:
        assert self._record is not None  # noqa: S101 - our own order
        if message.get("say") == "printed":
            text = self._record.scrub.line(str(message.get("line", "")))
            _printed.info("a journey printed: %s", text)
        else:
            self._record.take(message, self._monotonic())

    async def _watch_memory(self) -> None:
        """Ends what takes too much: a page by its own process, all else with the worker."""
        while True:
            await asyncio.sleep(_LOOK)
            family = processes.tree(self._process.pid)
            if self._record and any(process.is_stopped for process in family):
                self._record.was_halted = True
            if sum(process.private_bytes for process in family) <= MEMORY_MAX:
                continue
            self._hungry = True
            largest = max(family, key=lambda process: process.private_bytes)
            victim = largest.pid if largest.is_renderer else self._process.pid
            _log.warning("a run takes more than %d MB and is ended", MEMORY_MAX // 1_000_000)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)

    def _artefacts(self, record: Record) -> tuple[Artefact, ...]:
        """What the worker left in its folder, which is emptied of it, and cleaned once more."""
        given = (record.seen or {}).get("artefacts")
        found = []
        for entry in given[:ARTEFACTS] if isinstance(given, list) else ():
            with suppress(OSError, TypeError, ValueError):
                name, media_type, file = map(str, entry)
                path = self._folder / "out" / Path(file).name
                if path.stat().st_size <= ARTEFACT_MAX:
                    found.append(Artefact(Path(name).name, media_type, path.read_bytes()))
                path.unlink()
        clean_ones = (clean(artefact, record.scrub) for artefact in found)
        return tuple(artefact for artefact in clean_ones if artefact is not None)


def _environment(folder: Path) -> dict[str, str]:
    """Ours, with a temporary folder by which all that it starts is known."""
    return {
        **os.environ,
        "TMPDIR": str(folder),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
