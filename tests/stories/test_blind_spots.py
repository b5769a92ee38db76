"""What is predicted of the sample is true: the practice site is really broken in every way there
is, and the daemon sees what it was said to see, and misses what it was said to miss.

Every journey has a way to the site of its own, which is broken for it alone: so none has to wait
for another one, and what is predicted is found out at the same time, through ways that are whole.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import pytest

from probes.injection import FAULTS
from tests.support.breaking_cache import Cache
from tests.support.breaking_sample import ALL_WHO_ASK, EVERYBODY, GROUPS, JOURNEYS, LAGS
from tests.support.breaking_ways import HEALTHY, REFUSING, losing, losing_all, way_of
from tests.support.breaking_world import SHORT, BrokenWorld, Cell, Seen, a_broken_world

NAMES = [fault.name for fault in FAULTS]
FIELDS = ("field-renamed", "field-removed")
RENAMED = FIELDS[0]
SLOW, CERTIFICATE = "slow", "certificate-ending"
STALE = "stale"
ATTEMPTS = 3
FEW = 8
OUTCOMES = {"seen": "FAIL", "slow": "SLOW", "unseen": "PASS", "not_touched": "PASS"}
ADDRESSES = {"library": "/api/files", "board": "/api/messages", "vault": "/api/identity"}
Place = tuple[str, str, str | None]
"""Probe, fault, and the field of an answer."""
Cells = dict[Place, Cell]


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("whole_machine")
def test_what_is_predicted_is_what_the_daemon_sees_when_it_really_happens(tmp_path: Path) -> None:
    with a_broken_world(tmp_path) as broken:
        learned = broken.world.command("learn")
        assert learned.returncode == 0, learned.stdout  # else it would be learned in between
        broken.start()
        cells, seen = _both(broken)
        for place in _doubtful(cells, seen):
            _look_again(broken, place, cells, seen)
        assert broken.world.stop() == 0
        assert "Traceback" not in (tmp_path / "daemon.log").read_text()

    assert {place[:2] for place in cells} == {(who, what) for who in EVERYBODY for what in NAMES}
    wrong = {place: _said(cells[place], seen[place]) for place in _wrong(cells, seen)}
    assert wrong == {}


def _both(broken: BrokenWorld) -> tuple[Cells, dict[Place, Seen]]:
    """What is foreseen, and what really happens."""
    with ThreadPoolExecutor(len(JOURNEYS) + 2) as side_by_side:
        asking = side_by_side.submit(_foreseen, broken, (ALL_WHO_ASK,))
        foreseen = [asking, side_by_side.submit(_foreseen, broken, sorted(JOURNEYS))]
        real = [side_by_side.submit(_happening, broken, who) for who in sorted(JOURNEYS)]
        real.append(side_by_side.submit(_happening_to_all_who_ask, broken, asking))
        cells = {place: cell for each in foreseen for place, cell in each.result().items()}
        return cells, {place: cell for each in real for place, cell in each.result().items()}


def _foreseen(broken: BrokenWorld, groups: Collection[str]) -> Cells:
    """By runs through faults; what could not be told is asked again."""
    cells: Cells = {}
    everybody = {probe for who in groups for probe in GROUPS[who]}
    for _ in range(ATTEMPTS):
        for faults in (set(NAMES) - {SLOW}, {SLOW}):
            told = {place[:2] for place in cells}
            left = {(who, what) for who in everybody for what in faults} - told
            if left:
                cells |= _predicted(broken, {what for _, what in left}, groups, of=left)
    return cells


def _predicted(
    broken: BrokenWorld,
    faults: Collection[str],
    groups: Collection[str],
    of: Collection[tuple[str, str]],
) -> Cells:
    whose = [who for who in groups if any(probe in GROUPS[who] for probe, _ in of)]
    found = broken.predicted(sorted(faults), whose, lags=SLOW in faults)
    places = {(cell["probe"], cell["fault"], cell["at"]): cell for cell in found}
    return {place: cell for place, cell in places.items() if place[:2] in of}


def _happening(broken: BrokenWorld, who: str) -> dict[Place, Seen]:
    """All that can, but for single fields; in the end it is well again, and then left alone."""
    broken.mended(who)
    seen: dict[Place, Seen] = {
        (probe, fault, None): each
        for fault in NAMES
        for probe, each in _when(broken, who, fault).items()
    }
    broken.mended(who)
    broken.doors.breaks(who, REFUSING)  # which is soon found out
    return seen


def _when(broken: BrokenWorld, who: str, fault: str) -> dict[str, Seen]:
    """What the daemon sees while the site is broken that way."""
    if fault == CERTIFICATE:
        broken.doors.breaks(who, HEALTHY, left=SHORT)
    elif fault in FIELDS:
        broken.doors.breaks(who, losing_all(renamed=fault == RENAMED))
    elif fault == STALE:
        cache = Cache()
        broken.doors.breaks(who, cache.fills)
        broken.seen(GROUPS[who])  # yesterday
        broken.doors.breaks(who, cache.is_stuck)
    else:
        broken.doors.breaks(who, way_of(fault), lag=LAGS[who] if fault == SLOW else 0.0)
    return broken.seen(GROUPS[who])


def _happening_to_all_who_ask(broken: BrokenWorld, asked: Future[Cells]) -> dict[Place, Seen]:
    seen = _happening(broken, ALL_WHO_ASK)
    seen |= _when_fields_are_lost(broken, asked.result())
    broken.mended(ALL_WHO_ASK)
    return seen


def _when_fields_are_lost(broken: BrokenWorld, cells: Cells) -> dict[Place, Seen]:
    """One field of each address at a time."""
    found: dict[Place, Seen] = {}
    for fault in FIELDS:
        fields = {
            address: [at for who, what, at in cells if (who, what) == (probe, fault) and at]
            for probe, address in ADDRESSES.items()
        }
        for places in zip_longest(*fields.values()):
            lost = {path: at for path, at in zip(fields, places, strict=True) if at}
            broken.doors.breaks(ALL_WHO_ASK, losing(lost, renamed=fault == RENAMED))
            whose = (*ADDRESSES.items(), ("api", "/api/messages"))
            seen = broken.seen([probe for probe, address in whose if address in lost])
            for probe, address in whose:
                if address in lost:
                    found[probe, fault, lost[address]] = seen[probe]
    return found


def _wrong(cells: Cells, seen: dict[Place, Seen]) -> list[Place]:
    return [p for p, cell in cells.items() if OUTCOMES.get(cell["verdict"]) != seen[p].outcome]


def _doubtful(cells: Cells, seen: dict[Place, Seen]) -> list[Place]:
    """A journey may have run out of time because the machine was busy, but not everywhere."""
    wrong = [place for place in _wrong(cells, seen) if place[0] in JOURNEYS]
    return wrong if len(wrong) <= FEW else []


def _look_again(broken: BrokenWorld, place: Place, cells: Cells, seen: dict[Place, Seen]) -> None:
    """At one of them, when nothing else is at work."""
    who, fault, _ = place
    cells |= _predicted(broken, (fault,), (who,), of=(place[:2],))
    seen[place] = _when(broken, who, fault)[who]
    broken.doors.breaks(who, REFUSING)


def _said(cell: Cell, seen: Seen) -> str:
    return f"predicted {cell['verdict']} ({cell['reason']}: {cell['said']}), really {seen}"
