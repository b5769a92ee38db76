"""What is predicted of the sample is true: the practice site is really broken in every way there
is, and the daemon sees what it was said to see, and misses what it was said to miss.
"""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import pytest

from probes.injection import FAULTS
from tests.support.breaking_sample import ASKING, EVERYBODY, JOURNEYS, LAG
from tests.support.breaking_ways import HEALTHY, losing, way_of
from tests.support.breaking_world import SHORT, BrokenWorld, Cell, Seen, a_broken_world

NAMES = [fault.name for fault in FAULTS]
FIELDS = ("field-renamed", "field-removed")
SLOW, CERTIFICATE = "slow", "certificate-ending"
STALE = "stale"
ATTEMPTS = 3
OUTCOMES = {"seen": "FAIL", "slow": "SLOW", "unseen": "PASS", "not_touched": "PASS"}
ADDRESSES = {"library": "/api/files", "board": "/api/messages", "vault": "/api/identity"}
Place = tuple[str, str, str | None]
"""Probe, fault, and the field of an answer."""


@pytest.mark.timeout(900)
def test_what_is_predicted_is_what_the_daemon_sees_when_it_really_happens(tmp_path: Path) -> None:
    with a_broken_world(tmp_path) as broken:
        learned = broken.world.command("learn")
        assert learned.returncode == 0, learned.stdout  # else it would be learned in between
        cells = _foreseen(broken)
        broken.start()
        broken.mended(EVERYBODY)
        seen: dict[Place, Seen] = {
            (probe, fault, None): each
            for fault in NAMES
            if fault not in FIELDS
            for probe, each in _when(broken, fault).items()
        }
        seen |= _when_fields_are_lost(broken, cells)
        broken.mended(EVERYBODY)
        assert broken.world.stop() == 0
        assert "Traceback" not in (tmp_path / "daemon.log").read_text()

    assert {place[:2] for place in cells} == {(who, what) for who in EVERYBODY for what in NAMES}
    wrong = {
        place: _said(cell, seen[place])
        for place, cell in cells.items()
        if OUTCOMES.get(cell["verdict"]) != seen[place].outcome
    }
    assert wrong == {}


def _foreseen(broken: BrokenWorld) -> dict[Place, Cell]:
    """By runs through faults, before anything is broken; what could not be told is asked again."""
    cells: dict[Place, Cell] = {}
    for _ in range(ATTEMPTS):
        for faults, lag in ((set(NAMES) - {SLOW}, 0.0), ({SLOW}, LAG)):
            told = {place[:2] for place in cells}
            left = {(who, what) for who in EVERYBODY for what in faults} - told
            if left:
                who, what = map(sorted, map(set, zip(*left, strict=True)))
                found = broken.predicted(what, who, lag=lag)
                cells |= {(cell["probe"], cell["fault"], cell["at"]): cell for cell in found}
    return cells


def _when(broken: BrokenWorld, fault: str) -> dict[str, Seen]:
    """What the daemon sees while the site is broken that way."""
    if fault == CERTIFICATE:
        broken.doors.breaks(HEALTHY, left=SHORT)
    else:
        broken.doors.breaks(way_of(fault), lag=LAG if fault == SLOW else 0.0)
    return broken.seen(EVERYBODY, runs=2 if fault == STALE else 1)  # a cache has to fill first


def _when_fields_are_lost(broken: BrokenWorld, cells: dict[Place, Cell]) -> dict[Place, Seen]:
    """One field of each address at a time; everybody else asks for no field at all."""
    found: dict[Place, Seen] = {}
    for fault in FIELDS:
        fields = {
            address: [at for who, what, at in cells if (who, what) == (probe, fault) and at]
            for probe, address in ADDRESSES.items()
        }
        for places in zip_longest(*fields.values()):
            lost = {path: at for path, at in zip(fields, places, strict=True) if at}
            broken.doors.breaks(losing(lost, renamed=fault == "field-renamed"))
            seen = broken.seen(ASKING)
            for probe, address in (*ADDRESSES.items(), ("api", "/api/messages")):
                if address in lost:
                    found[probe, fault, lost[address]] = seen[probe]
        others = JOURNEYS | {"home", "cellar"}
        found |= {(who, fault, None): each for who, each in broken.seen(others).items()}
    return found


def _said(cell: Cell, seen: Seen) -> str:
    return f"predicted {cell['verdict']} ({cell['reason']}: {cell['said']}), really {seen}"
