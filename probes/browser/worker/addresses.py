"""Web addresses as they may be shown: what stands in their queries is nobody's business."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_LONGEST: Final = 300
_NAMES: Final = 8
_QUERY: Final = re.compile(r"(https?://[^\s?#]{1,300})\?[^\s:)\"']*")


def without_query(url: str) -> str:
    """Without user, password and fragment, too. Empty when it is no web address."""
    parts = _split(url)
    return _short(f"{parts.scheme}://{_host(parts)}{parts.path}") if parts else ""


def with_names_only(url: str) -> str:
    """The names in the query without what they stand for; of `data:` and the like the scheme."""
    parts = _split(url)
    if parts is None:
        return _short(f"{url.partition(':')[0][:20]}:…")
    given = parts.query.split("&")[:_NAMES] if parts.query else []
    names = "&".join(f"{one.partition('=')[0][:40]}=…" for one in given)
    return _short(f"{parts.scheme}://{_host(parts)}{parts.path}{'?' if names else ''}{names}")


def without_queries(text: str) -> str:
    """*text* in which web addresses stand."""
    return _QUERY.sub(r"\1?…", text)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https", "ws", "wss") else None


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
