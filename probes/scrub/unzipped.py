"""A zip file in memory, of bounded size."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Final

MEMBERS: Final = 5000
_TROUBLES: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError),  # packed or encrypted in a way that is not known
)


class NotClean(Exception):
    """It cannot be made sure that an artefact tells no secret; it must not be kept."""


def unzipped(source: IO[bytes], most: int) -> dict[str, bytes]:
    """What is in the file, at most *most* bytes of it all. Raises NotClean."""
    try:
        with zipfile.ZipFile(source) as archive:
            return _members(archive, most)
    except _TROUBLES as error:
        raise NotClean(f"not a zip file that can be read: {type(error).__name__}") from None


def zipped(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _members(archive: zipfile.ZipFile, most: int) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MEMBERS:
        raise NotClean(f"more than {MEMBERS} files in one")
    found: dict[str, bytes] = {}
    for entry in entries:
        with archive.open(entry) as member:
            found[entry.filename] = content = member.read(most + 1)
        most -= len(content)
        if most < 0:
            raise NotClean("too large when unpacked")
    if len(found) < len(entries):
        raise NotClean("two files of one name")
    return found
