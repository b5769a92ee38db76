"""Whether our own network is alive, asked of real ports on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.ourselves import network as network_module
from monitor.ourselves.network import GATEWAY, Network, Where, gateway, vouching
from tests.support.clock import HandClock
from tests.support.serve import free_port
from tests.support.targets import Target, deaf, hold, target
from tests.support.waiting import until_async

LONG_AGO = 0.0
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth1\t00000000\t{second}\t0003\t0\t0\t200\t00000000\t0\t0\t0
eth0\t00000000\t{first}\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "PATIENCE", timedelta(milliseconds=200))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def place(there: Target) -> str:
    return f"127.0.0.1:{there.port}"


@contextmanager
def listening(port: int) -> Iterator[None]:
    """Somebody answers at that port for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", port)):
        yield


async def test_one_anchor_that_answers_is_enough(clock: HandClock) -> None:
    with target(hold) as there, deaf() as dead:
        network = Network([place(dead), place(there)], clock.monotonic)
        assert not await network.was_gone(clock.monotonic())
    assert not network.gone


async def test_nobody_waits_for_an_anchor_that_is_silent_when_another_answers(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_module, "PATIENCE", timedelta(minutes=1))
    with target(hold) as there, deaf() as dead:
        network = Network([place(dead), place(there)], clock.monotonic)
        async with asyncio.timeout(10):
            assert not await network.was_gone(clock.monotonic())


async def test_when_no_anchor_answers_the_network_is_gone(clock: HandClock) -> None:
    with deaf() as one, deaf() as other:
        network = Network([place(one), place(other)], clock.monotonic)
        assert await network.was_gone(clock.monotonic())
    assert network.gone


async def test_nothing_is_asked_where_no_anchor_is_wanted(clock: HandClock) -> None:
    assert not await Network([], clock.monotonic).was_gone(LONG_AGO)


async def test_an_answer_is_good_for_a_while_and_then_asked_again(clock: HandClock) -> None:
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], clock.monotonic)
    assert await network.was_gone(clock.monotonic())
    with listening(port):
        clock.wind(timedelta(seconds=4.9))
        await network.was_gone(clock.monotonic())
        assert network.gone, "nobody was asked yet"
        clock.wind(timedelta(seconds=0.2))
        assert not await network.was_gone(clock.monotonic())


async def test_that_it_was_gone_while_a_run_lasted_is_not_forgotten(clock: HandClock) -> None:
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], clock.monotonic)
    began = clock.monotonic()
    clock.wind(timedelta(seconds=1))
    assert await network.was_gone(clock.monotonic())
    clock.wind(timedelta(seconds=6))
    with listening(port):
        assert await network.was_gone(began), "it came back too late for this run"
        assert not await network.was_gone(clock.monotonic())


async def test_anchors_that_are_dead_while_far_targets_are_reached_are_not_believed(
    clock: HandClock,
) -> None:
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], clock.monotonic)
    assert await network.was_gone(clock.monotonic()), "nothing speaks against them yet"
    clock.wind(timedelta(seconds=10))
    began = clock.monotonic()
    clock.wind(timedelta(seconds=1))
    network.reached(Where.FAR, began)
    assert not network.gone
    assert not await network.was_gone(LONG_AGO), "nor were they right before"

    clock.wind(timedelta(hours=1))
    assert not await network.was_gone(clock.monotonic()), "when all is down nothing is reached"
    with listening(port):
        clock.wind(timedelta(seconds=2))
        assert not await network.was_gone(clock.monotonic())
    clock.wind(timedelta(seconds=2))
    assert await network.was_gone(clock.monotonic()), "they answered, so they live"


@pytest.mark.parametrize(
    ("target", "after"),
    [
        pytest.param(Where.FAR, timedelta(seconds=-1), id="begun before the network went"),
        pytest.param(Where.HERE, timedelta(seconds=1), id="on this machine"),
        pytest.param(Where.NEAR, timedelta(seconds=1), id="beside this machine"),
    ],
)
async def test_what_was_reached_otherwise_says_nothing_against_anchors(
    target: Where, after: timedelta, clock: HandClock
) -> None:
    network = Network([f"127.0.0.1:{free_port()}"], clock.monotonic)
    clock.wind(timedelta(seconds=10))
    fell_silent = clock.monotonic()
    assert await network.was_gone(fell_silent)
    network.reached(target, fell_silent + after.total_seconds())
    clock.wind(timedelta(seconds=10))
    assert await network.was_gone(clock.monotonic())


async def test_a_network_that_is_back_was_gone_all_the_same(clock: HandClock) -> None:
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], clock.monotonic)
    began = clock.monotonic()
    assert await network.was_gone(began)
    clock.wind(timedelta(seconds=10))
    network.reached(Where.FAR, clock.monotonic())
    clock.wind(timedelta(seconds=2))
    with listening(port):
        assert await network.was_gone(began), "what was tried meanwhile is no evidence"
        assert not await network.was_gone(clock.monotonic())


async def test_a_far_target_that_is_reached_has_the_anchors_asked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_module, "GONE_FOR", timedelta(minutes=1))
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], SystemClock().monotonic)
    serve = asyncio.create_task(network.serve())
    await until_async(lambda: network.gone, "nobody answers")
    with target(hold) as there:
        network._anchors = (place(there),)
        network.reached(Where.FAR, SystemClock().monotonic())
        await until_async(lambda: there.taken == 1, "they are asked")
    serve.cancel()


async def test_a_thousand_who_ask_at_once_put_one_question(clock: HandClock) -> None:
    with target(hold) as there:
        network = Network([place(there)], clock.monotonic)
        answers = await asyncio.gather(*(network.was_gone(LONG_AGO) for _ in range(1000)))
        assert not any(answers)
        await until_async(lambda: there.taken, "the other side has taken it too")
        assert there.taken == 1


async def test_an_asker_that_is_cancelled_takes_the_answer_from_nobody(clock: HandClock) -> None:
    with deaf() as dead:
        network = Network([place(dead)], clock.monotonic)
        first = asyncio.create_task(network.was_gone(LONG_AGO))
        second = asyncio.create_task(network.was_gone(LONG_AGO))
        await asyncio.sleep(0)
        first.cancel()
        assert await second


async def test_the_usual_anchors_count_only_once_they_have_answered(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(network_module, "USUAL", (f"127.0.0.1:{port}",))
    network = Network(None, clock.monotonic)
    await network._ask(network._anchors)
    assert not await network.was_gone(LONG_AGO), "in a closed network their silence means nothing"
    with listening(port):
        await network._ask(network._anchors)
    clock.wind(timedelta(seconds=10))
    assert await network.was_gone(clock.monotonic())


async def test_the_end_is_noticed_without_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "GONE_FOR", timedelta(milliseconds=50))
    port = free_port()
    network = Network([f"127.0.0.1:{port}"], SystemClock().monotonic)
    serve = asyncio.create_task(network.serve())
    await until_async(lambda: network.gone, "nobody answers")
    with listening(port):
        await until_async(lambda: not network.gone, "somebody answers again")
    serve.cancel()


async def test_other_anchors_are_taken_over_and_the_same_keep_their_answers(
    clock: HandClock,
) -> None:
    anchors = [f"127.0.0.1:{free_port()}"]
    network = Network(anchors, clock.monotonic)
    assert await network.was_gone(LONG_AGO)
    network.configure(anchors)
    assert network.gone
    with target(hold) as there:
        network.configure([place(there)])
        assert not await network.was_gone(LONG_AGO)


def test_the_gateway_is_read_from_the_routes(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(ROUTES.format(first="010200C0", second="FE0200C0"))
    assert gateway(routes) == "192.0.2.1"
    for nothing in ("", "Iface\n", "eth0 x", ROUTES.splitlines()[0]):
        routes.write_text(nothing)
        assert gateway(routes) == ""
    assert gateway(tmp_path / "absent") == ""


async def test_a_machine_without_a_way_out_has_a_silent_gateway(
    clock: HandClock, tmp_path: Path
) -> None:
    routes = tmp_path / "route"
    routes.write_text("Iface\n")
    assert await Network([GATEWAY], clock.monotonic, routes).was_gone(LONG_AGO)
    elsewhere = Network([GATEWAY], clock.monotonic, tmp_path / "absent")
    assert not await elsewhere.was_gone(LONG_AGO), "no routes to read on this kind of system"


def test_who_vouches_depends_on_where_the_target_stands() -> None:
    two, local = {"1.1.1.1:443", "9.9.9.9:443"}, "127.0.0.1:53"
    assert vouching(two | {GATEWAY}, Where.FAR) == two, "a gateway may answer at a dead uplink"
    assert vouching(two | {GATEWAY}, Where.NEAR) == two | {GATEWAY}
    assert vouching({"1.1.1.1:443", GATEWAY}, Where.FAR) == {"1.1.1.1:443", GATEWAY}
    assert vouching(two | {GATEWAY}, Where.HERE) == set()
    assert vouching(two | {local}, Where.HERE) == {local}
