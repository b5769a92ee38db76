"""The machine's own ways with names: its files, and its getaddrinfo."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from probes.wire.names_answer import FAMILY, Answer, Failed, Found, NotFound, Ours
from probes.wire.resolve import Lookup

_FILES: Final = tuple(map(Path, ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")))
_HOSTS_READ: Final = 64 * 1024
_THREADS: Final = 4
_NO_SUCH_NAME: Final = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

FilesState = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it is written how this machine resolves names. c-ares reads that by itself, except
    for what it is told `instead`, by the names of pycares.Channel.
    """

    files: tuple[Path, ...] = _FILES
    instead: Mapping[str, Any] = field(default_factory=dict)

    def state(self) -> FilesState:
        """Differs from what it was when one of the files has changed."""
        return tuple(map(_state, self.files))

    def hosts(self) -> frozenset[str]:
        """The names in the hosts file, in small letters: of a long one, those at its beginning."""
        try:
            with self.files[1].open("rb") as file:
                lines = file.read(_HOSTS_READ).decode("latin-1").lower().splitlines()
        except (OSError, IndexError):
            return frozenset()
        return frozenset(name for line in lines for name in line.partition("#")[0].split()[1:])

    def can_be_read(self) -> None:
        """Raises OSError. c-ares would take any trouble with the first file to mean that it is
        empty, and ask this machine from then on.
        """
        with suppress(FileNotFoundError), self.files[0].open("rb"):
            pass


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_mtime_ns, now.st_size, now.st_ino


class Getaddrinfo:
    """As the machine's other programs see names, in few threads: slow names delay one another."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    def ask(self, lookup: Lookup) -> asyncio.Future[Answer]:
        return asyncio.get_running_loop().run_in_executor(self._pool, _look_up, lookup)

    def give_up(self, asked: asyncio.Future[Answer]) -> None:
        asked.cancel()  # takes it out of the queue; a thread that has begun goes on to the end

    def close(self) -> None:
        self._pool.shutdown(wait=False)


def _look_up(lookup: Lookup) -> Answer:
    try:
        rows = socket.getaddrinfo(
            lookup.host, None, family=FAMILY[lookup.ip], type=socket.SOCK_STREAM
        )
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            return NotFound()
        return Failed(str(error.strerror or error.errno).lower())
    except OSError as error:
        return Ours(error.errno or errno.EIO)
    return Found(tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in rows)))
