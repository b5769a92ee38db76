"""The sign of life, towards a real server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from monitor.channels import reaching_out
from monitor.clock import SystemClock
from monitor.config.model import Heartbeat as Settings
from monitor.ourselves import heartbeat as heartbeat_module
from monitor.ourselves.heartbeat import Heartbeat
from monitor.ourselves.soundness import Figures
from tests.support.receivers import Answer, Receiver, Trouble, receiving
from tests.support.serve import free_port
from tests.support.waiting import until_async

MOMENT = timedelta(milliseconds=30)
SECRET = "5ecret-path"


class Measured:
    """Figures that a test may change."""

    def __init__(self) -> None:
        self.figures = Figures()
        self.asked = 0
        self.broken = False

    async def __call__(self) -> Figures:
        self.asked += 1
        if self.broken:
            raise RuntimeError("no figures")
        return self.figures


@asynccontextmanager
async def beating(url: str, measured: Measured) -> AsyncIterator[Heartbeat]:
    async with reaching_out(SystemClock()) as outside:
        heartbeat = Heartbeat(outside.client, measured)
        heartbeat.configure(Settings(url=url, every=MOMENT))
        serve = asyncio.create_task(heartbeat.serve())
        yield heartbeat
        serve.cancel()
        await asyncio.wait([serve])


def address(receiver: Receiver) -> str:
    return f"{receiver.url}/ping/{SECRET}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat_module, "PATIENCE", timedelta(milliseconds=300))


async def test_a_sign_is_sent_again_and_again_while_all_is_well() -> None:
    with receiving() as receiver:
        async with beating(address(receiver), Measured()):
            await until_async(lambda: len(receiver.requests) >= 3, "three signs")
    assert {(r.method, r.path, r.body) for r in receiver.requests} == {
        ("GET", f"/ping/{SECRET}", b"")
    }


async def test_nothing_at_all_is_sent_while_something_is_wrong() -> None:
    measured = Measured()
    measured.figures = Figures(untold=timedelta(hours=1))
    with receiving() as receiver:
        async with beating(address(receiver), measured):
            await until_async(lambda: measured.asked >= 3, "three looks")
            assert receiver.requests == []
            measured.figures = Figures()
            await until_async(lambda: receiver.requests, "it is well again")


async def test_what_cannot_be_measured_is_not_well() -> None:
    measured = Measured()
    measured.broken = True
    with receiving() as receiver:
        async with beating(address(receiver), measured):
            await until_async(lambda: measured.asked >= 3, "three looks")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "act",
    [500, 404, Answer(302, {"Location": "/elsewhere"}), Trouble.HANG, Trouble.RESET, Trouble.CLOSE],
)
async def test_it_goes_on_whatever_the_other_side_does_and_never_tells_the_address(
    act: int | Answer | Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="trueup")
    with receiving(act) as receiver:
        async with beating(address(receiver), Measured()):
            await until_async(lambda: len(receiver.requests) >= 3, "signs after the trouble")
    assert {r.path for r in receiver.requests} == {f"/ping/{SECRET}"}
    said = "\n".join(r.getMessage() for r in caplog.records if r.name == "trueup")
    assert "no sign of life is sent" in said
    assert "the sign of life is sent again" in said
    assert SECRET not in said
    assert SECRET not in repr(Settings(url=address(receiver)))


async def test_a_service_that_is_not_there_stops_nothing() -> None:
    measured = Measured()
    async with beating(f"http://127.0.0.1:{free_port()}/{SECRET}", measured):
        await until_async(lambda: measured.asked >= 3, "it tries again")


async def test_it_can_be_sent_elsewhere_and_be_stopped_while_it_runs() -> None:
    with receiving() as first, receiving() as second:
        async with beating(address(first), Measured()) as heartbeat:
            await until_async(lambda: first.requests, "the first place")
            heartbeat.configure(Settings(url=address(second), every=timedelta(hours=1)))
            await until_async(lambda: second.requests, "the second place, at once")
            heartbeat.configure(None)
            await asyncio.sleep(0)
    assert len(second.requests) == 1
