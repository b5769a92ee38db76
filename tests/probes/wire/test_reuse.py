"""A connection that is kept, for who asks for that."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import pytest

from probes.wire import Answered, Question, Terms, Wire, write_question
from tests.support.targets import Certificates, Script, answering, ok, read_request, target
from tests.support.waiting import until_async

FRESH = ["connect", "send", "wait", "receive"]
AGAIN = ["send", "wait", "receive"]
KEPT = Terms(reuse=True)
AT = datetime(2026, 3, 3, 2, 14, tzinfo=UTC)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    yield wire
    await wire.aclose()


@cache
def question(url: str, terms: Terms = KEPT, probe: str = "one") -> Question:
    return write_question("GET", httpx.URL(url), [], b"", terms)


async def ask(wire: Wire, url: str, terms: Terms = KEPT, probe: str = "one") -> Answered:
    return await wire.ask(question(url, terms, probe), 5.0)


def patient(connection: socket.socket) -> None:
    """Answers for as long as it is asked."""
    while True:
        read_request(connection)
        connection.sendall(ok(b"hello"))


async def test_a_kept_connection_is_used_again_and_its_phases_are_those_that_were(
    wire: Wire,
) -> None:
    with target(patient) as there:
        found = [await ask(wire, there.url) for _ in range(3)]
        assert there.taken == 1
        await wire.aclose()
    assert [list(each.report.phases) for each in found] == [FRESH, AGAIN, AGAIN]
    assert {each.report.address for each in found} == {f"127.0.0.1:{there.port}"}
    assert {each.body for each in found} == {b"hello"}


async def test_unless_asked_for_every_connection_is_a_fresh_one(wire: Wire) -> None:
    with target(patient) as there:
        found = [await ask(wire, there.url, terms=Terms()) for _ in range(2)]
        assert there.taken == 2
    assert [list(each.report.phases) for each in found] == [FRESH, FRESH]


async def test_a_connection_that_was_closed_meanwhile_is_replaced(wire: Wire) -> None:
    with answering(ok(b"hello")) as there:
        for _ in range(3):
            assert (await ask(wire, there.url)).body == b"hello"
    assert there.taken == 3


async def test_two_at_a_time_share_nothing(wire: Wire) -> None:
    with target(patient) as there:
        await ask(wire, there.url)
        found = await asyncio.gather(ask(wire, there.url), ask(wire, there.url))
        assert there.taken == 2
        await wire.aclose()
    assert sorted(len(each.report.phases) for each in found) == [3, 4]


def closes_when_asked_again(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(ok())
    connection.recv(65536)


async def test_one_that_is_closed_on_our_request_is_replaced_where_asking_twice_is_harmless(
    wire: Wire,
) -> None:
    with target(closes_when_asked_again) as there:
        await ask(wire, there.url)
        again = await ask(wire, there.url)
        assert there.taken == 2
        await wire.aclose()
    assert list(again.report.phases) == FRESH


def says_once(answer: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)
        connection.recv(65536)

    return script


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"hello", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ok(b"hello") + b"and more",
        ok(b"hello") + ok(b"uncalled for"),
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ],
)
async def test_what_cannot_be_used_again_is_not(answer: bytes, wire: Wire) -> None:
    with target(says_once(answer)) as there:
        for _ in range(2):
            assert list((await ask(wire, there.url)).report.phases) == FRESH
        assert there.taken == 2


async def test_the_certificate_is_remembered_and_its_time_runs_on(tmp_path: Path) -> None:
    certificates, now = Certificates(tmp_path), [AT]
    wire = Wire(lambda: now[0])
    terms = Terms(reuse=True, ca=certificates.file)
    ends_at = datetime(2099, 1, 2, tzinfo=UTC)
    with target(patient, certificates.spanning(AT, ends_at)) as there:
        first = (await ask(wire, there.url, terms=terms)).report
        now[0] += timedelta(days=1)
        second = (await ask(wire, there.url, terms=terms)).report
        await wire.aclose()
    assert list(second.phases) == AGAIN
    assert first.tls
    assert second.tls
    assert second.tls.certificate_ends_at == first.tls.certificate_ends_at
    assert second.tls.certificate_left == ends_at - AT - timedelta(days=1)


async def test_closing_the_wire_closes_what_it_keeps() -> None:
    ended = []

    def script(connection: socket.socket) -> None:
        try:
            patient(connection)
        except OSError:
            ended.append(connection)

    wire = Wire()
    with target(script) as there:
        await ask(wire, there.url)
        await wire.aclose()
        await until_async(lambda: ended, "the server sees the end", within=5)
