"""Each hostile server gets its due: the right reason, in time, in little memory, and no trace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvloop

from probes import Outcome
from tests.faults.wire.case import Case
from tests.faults.wire.meeting import GRACE, Farm, Met, farm, lent, meet, meet_all
from tests.faults.wire.tables import CASES
from tests.support.alone import alone
from tests.support.tools import LoopFactory
from tests.support.waiting import until_async

pytestmark = pytest.mark.timeout(900)  # it may have to wait for others that want to be alone
MIB = 1 << 20
MOST = 24 * MIB
"""Of memory, for one run. The limit of a body is one mebibyte; it is held several times over while
it is unpacked and looked through."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """All of them, met on one make of loop, and what was left afterwards."""

    met: dict[str, Met]
    left: list[str]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with farm(tmp_path_factory.mktemp("servers")) as all_of_them:
        yield all_of_them


@pytest.fixture(
    scope="module",
    params=[asyncio.new_event_loop, uvloop.new_event_loop],
    ids=["asyncio", "uvloop"],
)
def meeting(
    request: pytest.FixtureRequest, servers: Farm, tmp_path_factory: pytest.TempPathFactory
) -> Meeting:
    """On both loops: the daemon's, and Python's own. A tenth of a second counts."""
    with alone(tmp_path_factory):
        return _meeting(request.param, servers)


def _meeting(loop_factory: LoopFactory, servers: Farm) -> Meeting:
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.sleep(0))  # what a make of loop opens once for a process
    complaints: list[dict[str, Any]] = []
    threads, files = threading.active_count(), _files()

    async def met() -> tuple[dict[str, Met], list[str]]:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
        found = await meet_all(CASES, servers, lent())
        return found, await _left(servers)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        found, left = runner.run(met())
    left += map(str, complaints)
    if threading.active_count() > threads:
        left.append(f"threads: {threading.enumerate()}")
    left += [f"file: {name}" for name in _files() - files]
    return Meeting(found, left)


def _files() -> set[tuple[str, str]]:
    """What this process holds open, by number."""
    found = set()
    for each in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing holds one itself
            found.add((each.name, os.readlink(each)))  # noqa: PTH115 - sockets are no paths
    return found


async def _left(servers: Farm) -> list[str]:
    """Tasks and connections that are still there. Closing takes the loop a round or two."""
    left = [f"task: {task}" for task in asyncio.all_tasks() - {asyncio.current_task()}]
    try:
        await until_async(lambda: not _connections(servers), "connections are closed", within=2)
    except AssertionError:
        left += _connections(servers)
    return left


def _connections(servers: Farm) -> list[str]:
    names = {port: name for name, port in servers.ports.items()}
    found = psutil.Process().net_connections("tcp")
    return [
        f"connection: {names[c.raddr.port]}" for c in found if c.raddr and c.raddr.port in names
    ]


def _name(case: Case) -> str:
    return case.name


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 300


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_each_gets_its_due(case: Case, meeting: Meeting) -> None:
    met = meeting.met[case.name]
    result = met.result
    assert result.reason in case.reasons, result.summary
    assert result.outcome is (Outcome.FAIL if result.reason else Outcome.PASS)
    assert sum(result.phases.values(), timedelta()) <= result.took
    assert met.late < timedelta(seconds=GRACE)
    assert case.phase in {"", list(result.phases)[-1]}
    assert case.said in result.summary
    assert result.summary.isprintable()
    assert len(result.summary) <= 500


def test_nothing_of_them_is_left(meeting: Meeting) -> None:
    assert not meeting.left


@pytest.mark.parametrize("case", [case for case in CASES if case.big], ids=_name)
def test_the_big_ones_cost_little_memory(case: Case, servers: Farm) -> None:
    before = _begin_anew()
    met = uvloop.run(meet(case, servers, lent()))
    assert met.result.reason in case.reasons, met.result.summary
    assert _peak() - before < MOST


def _begin_anew() -> int:
    """Forgets the peak so far; the bytes resident now. Also those that Python does not count."""
    forget = Path("/proc/self/clear_refs")
    if not forget.exists():
        pytest.skip("this system does not tell what a process took at most")
    forget.write_text("5")
    return psutil.Process().memory_info().rss


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    [kibibytes] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kibibytes) << 10
