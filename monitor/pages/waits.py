"""How long it takes until people hear of a probe that breaks. Pure."""

from __future__ import annotations

from datetime import timedelta

from monitor.config.model import Probe
from monitor.policy import For


def worst_to_notice(probe: Probe) -> timedelta:
    """From the worst moment to break, just after a good answer, to the incident's opening. After
    the first failing run the next ones come sooner, but none before the one ahead of it is over.
    """
    tries = len(probe.confirm) + 1
    last_run = sum(probe.confirm, tries * probe.settings.timeout)
    step = max(probe.recheck or probe.every / 2, last_run)
    return probe.every + (_deciding(probe, step) - 1) * step + last_run


def _deciding(probe: Probe, step: timedelta) -> int:
    """How many failing runs it takes, *step* apart."""
    match probe.policy.opening:
        case For(span):
            return 1 + max(1, -(-span // step))
        case _:
            return probe.policy.runs_to_open
