"""A network and a small disk of our own, where the kernel gives them: Linux namespaces.

The world outside lives in one network namespace, the daemon in another, and a pair of virtual
interfaces joins them, so that the network really goes when one of them is taken down.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks._child import Broken

OUTSIDE: Final = "192.0.2.1"
ANCHORS: Final = ("192.0.2.7", "192.0.2.9")
INSIDE: Final = "192.0.2.2"
TO_US: Final = "world0"
TO_THEM: Final = "home0"
TOOLS: Final = ("unshare", "nsenter", "ip", "mount")
_TRIAL: Final = "ip link add world0 type veth peer name home0 && mount -t tmpfs tmpfs /mnt"


def way() -> list[str]:
    """The command that runs another one apart from the rest; empty where there is no way."""
    if not all(map(shutil.which, TOOLS)):
        return []
    for command in (["unshare"], ["unshare", "--map-root-user"]):
        command += ["--net", "--mount"]
        done = subprocess.run([*command, "sh", "-c", _TRIAL], capture_output=True, check=False)
        if done.returncode == 0:
            return command
    return []


def go(way_: Sequence[str], program: str, arguments: Sequence[str]) -> None:
    """Becomes the same program, apart. Does not return."""
    os.execvp(way_[0], [*way_, sys.executable, program, *arguments])


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[None]:
    """Empty before and after. Raises Broken."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(folder))


class Wire:
    """Joins this network namespace with that of the process *pid*. Raises Broken."""

    def __init__(self, pid: int) -> None:
        self._in_there = ("nsenter", f"--net=/proc/{pid}/ns/net")
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", TO_US, "type", "veth", "peer", "name", TO_THEM, "netns", str(pid))
        for address in (OUTSIDE, *ANCHORS):
            _run("ip", "address", "add", f"{address}/24", "dev", TO_US)
        _run("ip", "link", "set", TO_US, "up")
        _run(*self._in_there, "ip", "link", "set", "lo", "up")
        _run(*self._in_there, "ip", "address", "add", f"{INSIDE}/24", "dev", TO_THEM)
        _run(*self._in_there, "ip", "link", "set", TO_THEM, "up")

    def pull(self) -> None:
        """What is sent is lost, as with a cable that is pulled at the other end."""
        _run("ip", "link", "set", TO_US, "down")

    def plug(self) -> None:
        _run("ip", "link", "set", TO_US, "up")

    def switch_off(self) -> None:
        """The daemon's own machine has no way out any more."""
        _run(*self._in_there, "ip", "link", "set", TO_THEM, "down")

    def switch_on(self) -> None:
        _run(*self._in_there, "ip", "link", "set", TO_THEM, "up")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"{' '.join(command)}: {done.stderr.strip()}")
