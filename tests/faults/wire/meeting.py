"""Runs of the real kind, over the real wire, that meet the hostile servers."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from probes import KINDS, Result, Tools
from probes.browser import Browsers
from probes.wire import Wire
from probes.wire.resolve import Lookup, Resolve
from tests.faults.wire.case import Case
from tests.faults.wire.tables import CASES
from tests.support.tools import settings_of

PATIENCE: Final = 20.0  # seconds; a bound for a machine under load, not a wait
SHORT: Final = "400ms"
"""The deadline where it will be reached."""
LONG: Final = "5s"
"""The deadline where it should not be, on a machine that is doing something else."""
GRACE: Final = 0.1
"""Seconds past its deadline that a run may take."""
AT_ONCE: Final = 16
"""Runs on their way at the same time, when it is about each of them."""
AGAIN: Final = 3
"""How often a run is made before its being late is its own fault, and not the machine's."""
_HTTP: Final = KINDS["http"]
_SETTINGS: Final[dict[str, Any]] = {}
"""By address and name: read once, as a configuration is."""


@dataclass(frozen=True, slots=True)
class Farm:
    """Where the servers listen, and what the probes trust."""

    ports: dict[str, int]
    authority: Path

    def address(self, case: Case) -> str:
        return case.address.replace("{port}", str(self.ports[case.name]))


@dataclass(frozen=True, slots=True)
class Met:
    """What became of a run. `late` is by how much it overran its deadline."""

    result: Result
    late: timedelta


@contextmanager
def farm(folder: Path, *names: str) -> Iterator[Farm]:
    """The servers of the cases of those names, or all of them, as long as the block lasts."""
    command = (sys.executable, "-m", "tests.faults.wire.farm", str(folder), *names)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    try:
        yield Farm(json.loads(process.stdout.readline()), folder / "authority.pem")
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(PATIENCE)


async def _resolve(lookup: Lookup) -> list[str]:
    resolve = _RESOLVE.get(lookup.host)
    if resolve is None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return await resolve(lookup)


def _resolves() -> Iterator[tuple[str, Resolve]]:
    for case in CASES:
        if case.resolve:
            yield httpx.URL(case.address.replace("{port}", "80")).host, case.resolve


_RESOLVE: Final = dict(_resolves())


def lent() -> Tools:
    """What one process lends all its runs."""
    return Tools(transport=Wire(resolve=_resolve), browsers=Browsers(), monotonic=time.monotonic)


def settings_for(case: Case, servers: Farm) -> Any:
    """As a configuration is read: once, before any run."""
    address = servers.address(case)
    if address + case.name not in _SETTINGS:
        _SETTINGS[address + case.name] = _read(case, address, servers.authority)
    return _SETTINGS[address + case.name]


def _read(case: Case, address: str, authority: Path) -> Any:
    table = {"url": address, "timeout": SHORT if case.is_slow else LONG} | dict(case.keys)
    if address.startswith("https"):
        table["tls"] = {"ca": str(authority)}
    return settings_of(_HTTP, table)


async def meet(case: Case, servers: Farm, tools: Tools) -> Met:
    settings = settings_for(case, servers)
    began = time.monotonic()
    result = await _HTTP.run(settings, tools)
    took = timedelta(seconds=time.monotonic() - began)
    return Met(result, took - settings.timeout)


async def meet_patiently(case: Case, servers: Farm, tools: Tools) -> Met:
    """Again, when it was late: by itself, on a machine that may be doing something else."""
    for _ in range(AGAIN):
        met = await meet(case, servers, tools)
        if met.late < timedelta(seconds=GRACE):
            break
    return met


async def meet_all(cases: Sequence[Case], servers: Farm, tools: Tools) -> dict[str, Met]:
    """Some at the same time; afterwards, those that were late, one by one."""
    few = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> Met:
        async with few:
            return await meet(case, servers, tools)

    met = dict(zip((c.name for c in cases), await asyncio.gather(*map(one, cases)), strict=True))
    for case in cases:
        if met[case.name].late > timedelta(seconds=GRACE):
            met[case.name] = await meet_patiently(case, servers, tools)
    return met
