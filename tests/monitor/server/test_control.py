"""The daemon's back door: who gets in, what it answers, and what a killed daemon leaves."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvloop

from monitor.acts.desk import Desk
from monitor.acts.orders import Acknowledge, CannotAct, Done, No, Order, Say
from monitor.server import control
from monitor.server.control import NoDaemon, Unanswered
from monitor.store import Reader, StoreTrouble
from status_page import Stage
from tests.support.outages import Outages

WORDS = "ä" * 2000


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A state folder with a long name."""
    folder = tmp_path / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    return folder


@asynccontextmanager
async def a_daemon(folder: Path) -> AsyncIterator[Outages]:
    outages = Outages(folder)
    reader = Reader(folder / "trueup.db")
    desk = Desk((outages.writer, reader), outages.clock, lambda: None, str)
    desk.configure(outages.config)
    async with control.serving(folder, desk):
        yield outages
    reader.close()
    outages.writer.close()


async def ask(folder: Path, order: Order) -> Done:
    return await asyncio.to_thread(control.ask, folder, order)


async def test_an_order_is_carried_out_and_answered(tmp_path: Path) -> None:
    async with a_daemon(tmp_path) as outages:
        number = outages.breaks()
        done = await ask(tmp_path, Acknowledge(incident="only", by="ana"))
        assert (done.facts["incident"], done.facts["told"]) == (number, ["oncall"])
        long = Say(incident="last", status=Stage.IDENTIFIED, words=WORDS)
        await ask(tmp_path, long)
        assert outages.rows("SELECT words FROM public_update") == [{"words": WORDS}]


def test_the_loop_that_the_daemon_uses_serves_it_too(tmp_path: Path) -> None:
    async def story() -> Done:
        async with a_daemon(tmp_path) as outages:
            outages.breaks()
            return await ask(tmp_path, Acknowledge(incident="only"))

    assert uvloop.run(story()).facts["incident"] == 1


async def test_a_refusal_is_the_same_as_without_a_daemon(tmp_path: Path) -> None:
    async with a_daemon(tmp_path):
        with pytest.raises(CannotAct, match="there is no incident 7; none is open") as no:
            await ask(tmp_path, Acknowledge(incident=7))
    assert no.value.no is No.UNKNOWN_INCIDENT


async def test_a_database_in_trouble_is_said(tmp_path: Path) -> None:
    async with a_daemon(tmp_path) as outages:
        outages.writer.close()
        with pytest.raises(StoreTrouble, match="the store is closed"):
            await ask(tmp_path, Acknowledge(incident=7))


async def test_nobody_else_of_this_machine_gets_in(tmp_path: Path) -> None:
    async with a_daemon(tmp_path):
        address = Path((tmp_path / "control").read_text().strip())
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (address.parent, address)]
        assert modes == [0o700, 0o600]
        assert stat.S_IMODE((tmp_path / "control").stat().st_mode) == 0o600
    assert not address.parent.exists()
    assert not (tmp_path / "control").exists()


async def test_a_state_folder_far_down_is_no_obstacle(deep: Path) -> None:
    async with a_daemon(deep) as outages:
        address = Path((deep / "control").read_text().strip())
        assert not address.is_relative_to(deep)
        outages.breaks()
        await ask(deep, Acknowledge(incident="only"))
    assert not address.parent.exists()


async def test_what_a_killed_daemon_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    stale, foreign = tmp_path / "control-abc", tmp_path / "mine"
    for folder in (stale, foreign):
        folder.mkdir()
        (folder / "socket").touch()
    (tmp_path / ".control-xyz").touch()
    (tmp_path / "control").write_text(f"{foreign / 'socket'}\n")
    async with a_daemon(tmp_path):
        assert not stale.exists()
        assert foreign.exists(), "it is not named as ours are"
        assert not (tmp_path / ".control-xyz").exists()


@pytest.mark.parametrize("left", [None, "", "\udcff", "/nowhere/socket\n", "\0", "x" * 500])
async def test_without_a_daemon_that_is_said(tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / "control").write_bytes(left.encode("utf-8", "surrogateescape"))
    with pytest.raises(NoDaemon):
        await ask(tmp_path, Acknowledge(incident=1))


async def test_a_file_where_a_socket_was_is_no_daemon(tmp_path: Path) -> None:
    (tmp_path / "socket").touch()
    (tmp_path / "control").write_text(f"{tmp_path / 'socket'}\n")
    with pytest.raises(NoDaemon):
        await ask(tmp_path, Acknowledge(incident=1))


async def test_a_proxy_in_the_environment_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with a_daemon(tmp_path) as outages:
        outages.breaks()
        await ask(tmp_path, Acknowledge(incident="only"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "whether it was done is not known"),
        (b"nonsense\r\n\r\n", "whether it was done is not known"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "of another version"),
        (b"HTTP/1.1 500 Oh\r\ncontent-length: 2\r\n\r\nno", "of another version"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull", "of another version"),
    ],
)
async def test_a_daemon_that_answers_nonsense_is_not_believed(
    tmp_path: Path, answer: bytes, said: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    address = str(tmp_path / "s")
    (tmp_path / "control").write_text(f"{address}\n")
    async with await asyncio.start_unix_server(serve, address):
        with pytest.raises(Unanswered, match=said):
            await ask(tmp_path, Acknowledge(incident=1))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        json.dumps({"do": "acknowledge", "incident": -1}).encode(),
        json.dumps({"do": "acknowledge", "incident": 1, "by": "x" * 61}).encode(),
        json.dumps({"do": "drop tables"}).encode(),
        b'{"do":"silence","words":"  ","ends_at":"2026-03-14T02:00:00Z"}',
        b'{"do":"silence","words":"x","ends_at":"2026-03-14T02:00:00"}',
    ],
)
async def test_what_is_no_order_is_refused_in_one_line(tmp_path: Path, body: bytes) -> None:
    async with a_daemon(tmp_path):
        address = (tmp_path / "control").read_text().strip()
        transport = httpx.AsyncHTTPTransport(uds=address)
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.post("http://trueup/act", content=body)
    assert answer.status_code == 400
    assert "\n" not in answer.json()["refused"]


async def test_without_room_for_a_socket_the_daemon_goes_on(
    deep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ADDRESS_MAX", 10_000)
    async with a_daemon(deep):
        with pytest.raises(NoDaemon):
            await ask(deep, Acknowledge(incident=1))
    assert not [name for name in os.listdir(deep) if name.startswith("control")]  # noqa: PTH208 - in a loop
