"""What a stranger may take of the daemon: so many connections, so long, so many bytes.

By hand, because uvicorn bounds none of this with httptools: it waits for ever for a request to be
finished and for an answer to be read, it takes headers of any size, and beyond its own limit it
answers 503 on connections that stay open and count. The probes live in the same process.
"""

from __future__ import annotations

import asyncio
import resource
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOOKS: Final = b"/hook/"
"""Below it bodies are expected. Whatever answers there reads no more of one than it has to."""
_SHARE = 4  # one descriptor in so many for connections, for an answer holds a file open as well


@dataclass(frozen=True, slots=True)
class Limits:
    """`request` runs from the first moment to the last byte of a request, `response` from there
    until the answer was taken.
    """

    connections: int = 200
    request: timedelta = timedelta(seconds=10)
    response: timedelta = timedelta(seconds=60)
    request_bytes: int = 16 * 1024
    hook_bytes: int = 512 * 1024
    """Of a request to a hook, whose headers have ended within `request_bytes`."""

    @property
    def affordable(self) -> int:
        """Connections, fewer where the process may have few files open."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        few = files != resource.RLIM_INFINITY and files // _SHARE < self.connections
        return files // _SHARE if few else self.connections


class _Bounded(HttpToolsProtocol):
    """One connection. There is always a deadline: for the request, or for the answer."""

    limits: ClassVar[Limits]
    most: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._received = 0
        self._hooked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
        else:
            self._allow(self.limits.request)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > self._most(data):
            self.send_400_response("The request is too large.")
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        if self.cycle is not None:
            if not self.cycle.response_complete:
                raise ValueError("a request before the last one was answered")
            if not self.transport.get_write_buffer_size():
                self._allow(self.limits.request)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._hooked = self.url.startswith(HOOKS)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._received = 0
        self._hooked = False
        self._allow(self.limits.response)

    def _most(self, data: bytes) -> int:
        """How many bytes the request may have whose last ones are *data*."""
        few = self.limits.request_bytes
        if self._received <= few:
            return few
        before = self._received - len(data)
        asked = b"POST " + self.url if before else data
        ends = b"\r\n\r\n" in data[: max(few - before, 0)]
        to_a_hook = self._hooked or (ends and asked.startswith(b"POST " + HOOKS))
        return self.limits.hook_bytes if to_a_hook else few

    def send_400_response(self, msg: str) -> None:
        """Unless an answer is under way, which it would become a part of."""
        if self.cycle is None or self.cycle.response_complete:
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def _allow(self, span: timedelta) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        # After an answer was taken uvicorn closes what stays idle, long before this comes.
        self._deadline = self.loop.call_later(span.total_seconds(), self.transport.abort)


def bounded_by(limits: Limits) -> type[asyncio.Protocol]:
    """The protocol for uvicorn, which makes one of it for every connection."""
    return type("Bounded", (_Bounded,), {"limits": limits, "most": limits.affordable})
