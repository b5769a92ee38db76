"""What reaches standard error: one scrubbed line an event, and never a traceback."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from monitor import log
from monitor.log import LENGTH_MAX, configure, get_logger

SECRET = "correct-horse"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    configure(json=True, scrub=lambda words: words.replace(SECRET, "•••"))
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_service_manager_gets_one_json_object_a_line(lines: Lines) -> None:
    get_logger().info("run recorded", probe="signin", took_ms=412)
    (line,) = lines()
    assert list(line) == ["timestamp", "level", "event", "probe", "took_ms"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("timestamp"))
    assert line == {"level": "info", "event": "run recorded", "probe": "signin", "took_ms": 412}


def test_a_person_gets_keys_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure(json=False, scrub=str)
    get_logger().warning("run recorded", probe="signin")
    out = capsys.readouterr()
    assert re.fullmatch(r"\S+Z \[warning *\] run recorded probe=signin\n", out.err)
    assert out.out == ""


def test_colours_are_for_terminals_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure(json=False, scrub=str)
    get_logger().info("run recorded", probe="signin")
    assert "\x1b[" in capsys.readouterr().err


def test_no_secret_gets_through_wherever_it_stands(lines: Lines) -> None:
    get_logger().info(
        f"signed in with {SECRET}",
        url=f"https://example.org/?k={SECRET}",
        nested={"keys": [SECRET, {SECRET: (SECRET,)}]},
        deep=[[[[[SECRET]]]]],
        error=ValueError(SECRET),
        thing=type("Thing", (), {"__str__": lambda _: SECRET})(),
    )
    assert SECRET not in json.dumps(lines())


def test_a_secret_at_the_edge_of_what_is_kept_is_not_left_in_half(lines: Lines) -> None:
    get_logger().info("x" * (LENGTH_MAX - 4) + SECRET)
    assert "corr" not in lines()[0]["event"]


def test_a_long_value_is_cut(lines: Lines) -> None:
    get_logger().info("page", body="y" * 100_000, numbers=list(range(100)))
    (line,) = lines()
    assert len(line["body"]) == LENGTH_MAX
    assert line["body"].endswith("…")
    assert len(line["numbers"]) == 50


def test_a_value_cannot_forge_a_second_line_or_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(json=False, scrub=str)
    get_logger().info("answer", body="ok\n2026-03-03 [info] all is well\x1b[2J")
    assert capsys.readouterr().err.count("\n") == 1


def test_an_exception_is_one_line_with_the_place_in_our_own_code(lines: Lines) -> None:
    try:
        log._Cleaner(str)._clean(_Unspeakable())
    except Exception:  # noqa: BLE001 - the point is that any may come
        get_logger().exception("run not recorded", probe="signin")
    (line,) = lines()
    assert line["level"] == "error"
    assert re.fullmatch(r"LookupError: no words \(monitor/log\.py:\d+\)", line["error"])
    assert "Traceback" not in json.dumps(line)
    assert "File " not in json.dumps(line)


class _Unspeakable:
    def __str__(self) -> str:
        raise LookupError("no words")


async def test_a_failed_group_of_tasks_is_named_by_its_first_error(lines: Lines) -> None:
    async def fails(words: str) -> None:
        raise ValueError(words)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails("first"))
            group.create_task(fails("second"))
    except* ValueError as errors:
        get_logger().error("dispatch stopped", error=errors)
    assert lines()[0]["error"] == "ValueError: first (nowhere of ours) and 1 more"


def test_libraries_are_heard_from_warning_upward_and_scrubbed_too(lines: Lines) -> None:
    for name in ("uvicorn.error", "uvicorn.access", "apscheduler.scheduler", "httpx", "asyncio"):
        logging.getLogger(name).info("HTTP Request: POST https://example.org/?k=%s", SECRET)
        logging.getLogger(name).warning("%s says %s", name, SECRET)
    told = lines()
    assert [line["event"] for line in told] == [
        f"{name} says •••"
        for name in ("uvicorn.error", "uvicorn.access", "apscheduler.scheduler", "httpx", "asyncio")
    ]
    assert told[0]["logger"] == "uvicorn.error"


def test_what_a_library_arranged_for_its_own_logger_is_undone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("uvicorn.error")
    logger.setLevel(logging.CRITICAL)
    logger.propagate, logger.disabled = False, True
    logger.addHandler(logging.StreamHandler())
    configure(json=True, scrub=lambda words: words.replace(SECRET, "•••"))
    logger.warning("%s was seen", SECRET)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "••• was seen"


def test_a_library_that_logs_an_exception_gets_one_line_too(lines: Lines) -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("uvicorn.error").exception(
            "Exception in ASGI application", stack_info=True
        )
    (line,) = lines()
    assert line["error"] == (
        "ValueError: invalid literal for int() with base 10: '•••' (nowhere of ours)"
    )
    assert "Traceback" not in json.dumps(line)
    assert "Stack" not in json.dumps(line)


def test_a_warning_from_a_library_is_a_line_and_not_a_listing(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old habit", stacklevel=1)
    (line,) = lines()
    assert line["logger"] == "py.warnings"
    assert "old habit" in line["event"]


def test_a_level_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    configure(json=True, scrub=str, level="WARNING")
    get_logger().info("not heard")
    configure(json=True, scrub=str, level="DEBUG")
    get_logger().debug("heard")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["heard"]


def test_configuring_again_does_not_say_everything_twice(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(json=True, scrub=str)
    get_logger().info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_before_it_is_configured_nothing_unscrubbed_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger().handlers[:] = []
    get_logger().error("early", password=SECRET)
    assert capsys.readouterr() == ("", "")


def test_a_line_that_cannot_be_made_leaves_a_trace_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(_: str) -> str:
        raise RuntimeError(SECRET)

    configure(json=True, scrub=broken)
    get_logger().info("unscrubbed", password=SECRET)
    line = capsys.readouterr().err
    assert re.fullmatch(r"log line lost \(trueup line \d+\): RuntimeError\n", line)


def test_a_terminal_that_went_away_stops_nothing(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    get_logger().info("nobody reads this")
