"""Programs that misbehave while a log is fetched from them: none outlives its deadline, none holds
up a page, and no secret of theirs reaches anybody.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop

from monitor.captures.fetching import fetch
from monitor.captures.terms import Terms
from monitor.channels.channel import reaching_out
from monitor.clock import SystemClock
from monitor.config.changes import Capture
from monitor.store.captured import Fetched
from tests.support.receivers import receiving
from tests.support.serve import free_port
from tests.support.waiting import until
from tests.support.world import World

SINCE = datetime(2026, 3, 14, 2, 12, tzinfo=UTC)
TERMS = Terms(
    since_at=SINCE,
    until_at=SINCE + timedelta(minutes=3),
    service="api",
    probe="shortener",
    environment="production",
)
DEADLINE = timedelta(milliseconds=600)
OVER = 3.5
"""Seconds after a deadline within which everything has to be gone."""


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The loop that the daemon has."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as running:
        yield running


def fetched(runner: asyncio.Runner, code: str, folder: Path) -> Fetched:
    """Of a program in Python that is told where it may write, `folder`."""

    async def fetches() -> Fetched:
        async with reaching_out(SystemClock()) as outside:
            command = (sys.executable, "-c", textwrap.dedent(code))
            wanted = Capture(
                id="log", probes=("p",), command=command, timeout=DEADLINE, folder=str(folder)
            )
            return await fetch(wanted, TERMS, outside, str)

    began = time.monotonic()
    found = runner.run(fetches())
    assert time.monotonic() - began < DEADLINE.total_seconds() + OVER
    return found


def pids(folder: Path) -> list[int]:
    return [int(file.name) for file in folder.glob("[0-9]*")]


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    return False


def test_one_that_prints_for_ever_is_ended(runner: asyncio.Runner, tmp_path: Path) -> None:
    found = fetched(runner, "while True: print('ERROR boom')", tmp_path)
    assert found.text.startswith("ERROR boom (×")
    assert found.why


def test_one_that_hangs_is_ended_and_what_it_said_is_kept(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    code = "import time; print('ERROR boom', flush=True); time.sleep(60)"
    found = fetched(runner, code, tmp_path)
    assert (found.text, found.why) == ("ERROR boom", "it took longer than 0.6 s")


def test_one_that_ignores_being_asked_is_ended_all_the_same(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    code = """
        import os, signal, time
        open(str(os.getpid()), "w")
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        print("ERROR boom", flush=True)
        while True:
            time.sleep(1)
    """
    assert fetched(runner, code, tmp_path).text == "ERROR boom"
    assert [pid for pid in pids(tmp_path) if is_alive(pid)] == []


def test_whatever_it_started_is_ended_even_what_left_its_group(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    code = """
        import os, time
        for leaves in (False, True, True):
            if os.fork() == 0:
                if leaves and os.fork():
                    os._exit(0)
                if leaves:
                    os.setsid()
                open(str(os.getpid()), "w")
                time.sleep(60)
        print("ERROR boom", flush=True)
    """
    found = fetched(runner, code, tmp_path)
    assert found == Fetched(text="ERROR boom", lines=1), "whatever keeps its output open"
    until(lambda: not [pid for pid in pids(tmp_path) if is_alive(pid)], "all are gone", 3)


def test_one_that_keeps_forking_is_stopped(runner: asyncio.Runner, tmp_path: Path) -> None:
    code = """
        import os, time
        print("ERROR boom", flush=True)
        for _ in range(200):
            if os.fork() == 0:
                os.setsid()
                open(str(os.getpid()), "w")
                time.sleep(60)
                os._exit(0)
            time.sleep(0.02)
    """
    fetched(runner, code, tmp_path)
    assert pids(tmp_path)
    until(lambda: not [pid for pid in pids(tmp_path) if is_alive(pid)], "all are gone", 3)


def test_bytes_that_are_no_text_are_told_by_their_size(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    code = "import os, sys; sys.stdout.buffer.write(os.urandom(3_200_000))"
    assert fetched(runner, code, tmp_path) == Fetched(why="binary, 3.2 MB")


APP = """
import http.server, json, logging, pathlib, sys
logging.basicConfig(filename=sys.argv[2], format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger()
log.setLevel("INFO")

class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        log.info("GET %s from %s", self.path, self.client_address[1])
        status = 200
        try:
            if pathlib.Path(sys.argv[3]).exists():
                json.loads(self.rfile)
        except TypeError:
            log.exception("request_id=%s could not be shortened with canary-key-4711", id(self))
            status = 500
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
"""
CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
[defaults]
every = "1s"
timeout = "1s"
confirm = []
open_after = 3
channels = ["hook"]
[probe.shorten]
kind = "http"
url = "@app@/shorten"
headers.X-Key = "${env:CANARY_KEY}"
[channel.hook]
kind = "webhook"
url = "@hook@"
[capture.app-log]
file = "@log@"
pattern = "ERROR|Traceback"
context = 2
[capture.endless]
command = ["yes", "ERROR canary-key-4711"]
timeout = "1s"
"""


@pytest.mark.timeout(120)
def test_the_shortener_answers_500_and_its_traceback_is_in_the_first_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", "canary-key-4711")
    log, broken, port = tmp_path / "app.log", tmp_path / "broken", free_port()
    (tmp_path / "app.py").write_text(APP)
    app = [sys.executable, str(tmp_path / "app.py"), str(port), str(log), str(broken)]
    pid = os.spawnv(os.P_NOWAIT, sys.executable, app)
    world = World(tmp_path)
    try:
        with receiving() as hook:
            text = CONFIG.replace("@app@", f"http://127.0.0.1:{port}").replace("@log@", str(log))
            world.configure(text.replace("@hook@", f"{hook.url}/"))
            world.start()
            world.wait(lambda: log.exists() and "GET /shorten" in log.read_text(), "it is watched")
            broken.touch()
            world.wait(lambda: hook.notices, "somebody is told")
            _the_notice_shows_the_traceback(hook.notices[0])
            said = world.command("evidence", "last")
            assert "Captured, app-log: " in said.stdout
            assert "TypeError: the JSON object must be str" in said.stdout
            world.wait(
                lambda: world.command("evidence", "last", "--out", str(tmp_path / "out")), ""
            )
            assert "Traceback" in (tmp_path / "out" / "capture-app-log.txt").read_text()
            assert world.stop() == 0
            told = [json.dumps(hook.notices), said.stdout, (tmp_path / "daemon.log").read_text()]
    finally:
        if world.daemon and world.daemon.poll() is None:
            world.kill()
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    files = [*(tmp_path / "var").rglob("*"), *(tmp_path / "out").rglob("*")]
    told += [file.read_bytes().decode("latin-1") for file in files if file.is_file()]
    assert [text for text in told if "canary-key" in text] == []


def _the_notice_shows_the_traceback(notice: dict[str, Any]) -> None:
    assert notice["event"] == "opened"
    by_name = {each["name"]: each for each in notice["captures"]}
    first = by_name["app-log"]["first"].splitlines()
    assert re.search(r"could not be shortened with \*\*\* [(]× [3-9][)]$", first[0])
    assert first[1] == "Traceback (most recent call last):"
    assert any(line.startswith("TypeError: the JSON object must be str") for line in first)
    assert by_name["endless"]["lines"] == 1
    assert by_name["endless"]["first"].startswith("ERROR *** (×")
