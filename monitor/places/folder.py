"""A folder of this machine, or one that is mounted: each file is written beside and renamed."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, ValidationInfo

from monitor.places.filewise import Session, putting
from monitor.places.place import PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.troubles import of_system
from probes.settings import folder_of

LEFT_BEHIND: Final = timedelta(hours=1)
_BESIDE: Final = re.compile(r"\..+\.\d+-[0-9a-f]{16}\.new")
SYNC_EACH_MOST: Final = 50
"""More files than that are synced to the disk together, with whatever else waits for it."""


def _folder(to: str, info: ValidationInfo) -> str:
    if "\0" in to:
        raise ValueError("is no folder; write its path")
    path = unquote(urlsplit(to).path) if to.startswith("file:") else to
    if to.startswith("file:") and not path.startswith("/"):
        raise ValueError("is no folder; write it as file:///srv/www/status")
    return os.path.normpath(folder_of(info).absolute() / path)


class FolderSettings(PlaceSettings):
    """A folder, relative to the configuration or absolute."""

    to: Annotated[str, AfterValidator(_folder)]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        together = len(files) > SYNC_EACH_MOST
        beside: dict[str, Path] = {}
        try:
            for path, content in files.items():
                beside[path] = self._beside(path)
                _write(beside[path], content, sync=not together)
            if together:
                os.sync()
            for path in files:
                beside[path].replace(self._folder / path)
                del beside[path]
                wrote(path)
        finally:
            for left in beside.values():
                with suppress(OSError):
                    left.unlink(missing_ok=True)

    def _beside(self, path: str) -> Path:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(8)}.new")

    def remove(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            with suppress(FileNotFoundError, NotADirectoryError):
                (self._folder / path).unlink()
            self._tidy((self._folder / path).parent)

    def _tidy(self, folder: Path) -> None:
        with suppress(OSError):  # somebody else's files are in it
            while folder != self._folder:
                folder.rmdir()
                folder = folder.parent

    def sizes(self, folder: str) -> Mapping[str, int]:
        try:
            with os.scandir(self._folder / folder) as found:
                there = {each.name: each.stat() for each in found if each.is_file()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        self._sweep(self._folder / folder, there)
        return {name: each.st_size for name, each in there.items()}

    def folders(self, folder: str) -> Iterable[str]:
        try:
            with os.scandir(self._folder / folder) as found:
                return [each.name for each in found if each.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _sweep(self, folder: Path, there: Mapping[str, os.stat_result]) -> None:
        """What writers left that were killed. Its age is told by what is beside it, not by a clock
        that may be another than the file system's.
        """
        left = [name for name in there if _BESIDE.fullmatch(name)]
        latest = max((there[name].st_mtime for name in there), default=0)
        for name in left:
            if latest - there[name].st_mtime > LEFT_BEHIND.total_seconds():
                with suppress(OSError):  # it is not ours to remove
                    (folder / name).unlink()


def _write(path: Path, content: bytes, *, sync: bool) -> None:
    with path.open("xb") as stream:  # a web server must read it: no mode of our own
        stream.write(content)
        if sync:
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def _opened(settings: FolderSettings) -> Iterator[Session]:
    try:
        yield _Folder(Path(settings.to))
    except OSError as trouble:
        raise PlaceTrouble(f"{settings.to}: {of_system(trouble)}") from trouble


PLACE = PlaceKind(
    "folder",
    ("", "file"),
    FolderSettings,
    putting(_opened, look_every=timedelta(), most=1_000_000),
)
