"""The streams that httpcore's connections speak over: opened, encrypted and counted by us.

TLS is done here over memory, as in our own engine and for the same reasons, and once more inside
itself where the proxy wants TLS too.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import anyio
import httpcore
from anyio.abc import SocketStream

from probes.result import Reason
from probes.wire.answer import HEAD_LIMIT
from probes.wire.connecting import Connecting
from probes.wire.report import WireError

_FRAMING: Final = 8
"""Bytes of framing tolerated for each byte of body that they carry."""
_PIECE: Final = 4 * 1024
"""Bytes handled before other probes get a turn: a few can take long to make sense of."""
_T = TypeVar("_T")


class Plain(httpcore.AsyncNetworkStream):
    """A socket. What came before it broke can still be read."""

    def __init__(self, inner: SocketStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - one deadline covers all
        try:
            return await self._inner.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise httpcore.ReadError from None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        try:
            await self._inner.send(buffer)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise httpcore.WriteError from None

    async def aclose(self) -> None:
        await self._inner.aclose()


class Opening:
    """From addresses to a stream. `address` is the one connected to, or tried last."""

    def __init__(self) -> None:
        self._won_by = ""
        self._sock: socket.socket | None = None
        self._done: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()
        self._connecting = Connecting(self._won, self._failed)

    @property
    def address(self) -> str:
        return self._won_by or self._connecting.address

    async def open(self, addresses: Sequence[str], port: int, within_s: float) -> Plain:
        """Raises WireError, or OSError when this machine is in trouble."""
        try:
            self._connecting.begin(addresses, port, within_s)
            stream = await SocketStream.from_socket(await self._done)
            self._sock = None
            return Plain(stream)
        finally:
            self._connecting.close()
            if self._sock is not None:
                self._sock.close()

    def _won(self, sock: socket.socket, address: str) -> None:
        self._won_by = address
        if self._done.done():  # whoever waited has gone
            sock.close()
        else:
            self._sock = sock
            self._done.set_result(sock)

    def _failed(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)


class Secure(httpcore.AsyncNetworkStream):
    """TLS over another stream. `tls` can be asked for what was shown, also after a failure."""

    def __init__(
        self, inner: httpcore.AsyncNetworkStream, context: ssl.SSLContext, name: str
    ) -> None:
        self._inner = inner
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    async def agree(self) -> None:
        """Raises ssl.SSLError, and what the stream below raises."""
        try:
            await self._do(self.tls.do_handshake)
        except ssl.SSLError:
            await self._flush()  # tells the other side why
            raise

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - one deadline covers all
        try:
            return await self._do(self.tls.read, max_bytes)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        if buffer:
            await self._do(self.tls.write, buffer)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self.tls if info == "ssl_object" else self._inner.get_extra_info(info)

    async def _do(self, act: Callable[..., _T], *given: object) -> _T:
        while True:
            try:
                done = act(*given)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            else:
                await self._flush()
                return done

    async def _fill(self) -> None:
        if data := await self._inner.read(_PIECE):
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._inner.write(self._outgoing.read())


class Metered(httpcore.AsyncNetworkStream):
    """Counts what arrives, and stops what is too much. Raises WireError from `read`.

    `carried` is for whoever takes the body out to keep; *arrived* is called with every piece.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream, arrived: Callable[[], None]) -> None:
        self._inner = inner
        self._arrived = arrived
        self.received = 0
        self.carried = 0
        self.beginning = b""
        self.is_over = False
        self.refused: WireError | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.received - self.carried > HEAD_LIMIT + _FRAMING * self.carried:
            said = f"the headers are longer than {HEAD_LIMIT // 1024} KiB"
            self.refuse(Reason.ANSWER_TOO_LARGE, said)
        if self.refused is not None:
            raise self.refused
        data = await self._inner.read(max_bytes, timeout)
        self.beginning = self.beginning or data[:8]
        self.received += len(data)
        self.is_over = not data
        if data:
            self._arrived()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """What cannot be sent any more is let go: reading tells why, or has the answer already."""
        with suppress(httpcore.NetworkError, ssl.SSLError):
            await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def refuse(self, reason: Reason, said: str) -> None:
        """Nothing more is read. The first refusal stands."""
        self.refused = self.refused or WireError(reason, said)
