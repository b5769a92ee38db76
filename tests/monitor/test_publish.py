"""The public folder and the server that shows it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import httpx
import pytest

from monitor import server
from monitor.publish import write
from tests.support.serve import free_port, serving


def test_files_are_replaced_whole_and_only_when_they_differ(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"one", "assets/style.css": b"a"})
    before = (tmp_path / "assets/style.css").stat()
    write(tmp_path, {"index.html": b"two", "assets/style.css": b"a"})
    assert (tmp_path / "index.html").read_bytes() == b"two"
    after = (tmp_path / "assets/style.css").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["assets", "index.html", "style.css"]


def test_a_reader_that_has_the_page_open_never_sees_half_of_the_next(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"a" * 100_000})
    with (tmp_path / "index.html").open("rb") as reading:
        first = reading.read(10)
        write(tmp_path, {"index.html": b"b" * 100_000})
        assert first + reading.read() == b"a" * 100_000


def test_the_server_shows_the_page_guarded_and_nothing_outside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not public")
    public = tmp_path / "public"
    with serving(server.application(public)) as url, httpx.Client(base_url=url) as client:
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
    listener = server.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    web = server.Server(server.application(tmp_path), listener)
    task = asyncio.create_task(web.serve())
    reader, holding = await asyncio.open_connection("127.0.0.1", port)
    holding.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert b"200" in await reader.readline()
    await web.stop(task)
    assert task.done()
    holding.close()
    with contextlib.suppress(OSError):
        await holding.wait_closed()


def test_a_folder_that_cannot_be_written_raises_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file", {"index.html": b""})
    assert (tmp_path / "file").read_text() == "in the way"
