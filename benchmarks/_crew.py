"""Every part of the daemon, built as the daemon builds them, for programs that do the acting."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.clock import Clock
from monitor.config import Config, Probe, Scrubber
from monitor.context import Context
from monitor.daemon.crew import Crew, Hooks, build
from monitor.links import Signer
from monitor.ourselves.soundness import Figures
from monitor.state import claim
from monitor.store import records

Act = Callable[[Probe, datetime], Awaitable[None]]


async def built(
    stack: AsyncExitStack, config: Config, clock: Clock, act: Act, recorded: Callable[[], None]
) -> Crew:
    """None of them at work. *recorded* is called for every run that is on disk."""

    def after(*_: object) -> None:
        recorded()

    async def measured() -> Figures:
        return Figures()

    hooks = Hooks(
        scrub=Scrubber(config.secrets).text,
        secrets=lambda: config.secrets,
        act=act,
        reload=lambda: None,
        after=after,
        undecided=lambda _: None,
        acted=lambda: None,
        measure=measured,
        signer=lambda: Signer(b"", ""),
    )
    stack.enter_context(claim(config.state))
    return await build(stack, config, clock, hooks)


async def announce(crew: Crew, config: Config, probes: Sequence[Probe], clock: Clock) -> None:
    """Lets the recorder know of *probes* instead of those that *config* has."""
    config = replace(config, probes={probe.id: probe for probe in probes})
    rows = [records.ProbeRow(p.id, p.name, p.kind.name) for p in probes]
    keys = await crew.writer.do(partial(records.sync_probes, probes=rows, at=clock.now()))
    crew.recorder.context = Context(config, keys, crew.instance)


def settle() -> None:
    """As the daemon does before its schedule starts: what is there by then stays."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
