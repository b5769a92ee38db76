"""Whose trouble a failing run was."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.clock import SystemClock
from monitor.config.model import Probe
from monitor.ourselves import network as network_module
from monitor.ourselves.doubts import Doubts
from monitor.ourselves.looping import LoopWatch
from monitor.ourselves.network import Network
from probes import Artefact, Outcome, Reason, Result, Settings, Step
from tests.support.configs import a_probe
from tests.support.serve import free_port
from tests.support.targets import deaf, hold, target

MOMENT = timedelta(milliseconds=10)
FAIL = Result(
    outcome=Outcome.FAIL,
    took=MOMENT,
    reason=Reason.CONNECT_TIMEOUT,
    summary="not connected within 10s",
    steps=(Step("open", MOMENT, Outcome.PASS), Step("sign in", MOMENT, Outcome.FAIL)),
    artefacts=(Artefact("screenshot.png", "image/png", b""),),
    excerpt="No internet",
)


class Somewhere(Settings):
    """The settings of a kind that asks an address."""

    url: str = "https://shop.example.org/"


def probe(url: str = "https://shop.example.org/", timeout: timedelta = MOMENT) -> Probe:
    return a_probe(settings=Somewhere(url=url, timeout=timeout))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "PATIENCE", timedelta(milliseconds=100))


@pytest.fixture
def gone() -> Iterator[Network]:
    with deaf() as dead:
        yield Network([f"127.0.0.1:{dead.port}"], SystemClock().monotonic)


@pytest.fixture
async def loop() -> AsyncIterator[LoopWatch]:
    watch = LoopWatch(SystemClock().monotonic)
    serve = asyncio.create_task(watch.serve())
    await asyncio.sleep(0)
    yield watch
    serve.cancel()


def verdict(result: Result) -> tuple[Outcome, Reason | None]:
    return result.outcome, result.reason


async def test_what_is_not_reached_while_our_network_is_gone_is_no_evidence(
    gone: Network, loop: LoopWatch
) -> None:
    weighed = await Doubts(gone, loop).weigh(probe(), FAIL, time.monotonic())
    assert verdict(weighed) == (Outcome.ERROR, Reason.NETWORK_GONE)
    assert weighed.summary == (
        "our own network was gone, so this says nothing about the target: not connected within 10s"
    )
    assert [step.outcome for step in weighed.steps] == [Outcome.PASS, Outcome.ERROR]
    assert (weighed.artefacts, weighed.excerpt) == ((), "")


@pytest.mark.parametrize(
    "reason",
    [Reason.STATUS, Reason.CONNECT_REFUSED, Reason.TLS_EXPIRED, Reason.TEXT_MISSING],
)
async def test_what_the_target_answered_stays_its_own_trouble(
    reason: Reason, gone: Network, loop: LoopWatch
) -> None:
    seen = replace(FAIL, reason=reason)
    assert await Doubts(gone, loop).weigh(probe(), seen, time.monotonic()) is seen


@pytest.mark.parametrize(
    "reason",
    [Reason.NAME_NOT_FOUND, Reason.RESOLVER_FAILED, Reason.UNREACHABLE, Reason.STEP_TIMEOUT],
)
async def test_what_our_network_does_not_explain_is_believed(
    reason: Reason, loop: LoopWatch
) -> None:
    with target(hold) as there:
        alive = Network([f"127.0.0.1:{there.port}"], SystemClock().monotonic)
        seen = replace(FAIL, reason=reason)
        assert await Doubts(alive, loop).weigh(probe(), seen, time.monotonic()) is seen


async def test_a_target_on_this_machine_is_not_explained_by_anchors_elsewhere(
    loop: LoopWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_away = Network(["192.0.2.77:443"], SystemClock().monotonic)
    doubts, local = Doubts(far_away, loop), probe("http://127.0.0.1:8601/")
    assert await doubts.weigh(local, FAIL, time.monotonic()) is FAIL
    unreachable = replace(FAIL, reason=Reason.UNREACHABLE)
    weighed = await doubts.weigh(local, unreachable, time.monotonic())
    assert weighed.reason is Reason.NETWORK_GONE, "not even the way to ourselves is left"


async def test_a_target_on_this_machine_is_explained_by_anchors_on_it(loop: LoopWatch) -> None:
    closed = Network([f"127.0.0.1:{free_port()}"], SystemClock().monotonic)
    weighed = await Doubts(closed, loop).weigh(
        probe("http://localhost:8601/"), FAIL, time.monotonic()
    )
    assert weighed.reason is Reason.NETWORK_GONE


async def test_time_that_we_stood_still_is_not_charged_to_the_target(loop: LoopWatch) -> None:
    doubts, limit = Doubts(Network([], time.monotonic), loop), timedelta(seconds=1)
    late = replace(FAIL, reason=Reason.ANSWER_TIMEOUT, took=limit)
    slow = replace(FAIL, outcome=Outcome.SLOW, reason=Reason.TOO_SLOW, took=limit)
    began = time.monotonic()
    time.sleep(1)  # noqa: ASYNC251 - that is what this is about
    for seen in (late, slow):
        weighed = await doubts.weigh(probe(timeout=limit), seen, began)
        assert verdict(weighed) == (Outcome.ERROR, Reason.STALLED)
    answered = replace(FAIL, reason=Reason.STATUS)
    assert await doubts.weigh(probe(timeout=limit), answered, began) is answered
    patient = probe(timeout=timedelta(seconds=10))
    assert await doubts.weigh(patient, late, began) is late, "it had nine seconds besides"
    assert await doubts.weigh(probe(timeout=limit), late, time.monotonic()) is late
