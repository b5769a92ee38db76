"""The worker's end of the socket: errands in, what happens out.

Two threads keep it alive when the journey's code holds up the event loop: one reads, and ends the
whole family of processes as soon as the daemon is gone; the other says where the loop is held up.
"""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from probes.browser.folder import clear
from probes.browser.line import LENGTH, said

BEAT: Final = 0.5  # seconds between two signs of life
_HELD_UP: Final = 1.0  # seconds without one, after which the loop is held up
_PRINTED: Final = 100
_LIBRARY: Final = sysconfig.get_path("stdlib")


class Voice:
    """`errands` are those that came, as they came; None is the last."""

    def __init__(self, channel: socket.socket, folder: Path) -> None:
        self._channel = channel
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._main = threading.get_ident()
        self._beat = time.monotonic()
        self._beating: asyncio.Task[None] | None = None
        self._printed = 0
        self._open: frozenset[int] = frozenset()
        self._is_mute = False
        self.errands: asyncio.Queue[bytes | None] = asyncio.Queue()

    def start(self) -> None:
        """Also takes over what is printed, which goes nowhere otherwise."""
        os.register_at_fork(after_in_child=self._forked)
        sys.stdout, sys.stderr = _Printed(self), _Printed(None)
        for work in (self._listen, self._look):
            threading.Thread(target=work, daemon=True).start()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Says it at once; from any thread."""
        if self._is_mute:
            return
        try:
            with self._lock:
                self._channel.sendall(said(dict(message)))
        except OSError:  # the daemon is gone, and the other thread knows what to do
            self._is_mute = True

    def begin(self) -> None:
        """From now on until `end` there are signs of life."""
        self._open = _open_files()
        self._printed = 0
        self._beat = time.monotonic()
        self._beating = asyncio.ensure_future(self._live())

    def end(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    def printed(self, line: str) -> None:
        self._printed += 1
        if self._printed <= _PRINTED:
            self.tell({"say": "printed", "line": line})

    async def _live(self) -> None:
        while True:
            self._beat = time.monotonic()
            self.tell({"say": "beat", "at": self._beat})
            await asyncio.sleep(BEAT)

    def _listen(self) -> None:
        try:
            while content := self._read(LENGTH.unpack(self._read(LENGTH.size))[0]):
                self.tell({"say": "here"})
                self._loop.call_soon_threadsafe(self.errands.put_nowait, content)
            self._loop.call_soon_threadsafe(self.errands.put_nowait, None)
        except BaseException:  # noqa: BLE001 - whatever it is, nobody is left to tell
            self._end_all()

    def _read(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            part = self._channel.recv(size - len(content))
            if not part:
                raise EOFError
            content += part
        return bytes(content)

    def _end_all(self) -> None:
        """The daemon died: nothing of ours may outlive it."""
        clear(self._folder, spare=os.getpid())
        os._exit(1)

    def _look(self) -> None:
        """Says once for each time where the loop is held up."""
        told = False
        while True:
            time.sleep(BEAT)
            held_up = self._beating is not None and time.monotonic() - self._beat > _HELD_UP
            if held_up and not told:
                self.tell({"say": "blocked", "at": self._place()})
            told = held_up

    def _place(self) -> str:
        """The innermost line that is not the standard library's."""
        frame = sys._current_frames().get(self._main)  # noqa: SLF001 - there is no other way
        while frame is not None and frame.f_code.co_filename.startswith((_LIBRARY, "<")):
            frame = frame.f_back
        return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}" if frame else ""

    def _forked(self) -> None:
        """In a child that a journey forked: it may go on, but neither with our loop nor with what
        we hold open, the driver above all.
        """
        self._is_mute = True
        nothing = os.open(os.devnull, os.O_RDWR)
        for file in self._open:
            os.dup2(nothing, file)
        self._loop.call_soon(os._exit, 0)


def _open_files() -> frozenset[int]:
    """All but input, output and errors; nothing where the system does not tell."""
    with suppress(OSError):
        return frozenset(int(file.name) for file in Path("/proc/self/fd").iterdir()) - {0, 1, 2}
    return frozenset()


class _Printed(io.TextIOBase):
    """What a journey prints, line by line."""

    def __init__(self, voice: Voice | None) -> None:
        self._voice = voice
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        self._rest = self._rest[-4096:]
        if self._voice is not None:
            for line in lines:
                self._voice.printed(line[:4096])
        return len(text)
