"""The engine by itself: what it sends, what it measures, and how it blames."""

from __future__ import annotations

import asyncio
import errno
import gzip
import socket
import ssl
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvloop

from probes import Reason
from probes.wire import Report, Terms, Wire, WireError, inflate, report_of
from probes.wire.answer import Answer
from probes.wire.resolve import Lookup, Resolve
from probes.wire.troubles import not_connected
from tests.support.targets import Certificates, answering, hold, ok, target

AT = datetime(2026, 3, 3, 2, 14, tzinfo=UTC)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LoopFactory = Callable[[], asyncio.AbstractEventLoop]
ON_BOTH_LOOPS = pytest.mark.parametrize(
    "loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)


def names(addresses: list[str]) -> Resolve:
    async def resolve(_: Lookup) -> list[str]:
        return addresses

    return resolve


async def ask(url: str, wire: Wire | None = None, terms: Terms | None = None) -> httpx.Response:
    request = httpx.Request("GET", url, extensions={"wire": terms or Terms()})
    return await (wire or Wire()).handle_async_request(request)


async def trouble(url: str, wire: Wire | None = None, terms: Terms | None = None) -> WireError:
    with pytest.raises(WireError) as raised:
        await ask(url, wire, terms)
    return raised.value


def test_its_errors_are_transport_errors_to_httpx() -> None:
    assert issubclass(WireError, httpx.TransportError)


async def test_it_serves_an_httpx_client() -> None:
    with answering(ok(b"hello", "Content-Type: text/plain")) as there:
        async with httpx.AsyncClient(transport=Wire()) as client:
            response = await client.get(there.url)
    assert response.text == "hello"
    assert response.reason_phrase == "OK"
    assert report_of(response).status == 200


@ON_BOTH_LOOPS
def test_an_answer_behind_tls_tells_what_was_agreed(
    loop_factory: LoopFactory, tmp_path: Path
) -> None:
    certificates = Certificates(tmp_path)
    ends_at = datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)
    body = bytes(range(256)) * 4000
    context = certificates.spanning(AT, ends_at, "localhost")

    async def asked(port: int) -> tuple[Report, bytes]:
        wire = Wire(lambda: AT, names(["127.0.0.1"]))
        response = await ask(f"https://localhost:{port}/", wire, Terms(ca=certificates.file))
        return report_of(response), await response.aread()

    with (
        answering(ok(body), context) as there,
        asyncio.Runner(loop_factory=loop_factory) as runner,
    ):
        report, received = runner.run(asked(there.port))

    assert received == body
    assert list(report.phases) == ["resolve", "connect", "tls", "send", "wait", "receive"]
    assert (report.address, report.http_version) == (f"127.0.0.1:{there.port}", "1.1")
    assert report.tls
    assert (report.tls.version, report.tls.certificate_ends_at) == ("TLSv1.3", ends_at)
    assert report.tls.certificate_left == ends_at - AT


async def test_older_tls_is_spoken_too_and_a_close_ends_the_body(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    context = certificates.good()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with answering(b"HTTP/1.0 200 OK\r\n\r\nuntil the end", context) as there:
        response = await ask(there.url, terms=Terms(ca=certificates.file))
    assert await response.aread() == b"until the end"
    assert report_of(response).http_version == "1.0"


async def test_a_server_that_wants_to_know_the_client_is_a_failure(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    context = certificates.good()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.file)
    with answering(ok(), context) as there:
        error = await trouble(there.url, terms=Terms(ca=certificates.file))
    # It says so after our side of the agreement; a reset right behind may overtake the words.
    assert error.reason in {Reason.TLS_FAILED, Reason.CONNECTION_RESET}


async def test_a_renewed_file_of_authorities_is_read_again(tmp_path: Path) -> None:
    one, other = Certificates(tmp_path), tmp_path / "other"
    other.mkdir()
    wire = Wire()
    with answering(ok(), Certificates(other).good()) as there:
        first = await trouble(there.url, wire, Terms(ca=one.file))
        one.file.write_bytes((other / "authority.pem").read_bytes())
        second = await ask(there.url, wire, Terms(ca=one.file))
    assert first.reason is Reason.TLS_UNTRUSTED
    assert second.status_code == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello and more",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + ok(b"hello"),
        CHUNKED + b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
async def test_the_ways_to_end_a_body(answer: bytes) -> None:
    with answering(answer) as there:
        response = await ask(there.url)
    assert await response.aread() == b"hello"
    assert set(response.headers) <= {"content-length", "transfer-encoding"}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n\x00\x01",
    ],
)
async def test_answers_without_a_body_end_with_their_head(answer: bytes) -> None:
    with answering(answer) as there:
        assert await (await ask(there.url)).aread() == b""


async def test_the_addresses_of_a_name_are_tried_in_order() -> None:
    with answering(ok()) as there:
        wire = Wire(resolve=names(["127.0.0.9", "127.0.0.9", "127.0.0.1"]))
        report = report_of(await ask(f"http://several.example.org:{there.port}/", wire))
    assert report.address == f"127.0.0.1:{there.port}"
    assert there.taken == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Reason.NAME_NOT_FOUND),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Reason.RESOLVER_FAILED),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable"), Reason.RESOLVER_FAILED),
        (UnicodeError("label too long"), Reason.NAME_NOT_FOUND),
    ],
)
async def test_a_name_that_leads_nowhere(error: Exception, reason: Reason) -> None:
    async def resolve(_: Lookup) -> list[str]:
        raise error

    raised = await trouble("http://gone.example.org/", Wire(resolve=resolve))
    assert raised.reason is reason
    assert "gone.example.org" in str(raised)
    assert list(raised.report.phases) == ["resolve"]


async def test_a_name_without_an_address() -> None:
    raised = await trouble("http://empty.example.org/", Wire(resolve=names([])))
    assert raised.reason is Reason.NAME_NOT_FOUND


async def test_a_resolver_that_never_answers() -> None:
    async def resolve(_: Lookup) -> list[str]:
        await asyncio.Event().wait()
        raise AssertionError

    terms = Terms(within=timedelta(milliseconds=100))
    raised = await trouble("http://slow.example.org/", Wire(resolve=resolve), terms)
    assert raised.reason is Reason.RESOLVE_TIMEOUT
    assert raised.report.phases["resolve"] >= timedelta(milliseconds=90)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ECONNREFUSED, Reason.CONNECT_REFUSED),
        (errno.EHOSTUNREACH, Reason.UNREACHABLE),
        (errno.ENETUNREACH, Reason.UNREACHABLE),
        (errno.ETIMEDOUT, Reason.CONNECT_TIMEOUT),
        (errno.EACCES, Reason.CONNECT_FAILED),
    ],
)
def test_why_a_connection_was_not_taken(number: int, reason: Reason) -> None:
    assert not_connected(OSError(number, "…"), "192.0.2.7:443").reason is reason


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOMEM])
def test_what_this_machine_has_run_out_of_is_not_the_targets_fault(number: int) -> None:
    with pytest.raises(OSError, match="…"):
        not_connected(OSError(number, "…"), "192.0.2.7:443")


async def test_a_mistake_of_our_own_is_not_blamed_on_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistaken(answer: Answer, name: bytes, value: bytes) -> None:
        raise LookupError("ours")

    monkeypatch.setattr(Answer, "on_header", mistaken)
    with answering(ok()) as there, pytest.raises(LookupError, match="ours"):
        await ask(there.url)


@ON_BOTH_LOOPS
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_whoever_is_interrupted_leaves_no_connection_open(
    scheme: str, loop_factory: LoopFactory
) -> None:
    heard = []

    def script(connection: socket.socket) -> None:
        hold(connection)
        heard.append("the end")

    async def interrupted(port: int) -> None:
        asking = asyncio.create_task(ask(f"{scheme}://127.0.0.1:{port}/"))
        while not there.taken:
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        while not heard:
            await asyncio.sleep(0.01)

    with target(script) as there, asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(interrupted(there.port), 10))


def test_packed_bodies_are_unpacked_up_to_a_limit() -> None:
    text = b"hello " * 1000
    bare = zlib.compressobj(wbits=-15)
    raw = bare.compress(text) + bare.flush()
    for body, encoding in (
        (gzip.compress(text), "gzip"),
        (gzip.compress(text[:60]) + gzip.compress(text[60:]), "GZIP"),
        (gzip.compress(text) + b"\x00" * 8, "x-gzip"),
        (zlib.compress(text), "deflate"),
        (raw, "deflate"),
        (text, "identity"),
        (text, ""),
    ):
        assert inflate(body, encoding, len(text)) == text
    for body in (gzip.compress(text), gzip.compress(text[:60]) + gzip.compress(text[60:])):
        with pytest.raises(WireError) as raised:
            inflate(body, "gzip", len(text) - 1)
        assert raised.value.reason is Reason.ANSWER_TOO_LARGE
