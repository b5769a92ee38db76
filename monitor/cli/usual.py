"""Commands that make runs hold what they count against what the history knows."""

from __future__ import annotations

from monitor.clock import SystemClock
from monitor.config import Config
from monitor.runner import Weigh


async def weigh_of(config: Config) -> Weigh | None:
    """None where no baseline is kept, or nothing is known yet."""
    expected = [getattr(probe.settings, "expect", None) for probe in config.probes.values()]
    counts = any(getattr(each, "counted", ()) for each in expected)
    if not counts:
        return None
    from monitor.baselines import weigher  # noqa: PLC0415 - brings the store, for few

    return await weigher(config, SystemClock())
