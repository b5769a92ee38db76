"""Question and answer over a stream, as httpcore speaks them, and what may go wrong with them."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from typing import Any, Final

import h2.config
import h2.errors
import h2.events
import h2.exceptions
import httpcore
import httpx
from h2.settings import SettingCodes, Settings

from probes.result import Reason
from probes.wire.answer import HEAD_LIMIT
from probes.wire.borrowed_proxies import asked_to_sign_in, credentials, port_of
from probes.wire.borrowed_streams import Metered
from probes.wire.report import EXTENSION, Report, Stopwatch, Terms, WireError

_WINDOW: Final = 1 << 24
"""Bytes that may be under way to us over the whole connection."""
_QUOTING: Final = re.compile(r"""b?['"]|:""")
NO_HTTP2: Final = "the server speaks HTTP/1.1 only, not HTTP/2"
_SENT: Final = {"http11.send_request_body.complete", "http2.send_request_body.complete"}
_ANSWERED: Final = "http2.receive_response_headers.complete"


class _Answered(Exception):
    """Before all of the question was sent."""


class _Strict(httpcore.AsyncHTTP2Connection):
    """An answer without a status, or with headers that cannot be, is none; and an answer counts
    also when it comes while the server has not taken all of the body (RFC 9113, section 8.1).
    """

    CONFIG = h2.config.H2Configuration()

    async def _send_connection_init(self, request: httpcore.Request) -> None:
        """For a single question: httpcore prepares for a hundred, in the time of the first."""
        state = self._h2_state
        state.local_settings = Settings(
            client=True,
            initial_values={
                SettingCodes.ENABLE_PUSH: 0,
                SettingCodes.MAX_CONCURRENT_STREAMS: 1,
                SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_LIMIT,
            },
        )
        del state.local_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL]
        state.initiate_connection()
        state.increment_flow_control_window(_WINDOW)
        await self._write_outgoing_data(request)

    async def _send_request_body(self, request: httpcore.Request, stream_id: int) -> None:
        with suppress(_Answered):
            await super()._send_request_body(request, stream_id)

    async def _wait_for_outgoing_flow(self, request: httpcore.Request, stream_id: int) -> int:
        if self._events.get(stream_id):
            raise _Answered
        state = self._h2_state
        while not (room := state.local_flow_control_window(stream_id)):
            await self._receive_events(request)
            if self._events.get(stream_id):
                raise _Answered
        return min(room, state.max_outbound_frame_size)


class Talk:
    """One question and its answer. Used once."""

    def __init__(self, request: httpx.Request, watch: Stopwatch, terms: Terms) -> None:
        self.status: int | None = None
        self.http_version = ""
        self._request = request
        self._watch = watch
        self._limit = terms.body_limit
        self._http2 = terms.http2
        self._headers: list[tuple[bytes, bytes]] = []
        self._phrase: bytes | None = None
        self._body = bytearray()
        self._meter: Metered | None = None

    @property
    def received(self) -> int:
        """Bytes of the answer so far; over HTTP/2 whatever else the server said is among them."""
        return self._meter.received if self._meter else 0

    async def over(
        self, stream: httpcore.AsyncNetworkStream, proxy: httpx.URL | None = None
    ) -> None:
        """Asks, straight or with a proxy at the other end. Raises WireError."""
        meter = self._meter = Metered(stream, self._on_arrival)
        self._watch.enter("send")
        try:
            await self._exchange(meter, self._question(proxy))
        except ssl.SSLError:
            raise WireError(Reason.TLS_FAILED, f"TLS failed {self._so_far()}") from None
        except httpcore.NetworkError:
            said = f"the connection broke {self._so_far()}"
            raise WireError(Reason.CONNECTION_RESET, said) from None
        except httpcore.ConnectionNotAvailable:
            raise self._goodbye("") from None
        except (httpcore.ProtocolError, h2.exceptions.ProtocolError) as error:
            raise self._broken(error, meter) from None
        if meter.refused:
            raise meter.refused
        if proxy and self.status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
            raise asked_to_sign_in()

    def response(self, report: Report) -> httpx.Response:
        """What was answered, once all of it is there."""
        extensions: dict[str, Any] = {EXTENSION: report}
        if self._phrase is not None:
            extensions["reason_phrase"] = self._phrase
        return httpx.Response(
            self.status or 0,
            headers=self._headers,
            stream=httpx.ByteStream(bytes(self._body)),
            request=self._request,
            extensions=extensions,
        )

    def _question(self, proxy: httpx.URL | None) -> httpcore.Request:
        asked = self._request.url
        url = httpcore.URL(
            scheme=asked.raw_scheme, host=asked.raw_host, port=asked.port, target=asked.raw_path
        )
        headers = [(name, value.strip(b" \t")) for name, value in self._request.headers.raw]
        if proxy:
            whole = b"%s://%s%s" % (asked.raw_scheme, asked.netloc, asked.raw_path)
            url = httpcore.URL(
                scheme=proxy.raw_scheme, host=proxy.raw_host, port=port_of(proxy), target=whole
            )
            headers += credentials(proxy)
        if not self._http2 and "connection" not in self._request.headers:
            headers.append((b"Connection", b"close"))
        return httpcore.Request(
            self._request.method.encode("ascii"),
            url,
            headers=headers,
            content=self._request.stream,
            extensions={"trace": self._on_event},
        )

    async def _exchange(self, meter: Metered, question: httpcore.Request) -> None:
        make = _Strict if self._http2 else httpcore.AsyncHTTP11Connection
        connection = make(question.url.origin, meter)
        try:
            answer = await connection.handle_async_request(question)
        except ValueError:  # nothing else in there is read as a number
            said = "the answer is not HTTP/2: its status is no number"
            raise WireError(Reason.MALFORMED_ANSWER, said) from None
        self._note(answer)
        async for piece in answer.aiter_stream():
            meter.carried += len(piece)
            if meter.refused is None:
                self._keep(piece, meter)

    def _note(self, answer: httpcore.Response) -> None:
        self.status = answer.status
        self.http_version = answer.extensions["http_version"].decode("ascii").removeprefix("HTTP/")
        self._headers = answer.headers
        self._phrase = answer.extensions.get("reason_phrase")
        if not 200 <= answer.status <= 999 and answer.status != 101:
            said = f"the answer is not HTTP/{self.http_version}: its status is {answer.status}"
            raise WireError(Reason.MALFORMED_ANSWER, said)

    def _keep(self, piece: bytes, meter: Metered) -> None:
        self._body += piece
        if len(self._body) > self._limit:
            del self._body[self._limit :]
            # By way of the stream, so that httpcore's generators end in good order.
            said = f"the body is longer than {self._limit} bytes"
            meter.refuse(Reason.ANSWER_TOO_LARGE, said)

    # Where the time goes

    async def _on_event(self, name: str, _: dict[str, Any]) -> None:
        if name in _SENT and self._watch.phase == "send":
            self._watch.enter("wait")
        elif name == _ANSWERED:
            self._watch.enter("receive")

    def _on_arrival(self) -> None:
        """Over HTTP/2 the server says much before it answers."""
        if not self._http2:
            if self._watch.phase != "receive":
                self._watch.enter("receive")
        elif self._meter and self._meter.beginning.startswith(b"HTTP/1"):
            self._meter.refuse(Reason.MALFORMED_ANSWER, NO_HTTP2)

    # What goes wrong

    def _broken(self, error: Exception, meter: Metered) -> WireError:
        if meter.refused:
            return meter.refused
        match error.args:
            case (h2.events.ConnectionTerminated(error_code=code),):
                return self._goodbye(_named(code))
            case (h2.events.StreamReset(error_code=code),):
                said = f"the server gave up {self._so_far()}{_named(code)}"
                return WireError(Reason.CONNECTION_RESET, said)
        if meter.is_over:
            said = f"the connection was closed {self._so_far()}"
            return WireError(Reason.CLOSED_EARLY, said)
        if not meter.received:
            raise error  # about what we were about to send: our own mistake
        version = "2" if self._http2 else "1.1"
        said = f"the answer is not HTTP/{version}: {_words(error)}"
        return WireError(Reason.MALFORMED_ANSWER, said)

    def _goodbye(self, named: str) -> WireError:
        said = f"the server ended the connection {self._so_far()}{named}"
        return WireError(Reason.CLOSED_EARLY, said)

    def _so_far(self) -> str:
        if self._watch.phase != "receive":
            return "without an answer"
        return f"in the middle of the answer, after {self.received} bytes"


def _named(code: object) -> str:
    """The name of an error (RFC 9113, section 7), unless it is that there was none."""
    if not isinstance(code, h2.errors.ErrorCodes) or code is h2.errors.ErrorCodes.NO_ERROR:
        return ""
    return f", for {code.name.lower().replace('_', ' ')}"


def _words(error: Exception) -> str:
    """The parser's own words, up to where they begin to quote."""
    said = _QUOTING.split(str(error).removeprefix("InvalidBodyLengthError: "))[0]
    return said.strip(" .")[:80].lower() if said.isprintable() else "it breaks a rule"
