"""What the commands share that make runs by themselves: `once`, `gate` and `blindspots`."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from monitor.cli.ground import fail
from monitor.clock import SystemClock, iso
from monitor.config import Config, Probe, Scrubber
from monitor.runner import Run, Runner, Weigh
from monitor.tracing import Attempts
from probes import Tools
from probes.browser import Browsers
from probes.result import View
from probes.wire import Wire

ONCE: Final = "once"
"""A folder of its own: no row of the database knows these files."""
RUNS_KEPT: Final = 5


def choose(config: Config, ids: Sequence[str], tags: Sequence[str]) -> list[Probe]:
    """Those that both allow, in the order of the configuration; or a sentence and status 2."""
    for probe_id in ids:
        if probe_id not in config.probes:
            near = difflib.get_close_matches(probe_id, config.probes, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(config.probes)}"
            fail(f"there is no probe {probe_id!r}; {hint}")
    chosen = [
        probe
        for probe in config.probes.values()
        if (not ids or probe.id in ids) and (not tags or probe.tags & set(tags))
    ]
    if not chosen:
        fail("no probe fits; run trueup check to see what is configured")
    return chosen


def _settled(_probe: str) -> bool:
    return False


@asynccontextmanager
async def a_runner(
    config: Config, unsettled: Callable[[str], bool] = _settled, weigh: Weigh | None = None
) -> AsyncIterator[Runner]:
    """With browsers of its own, which are ended with the block. *unsettled* is for `Attempts`;
    *weigh* has the last word on every try.
    """
    async with lent_tools(config) as tools:
        yield runner_with(config, tools, unsettled, weigh)


@asynccontextmanager
async def lent_tools(config: Config) -> AsyncIterator[Tools]:
    """What runs borrow, for as long as the block lasts."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        browsers = Browsers(
            executable=config.browser,
            idle=config.browser_idle,
            secrets=lambda: config.secrets,
        )
        stack.push_async_callback(browsers.close)
        wire = Wire(now=clock.now)
        stack.push_async_callback(wire.aclose)
        yield Tools(transport=wire, browsers=browsers, monotonic=clock.monotonic)


def runner_with(
    config: Config,
    tools: Tools,
    unsettled: Callable[[str], bool] = _settled,
    weigh: Weigh | None = None,
) -> Runner:
    """As the daemon has one, but that nobody is told and nothing is kept."""
    attempts = Attempts(secrets.token_hex(16), config.location, unsettled)
    attempts.told = config.telemetry.trace_context
    scrub = Scrubber(config.secrets).text
    return Runner(tools, SystemClock(), scrub, weigh, attempts)


def document(run: Run) -> dict[str, Any]:
    """A run for programs."""
    result = run.result
    return {
        "id": run.probe.id,
        "kind": run.probe.kind.name,
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else None,
        "summary": result.summary,
        "started_at": iso(run.started_at),
        "took_ms": ms(result.took),
        "phases": {f"{name}_ms": ms(took) for name, took in result.phases.items()},
        "steps": [
            {"name": step.name, "took_ms": ms(step.took), "outcome": step.outcome.value}
            for step in result.steps
        ],
        "views": [_view(view) for view in result.views],
        "warnings": list(result.warnings),
        "trace_id": result.trace_id or None,
    }


def _view(view: View) -> dict[str, Any]:
    spans = {"ttfb_ms": view.ttfb, "fcp_ms": view.fcp, "lcp_ms": view.lcp}
    told = {name: None if span is None else ms(span) for name, span in spans.items()}
    return {"address": view.address, "step": view.step, **told, "cls": view.cls}


def ms(span: timedelta) -> float:
    return round(span / timedelta(milliseconds=1), 1)


def keep_files(config: Config, run: Run) -> list[Path]:
    """Beside those of the daemon, for as long and not more than the newest of each probe."""
    if not run.result.artefacts:
        return []
    from monitor.store import artefacts  # noqa: PLC0415 - most runs leave nothing behind

    folder = config.state / ONCE
    kept = artefacts.write(folder, run.probe.id, run.started_at, run.result.artefacts)
    artefacts.leave_newest(folder / run.probe.id, RUNS_KEPT)
    return [folder / file.path for file in kept]


def nearer(file: Path) -> Path:
    """As short as it can be said from here."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
