"""The practice site as a process: it starts fast, stays small, and leaves when it should."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from practice import PortInUse, serve
from practice.uploads import LARGEST_BYTES
from tests.practice.visitor import Visitor
from tests.support.serve import free_port
from tests.support.waiting import until

MEMORY_BYTES = 60 * 2**20


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/faults", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def running(state: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    command = [sys.executable, "-m", "practice", "--port", str(port), "--state", str(state)]
    with subprocess.Popen(
        [*command, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as process:
        try:
            until(lambda: answers(port), "the practice site answers")
            yield process, port
        finally:
            process.kill()


def test_it_stops_with_its_parent_when_asked_to(tmp_path: Path) -> None:
    with running(tmp_path, "--until-stdin-closes") as (process, port):
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0
        assert not answers(port)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_while_a_request_hangs(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with running(tmp_path, "--fault", "hangs") as (process, port), socket.socket() as client:
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answers(port)
        began = time.monotonic()
        process.send_signal(sign)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 8
        assert process.stderr
        assert process.stderr.read() == b""


def test_it_stays_small(tmp_path: Path) -> None:
    with running(tmp_path) as (process, port):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            for path in ("/", "/uploads", "/shorten", "/faults", "/pager") * 20:
                assert client.get(path).status_code == 200
        with Visitor(f"http://127.0.0.1:{port}") as visitor:
            for number in range(8):
                visitor.contribute(f"large-{number}", bytes(LARGEST_BYTES))
            assert "Your library" in visitor.sign_in().text
        assert psutil.Process(process.pid).memory_info().rss < MEMORY_BYTES


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"^127\.0\.0\.1:{port} is in use; .*port$"):
            serve(host="127.0.0.1", port=port, state=tmp_path)


def test_a_state_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "practice.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(OSError, match=r"practice\.sqlite3 is of no use"):
        serve(host="127.0.0.1", port=free_port(), state=tmp_path)
