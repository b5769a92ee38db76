"""What every kind of probe owes: found through the registry, and run by its own example."""

from __future__ import annotations

import asyncio
import os
import re
import tomllib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from monitor.config.tables import ProbeTable
from probes import KINDS, Kind, Outcome, Reason, Result, parse_duration
from tests.support.checkout import ROOT, examples, sections
from tests.support.serve import free_port
from tests.support.targets import hold, reset, target
from tests.support.tools import borrowed_tools, settings_of
from tests.support.waiting import until_async

REFERENCE = re.compile(r"\$\{(?:env|file):[^}]*\}")
TIMEOUT = "1s"
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def example_of(kind: Kind[Any], port: int) -> dict[str, Any]:
    """The first example in the documentation, pointed at a port of this machine."""
    tables = tomllib.loads(examples(sections("kinds.md")[kind.name])[0])["probe"]
    table = next(table for table in tables.values() if table["kind"] == kind.name)
    own = {key: value for key, value in table.items() if key not in ProbeTable.model_fields}
    return {key: _pointed(value, port, key) for key, value in own.items()} | {"timeout": TIMEOUT}


def _pointed(value: Any, port: int, key: str) -> Any:
    match value:
        case dict():
            return {name: _pointed(each, port, name) for name, each in value.items()}
        case list():
            return [_pointed(each, port, key) for each in value]
        case str() if "://" in value:
            path = urlsplit(value).path
            return f"http://127.0.0.1:{port}{path}"
        case str() if key == "host":
            return "127.0.0.1"
        case int() if key == "port":
            return port
        case str():
            return REFERENCE.sub("x", value)
        case _:
            return value


async def run(kind: Kind[Any], port: int) -> Result:
    """One try; raises TimeoutError when it outstays timeout and grace."""
    settings = settings_of(kind, example_of(kind, port), ROOT)
    async with borrowed_tools() as tools:
        async with asyncio.timeout((settings.timeout + kind.grace).total_seconds()):
            result = await kind.run(settings, tools)
    if result.reason is Reason.BROWSER_UNAVAILABLE and "CI" not in os.environ:
        pytest.skip("there is no browser on this machine")
    return result


def blames_the_target(result: Result) -> bool:
    assert result.outcome is Outcome.FAIL, result
    assert result.summary
    assert result.summary.isprintable()
    assert sum(result.phases.values(), timedelta()) <= result.took
    return result.reason is not None


@EVERY_KIND
async def test_a_refused_connection_is_the_targets_failure(kind: Kind[Any]) -> None:
    assert blames_the_target(await run(kind, free_port()))


def content_or_blames_the_target(result: Result) -> bool:
    """A kind that asks for no more than a connection may be content with one."""
    return result.outcome is Outcome.PASS or blames_the_target(result)


@EVERY_KIND
async def test_a_broken_connection_is_never_our_trouble(kind: Kind[Any]) -> None:
    with target(reset) as there:
        assert content_or_blames_the_target(await run(kind, there.port))


@EVERY_KIND
async def test_silence_ends_at_the_deadline_and_is_never_our_trouble(kind: Kind[Any]) -> None:
    with target(hold) as there:
        assert content_or_blames_the_target(await run(kind, there.port))


@EVERY_KIND
async def test_an_interrupted_run_leaves_nothing_behind(kind: Kind[Any]) -> None:
    with target(hold) as there:
        running = asyncio.create_task(run(kind, there.port))
        await until_async(lambda: there.taken or running.done(), "the target is asked")
        running.cancel()
        await asyncio.wait([running])
    assert running.cancelled() or content_or_blames_the_target(running.result())
    assert left_behind() == set()


@EVERY_KIND
async def test_a_run_leaves_no_task_behind(kind: Kind[Any]) -> None:
    with target(hold) as there:
        await run(kind, there.port)
    assert left_behind() == set()


def left_behind() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


@EVERY_KIND
def test_its_section_begins_with_an_example_that_can_be_read(kind: Kind[Any]) -> None:
    settings = settings_of(kind, example_of(kind, 1), ROOT)
    assert settings.timeout == parse_duration(TIMEOUT)
    assert "x" not in {repr(value) for _, value in settings if isinstance(value, SecretStr)}
