"""What the settings of channels that speak HTTP are made of: addresses and keys, refused kindly and
without quoting what may be secret.
"""

from __future__ import annotations

from typing import Annotated

import httpx
from pydantic import AfterValidator

from monitor.channels.trouble import host_name
from probes import Secret


def _web_address(address: str) -> httpx.URL:
    try:
        read = httpx.URL(address)
        if read.scheme in ("http", "https"):
            host_name(read.host)
            return read
    except (httpx.InvalidURL, ValueError):
        raise ValueError(
            "this is not an address; write it as https://hooks.example.org/…"
        ) from None
    raise ValueError("write the whole address, beginning with https:// or http://")


def _secret_address(address: Secret) -> Secret:
    _web_address(address.get_secret_value())
    return address


def _plain_address(address: str) -> str:
    read = _web_address(address)
    if read.userinfo:
        raise ValueError("an address that is printed may hold no password; leave it out")
    if read.query or read.fragment:
        raise ValueError("leave out everything from the ? or # on")
    return address.rstrip("/")


def header_value(secret: Secret) -> Secret:
    """*secret*, when it can stand in a header. Raises ValueError otherwise."""
    words = secret.get_secret_value()
    if not (words and words.isascii() and words.isprintable() and words == words.strip()):
        raise ValueError("write printable ASCII characters, without a space around them")
    return secret


def is_link(address: str) -> bool:
    """Whether a far end that is strict about its links would take it for one."""
    try:
        plain = address.isascii() and address.isprintable() and " " not in address
        return plain and bool(_web_address(address))
    except ValueError:
        return False


SecretAddress = Annotated[Secret, AfterValidator(_secret_address)]
"""A web address that holds a token, as those of many hooks do."""

WebAddress = Annotated[str, AfterValidator(_plain_address)]
"""A web address that holds no secret; without a slash at its end."""

Key = Annotated[Secret, AfterValidator(header_value)]
"""A key or token that is sent in a header."""
