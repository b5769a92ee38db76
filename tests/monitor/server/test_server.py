"""The server that shows the page, to friends and to those who would rather it did not."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor import server
from monitor.publish import write
from monitor.server import Limits
from tests.support.serve import free_port, serving
from tests.support.waiting import GLANCE

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SHORT = timedelta(milliseconds=300)


def test_the_server_shows_the_page_guarded_and_nothing_outside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not public")
    public = tmp_path / "public"
    with serving(server.application(tmp_path)) as url, httpx.Client(base_url=url) as client:
        assert client.get("/").status_code == 404
        write(public, {"index.html": b"<!doctype html>"})
        page = client.get("/")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert client.get("/healthz").text == "alive\n"
        assert client.get("/../secret.txt").status_code == 404
        assert client.get("/%2e%2e/secret.txt").status_code == 404
        assert client.post("/").status_code == 405


def test_a_port_in_use_is_told_with_a_remedy() -> None:
    port = free_port()
    told = pytest.raises(server.PortInUse, match=f"127.0.0.1:{port}.*choose another")
    with server.listen("127.0.0.1", port), told:
        server.listen("127.0.0.1", port)


async def test_the_server_stops_though_somebody_keeps_a_connection_open(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits()) as place:
        reader, _ = await place.connect(GET)
        assert b"200" in await reader.readline()


async def test_the_server_stops_though_somebody_does_not_read_their_answer(
    tmp_path: Path,
) -> None:
    write(tmp_path / "public", {"large": bytes(20_000_000)})
    async with _served(tmp_path, Limits()) as place:
        await place.connect(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")


async def test_idle_connections_are_closed_and_the_page_is_there_again(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits(connections=5, request=SHORT)) as place:
        idle = [await place.connect(b"") for _ in range(5)]
        refused, _ = await place.connect(GET)
        assert await _rest(refused) == b""
        assert [await _rest(reader) for reader, _ in idle] == [b""] * 5
        await place.answers()


async def test_a_request_that_trickles_in_is_not_waited_for(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits(request=SHORT)) as place:
        reader, writer = await place.connect(b"GET / HTTP/1.1\r\nA: ")
        ended = asyncio.create_task(_rest(reader))
        while not ended.done():
            writer.write(b"x")
            await asyncio.sleep(0.02)
        assert ended.result() == b""


async def test_an_answer_that_nobody_reads_is_not_kept(tmp_path: Path) -> None:
    write(tmp_path / "public", {"large": bytes(20_000_000)})
    async with _served(tmp_path, Limits(connections=1, response=SHORT)) as place:
        reader, _ = await place.connect(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await place.answers()
        assert len(await _rest(reader)) < 20_000_000


async def test_a_body_that_is_promised_and_never_sent_holds_no_place(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits(connections=1, request=SHORT)) as place:
        promise = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n"
        reader, _ = await place.connect(promise)
        assert (await _rest(reader)).startswith(b"HTTP/1.1 405 ")
        await place.answers()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nA: " + b"a" * 20_000,
        b"GET /" + b"a" * 20_000,
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n" + b"a" * 20_000,
    ],
    ids=["header", "address", "body"],
)
async def test_a_large_request_is_refused(request_: bytes, tmp_path: Path) -> None:
    async with _served(tmp_path, Limits()) as place:
        reader, _ = await place.connect(request_)
        assert (await _rest(reader))[:10] in {b"", b"HTTP/1.1 4"}  # bytes unread reset it


async def test_requests_in_a_heap_end_the_connection(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits()) as place:
        reader, _ = await place.connect(GET * 100)
        assert (await _rest(reader)).count(b"alive") < 2


async def test_a_visitor_who_comes_back_keeps_the_connection(tmp_path: Path) -> None:
    async with _served(tmp_path, Limits(request=SHORT, response=SHORT)) as place:
        reader, writer = await place.connect(b"")
        for _ in range(10):
            writer.write(GET)
            assert b"alive" in await reader.readuntil(b"alive\n")
            await asyncio.sleep(SHORT.total_seconds() / 4)


def test_few_open_files_are_shared_with_the_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in [(256, 64), (100_000, 200), (resource.RLIM_INFINITY, 200)]:
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: (files, files))
        assert Limits().affordable == most


@dataclass
class Place:
    """The server's address, and the ends of all connections to it."""

    port: int
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, first: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.ends.append(writer)
        writer.write(first)
        return reader, writer

    async def answers(self) -> None:
        """Waits until there is a place again."""
        answer = b""
        async with asyncio.timeout(10):
            while not answer:
                with contextlib.suppress(ConnectionError):
                    reader, writer = await self.connect(GET)
                    answer = await reader.read(1000)
                    writer.close()
                await asyncio.sleep(GLANCE)
        assert answer.startswith(b"HTTP/1.1 200 ")

    async def leave(self) -> None:
        for writer in self.ends:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def _served(state: Path, limits: Limits) -> AsyncIterator[Place]:
    listener = server.listen("127.0.0.1", 0)
    web = server.Server(server.application(state), listener, limits)
    task = asyncio.create_task(web.serve())
    place = Place(listener.getsockname()[1])
    try:
        yield place
    finally:
        await web.stop(task)
        await place.leave()
    assert task.done()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the other side closes, however it does."""
    received = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            while more := await reader.read(65536):
                received += more
    return received
