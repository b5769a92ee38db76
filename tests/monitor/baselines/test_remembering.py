"""What is remembered of baselines while the store is away: all of it, and not without an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.baselines import remembering
from monitor.baselines.remembering import LIVE_MOST, Memory, packed, unpacked
from monitor.store.baselines import Hour
from tests.monitor.baselines.counted import HOUR, WEEK, an_hour, below
from tests.support.clock import NIGHT

OF = ("library", "$.items[*]")


def weeks(begin: datetime = NIGHT) -> list[Hour]:
    return [an_hour(begin + number * HOUR, number % 50) for number in range(8 * 168)]


def test_eight_weeks_take_a_few_kilobytes_and_come_back_as_they_were() -> None:
    hours = [*weeks(), below(NIGHT + 8 * WEEK, 0)]

    assert list(unpacked(packed(hours))) == hours
    assert len(packed(hours)) < 16_000
    assert list(unpacked(packed([]))) == []


def test_runs_are_added_to_what_the_store_said_and_to_nothing_else() -> None:
    memory = Memory()
    memory.add(OF, NIGHT, 3, below=False)
    assert memory.hours(OF) is None

    memory.keep(OF, packed([an_hour(NIGHT, 4, runs=2)]))
    for count, bad in ((5, False), (7, False), (0, True)):
        memory.add(OF, NIGHT + timedelta(minutes=70), count, below=bad)
    later = NIGHT + HOUR
    assert memory.hours(OF) == [
        an_hour(NIGHT, 4, runs=2),
        Hour(later, runs=2, total=12, lowest=5, highest=7),
        Hour(later, runs=1, total=0, lowest=0, highest=0, below=True),
    ]
    memory.keep_only([])
    assert memory.hours(OF) is None


def test_an_hour_that_the_store_knew_half_of_is_one() -> None:
    memory = Memory()
    memory.keep(OF, packed([an_hour(NIGHT, 5, runs=2), below(NIGHT, 1)]))
    memory.add(OF, NIGHT + timedelta(minutes=40), 0, below=False)

    assert memory.hours(OF) == [Hour(NIGHT, 3, 10, 0, 5), below(NIGHT, 1)]


def test_there_is_an_end_to_it() -> None:
    memory = Memory()
    for number in range(remembering.MOST + 1):
        memory.keep((str(number), OF[1]), b"")
    memory.keep(OF, packed([]))
    for number in range(LIVE_MOST + 10):
        memory.add(OF, NIGHT + number * HOUR, 1, below=False)

    found = memory.hours(OF)
    assert found is not None
    assert (found[0].hour_at, len(found)) == (NIGHT + 10 * HOUR, LIVE_MOST)
    assert memory.hours(("0", OF[1])) is None
