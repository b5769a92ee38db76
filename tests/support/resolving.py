"""Names in tests: asked of toy name servers, with nothing left behind."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pycares
import pytest
import uvloop

from probes.wire import WireError
from probes.wire.names import Names
from probes.wire.names_machine import Machine
from probes.wire.resolve import Ip, Lookup
from tests.support.nameserver import Nameserver, address
from tests.support.waiting import until_async

WEB = "web.example.org"
WEB_IS = [address("192.0.2.7"), address("2001:db8::7")]
BOTH = {"192.0.2.7", "2001:db8::7"}
PATIENCE = 20.0
ON_BOTH_LOOPS = pytest.mark.parametrize(
    "loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)


class Time:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def resolving(
    machine: Machine | None = None, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Names]:
    """Nothing of it is left afterwards."""
    names = Names(machine, monotonic)
    open_before = open_files()
    try:
        yield names
    finally:
        await names.aclose()
    assert not pycares._handle_to_channel, "questions left behind"
    await until_async(lambda: open_files() <= open_before, "every socket closed")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a path of our own would cost a file


def asking(there: Nameserver, host: str = WEB, ip: Ip = "any") -> Lookup:
    return Lookup(host, ip, there.server)


async def trouble(names: Names, lookup: Lookup) -> WireError:
    with pytest.raises(WireError) as raised:
        await asyncio.wait_for(names(lookup), PATIENCE)
    return raised.value


def told(*servers: str, **instead: Any) -> Machine:
    """A machine whose files name these servers."""
    return Machine(instead={"servers": servers, **instead})


def on(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], main: Coroutine[Any, Any, None]
) -> None:
    """Whatever the loop would only have logged is raised."""
    complaints: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.get_loop().set_exception_handler(lambda _, said: complaints.append(said))
        runner.run(asyncio.wait_for(main, PATIENCE))
    assert not complaints, complaints


def in_hosts_file() -> str:
    rows = [line.split() for line in Path("/etc/hosts").read_text().splitlines()]
    mine = [row[1] for row in rows if len(row) > 1 and row[0].startswith("127.")]
    there = [name for name in mine if "localhost" not in name]
    if not there:
        pytest.skip("the hosts file of this machine has no name to ask for")
    return there[0]
