"""Serves the folders of pages: from memory, compressed once, with a tag that lasts as long as the
bytes do, so that a crowd of visitors during an outage costs the daemon next to nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Final

import brotli

from monitor.places.headers import content_type
from status_page.looks import version

LARGEST: Final = 32 * 1024 * 1024
"""Of a file that is served."""
MEMORY: Final = 96 * 1024 * 1024
"""For all that is kept, in every encoding."""
_WORTH_IT: Final = 512
_BROTLI_QUALITY: Final = 5
_PATH: Final = re.compile(
    r"(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?"
)
_POLICY: Final = re.compile(
    rb'<meta http-equiv="Content-Security-Policy" content="([^"]{1,4000})">'
)
_HEAD: Final = 8192
_LONGEST: Final = 240
_PACKED: Final = frozenset({"png", "jpg", "jpeg", "webp", "woff2"})


@dataclass(frozen=True, slots=True)
class Served:
    """A file, ready to be sent."""

    tag: str
    version: str
    """What a page names it with, see `status_page.looks.version`."""
    media_type: str
    policy: str
    """The content security policy that the file carries; empty for none."""
    bodies: dict[str, bytes] = field(repr=False)
    """By content encoding; `identity` always."""

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))


@dataclass(slots=True)
class _Kept:
    stamp: tuple[int, int, int]
    served: Served


class Folder:
    """Files below a folder, looked at anew for each request and read when they changed."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._kept: OrderedDict[Path, _Kept] = OrderedDict()
        self._size = 0
        self._reading: dict[Path, asyncio.Lock] = {}

    async def find(self, folder: Path, path: str) -> Served | None:
        """None for what is not there. *path* is relative, and came from anybody; one that ends in
        a slash is a folder's first page. Raises OSError for a disk that fails.
        """
        if not _is_path(path):
            return None
        file = folder / (path + "index.html" if not path or path.endswith("/") else path)
        lock = self._reading.setdefault(file, asyncio.Lock())
        try:
            async with lock:
                return await self._find(file)
        finally:
            if not lock.locked():
                self._reading.pop(file, None)

    def is_folder(self, folder: Path, path: str) -> bool:
        """Whether *path* lacks just a slash."""
        return bool(path) and _is_path(path) and (folder / path / "index.html").is_file()

    async def _find(self, file: Path) -> Served | None:
        stamp = await asyncio.to_thread(_stamp, file)
        if stamp is None:
            return None
        kept = self._kept.get(file)
        if kept is not None and kept.stamp == stamp:
            self._kept.move_to_end(file)
            return kept.served
        served = await asyncio.to_thread(_load, file)
        self._keep(file, _Kept(stamp, served))
        return served

    def _keep(self, file: Path, kept: _Kept) -> None:
        if old := self._kept.pop(file, None):
            self._size -= old.served.size
        self._kept[file] = kept
        self._size += kept.served.size
        while self._size > self._memory and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.served.size


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Another one for other bytes; None for what is no file that is served."""
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not S_ISREG(found.st_mode) or found.st_size > LARGEST:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_path(path: str) -> bool:
    return len(path) <= _LONGEST and _PATH.fullmatch(path) is not None


def _load(file: Path) -> Served:
    body = file.read_bytes()
    suffix = file.suffix.lstrip(".").lower()
    policy = _POLICY.search(body[:_HEAD]) if suffix == "html" else None
    bodies = {"identity": body}
    if suffix not in _PACKED and len(body) >= _WORTH_IT:
        bodies["gzip"] = gzip.compress(body, 6, mtime=0)
        bodies["br"] = brotli.compress(body, quality=_BROTLI_QUALITY)
    return Served(
        tag=hashlib.blake2b(body, digest_size=12).hexdigest(),
        version=version(body),
        media_type=content_type(file.name),
        policy=policy[1].decode("ascii", "ignore").replace("&#39;", "'") if policy else "",
        bodies=bodies,
    )
