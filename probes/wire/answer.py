"""One answer, read piece by piece: bounded, timed, and strict about HTTP/1.1."""

from __future__ import annotations

import ssl
from typing import Final

import httptools

from probes.result import Reason
from probes.wire.head import Header
from probes.wire.refusals import classify
from probes.wire.report import WireError

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of everything that is not body: status lines, headers, trailers."""
_FRAMING: Final = 8
"""Bytes of chunk framing tolerated for each byte of body that they carry."""
_BEGINNING: Final = b"HTTP/1."
_NOT_HTTP: Final = "the answer is not HTTP/1.1"
_NO_FAREWELL: Final = "the connection was closed without the farewell of TLS"
_FRAMED: Final = {b"content-length", b"transfer-encoding"}


class Answer:
    """What comes back for one request. Once `over`, `trouble` says what the target did wrong, and
    is None when all is well.

    An answer whose length nobody told is over when the connection is.
    """

    __slots__ = (
        *(
            "_body_limit",
            "_begun",
            "_bodyless",
            "_keeps_alive",
            "_parser",
            "_until_close",
            "body",
            "excess",
            "headers",
        ),
        *("http_version", "over", "phrase", "received", "status", "trouble"),
    )

    def __init__(self, *, bodyless: bool, body_limit: int) -> None:
        self.over = False
        self.trouble: WireError | None = None
        self.status = 0
        self.phrase = b""
        self.headers: list[Header] = []
        self.body = bytearray()
        self.received = 0
        self.http_version = ""
        self.excess = False
        """Whether there was more than the answer: nobody can say what that belongs to."""
        self._bodyless = bodyless
        self._body_limit = body_limit
        self._parser = httptools.HttpResponseParser(self)
        self._begun = 0
        self._until_close = False
        self._keeps_alive = False

    def forget(self) -> None:
        """Lets go of the parser, which holds on to the answer: a circle costs a collection."""
        del self._parser

    def feed(self, data: bytes) -> None:
        """More of it."""
        if self.over:
            self.excess = True
            return
        self.received += len(data)
        if self._begun < len(_BEGINNING) and not self._begins_well(data):
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._finish()
        except httptools.HttpParserCallbackError as error:
            raise error.__context__ or error from None  # our own mistake, and not the target's
        except httptools.HttpParserError as error:
            self._broken(error)
        else:
            self._weigh()

    def end(self, error: Exception | None = None) -> None:
        """The connection is over, in good order or with an error."""
        if self.over:
            return
        if isinstance(error, ssl.SSLEOFError):
            self._fail(Reason.CLOSED_EARLY, f"{_NO_FAREWELL} {self._so_far()}")
        elif isinstance(error, ssl.SSLError):
            self._fail(Reason.TLS_FAILED, f"{classify(error, '')} {self._so_far()}")
        elif error is not None:
            self._fail(Reason.CONNECTION_RESET, f"the connection broke {self._so_far()}")
        elif self._until_close:
            self._finish()
        else:
            self._fail(Reason.CLOSED_EARLY, f"the connection was closed {self._so_far()}")

    @property
    def keeps_alive(self) -> bool:
        """Whether another request may follow on the same connection."""
        return self._keeps_alive and not self.excess and self.status != 101

    # What the parser calls

    def on_message_begin(self) -> None:
        if self.over:
            self.excess = True

    def on_status(self, status: bytes) -> None:
        if not self.over:
            self.phrase += status

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.http_version:  # afterwards come trailers, which nobody asks about
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.over:
            return
        self.status = status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            return
        self.http_version = self._parser.get_http_version()
        names = [name.lower() for name, _ in self.headers]
        self._until_close = _FRAMED.isdisjoint(names)
        if b"transfer-encoding" in names and not self._is_plainly_chunked():
            said = f"{_NOT_HTTP}: it is transferred in an encoding that nobody asked for"
            self._fail(Reason.MALFORMED_ANSWER, said)
        elif self._bodyless:
            self._finish()

    def on_body(self, data: bytes) -> None:
        if self.over:
            return
        self.body += data
        if len(self.body) > self._body_limit:
            limit = self._body_limit
            del self.body[limit:]
            self._fail(Reason.ANSWER_TOO_LARGE, f"the body is longer than {limit} bytes")

    def on_message_complete(self) -> None:
        if self.http_version:
            self._finish()
        else:  # an interim answer, such as 100 Continue: the real one follows
            self.phrase = b""
            self.headers.clear()

    def _is_plainly_chunked(self) -> bool:
        found = [value for name, value in self.headers if name.lower() == b"transfer-encoding"]
        return b",".join(found).strip().lower() == b"chunked"

    def _begins_well(self, data: bytes) -> bool:
        """The parser would take other protocols too."""
        known = self._begun
        data = data if known else data.lstrip(b"\r\n")
        wanted = _BEGINNING[known : known + len(data)]
        self._begun += len(wanted)
        if not data.startswith(wanted):
            self._fail(Reason.MALFORMED_ANSWER, f"{_NOT_HTTP}: it does not begin so")
        return not self.over

    def _broken(self, error: Exception) -> None:
        if self.over:
            self.excess = True
        else:
            self._fail(Reason.MALFORMED_ANSWER, f"{_NOT_HTTP}: {_words(error)}")

    def _weigh(self) -> None:
        if self.received - len(self.body) > HEAD_LIMIT + _FRAMING * len(self.body):
            said = f"the headers are longer than {HEAD_LIMIT // 1024} KiB"
            self._fail(Reason.ANSWER_TOO_LARGE, said)

    def _so_far(self) -> str:
        if not self.received:
            return "without an answer"
        return f"in the middle of the answer, after {self.received} bytes"

    def _fail(self, reason: Reason, message: str) -> None:
        if not self.over:
            self.over = True
            self.trouble = WireError(reason, message)

    def _finish(self) -> None:
        if not self.over:
            self.over = True
            self._keeps_alive = self._parser.should_keep_alive()


def _words(error: Exception) -> str:
    """The parser's own words; they name the rule that was broken and quote nothing."""
    return str(error)[:80].lower() or "it breaks off"
