"""Configurations built without a file, for tests that are not about files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.config.model import Channel, Component, Config, PageSettings, Probe
from monitor.policy import Policy
from monitor.routing import Routing, everyone
from probes import Kind, Outcome, Result, Settings, Tools

Ask = Callable[[Settings, Tools], Awaitable[Result]]


async def always_passes(_: Settings, __: Tools) -> Result:
    return Result(outcome=Outcome.PASS, took=timedelta(milliseconds=1))


def a_probe(probe_id: str = "toy", ask: Ask = always_passes, **changes: Any) -> Probe:
    """A probe of a toy kind, every minute, without confirming tries. `channels` are told of it
    whatever the severity.
    """
    if "channels" in changes:
        changes["routing"] = Routing(channels=everyone(*changes.pop("channels")))
    given: dict[str, Any] = {
        "id": probe_id,
        "name": probe_id,
        "kind": Kind("toy", Settings, ask),
        "settings": Settings(),
        "every": timedelta(minutes=1),
        "confirm": (),
        "policy": Policy(),
    }
    return Probe(**given | changes)


def a_config(
    *probes: Probe,
    says: str = "",
    state: Path = Path("/nowhere"),
    channels: tuple[Channel, ...] = (),
    **changes: Any,
) -> Config:
    """One component for each probe, named after it."""
    components = [Component(id=p.id, name=p.name, probes=(p.id,), says=says) for p in probes]
    given: dict[str, Any] = {
        "environment": "production",
        "state": state,
        "location": "here",
        "listen": None,
        "probes": {probe.id: probe for probe in probes},
        "components": {component.id: component for component in components},
        "channels": {channel.id: channel for channel in channels},
        "page": PageSettings(),
        "pages": {"": PageSettings()},
        "browser": "",
        "files": (),
    }
    return Config(**given | changes)
