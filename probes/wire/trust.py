"""Whom to trust, and who we say that we are."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import certifi

from probes.wire.certificates import Tls, chain_of, earliest_end
from probes.wire.refusals import Remembering, classify, shown_before
from probes.wire.report import Terms

__all__ = ["Trust", "classify", "machine_time", "new_context"]

_CONTEXTS_KEPT: Final = 256
_ENDS_REMEMBERED: Final = 4096
_Files = tuple[Path | None, Path | None, Path | None]


def machine_time() -> datetime:
    """For whoever holds no clock of their own."""
    return datetime.now(UTC)  # noqa: TID251 - certificates are judged here, at the edge


class Trust:
    """TLS contexts, made when first needed and kept: one for all who agree on files and protocol,
    made anew when a file has changed. `now` is the wall clock by which certificates are judged.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._contexts: dict[tuple[_Files, bool], tuple[list[int], ssl.SSLContext]] = {}
        self._ends: dict[bytes, datetime | None] = {}

    def context(self, terms: Terms) -> ssl.SSLContext:
        """Raises OSError when a file cannot be read or holds nothing of use."""
        files = (terms.ca, terms.certificate, terms.key)
        changed = [os.stat(path).st_mtime_ns for path in files if path]  # noqa: PTH116 - pathlib's takes three times as long, for each run
        known = self._contexts.get((files, terms.http2))
        if known is None or known[0] != changed:
            if len(self._contexts) >= _CONTEXTS_KEPT:
                del self._contexts[next(iter(self._contexts))]
            known = (changed, new_context(*files, http2=terms.http2))
            self._contexts[files, terms.http2] = known
        return known[1]

    def agreed(self, connection: ssl.SSLObject) -> Tls:
        """What a handshake ended in."""
        cipher = connection.cipher()
        return self._tls(connection.version(), cipher[0] if cipher else "", chain_of(connection))

    def refused(self, error: ssl.SSLError) -> Tls | None:
        """What was known of the other side when the handshake failed, if anything was."""
        shown = shown_before(error)
        return self._tls(shown.version, shown.cipher, shown.chain) if shown else None

    def again(self, known: Tls) -> Tls:
        """The same on a connection that was kept, with the time that is left by now."""
        ends_at = known.certificate_ends_at
        return replace(known, certificate_left=ends_at - self._now()) if ends_at else known

    def _tls(self, version: str | None, cipher: str, shown: tuple[bytes, ...]) -> Tls:
        ends_at = self._earliest_end(shown)
        left = ends_at - self._now() if ends_at else None
        return Tls(version or "", cipher, ends_at, left, shown)

    def _earliest_end(self, shown: tuple[bytes, ...]) -> datetime | None:
        key = sha256(b"".join(shown)).digest()
        if key not in self._ends:
            if len(self._ends) >= _ENDS_REMEMBERED:
                del self._ends[next(iter(self._ends))]
            self._ends[key] = earliest_end(shown)
        return self._ends[key]


def new_context(
    ca: Path | None, certificate: Path | None, key: Path | None, *, http2: bool = False
) -> ssl.SSLContext:
    """Raises OSError when a file cannot be read or holds nothing of use."""
    context = ssl.create_default_context(cafile=ca or certifi.where())
    context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    context.sslobject_class = Remembering
    if certificate:
        context.load_cert_chain(certificate, key, password=no_password)
    return context


def no_password() -> str:
    """Instead of asking on the terminal for the one of a key that has one."""
    return ""
