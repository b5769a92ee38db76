"""The way to a far end: whether a name can be one, and what went wrong, in words that quote no
address and no secret.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import Final

# OpenSSL's own message names the host, which may be part of a secret address.
_CERTIFICATE: Final = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself",
    19: "the certificate comes from an authority that is not trusted",
    20: "the certificate comes from an authority that is not trusted",
    62: "the certificate is for another name",
    64: "the certificate is for another name",
}


def way_trouble(error: BaseException) -> str:
    """One phrase for a network error, from the most telling of its causes."""
    causes = list(_causes(error))
    for cause in causes:
        if words := _words(cause):
            return words
    if any(
        isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__ for cause in causes
    ):
        return "no answer in time"
    return "the connection failed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the deepest first; bounded, for causes can run in rings."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain and len(chain) < 10:
        chain.append(following)
        following = following.__cause__ or following.__context__
    for link in reversed(chain):
        if isinstance(link, BaseExceptionGroup):
            yield from link.exceptions
        yield link


def _words(cause: BaseException) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return _CERTIFICATE.get(cause.verify_code, "the certificate was not accepted")
        case ssl.SSLError():
            return "the TLS handshake failed"
        case socket.gaierror():
            return "the name could not be looked up"
        case OSError() if cause.errno:
            return os.strerror(cause.errno).lower()
        case _:
            return ""


def host_name(name: str) -> str:
    """*name*, when it can be looked up. Raises ValueError, in words that do not quote it."""
    try:
        if ":" in name:
            IPv6Address(name)
        name.encode("idna")
    except ValueError:
        name = ""
    if not name or not name.isprintable() or set(name) & set(" /?#@\\"):
        raise ValueError("this cannot be the name of a host; write it as mail.example.org")
    return name
