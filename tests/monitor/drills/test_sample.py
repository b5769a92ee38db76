"""The sample that drills watch with: shipped with the package, and read like any configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

from hatchling.builders.wheel import WheelBuilder

from monitor.config import load
from monitor.drills import sample
from monitor.drills.outages import OUTAGES
from practice import FAULTS
from tests.support.checkout import ROOT

FIND = """
from pathlib import Path
from monitor.config import load
from monitor.drills import sample
print(sample.found())
print(len(load(sample.put_down(Path("."), page=18600, site=18601)).probes))
"""


def test_every_outage_is_a_switch_of_the_practice_site_and_has_components_of_the_sample() -> None:
    components = load(ROOT / "probes.toml").components
    assert set(OUTAGES) <= set(FAULTS)
    assert {name for each in OUTAGES.values() for name in each.components} <= set(components)


def test_the_sample_is_put_down_with_ports_of_its_own(tmp_path: Path) -> None:
    path = sample.put_down(tmp_path, page=18600, site=18601)
    text = path.read_text()
    assert load(path).listen == ("127.0.0.1", 18600)
    assert "127.0.0.1:18601/sign-in" in text
    assert ":8600" not in text.replace(":18600", "")
    assert ":8601" not in text.replace(":18601", "")
    assert load(path).state == tmp_path / "var"


def test_in_a_hurry_every_probe_runs_as_often_as_is_asked(tmp_path: Path) -> None:
    config = load(sample.put_down(tmp_path, page=1, site=2, every=timedelta(seconds=2)))
    assert {probe.every for probe in config.probes.values()} == {timedelta(seconds=2)}


def test_messages_are_explained_by_signing_in() -> None:
    assert load(ROOT / "probes.toml").probes["message"].routing.needs == ("signin",)


def test_an_installed_wheel_finds_it_without_a_checkout(tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    where, probes = done.stdout.split()
    assert where == str(installed / "monitor" / "drills" / "sample")
    assert int(probes) == len(load(ROOT / "probes.toml").probes)
