"""Traces of our own, on their way to a collector that answers, or does not."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from monitor.clock import SystemClock, to_us
from monitor.config import Config
from monitor.config.model import Telemetry as Wanted
from monitor.runner import Run, Runner
from monitor.telemetry import Telemetry, otlp
from monitor.tracing import Attempts, trace_id_of
from probes import KINDS
from tests.probes.test_http import head_of
from tests.support.checkout import ROOT
from tests.support.clock import NIGHT
from tests.support.collector import attributes, collecting, failed
from tests.support.configs import a_config, a_probe
from tests.support.targets import answering, deaf, hold, ok, target
from tests.support.tools import borrowed_tools, settings_of
from tests.support.waiting import until_async

TOKEN = "Bearer 0123456789abcdef"
PLENTY = 10_000


def wanting(port: int, **more: str) -> Config:
    address = f"http://127.0.0.1:{port}/v1/traces"
    headers = {"Authorization": TOKEN}
    return a_config(telemetry=replace(Wanted(otlp=address, headers=headers), **more))  # type: ignore[arg-type] # each is text


@asynccontextmanager
async def telling(config: Config) -> AsyncIterator[Telemetry]:
    telemetry = Telemetry("instance", "here", str)
    telemetry.configure(config)
    yield telemetry
    await telemetry.aclose()


async def run_of(url: str, **keys: object) -> Run:
    settings = settings_of(KINDS["http"], {"url": url, "timeout": "2s"} | keys)
    probe = a_probe("web", kind=KINDS["http"], settings=settings)
    async with borrowed_tools() as tools:
        runner = Runner(tools, SystemClock(), str, None, Attempts("instance", "here"))
        return await runner.run(probe, NIGHT)


async def test_a_failing_run_arrives_whole_in_the_trace_that_the_target_was_told_of() -> None:
    with answering(ok(status="503 Service Unavailable")) as there, collecting() as (port, taken):
        run = await run_of(f"{there.url}health?key=abc")
        async with telling(wanting(port.port)) as telemetry:
            telemetry.saw(run)

    root = taken.spans[0]
    trace_id = trace_id_of("instance", "web", "here", NIGHT)
    assert head_of(there.asked[0])["traceparent"] == f"00-{trace_id}-{root.span_id.hex()}-01"
    assert (root.trace_id.hex(), root.parent_span_id, run.result.trace_id) == (
        trace_id,
        b"",
        trace_id,
    )
    assert taken.names() == ["probe web", "connect", "send", "wait", "receive"]
    assert {span.parent_span_id for span in taken.spans[1:]} == {root.span_id}
    assert failed(root) == run.result.summary
    assert root.start_time_unix_nano == to_us(run.started_at) * 1000
    assert all(s.start_time_unix_nano <= s.end_time_unix_nano for s in taken.spans)
    found = attributes(root.attributes)
    assert found["url.full"] == f"{there.url}health"
    assert (found["http.response.status_code"], found["error.type"]) == (503, "status")


async def test_the_collector_hears_who_speaks_and_gets_its_headers() -> None:
    with answering(ok()) as there, collecting() as (port, taken):
        async with telling(wanting(port.port, sample="all")) as telemetry:
            telemetry.saw(await run_of(there.url))

    assert taken.about["service.name"] == "trueup"
    assert taken.about["service.instance.id"] == "instance"
    assert taken.about["deployment.environment.name"] == "production"
    (head,) = taken.heads
    assert head["authorization"] == TOKEN.lower()  # as `head_of` has it
    assert head["content-type"] == "application/x-protobuf"
    assert port.asked[0].startswith(b"POST /v1/traces HTTP/1.1\r\n")


async def test_what_simply_passed_is_not_sent_unless_all_is_wanted() -> None:
    with answering(ok()) as there, collecting() as (port, taken):
        async with telling(wanting(port.port)) as telemetry:
            telemetry.saw(await run_of(there.url))
        assert taken.spans == []


async def test_another_collector_gets_what_comes_after_it_was_configured() -> None:
    with (
        answering(ok(status="500 No")) as there,
        collecting() as (old, before),
        collecting() as (new, after),
    ):
        run = await run_of(there.url)
        async with telling(wanting(old.port)) as telemetry:
            telemetry.saw(run)
            telemetry.configure(wanting(new.port))
            telemetry.saw(run)
            await until_async(lambda: before.spans, "the old one got what was meant for it")
    assert before.names() == after.names()


@pytest.mark.parametrize("trouble", ["gone", "deaf", "silent", "refusing"])
async def test_a_collector_in_trouble_holds_nobody_up_and_costs_one_line(
    trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(ok()) as closed:
        pass
    with (
        answering(ok(status="500 No")) as there,
        deaf() as never,
        target(hold) as silent,
        answering(ok(status="503 Busy")) as refusing,
    ):
        ports = {"gone": closed, "deaf": never, "silent": silent, "refusing": refusing}
        run = await run_of(there.url)
        telemetry = Telemetry("instance", "here", str)
        telemetry.configure(wanting(ports[trouble].port))
        spans = []
        for _ in range(PLENTY // 5):
            at = time.perf_counter()
            telemetry.saw(run)
            spans.append(time.perf_counter() - at)
        await asyncio.sleep(0)
        closing = time.monotonic()
        await telemetry.aclose()
        took = time.monotonic() - closing
    assert statistics.median(spans) < 0.01
    assert max(spans) < otlp.ANSWER_S, "nobody waited for it"
    assert took < otlp.ANSWER_S
    said = [record.getMessage() for record in caplog.records if record.name == "trueup"]
    assert len([line for line in said if "traces are not taken" in line]) <= 1
    assert len(said) in {1, 2}  # and one of what was left at the end
    assert TOKEN not in caplog.text


def test_nothing_is_imported_where_nobody_collects() -> None:
    program = (
        "import sys; from monitor.telemetry import Telemetry; "
        "from tests.support.configs import a_config; "
        "Telemetry('i', 'here', str).configure(a_config()); "
        "sys.exit('opentelemetry' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


async def test_whoever_wants_no_traces_pays_for_none() -> None:
    telemetry = Telemetry("instance", "here", str)
    telemetry.configure(a_config())
    with answering(ok(status="500 No")) as there:
        telemetry.saw(await run_of(there.url))
    await telemetry.aclose()
