"""Hosts with many addresses, of which some are dead: the first to answer wins."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from probes import Reason
from probes.wire import Report, Terms, Wire, WireError, report_of, write_question
from probes.wire.connecting import in_turn
from probes.wire.troubles import not_connected
from tests.probes.wire.test_wire import ON_BOTH_LOOPS, LoopFactory, ask, names, trouble
from tests.support.targets import answering, ok

SOON = timedelta(seconds=1)


@contextmanager
def deaf_at(port: int, *hosts: str) -> Iterator[None]:
    """Addresses that neither take a connection nor refuse it: their queues are full."""
    with ExitStack() as stack:
        for host in hosts:
            listener = stack.enter_context(socket.create_server((host, port), backlog=0))
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
        yield


async def answer_one(port: int, url: str, wire: Wire) -> Report:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ok())
        writer.close()

    server = await asyncio.start_server(serve, "::1", port)
    async with server:
        return report_of(await ask(url, wire))


@ON_BOTH_LOOPS
def test_of_fifty_addresses_one_lives(loop_factory: LoopFactory) -> None:
    dead = [f"127.0.0.{number}" for number in range(2, 51)]

    async def asked() -> Report:
        wire = Wire(resolve=names([*dead, "127.0.0.1"]))
        return report_of(await ask(f"http://many.example.org:{there.port}/", wire))

    with answering(ok()) as there, asyncio.Runner(loop_factory=loop_factory) as runner:
        report = runner.run(asked())
    assert report.address == f"127.0.0.1:{there.port}"
    assert report.phases["connect"] < SOON


@ON_BOTH_LOOPS
def test_an_address_that_is_silent_delays_the_next_one_by_a_quarter_of_a_second(
    loop_factory: LoopFactory,
) -> None:
    async def asked() -> Report:
        wire = Wire(resolve=names(["127.0.0.2", "127.0.0.1"]))
        return report_of(await ask(f"http://two.example.org:{there.port}/", wire))

    with (
        answering(ok()) as there,
        deaf_at(there.port, "127.0.0.2"),
        asyncio.Runner(loop_factory=loop_factory) as runner,
    ):
        report = runner.run(asked())
    assert report.address == f"127.0.0.1:{there.port}"
    assert timedelta(milliseconds=240) < report.phases["connect"] < SOON


async def test_with_little_time_they_are_all_tried_within_half_of_it() -> None:
    deaf = [f"127.0.0.{number}" for number in range(2, 10)]
    terms = Terms(within=timedelta(milliseconds=800))
    with answering(ok()) as there, deaf_at(there.port, *deaf):
        wire = Wire(resolve=names([*deaf, "127.0.0.1"]))
        response = await ask(f"http://many.example.org:{there.port}/", wire, terms)
    assert report_of(response).phases["connect"] < terms.within


async def test_when_all_are_silent_the_deadline_ends_it_and_nothing_stays_open() -> None:
    deaf = ["127.0.0.2", "127.0.0.3"]
    terms = Terms(within=timedelta(milliseconds=300))
    with answering(ok()) as there, deaf_at(there.port, *deaf):
        wire = Wire(resolve=names(deaf))
        began = time.monotonic()
        error = await trouble(f"http://two.example.org:{there.port}/", wire, terms)
        assert time.monotonic() - began < 2
    assert error.reason is Reason.CONNECT_TIMEOUT
    assert list(error.report.phases) == ["resolve", "connect"]


async def test_when_all_refuse_the_last_one_is_told() -> None:
    with answering(ok()) as there:
        wire = Wire(resolve=names(["127.0.0.2", "127.0.0.3"]))
        error = await trouble(f"http://two.example.org:{there.port}/", wire)
    assert error.reason is Reason.CONNECT_REFUSED
    assert str(error) == f"127.0.0.3:{there.port} refused the connection"


async def test_a_host_that_has_only_an_address_of_the_new_kind() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        port = free.getsockname()[1]
    report = await answer_one(port, f"http://six.example.org:{port}/", Wire(resolve=names(["::1"])))
    assert report.address == f"[::1]:{port}"


async def test_an_address_of_the_new_kind_stands_in_the_url() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        port = free.getsockname()[1]
    report = await answer_one(port, f"http://[::1]:{port}/", Wire())
    assert (report.address, "resolve" in report.phases) == (f"[::1]:{port}", False)


def test_both_kinds_of_addresses_take_turns() -> None:
    assert in_turn(["::1", "::2", "::3", "1.1.1.1"]) == ["::1", "1.1.1.1", "::2", "::3"]
    assert in_turn(["1.1.1.1", "1.1.1.2"]) == ["1.1.1.1", "1.1.1.2"]
    assert in_turn(["1.1.1.1", "::1", "::2"]) == ["1.1.1.1", "::1", "::2"]


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH])
def test_a_machine_without_the_new_kind_cannot_reach_it(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nowhere(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError(errno.ENETUNREACH, f"no way to {address}")

    monkeypatch.setattr("probes.wire.troubles.socket.socket", Nowhere)
    error = not_connected(OSError(number, "…"), "[2001:db8::1]:443")
    assert error.reason is Reason.UNREACHABLE


def test_that_this_machine_has_run_out_of_ports_says_nothing_about_the_target() -> None:
    for address in ("[::1]:443", "127.0.0.1:443"):
        with pytest.raises(OSError, match="none left") as raised:
            not_connected(OSError(errno.EADDRNOTAVAIL, "none left"), address)
        assert not isinstance(raised.value, WireError)


@ON_BOTH_LOOPS
def test_a_body_that_does_not_go_at_once_goes_later(loop_factory: LoopFactory) -> None:
    body = bytes(5_000_000)

    async def asked() -> Report:
        question = write_question("POST", httpx.URL(there.url), [], body, Terms())
        return (await Wire().ask(question, 5)).report

    with answering(ok()) as there, asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(asked()).status == 200
    assert len(there.asked[0]) > len(body)


async def test_what_this_machine_has_run_out_of_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any, **__: Any) -> socket.socket:
        raise OSError(errno.EMFILE, "too many open files")

    wire = Wire(resolve=names(["127.0.0.2", "127.0.0.3"]))
    request = httpx.Request("GET", "http://two.example.org/")
    monkeypatch.setattr("probes.wire.connecting.socket.socket", none_left)
    with pytest.raises(OSError, match="too many") as raised:
        await wire.handle_async_request(request)
    assert not isinstance(raised.value, WireError)
