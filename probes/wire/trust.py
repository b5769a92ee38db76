"""Whom to trust, and who we say that we are."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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

CONTEXTS_KEPT: Final = 256
_ENDS_REMEMBERED: Final = 4096
_Key = tuple[tuple[Path | None, Path | None, Path | None], bool]
_State = tuple[int, int]


def machine_time() -> datetime:
    """For whoever holds no clock of their own."""
    return datetime.now(UTC)  # noqa: TID251 - certificates are judged here, at the edge


class Trust:
    """TLS contexts, made when first needed and kept: one for all who agree on files and protocol,
    made anew when a file has changed; those asked for last stay. `now` is the wall clock by which
    certificates are judged.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._contexts: OrderedDict[_Key, tuple[list[_State], ssl.SSLContext]] = OrderedDict()
        self._ends: dict[bytes, datetime | None] = {}

    def context(self, terms: Terms) -> ssl.SSLContext:
        """Raises OSError, with the file's name, when one cannot be read or holds nothing of use,
        unless it was of use before.
        """
        key = _key(terms)
        changed = [_state(path) for path in key[0] if path]
        known = self._contexts.get(key)
        if known is None:
            return self._keep(key, changed, new_context(*key[0], http2=key[1]))
        self._contexts.move_to_end(key)
        if known[0] == changed:
            return known[1]
        try:
            renewed = new_context(*key[0], http2=key[1])
        except OSError:  # a file is being written, and whole in a moment
            renewed = known[1]
        return self._keep(key, changed, renewed)

    async def prepare(self, terms: Terms) -> None:
        """Makes the context beside the loop; what is wrong with the files is told when needed."""
        key = _key(terms)
        if key in self._contexts:
            return
        changed = [_state(path) for path in key[0] if path]
        with suppress(OSError):
            made = await asyncio.to_thread(new_context, *key[0], http2=key[1])
            self._keep(key, changed, made)

    def _keep(self, key: _Key, changed: list[_State], context: ssl.SSLContext) -> ssl.SSLContext:
        self._contexts[key] = (changed, context)
        if len(self._contexts) > CONTEXTS_KEPT:
            self._contexts.popitem(last=False)
        return context

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
    """Raises OSError, with the file's name, when one cannot be read or holds nothing of use."""
    with _naming(ca):
        context = ssl.create_default_context(cafile=ca or certifi.where())
    context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    context.sslobject_class = Remembering
    if certificate:
        with _naming(certificate):
            context.load_cert_chain(certificate, key, password=no_password)
    return context


@contextmanager
def _naming(path: Path | None) -> Iterator[None]:
    """OpenSSL does not say which file."""
    try:
        yield
    except ssl.SSLError:
        raise OSError(errno.EINVAL, "holds nothing of use", str(path)) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _key(terms: Terms) -> _Key:
    return (terms.ca, terms.certificate, terms.key), terms.http2


def _state(path: Path) -> _State:
    """Differs from what it was when the file has changed."""
    try:
        now = os.stat(path)  # noqa: PTH116 - pathlib's takes three times as long, for each run
    except OSError:
        return 0, -1
    return now.st_mtime_ns, now.st_size


def no_password() -> str:
    """Instead of asking on the terminal for the one of a key that has one."""
    return ""
