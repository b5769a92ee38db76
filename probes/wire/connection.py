"""One connection, with or without TLS, feeding one answer.

TLS is done here, over memory, and not by the loop: so it can be timed, it fails in one way on
every kind of loop, and what was refused is known.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from typing import Final, cast

from probes.result import Reason
from probes.wire.answer import Answer
from probes.wire.report import WireError
from probes.wire.trust import classify

_PIECE: Final = 64 * 1024


class Connection(asyncio.Protocol):
    """Hands what arrives to *answer*, and tells it when the connection is over."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._agreed: asyncio.Future[WireError | None] | None = None
        self._host = ""
        self._transport: asyncio.Transport | None = None
        self._drained: asyncio.Future[None] | None = None

    async def agree(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        """Makes the connection a secure one. Raises WireError."""
        self._host = host
        self._agreed = asyncio.get_running_loop().create_future()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._shake_hands()
        if self.answer.done.done():
            self._broke_off()
        trouble = await self._agreed
        if trouble is not None:
            raise trouble
        return self.tls

    async def send(self, data: bytes) -> None:
        """Returns when all of it has left, or when the answer was there before that."""
        if self.tls is None:
            self._write(data)
        else:
            self._encrypt(data)
        if self._drained and not self.answer.done.done():
            await asyncio.wait(
                (self._drained, self.answer.done), return_when=asyncio.FIRST_COMPLETED
            )

    def drop(self) -> None:
        """At once: nothing more is wanted, and a slow farewell costs a socket."""
        if self._transport is not None:
            self._transport.abort()

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self._transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._drained and not self._drained.done():
            self._drained.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self.tls is None:
            self.answer.feed(data)
        elif not self.answer.done.done():
            self._incoming.write(data)
            if self._agreed and not self._agreed.done():
                self._shake_hands()
            if self._agreed and self._agreed.done():
                self._decrypt()

    def eof_received(self) -> None:
        self._over(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over(exc)
        self.resume_writing()

    def _over(self, error: Exception | None) -> None:
        self._broke_off()
        self.answer.end(error)

    # TLS

    def _shake_hands(self) -> None:
        assert self.tls  # noqa: S101 - only called with it
        assert self._agreed  # noqa: S101 - as above
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._flush()  # tells the other side why
            self._agreed.set_result(classify(error, self._host))
        else:
            self._flush()
            self._agreed.set_result(None)

    def _broke_off(self) -> None:
        if self._agreed and not self._agreed.done():
            said = "the connection was closed while agreeing on TLS"
            self._agreed.set_result(WireError(Reason.TLS_FAILED, said))

    def _encrypt(self, data: bytes) -> None:
        assert self.tls  # noqa: S101 - only called with it
        try:
            self.tls.write(data)
        except ssl.SSLError as error:  # the other side has ended it already
            self.answer.end(error)
        self._flush()

    def _decrypt(self) -> None:
        for piece in self._pieces():
            self.answer.feed(piece)
            if self.answer.done.done():
                return
        self._flush()

    def _pieces(self) -> Iterator[bytes]:
        assert self.tls  # noqa: S101 - only called with it
        try:
            while piece := self.tls.read(_PIECE):
                yield piece
            self.answer.end()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLZeroReturnError:
            self.answer.end()
        except ssl.SSLError as error:
            self.answer.end(error)

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._write(self._outgoing.read())

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
