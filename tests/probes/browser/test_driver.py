"""What the driver is told on its way is the driver's alone."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from probes.browser import Browsers, Errand, Visit
from probes.result import Outcome

TOLD = ("NODE_OPTIONS", "NODE_COMPILE_CACHE")


def driven_with() -> dict[str, str]:
    [driver] = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    entries = Path(f"/proc/{driver}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


async def look_around(visit: Visit) -> None:
    driven = driven_with()
    for name in TOLD:
        visit.warn(f"{driven.get(name)} | {os.environ.get(name)}")


async def test_the_driver_is_thrifty_and_a_journey_finds_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    browsers = Browsers(slots=1)
    try:
        result = await browsers.run(Errand(journey=look_around, timeout=timedelta(seconds=20)))
    finally:
        await browsers.close()

    assert result.outcome is Outcome.PASS, result.summary
    options, cache = (warning.split(" | ") for warning in result.warnings)
    assert options == ["--no-warnings --max-semi-space-size=1", "--no-warnings"]
    assert cache[0].endswith("/compiled")
    assert cache[1] == "None"
