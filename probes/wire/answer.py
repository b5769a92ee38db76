"""One answer, read piece by piece: bounded, timed, and strict about HTTP/1.1."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

import httptools

from probes.result import Reason
from probes.wire.report import Stopwatch, WireError

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of everything that is not body: status lines, headers, trailers."""
_FRAMING: Final = 8
"""Bytes of chunk framing tolerated for each byte of body that they carry."""


class Answer:
    """What comes back for one request. `done` holds the target's trouble, or None when all is well.

    An answer whose length nobody told is over when the connection is.
    """

    def __init__(self, watch: Stopwatch, *, bodyless: bool, body_limit: int) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[WireError | None] = loop.create_future()
        self.status = 0
        self.phrase = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.received = 0
        self.http_version = ""
        self._watch = watch
        self._bodyless = bodyless
        self._body_limit = body_limit
        self._parser = httptools.HttpResponseParser(self)
        self._until_close = False

    def feed(self, data: bytes) -> None:
        """More of it."""
        if self.done.done():
            return
        if not self.received:
            self._watch.enter("receive")
        self.received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._finish()
        except httptools.HttpParserCallbackError as error:
            self._break(error.__context__ or error)
        except httptools.HttpParserError as error:
            self.fail(Reason.MALFORMED_ANSWER, f"the answer is not HTTP/1.1: {_words(error)}")
        else:
            self._weigh()

    def end(self, error: Exception | None = None) -> None:
        """The connection is over, in good order or with an error."""
        if self.done.done():
            return
        if isinstance(error, ssl.SSLError):
            self.fail(Reason.TLS_FAILED, f"TLS failed {self._so_far()}")
        elif isinstance(error, OSError):
            self.fail(Reason.CONNECTION_RESET, f"the connection broke {self._so_far()}")
        elif error is not None:
            self._break(error)
        elif self._until_close:
            self._finish()
        else:
            self.fail(Reason.CLOSED_EARLY, f"the connection was closed {self._so_far()}")

    def fail(self, reason: Reason, message: str) -> None:
        if not self.done.done():
            self.done.set_result(WireError(reason, message))

    # What the parser calls

    def on_status(self, status: bytes) -> None:
        self.phrase += status

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.http_version:  # afterwards come trailers, which nobody asks about
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.done.done():
            return
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200 and self.status != 101:
            return
        self.http_version = self._parser.get_http_version()
        names = {name.lower() for name, _ in self.headers}
        self._until_close = not names & {b"content-length", b"transfer-encoding"}
        if self._bodyless:
            self._finish()

    def on_body(self, data: bytes) -> None:
        if self.done.done():
            return
        self.body += data
        if len(self.body) > self._body_limit:
            limit = self._body_limit
            del self.body[limit:]
            self.fail(Reason.ANSWER_TOO_LARGE, f"the body is longer than {limit} bytes")

    def on_message_complete(self) -> None:
        if self.http_version:
            self._finish()
        else:  # an interim answer, such as 100 Continue: the real one follows
            self.phrase = b""
            self.headers.clear()

    def _weigh(self) -> None:
        if self.received - len(self.body) > HEAD_LIMIT + _FRAMING * len(self.body):
            said = f"the headers are longer than {HEAD_LIMIT // 1024} KiB"
            self.fail(Reason.ANSWER_TOO_LARGE, said)

    def _so_far(self) -> str:
        if not self.received:
            return "without an answer"
        return f"in the middle of the answer, after {self.received} bytes"

    def _break(self, error: BaseException) -> None:
        """Our own mistake: it must not become the target's failure."""
        if not self.done.done():
            self.done.set_exception(error)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _words(error: Exception) -> str:
    """The parser's own words; they name the rule that was broken and quote nothing."""
    said = str(error)[:80].lower() or "it breaks off"
    return "it does not begin so" if "rtsp/" in said else said
