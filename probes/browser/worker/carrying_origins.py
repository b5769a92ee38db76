"""Origins as browsers write them: without the usual port, names of other alphabets in ASCII."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_USUAL: Final = {"http": ":80", "https": ":443"}


def origins_of(host: str) -> tuple[str, str]:
    """Both that a *host*, with a port or without, can be meant by."""
    return _origin("http", host), _origin("https", host)


def origin_of(address: str) -> str:
    """The origin of an absolute web address; empty for what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return _origin(parts.scheme, parts.netloc.rpartition("@")[2])


def _origin(scheme: str, host: str) -> str:
    name = host.lower().removesuffix(_USUAL.get(scheme, ""))
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:  # no browser would get there
            return ""
    return f"{scheme}://{name}"
