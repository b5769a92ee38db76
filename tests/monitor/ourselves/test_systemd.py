"""What systemd hears, at a real socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.ourselves.soundness import Figures
from monitor.ourselves.systemd import Pulse, Systemd, pulse_of
from tests.support.clock import HandClock
from tests.support.waiting import until_async

WELL = Pulse(sound=True, status="12 probes, all is well")
STUCK = Pulse(sound=False, status="stuck")


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.setblocking(False)
        yield ear


def heard(ear: socket.socket) -> list[str]:
    messages = []
    try:
        while True:
            messages.append(ear.recv(4096).decode())
    except BlockingIOError:
        return messages


def systemd(**environ: str) -> Systemd:
    return Systemd(dict(environ), HandClock().monotonic)


def test_a_start_a_reload_and_a_stop_are_told(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as ear:
        told = systemd(NOTIFY_SOCKET=str(tmp_path / "notify"))
        told.ready()
        told.reloading()
        told.ready()
        told.stopping()
        assert heard(ear) == [
            "READY=1",
            "RELOADING=1\nMONOTONIC_USEC=1000000000",
            "READY=1",
            "STOPPING=1",
        ]


def test_a_socket_without_a_file_is_reached_too() -> None:
    name = f"trueup-test-{os.getpid()}"
    with listening(f"\0{name}") as ear:
        systemd(NOTIFY_SOCKET=f"@{name}").ready()
        assert heard(ear) == ["READY=1"]


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "/nowhere/at/all", "@nobody-listens-here"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    told = systemd(NOTIFY_SOCKET=address, WATCHDOG_USEC="1000")
    told.ready()
    told.beat(WELL)


def test_nothing_that_we_start_can_speak_for_us() -> None:
    environ = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}
    Systemd(environ, HandClock().monotonic)
    assert environ == {"PATH": "/bin"}


def test_the_watchdog_is_fed_only_while_all_is_well(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as ear:
        told = systemd(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="60000000")
        for pulse in (WELL, WELL, STUCK, STUCK, WELL):
            told.beat(pulse)
        assert heard(ear) == [
            "STATUS=12 probes, all is well\nWATCHDOG=1",
            "WATCHDOG=1",
            "STATUS=stuck",
            "STATUS=12 probes, all is well\nWATCHDOG=1",
        ]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "x"},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
    ],
)
def test_no_watchdog_is_fed_that_is_not_ours(environ: dict[str, str], tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as ear:
        systemd(NOTIFY_SOCKET=str(tmp_path / "notify"), **environ).beat(WELL)
        assert heard(ear) == ["STATUS=12 probes, all is well"]


def test_a_status_is_one_short_line_whatever_it_holds(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as ear:
        told = systemd(NOTIFY_SOCKET=str(tmp_path / "notify"))
        told.beat(Pulse(sound=True, status="two\nWATCHDOG=trigger " + "x" * 1000))
        [message] = heard(ear)
    assert message.startswith("STATUS=two WATCHDOG=trigger xxx")
    assert "\n" not in message
    assert len(message) < 250


def test_the_status_says_how_many_what_is_open_and_what_is_wrong() -> None:
    assert pulse_of(Figures(), 12, 0) == Pulse(sound=True, status="12 probes; no open incidents")
    late = Figures(late=timedelta(seconds=70))
    said = "1 probe; 1 open incident; runs begin 1 minute 10 seconds late"
    assert pulse_of(late, 1, 1) == Pulse(sound=False, status=said)


async def test_the_sign_comes_twice_as_often_as_it_is_expected(tmp_path: Path) -> None:
    asked = 0

    async def pulse() -> Pulse:
        nonlocal asked
        asked += 1
        return WELL

    with listening(str(tmp_path / "notify")):
        told = systemd(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="40000")
        serve = asyncio.create_task(told.serve(pulse))
        await until_async(lambda: asked >= 3, "three signs")
        serve.cancel()
