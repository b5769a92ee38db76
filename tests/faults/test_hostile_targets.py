"""What a target may do to us: each has a reason of its own, inside the deadline."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import uvloop

from probes import Outcome, Reason, Result
from tests.support.serve import free_port
from tests.support.targets import (
    Script,
    answering,
    deaf,
    hold,
    ok,
    read_request,
    reset,
    target,
)
from tests.support.tools import ask_on, failed

Ask = Callable[..., Result]
SHORT = "500ms"
MIB = 1 << 20


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Asks on both loops: the daemon's, and Python's own."""
    return partial(ask_on, request.param)


def says(*parts: bytes) -> Script:
    """Reads a request, then sends the parts one by one."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        for part in parts:
            connection.sendall(part)

    return script


def then_resets(*parts: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        says(*parts)(connection)
        time.sleep(0.05)  # lets the parts arrive: a reset overtakes what is still under way
        reset(connection)

    return script


def for_ever(first: bytes, chunk: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        says(first)(connection)
        while True:
            connection.sendall(chunk)

    return script


def one_byte_at_a_time(connection: socket.socket) -> None:
    read_request(connection)
    for byte in ok(b"slowly"):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def unfinished(connection: socket.socket) -> None:
    says(ok(b"x" * 99)[:-9])(connection)
    hold(connection)


def test_a_port_where_nobody_listens(ask: Ask) -> None:
    said = failed(ask(f"http://127.0.0.1:{free_port()}/"), Reason.CONNECT_REFUSED)
    assert said.endswith("refused the connection")


def test_a_port_that_neither_takes_nor_refuses(ask: Ask) -> None:
    with deaf() as there:
        said = failed(ask(there.url, timeout=SHORT), Reason.CONNECT_TIMEOUT)
    assert said == "not connected within 500ms"


def test_a_name_that_does_not_exist(ask: Ask) -> None:
    result = ask("http://nowhere.invalid/")
    assert result.outcome is Outcome.FAIL
    # Without a resolver to ask, a machine cannot tell that there is no such name.
    assert result.reason in {Reason.NAME_NOT_FOUND, Reason.RESOLVER_FAILED}
    assert "nowhere.invalid" in result.summary


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param(reset, Reason.CONNECTION_RESET, id="resets at once"),
        pytest.param(
            then_resets(b"HTTP/1.1 200 OK\r\nA: b"), Reason.CONNECTION_RESET, id="in head"
        ),
        pytest.param(then_resets(ok(b"x" * 99)[:-9]), Reason.CONNECTION_RESET, id="in the body"),
        pytest.param(says(), Reason.CLOSED_EARLY, id="closes without a word"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nA"), Reason.CLOSED_EARLY, id="closes in the head"),
        pytest.param(says(ok(b"x" * 99)[:-9]), Reason.CLOSED_EARLY, id="promises more body"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.MALFORMED_ANSWER, id="not HTTP"),
        pytest.param(says(b"<html>hello</html>\n"), Reason.MALFORMED_ANSWER, id="HTTP/0.9"),
        pytest.param(says(b"HTTP/1.1 two hundred\r\n\r\n"), Reason.MALFORMED_ANSWER, id="status"),
        pytest.param(says(b"HTTP/1.1 99999 OK\r\n\r\n"), Reason.MALFORMED_ANSWER, id="long status"),
        pytest.param(says(b"\x16\x03\x01\x02\x00\x01\x00"), Reason.MALFORMED_ANSWER, id="TLS"),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nA: b\rSet-Cookie: c\r\nContent-Length: 0\r\n\r\n"),
            Reason.MALFORMED_ANSWER,
            id="a header with a bare CR",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nA\x00: b\r\nContent-Length: 0\r\n\r\n"),
            Reason.MALFORMED_ANSWER,
            id="a header with a NUL",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello"),
            Reason.MALFORMED_ANSWER,
            id="two lengths",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
            Reason.MALFORMED_ANSWER,
            id="a negative length",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
            Reason.MALFORMED_ANSWER,
            id="a chunk without a size",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"),
            Reason.MALFORMED_ANSWER,
            id="a chunk longer than it says",
        ),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello\r\n"),
            Reason.CLOSED_EARLY,
            id="a chunk shorter than it says",
        ),
        pytest.param(
            for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: of the same\r\n" * 100),
            Reason.ANSWER_TOO_LARGE,
            id="headers without end",
        ),
        pytest.param(
            for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096),
            Reason.ANSWER_TOO_LARGE,
            id="a header without end",
        ),
        pytest.param(
            for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
            Reason.ANSWER_TOO_LARGE,
            id="interim answers without end",
        ),
        pytest.param(
            for_ever(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 999
            ),
            Reason.ANSWER_TOO_LARGE,
            id="trailers without end",
        ),
        pytest.param(
            for_ever(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 999 + b";"
            ),
            Reason.ANSWER_TOO_LARGE,
            id="a chunk header without end",
        ),
        pytest.param(
            for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 65536),
            Reason.ANSWER_TOO_LARGE,
            id="a body without end",
        ),
    ],
)
def test_an_answer_that_is_none(script: Script, reason: Reason, ask: Ask) -> None:
    with target(script) as there:
        failed(ask(there.url), reason)


@pytest.mark.parametrize(
    ("script", "reason", "begins"),
    [
        pytest.param(hold, Reason.ANSWER_TIMEOUT, "no answer within 500ms", id="nothing"),
        pytest.param(
            one_byte_at_a_time, Reason.RECEIVE_TIMEOUT, "answer not finished", id="byte by byte"
        ),
        pytest.param(unfinished, Reason.RECEIVE_TIMEOUT, "answer not finished", id="most of it"),
    ],
)
def test_an_answer_that_does_not_come(
    script: Script, reason: Reason, begins: str, ask: Ask
) -> None:
    with target(script) as there:
        result = ask(there.url, timeout=SHORT)

    said = failed(result, reason)
    assert said.startswith(begins)
    assert "connected after" in said
    assert timedelta(seconds=0.4) < result.took < timedelta(seconds=1.5)
    assert sum(result.phases.values(), timedelta()) <= result.took


def test_a_target_that_takes_the_connection_and_not_the_request(ask: Ask) -> None:
    gone = threading.Event()

    def script(_: socket.socket) -> None:
        gone.wait(10)

    with target(script) as there:
        result = ask(there.url, method="POST", body="x" * (8 * MIB), timeout=SHORT)
        gone.set()
    failed(result, Reason.SEND_TIMEOUT)


def test_a_gigabyte_stops_at_the_limit(ask: Ask) -> None:
    sent = []

    def script(connection: socket.socket) -> None:
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")(connection)
        for _ in range(1024):
            connection.sendall(bytes(MIB))
            sent.append(MIB)

    with target(script) as there:
        result = ask(there.url)
    assert failed(result, Reason.ANSWER_TOO_LARGE) == "the body is longer than 1048576 bytes"
    assert sum(sent) < 32 * MIB


def bomb() -> bytes:
    """A gigabyte of zeros, packed; without the checksum that nobody should come to."""
    engine = zlib.compressobj(9, wbits=-15)
    block = engine.compress(bytes(16 * MIB)) + engine.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(b"")[:10] + block * 64


def test_a_gigabyte_in_a_megabyte_costs_no_memory(ask: Ask) -> None:
    with answering(ok(bomb(), "Content-Encoding: gzip")) as there:
        tracemalloc.start()
        try:
            result = ask(there.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    failed(result, Reason.ANSWER_TOO_LARGE)
    assert peak < 24 * MIB


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(gzip.compress(b"hello " * 99)[:-9], "gzip", id="gzip that ends early"),
        pytest.param(b"hello", "gzip", id="gzip that is none"),
        pytest.param(b"\x00\x01", "deflate", id="deflate that is none"),
        pytest.param(b"hello", "br", id="an encoding that was not offered"),
        pytest.param(b"hello", "gzip, gzip", id="encoded twice"),
    ],
)
def test_a_body_that_cannot_be_unpacked(body: bytes, encoding: str, ask: Ask) -> None:
    with answering(ok(body, f"Content-Encoding: {encoding}")) as there:
        failed(ask(there.url), Reason.MALFORMED_ANSWER)


def test_a_body_that_is_no_text_is_read_all_the_same(ask: Ask) -> None:
    with answering(ok(b"\xff\xfe caf\xc3\xa9 \x00\x1b[31m")) as there:
        assert ask(there.url, expect={"contains": "café"}).outcome is Outcome.PASS
        said = failed(ask(there.url, expect={"contains": "tea"}), Reason.TEXT_MISSING)
    assert "\x1b" not in said
