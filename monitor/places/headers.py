"""What a web server says of each file, for places that keep it with the file."""

from __future__ import annotations

from typing import Final

from monitor.places.order import is_stamp

_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_NAMES: Final = {"feed.json": "application/feed+json", "embed.js": "text/javascript; charset=utf-8"}
_FOR_EVER: Final = ("css", "js", "woff2")
"""Pages name these with the digest of what is in them."""


def content_type(path: str) -> str:
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2]
    return _NAMES.get(name) or _TYPES.get(ending, "application/octet-stream")


def cache_control(path: str) -> str:
    name = path.rpartition("/")[2]
    if is_stamp(path):
        return "no-cache"
    if name.rpartition(".")[2] in _FOR_EVER and name not in _NAMES:
        return "public, max-age=31536000, immutable"
    return "public, max-age=30"
