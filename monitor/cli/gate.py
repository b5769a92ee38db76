"""`trueup gate`: whether what was just deployed may stay."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from monitor.cli import usual
from monitor.cli.gate_progress import Progress
from monitor.cli.gate_verdict import Outcome, Places, title
from monitor.cli.ground import BAD, DEFAULT_CONFIG, AsJson, ConfigPath, fail, log_quietly, read
from monitor.cli.runs import a_runner, choose
from monitor.clock import SystemClock
from monitor.config import Config, Probe
from monitor.config.nearest import remedy
from monitor.gating import Gate, Standing, Terms, Verdict
from probes import parse_duration

NAME = "gate"
EXAMPLES = (
    "[dim]trueup gate --service api\n"
    "trueup gate --service api --deploy 1.4.2 --junit gate.xml\n"
    "trueup gate web signin --settle 5m --runs 5\n"
    "trueup gate --tag edge --strict --json[/]"
)
STATUS: Final = {Standing.PASSED: 0, Standing.FAILED: 1, Standing.UNKNOWN: 3}
INTERRUPTED: Final = 128 + signal.SIGINT
TERMINATED: Final = 128 + signal.SIGTERM
LONGEST: Final = timedelta(hours=6)
LEAST_PAUSE: Final = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    config: Config
    service: str
    """Its id; empty where none was named."""
    probes: tuple[Probe, ...]
    terms: Terms
    wait: timedelta
    progress: Progress


def command(  # noqa: PLR0913 - one parameter an option
    ids: Annotated[list[str] | None, typer.Argument(help="Only these probes.")] = None,
    *,
    service: Annotated[
        str, typer.Option("--service", "-s", help="The probes that watch this service.")
    ] = "",
    tag: Annotated[
        list[str] | None, typer.Option("--tag", "-t", help="Only probes with this tag.")
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", min=1, max=1000, help="So many have to pass in a row.")
    ] = 3,
    settle: Annotated[
        str, typer.Option("--settle", help="How long they have for that; no run begins later.")
    ] = "2m",
    wait: Annotated[str, typer.Option("--wait", help="How long until the first run.")] = "0s",
    pause: Annotated[
        str, typer.Option("--pause", help="Between two runs of the same probe.")
    ] = "1s",
    strict: Annotated[bool, typer.Option("--strict", help="Slow runs do not pass.")] = False,
    fail_fast: Annotated[
        int,
        typer.Option(
            "--fail-fast",
            min=0,
            help="Give up when a probe has failed so often in a row; 0: not before the time is"
            " over.",
        ),
    ] = 0,
    deploy: Annotated[
        str | None,
        typer.Option("--deploy", help="Record that this version of the service is out."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the verdict there, as JUnit XML.")
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            "--summary",
            help="Write the verdict there, as Markdown; by itself it is added to"
            " $GITHUB_STEP_SUMMARY.",
        ),
    ] = None,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Run the probes of a service now, and again and again, until each has passed so often in a
    row or the time is over. Nothing is recorded but what --deploy says, and nobody is told.

    Exit status:
    0 when all passed;
    1 when something failed, with the evidence;
    2 when the configuration is bad, there is no such service or probe, or a file that is asked for
    cannot be written;
    3 when nothing failed, but something could not be told, for a trouble of our own or for want of
    time.
    """
    gc.freeze()  # else all that was imported is looked through once more in the end: 0.2 s
    read_config = read(config)
    terms = Terms(
        runs=runs,
        settle=_duration(settle, "--settle"),
        pause=_duration(pause, "--pause", LEAST_PAUSE),
        strict=strict,
        fail_fast=fail_fast,
    )
    version = _version(deploy, service)
    of = _service(read_config, service)
    asked = _Asked(
        config=read_config,
        service=of,
        probes=_chosen(read_config, of, ids or [], tag or []),
        terms=terms,
        wait=_duration(wait, "--wait"),
        progress=Progress(read_config, terms),
    )
    places = Places(junit=junit, summary=summary)
    places.demand()
    log_quietly(read_config)
    facts = _record(asked, version) if version else None
    verdict = _judged(asked)
    outcome = Outcome(
        config=read_config,
        service=of,
        verdict=verdict,
        files=asked.progress.files,
        deploy=facts,
    )
    outcome.say(as_json=as_json)
    written = outcome.write(places, asked.progress.warn)
    status = STATUS[verdict.standing]
    raise typer.Exit(status if written else status or BAD)


def _duration(written: str, option: str, least: timedelta = timedelta()) -> timedelta:
    try:
        span = parse_duration(written)
    except ValueError as bad:
        fail(f"{option}: {bad}")
    if not least <= span <= LONGEST:
        fail(f"{option}: {written} is too {'short' if span < least else 'long'}")
    return span


def _version(deploy: str | None, service: str) -> str:
    """What is to be recorded; empty when nothing is. A variable of a pipeline may be empty."""
    if deploy is None:
        return ""
    if not deploy.strip():
        fail("--deploy says nothing: which version is out?")
    if not service:
        fail("--deploy needs --service: which one is out?")
    return deploy


def _service(config: Config, name: str) -> str:
    """Its id; empty when none was named."""
    services = config.changes.services
    found = config.changes.service(name) if name else None
    if name and found is None:
        if not services:
            fail(f"there is no service {name!r}; say under [service.ID] which probes watch it")
        fail(f"there is no service {name!r}; {remedy(name, list(services), 'services')}")
    return found.id if found else ""


def _chosen(config: Config, service: str, ids: list[str], tags: list[str]) -> tuple[Probe, ...]:
    chosen = choose(config, ids, tags)
    if service:
        watching = config.changes.services[service].probes
        chosen = [probe for probe in chosen if probe.id in watching]
    if not chosen:
        fail(f"no probe fits; name those that watch {service} under [service.{service}] probes")
    return tuple(chosen)


def _record(asked: _Asked, version: str) -> Mapping[str, Any] | None:
    from monitor.cli.gate_record import record  # noqa: PLC0415 - takes a third of a second

    say, warn = asked.progress.say, asked.progress.warn
    return record(asked.config, asked.service, version, say, warn)


def _judged(asked: _Asked) -> Verdict:
    try:
        return asyncio.run(_judge(asked))
    except KeyboardInterrupt:
        fail("stopped before there was a verdict", INTERRUPTED)
    except asyncio.CancelledError:
        fail("stopped before there was a verdict", TERMINATED)


async def _judge(asked: _Asked) -> Verdict:
    clock = SystemClock()
    _end_on_sigterm(asyncio.current_task())
    gate = Gate(clock, asked.terms, asked.progress.heard)
    named = title(asked.config, asked.service)
    with asked.progress.showing(named, asked.probes, asked.wait):
        await asyncio.sleep(asked.wait.total_seconds())
        weigh = await usual.weigh_of(asked.config)
        async with a_runner(asked.config, gate.unsettled, weigh) as runner:
            return await gate.judge(asked.probes, runner)


def _end_on_sigterm(task: asyncio.Task[Verdict] | None) -> None:
    """As on Ctrl-C: pipelines that are cancelled send it, and no browser may stay behind."""
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
