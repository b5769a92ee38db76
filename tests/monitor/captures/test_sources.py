"""Where logs come from: a program, a file, an address; each inside its deadline."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.captures.fetching import fetch
from monitor.captures.stamped import newer_than, written_at
from monitor.captures.terms import Terms
from monitor.channels.channel import reaching_out
from monitor.clock import SystemClock
from monitor.config.changes import Capture
from monitor.store.captured import Fetched
from tests.support.receivers import Answer, Trouble, receiving
from tests.support.serve import free_port

SINCE = datetime(2026, 3, 14, 2, 12, tzinfo=UTC)
TERMS = Terms(
    since_at=SINCE,
    until_at=SINCE + timedelta(minutes=3),
    service="api",
    probe="shortener",
    environment="production",
)


def fetched(scrub: Callable[[str], str] = str, **capture: Any) -> Fetched:
    async def fetches() -> Fetched:
        async with reaching_out(SystemClock()) as outside:
            given: dict[str, Any] = {"timeout": timedelta(seconds=20)}
            wanted = Capture(id="log", probes=("p",), **given | capture)
            return await fetch(wanted, TERMS, outside, scrub)

    return asyncio.run(fetches())


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_program_says_what_it_says_and_its_errors_too() -> None:
    code = "import sys; print('out', flush=True); print('{service}', file=sys.stderr)"
    assert fetched(command=python(code)).text == "out\napi"


def test_a_pattern_that_is_none_loses_no_line() -> None:
    found = fetched(command=("echo", "ERROR boom"), pattern="(?=ERROR)")
    assert found.text == "ERROR boom"
    assert found.why == "its pattern cannot be used, so that every line was kept"


def test_a_program_has_few_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUEUP_SECRET", "canary")
    code = (
        "import os, sys; print(sorted(os.environ), os.getcwd(), os.environ['TZ'], sys.stdin.read())"
    )
    found = fetched(command=python(code), environment={"MINE": "1"}, folder=str(tmp_path))
    names = found.text.partition("]")[0]
    assert "canary" not in found.text
    assert "TRUEUP_SECRET" not in names
    assert {"'MINE'", "'PATH'", "'TZ'"} <= set(names.strip("[").split(", "))
    assert found.text.split("] ")[1].split() == [str(tmp_path), "UTC"]


def test_what_a_program_said_before_it_failed_is_kept() -> None:
    found = fetched(command=python("print('no such unit'); raise SystemExit(3)"))
    assert (found.text, found.why) == ("no such unit", "the program ended with status 3")


def test_a_program_that_is_not_there_is_named() -> None:
    assert fetched(command=("no-such-logs",)).why == (
        "no-such-logs could not be started: no such file or directory"
    )
    assert fetched(command=("true",), folder="/no/such").why == (
        "the folder that it should run in is not there"
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def minute(number: int, words: str) -> str:
    return f"2026-03-14T02:{number:02}:30Z {words}\n"


def test_of_a_file_only_what_was_written_since_is_read(log: Path) -> None:
    log.write_text(
        minute(10, "old") + "  of old\n" + minute(12, "new") + "  of new\n" + minute(13, "newest")
    )
    assert fetched(file=str(log)).text.splitlines() == [
        "2026-03-14T02:12:30Z new", "  of new", "2026-03-14T02:13:30Z newest",
    ]  # fmt: skip


def test_a_file_that_does_not_say_when_is_read_from_its_end(log: Path) -> None:
    log.write_text("one\ntwo\n")
    assert fetched(file=str(log)).text == "one\ntwo"


def test_a_file_in_which_nothing_happened_since_says_so(log: Path) -> None:
    log.write_text(minute(1, "old") + "  of old\n")
    assert fetched(file=str(log)) == Fetched(why="nothing was written to it since 02:12:00 UTC")
    log.write_text("")
    assert fetched(file=str(log)) == Fetched()


def test_a_gigabyte_is_not_read(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(1_000_000_000)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + minute(11, "old").encode() + minute(13, "ERROR boom").encode())
    assert fetched(file=str(log)).text == "2026-03-14T02:13:30Z ERROR boom"


def test_a_long_file_without_stamps_is_read_as_far_as_there_is_room(log: Path) -> None:
    log.write_bytes(b"at the beginning\n" + b"same again\n" * 900_000 + b"at the end\n")
    found = fetched(file=str(log), pattern="at the", context=0)
    assert found.text == "at the end"
    assert found.why == "no more than its last 8 MiB or 200,000 lines were read"


def test_a_file_that_was_rotated_in_between_is_read_with_the_one_before(log: Path) -> None:
    Path(f"{log}.1").write_text(minute(10, "old") + minute(12, "before it was rotated"))
    log.write_text(minute(13, "after"))
    assert [line[21:] for line in fetched(file=str(log)).text.splitlines()] == [
        "before it was rotated", "after",
    ]  # fmt: skip


def test_what_is_no_plain_file_is_refused_and_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero"), tmp_path):
        assert fetched(file=str(path)).why == f"{path}: it is no plain file"


def test_a_file_that_is_not_there_or_not_for_us_is_named(tmp_path: Path, log: Path) -> None:
    assert fetched(file=f"{tmp_path}/{{service}}.log").why == (
        f"{tmp_path}/api.log: no such file or directory"
    )
    log.write_text("x")
    log.chmod(0)
    if os.geteuid():  # pragma: no cover - whoever is root may read everything
        assert fetched(file=str(log)).why == f"{log}: permission denied"


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (b"2026-03-14T02:12:05Z x", "2026-03-14T02:12:05"),
        (b"2026-03-14 03:12:05,250 +0100 x", "2026-03-14T02:12:05.250"),
        (b"[2026-03-14T02:12:05.5+00:00] x", "2026-03-14T02:12:05.5"),
        (b"2026/03/14 02:12:05 UTC [error] 7#7: x", "2026-03-14T02:12:05"),
        (b'{"level":"error","time":"2026-03-14T02:12:05Z"}', "2026-03-14T02:12:05"),
        (b"1773454325.125 x", "2026-03-14T02:12:05"),
        (b"2026-13-14T02:12:05Z no such month", None),
        (b"  File app.py, line 1773454325", None),
        (b"", None),
    ],
)
def test_a_stamp_at_the_beginning_of_a_line_is_read(line: bytes, at: str | None) -> None:
    wanted = None if at is None else datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert written_at(line, near=SINCE) == wanted


def test_a_stamp_without_a_zone_or_a_year_is_never_taken_for_older_than_it_is() -> None:
    for line in (b"2026-03-14 02:12:05 x", b"Mar 14 02:12:05 web app: x", b"<13>Mar 14 02:12:05 x"):
        stamp = written_at(line, near=SINCE)
        assert stamp
        assert timedelta() <= stamp - SINCE < timedelta(hours=15)
    assert newer_than(b"Dec 31 23:59:58 x\n", datetime(2027, 1, 2, 0, 0, tzinfo=UTC)) == b""


def test_an_address_is_asked_with_its_headers_and_with_the_times() -> None:
    with receiving(Answer(200, body=b"ERROR boom\n")) as logs:
        url = f"{logs.url}/q?start={{since}}&end={{until_epoch}}"
        found = fetched(url=url, headers={"Authorization": "Bearer x"})
    [asked] = logs.requests
    assert (asked.method, asked.headers["authorization"]) == ("GET", "Bearer x")
    assert asked.path == "/q?start=2026-03-14T02%3A12%3A00Z&end=1773454500"
    assert found == Fetched(text="ERROR boom", lines=1)


def test_of_loki_the_lines_are_told_in_order() -> None:
    def line(ns: int, words: str) -> list[str]:
        return [str(ns), words]

    streams = [
        {"stream": {"pod": "a"}, "values": [line(3, "third"), line(1, "first")]},
        {"stream": {"pod": "b"}, "values": [line(2, "second")]},
    ]
    document = {"status": "success", "data": {"resultType": "streams", "result": streams}}
    answer = Answer(200, {"Content-Type": "application/json"}, json.dumps(document).encode())
    with receiving(answer) as logs:
        assert fetched(url=logs.url).text == "first\nsecond\nthird"


@pytest.mark.parametrize("body", [b'{"message": "boom"}', b"not json at all", b"[" * 100_000])
def test_another_document_has_a_line_for_each_value(body: bytes) -> None:
    with receiving(Answer(200, {"Content-Type": "application/json"}, body)) as logs:
        assert fetched(url=logs.url).lines >= 1


def test_an_answer_that_is_no_good_one_is_kept_and_said() -> None:
    with receiving(Answer(503, body=b"no logs today")) as logs:
        found = fetched(url=logs.url)
    assert (found.text, found.why) == ("no logs today", "it answered 503")


def test_a_redirect_is_followed_on_the_same_host_alone() -> None:
    with receiving() as elsewhere, receiving() as logs:
        logs.script += [Answer(302, {"Location": "/there"}), Answer(200, body=b"there")]
        assert fetched(url=logs.url, headers={"X-Token": "x"}).text == "there"
        logs.script += [Answer(302, {"Location": elsewhere.url})]
        found = fetched(url=logs.url, headers={"X-Token": "x"})
        assert found.why == "it was redirected to another host, where nothing is sent"
        logs.script += [Answer(302, {"Location": "/again"})] * 9
        assert fetched(url=logs.url).why == "it was redirected too often"
        assert elsewhere.requests == []


def test_an_address_that_is_slow_or_gone_is_given_up() -> None:
    with receiving(Trouble.HANG, Trouble.RESET) as logs:
        found = fetched(url=logs.url, timeout=timedelta(milliseconds=300))
        assert found.why in ("it took longer than 0.3 s", "no answer in time")
        assert fetched(url=logs.url).why
    found = fetched(url=f"http://127.0.0.1:{free_port()}/?token=canary")
    assert "refused" in found.why
    assert "canary" not in found.why


ENDLESS = partial(fetched, timeout=timedelta(seconds=5))


def test_an_answer_without_an_end_is_read_as_far_as_there_is_room() -> None:
    with receiving(Answer(200, body=b"same again\n" * 1_000_000)) as logs:
        found = ENDLESS(url=logs.url)
    assert found.why.startswith("no more than its first")
    assert found.text.startswith("same again (×")
