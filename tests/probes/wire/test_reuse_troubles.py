"""Kept connections, when something goes wrong with them: nothing is hidden, and nothing leaks."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from probes import Reason
from probes.wire import Answered, Question, Terms, Trail, Wire, WireError, write_question
from probes.wire.exchange import Exchange
from tests.probes.wire.test_reuse import FRESH, KEPT, ask, closes_when_asked_again, patient
from tests.probes.wire.test_wire import ON_BOTH_LOOPS, LoopFactory
from tests.support.targets import answering, ok, read_request, target
from tests.support.waiting import until_async

LONG = timedelta(milliseconds=200)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    yield wire
    await wire.aclose()


def asking(url: str, method: str = "GET", body: bytes = b"") -> Question:
    return write_question(method, httpx.URL(url), [], body, KEPT)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a path of our own would cost a file


async def test_who_takes_our_request_works_and_dies_is_not_covered_by_asking_again(
    wire: Wire,
) -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(ok())
        read_request(connection)
        threading.Event().wait(LONG.total_seconds())

    with target(script) as there:
        question = asking(there.url)
        await wire.ask(question, 5)
        with pytest.raises(WireError) as raised:
            await wire.ask(question, 5)
    assert raised.value.reason is Reason.CLOSED_EARLY
    assert raised.value.report.took >= LONG


async def test_the_time_of_a_try_in_vain_counts(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[timedelta] = []
    asked = Exchange.run

    async def timed(self: Exchange, *given: object) -> Answered:
        try:
            answered = await asked(self, *given)  # type: ignore[arg-type]  # as it came
        except WireError as error:
            alone.append(error.report.took)
            raise
        alone.append(answered.report.took)
        return answered

    monkeypatch.setattr(Exchange, "run", timed)
    with target(closes_when_asked_again) as there:
        await ask(wire, there.url)
        report = (await ask(wire, there.url)).report
        await wire.aclose()
    _, in_vain, again = alone
    assert report.took == in_vain + again == sum(report.phases.values(), timedelta())
    assert list(report.phases) == FRESH


async def test_a_connection_with_something_left_to_send_is_not_kept(wire: Wire) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(ok(status="413 Too Large"))
        connection.recv(1, socket.MSG_PEEK)
        threading.Event().wait(0.05)

    before = open_files()
    with target(script) as there:
        answered = await wire.ask(asking(there.url, "PUT", bytes(20_000_000)), 5)
        assert answered.status == 413
        await until_async(lambda: open_files() <= before + 3, "it is closed")
        assert not wire._idle._kept


async def test_two_probes_share_no_connection(wire: Wire) -> None:
    with target(patient) as there:
        for probe in ("one", "other"):
            assert list((await ask(wire, there.url, probe=probe)).report.phases) == FRESH
        assert there.taken == 2
        await wire.aclose()


async def test_what_cannot_be_asked_twice_is_asked_over_a_fresh_connection(wire: Wire) -> None:
    with target(patient) as there:
        question = asking(there.url, "POST", b"pay")
        for _ in range(2):
            assert list((await wire.ask(question, 5)).report.phases) == FRESH
        await wire.aclose()


async def test_a_target_that_leads_everywhere_keeps_one_connection(wire: Wire) -> None:
    with answering(lambda _: ok(b"there")) as there:

        def script(connection: socket.socket) -> None:
            while True:
                asked = read_request(connection)
                to = "/here" if b"GET / " in asked else f"http://127.0.0.2:{there.port}/"
                connection.sendall(ok(b"", f"Location: {to}", status="302 Found"))

        with target(script) as leading:
            question = asking(leading.url)
            for _ in range(3):
                with pytest.raises(WireError):  # nobody listens there
                    await _trail(wire).follow(question, 5, lambda _: False)
            assert leading.taken == 1
            assert list(wire._idle._kept) == [question]
            await wire.aclose()


def _trail(wire: Wire) -> Trail:
    return Trail(wire, timedelta(seconds=5), asyncio.get_running_loop().time)


@ON_BOTH_LOOPS
def test_who_is_called_off_as_the_answer_comes_leaves_nothing_open(
    loop_factory: LoopFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Exchange._end

    async def main() -> None:
        wire = Wire()
        task = asyncio.create_task(wire.ask(asking(there.url), 5))

        def end(self: Exchange, trouble: WireError | None) -> None:
            ended(self, trouble)
            task.cancel()

        monkeypatch.setattr(Exchange, "_end", end)
        before = open_files()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_async(lambda: open_files() <= before + 1, "our end is closed")  # not theirs
        await wire.aclose()

    with target(patient) as there, asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())


def test_a_connection_of_another_loop_is_closed() -> None:
    wire = Wire()
    with target(patient) as there:
        question = asking(there.url)
        for _ in range(2):
            with asyncio.Runner() as runner:
                assert list(runner.run(wire.ask(question, 5)).report.phases) == FRESH
        before = open_files()
        with asyncio.Runner() as runner:
            runner.run(wire.ask(question, 5))
        assert open_files() <= before + 1  # of the server
        with asyncio.Runner() as runner:
            runner.run(wire.aclose())


async def test_terms_are_kept_by_nobody_who_comes_over_httpx() -> None:
    wire = Wire()
    request = httpx.Request("GET", "http://127.0.0.1/", extensions={"wire": Terms(reuse=True)})
    with target(patient) as there:
        request.url = httpx.URL(there.url)
        await wire.handle_async_request(request)
        assert not wire._idle._kept
