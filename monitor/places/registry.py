"""The registry of kinds of places: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from monitor.places.place import PlaceKind
from probes import Registry

PLACES: Final[Mapping[str, PlaceKind[Any]]] = Registry(
    "monitor.places",
    "PLACE",
    (
        "folder",
        "s3",
        "sftp",
        "webdav",
        "rsync",
        "git",
    ),
)
