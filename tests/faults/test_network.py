"""When our own network is gone: really gone, in a network namespace that has none."""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import pytest

from monitor.clock import SystemClock
from monitor.ourselves.doubts import Doubts
from monitor.ourselves.looping import LoopWatch
from monitor.ourselves.network import Network
from monitor.runner import Run, Runner
from probes import KINDS
from tests.support.checkout import ROOT
from tests.support.clock import NIGHT
from tests.support.configs import a_probe
from tests.support.serve import free_port
from tests.support.targets import answering, deaf, hold, ok, target
from tests.support.tools import borrowed_tools, settings_of

PATIENCE = 60
ANCHORS = ("192.0.2.7:443", "198.51.100.7:443")
ALONE = ["unshare", "--map-root-user", "--net"]
NO_NETWORK = ("error", "network_gone")


async def runs(network: Network, *urls: str) -> list[tuple[str, str]]:
    """Outcome and reason of one run of each."""
    clock = SystemClock()
    kind = KINDS["http"]
    async with borrowed_tools() as tools:
        doubts = Doubts(network, LoopWatch(clock.monotonic))
        runner = Runner(tools, clock, str, doubts.weigh)
        made: Sequence[Run] = await asyncio.gather(
            *(
                runner.run(
                    a_probe(
                        kind=kind, settings=settings_of(kind, {"url": url, "timeout": "500ms"})
                    ),
                    NIGHT,
                )
                for url in urls
            )
        )
    return [(r.result.outcome.lower(), r.result.reason or "") for r in made]


def tell_from_inside() -> None:
    """Runs where there is no network, then where there is; writes what was found as JSON."""
    targets = ("https://example.org/", "http://203.0.113.9/", "http://127.0.0.1:9/")
    gone = asyncio.run(runs(Network(ANCHORS, time.monotonic), *targets))
    _bring_up("lo")
    with socket.create_server(("127.0.0.1", 0)) as anchor:
        place = f"127.0.0.1:{anchor.getsockname()[1]}"
        back = asyncio.run(runs(Network([place], time.monotonic), *targets))
    sys.stdout.write(json.dumps({"gone": gone, "back": back}))


def _bring_up(interface: str) -> None:
    """As `ip link set up` does: SIOCSIFFLAGS with IFF_UP, see netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", interface.encode(), 1))


def _alone_is_possible() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _alone_is_possible(), reason="this kernel gives us no namespace")
def test_without_a_network_nothing_is_down_and_with_one_again_what_is_down_is() -> None:
    inside = "from tests.faults.test_network import tell_from_inside; tell_from_inside()"
    done = subprocess.run(
        [*ALONE, sys.executable, "-c", inside],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert said["gone"] == [list(NO_NETWORK)] * 3
    assert said["back"] == [
        ["fail", "resolver_failed"],
        ["fail", "unreachable"],
        ["fail", "connect_refused"],
    ]


async def test_a_target_that_answers_wrongly_is_down_whatever_our_anchors_do() -> None:
    with answering(ok(status="500 Oops")) as there, deaf() as dead:
        network = Network([f"127.0.0.1:{dead.port}"], time.monotonic)
        refused = f"http://127.0.0.1:{free_port()}/"
        assert await runs(network, there.url, refused) == [
            ("fail", "status"),
            ("fail", "connect_refused"),
        ]


async def test_a_target_that_is_silent_is_down_while_an_anchor_answers() -> None:
    with deaf() as silent, deaf() as dead, target(hold) as alive:
        anchors = [f"127.0.0.1:{dead.port}", f"127.0.0.1:{alive.port}"]
        network = Network(anchors, time.monotonic)
        assert await runs(network, silent.url) == [("fail", "connect_timeout")]
        alone = Network(anchors[:1], time.monotonic)
        assert await runs(alone, silent.url) == [NO_NETWORK]
