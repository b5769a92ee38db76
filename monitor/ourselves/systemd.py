"""What systemd is told about this service: that it is ready, how it is, that it is alive.

By hand, because the protocol is one datagram of text, and the libraries for it are either bindings
to systemd itself or have not been looked after for years. Without systemd nothing happens.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.log import get_logger
from monitor.ourselves.soundness import Figures, is_stuck, troubles_of

STATUS_EVERY: Final = timedelta(seconds=10)
STATUS_MAX: Final = 200

log = get_logger()


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the service is, in one line for people."""

    sound: bool
    """False only where a restart is the remedy: it is what follows."""
    status: str


def pulse_of(figures: Figures, probes: int, incidents: int) -> Pulse:
    """Of a daemon with so many probes, and incidents that are open."""
    said = [_count(probes, "probe"), _count(incidents, "open incident"), *troubles_of(figures)]
    return Pulse(not is_stuck(figures), "; ".join(said))


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


class Systemd:
    """Tells what it is called for. Takes its address out of *environ*, so that no process that we
    start can speak for us.
    """

    def __init__(self, environ: MutableMapping[str, str], monotonic: Callable[[], float]) -> None:
        self._address = _address(environ.pop("NOTIFY_SOCKET", ""))
        self._watchdog = _watchdog(
            environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        )
        self._monotonic = monotonic
        self._status = ""

    def ready(self) -> None:
        """The first time, and after every `reloading`."""
        self._send("READY=1")

    def reloading(self) -> None:
        self._send(f"RELOADING=1\nMONOTONIC_USEC={int(self._monotonic() * 1_000_000)}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    async def serve(self, pulse: Callable[[], Awaitable[Pulse]]) -> None:
        """Passes *pulse* on, in time for the watchdog, until cancelled."""
        if not self._address:
            await asyncio.Event().wait()
        while True:
            self.beat(await pulse())
            pause = min(self._watchdog / 2, STATUS_EVERY) if self._watchdog else STATUS_EVERY
            await asyncio.sleep(pause.total_seconds())

    def beat(self, pulse: Pulse) -> None:
        """Passes one pulse on."""
        status = " ".join(pulse.status.split())[:STATUS_MAX]
        lines = []
        if status != self._status:
            self._status = status
            lines.append(f"STATUS={status}")
        if self._watchdog and pulse.sound:
            lines.append("WATCHDOG=1")
        if lines:
            self._send("\n".join(lines))

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
                door.setblocking(False)
                door.sendto(message.encode(errors="replace"), self._address)
        except OSError as trouble:
            log.warning("systemd does not listen", why=trouble.strerror)


def _address(given: str) -> str:
    """As the kernel wants it: an abstract name begins with NUL. Other kinds are nothing to us."""
    if given.startswith("@"):
        return "\0" + given[1:]
    return given if given.startswith("/") else ""


def _watchdog(microseconds: str, pid: str) -> timedelta | None:
    """None where no sign is expected, or not of this process."""
    if not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    if pid and pid != str(os.getpid()):
        return None
    return timedelta(microseconds=int(microseconds))
