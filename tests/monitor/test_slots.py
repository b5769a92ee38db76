"""When a probe is due."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.slots import EPOCH, phase, slot_at
from tests.support.clock import NIGHT

intervals = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=2))
ids = st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True)


@given(ids, intervals, st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_slot_is_the_newest_of_its_grid_and_names_itself(
    probe: str, every: timedelta, later: timedelta
) -> None:
    at = NIGHT + later
    slot = slot_at(probe, every, at)
    assert slot <= at < slot + every
    assert (slot - EPOCH - phase(probe, every)) % every == timedelta()
    assert slot_at(probe, every, slot) == slot


def test_starts_are_spread_over_the_interval() -> None:
    every = timedelta(seconds=60)
    tenths = {phase(f"probe-{n}", every) // timedelta(seconds=6) for n in range(200)}
    assert tenths == set(range(10))


def test_the_phase_of_a_probe_never_changes() -> None:
    assert phase("signin", timedelta(seconds=60)) == timedelta(seconds=54, milliseconds=300)
