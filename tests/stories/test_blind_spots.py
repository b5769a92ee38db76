"""What is predicted of the sample is true: the practice site is really broken in every way there
is, and the daemon sees what it was said to see, and misses what it was said to miss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from probes.injection import FAULTS
from tests.support.breaking_ways import HEALTHY, losing, way_of
from tests.support.breaking_world import ASKING, JOURNEYS, LAG, SHORT, BrokenWorld, a_broken_world

NAMES = [fault.name for fault in FAULTS]
FIELDS = ("field-renamed", "field-removed")
EVERYBODY = ASKING | JOURNEYS
EVIDENT = {"seen", "slow", "unseen"}
SETTLING = {"stale": 2}  # a cache has to be filled before it is old
Cell = dict[str, Any]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenWorld]:
    folder = tmp_path_factory.mktemp("broken")
    with a_broken_world(folder) as world:
        yield world
        assert world.world.stop() == 0
        assert "Traceback" not in (folder / "daemon.log").read_text()


@pytest.fixture(scope="module")
def predicted(broken: BrokenWorld) -> list[Cell]:
    """By runs through faults, before anything is broken; then the daemon begins."""
    found = broken.predicted(*(name for name in NAMES if name != "slow"))
    broken.breaks(HEALTHY, lag=LAG)
    found += broken.predicted("slow")
    broken.start()
    broken.mended(EVERYBODY)
    return found


@pytest.mark.timeout(600)
def test_a_prediction_is_made_for_every_probe_and_every_fault(predicted: list[Cell]) -> None:
    cells = {(cell["probe"], cell["fault"]) for cell in predicted}
    assert cells == {(probe, fault) for probe in EVERYBODY for fault in NAMES}
    untold = [cell for cell in predicted if cell["verdict"] not in {*EVIDENT, "not_touched"}]
    assert untold == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("fault", [name for name in NAMES if name not in FIELDS])
def test_what_is_predicted_is_what_the_daemon_sees(
    broken: BrokenWorld, predicted: list[Cell], fault: str
) -> None:
    if fault == "certificate-ending":
        broken.breaks(HEALTHY)
        broken.certified(SHORT)
    else:
        broken.breaks(way_of(fault), lag=LAG if fault == "slow" else 0.0)
    seen = broken.seen(EVERYBODY, SETTLING.get(fault, 1))
    cells = [cell for cell in predicted if cell["fault"] == fault]

    wrong = {cell["probe"]: _said(cell, seen) for cell in cells if not _agrees(cell, seen)}
    assert wrong == {}
    if fault == "certificate-ending":
        broken.mended(EVERYBODY)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("fault", FIELDS)
def test_what_is_predicted_of_each_field_is_what_the_daemon_sees(
    broken: BrokenWorld, predicted: list[Cell], fault: str
) -> None:
    cells = [cell for cell in predicted if cell["fault"] == fault]
    renamed = fault == "field-renamed"
    wrong = {}
    for at in dict.fromkeys(cell["at"] for cell in cells if cell["at"]):
        broken.breaks(losing(at, renamed=renamed))
        seen = broken.seen(ASKING)
        here = [cell for cell in cells if cell["at"] == at]
        wrong |= {
            (cell["probe"], at): _said(cell, seen) for cell in here if not _agrees(cell, seen)
        }
    assert wrong == {}
    untouched = [cell for cell in cells if not cell["at"]]
    seen = broken.seen(JOURNEYS | {"home", "cellar"})
    assert [_said(cell, seen) for cell in untouched if not _agrees(cell, seen)] == []


@pytest.mark.timeout(120)
def test_when_all_is_mended_all_of_it_passes(broken: BrokenWorld, predicted: list[Cell]) -> None:
    assert predicted
    broken.mended(EVERYBODY)


def _agrees(cell: Cell, seen: dict[str, Any]) -> bool:
    outcome = seen[cell["probe"]].outcome
    wanted = {"seen": "FAIL", "slow": "SLOW", "unseen": "PASS", "not_touched": "PASS"}
    return wanted[cell["verdict"]] == outcome


def _said(cell: Cell, seen: dict[str, Any]) -> str:
    said = f"predicted {cell['verdict']} ({cell['reason']}: {cell['said']})"
    return f"{said}, really {seen[cell['probe']]}"
