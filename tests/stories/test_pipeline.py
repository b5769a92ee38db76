"""A pipeline deploys a broken release of a real application, and the gate stops it, while the
daemon is at work on the same probes; then a good one passes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from tests.support.released import Archive, an_archive
from tests.support.world import World, a_world

SETTLE = 6.0
ONE_RUN = 30.0  # the deadline of the journey, and what a busy machine needs to begin and to end
CONFIG = """
[trueup]
environment = "staging"
listen = "127.0.0.1:8600"
[defaults]
every = "5s"
confirm = []
[probe.web]
kind = "http"
url = "{url}"
[probe.upload]
kind = "journey"
journey = "upload"
url = "{url}"
timeout = "10s"
playbook = "https://wiki.example.org/upload"
[component.uploads]
name = "Uploads"
probes = ["upload"]
[service.archive]
also = ["example/archive"]
probes = ["web", "upload"]
"""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "archive", "1.4.1") as running:
        yield running


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "watched"
    folder.mkdir()
    with a_world(folder, CONFIG.format(url=archive.url)) as running:
        running.wait(lambda: running.conditions() == {"uploads": "up"}, "uploads are up")
        yield running
        assert running.stop() == 0
        assert "Traceback" not in (folder / "daemon.log").read_text()


def deployed(world: World, archive: Archive, version: str) -> None:
    archive.deploy(version)
    done = world.command("deploy", "record", "--service", "example/archive", "--version", version)
    assert done.returncode == 0, done.stderr


def test_a_broken_release_is_stopped_a_good_one_passes_and_the_daemon_goes_on(
    world: World, archive: Archive, tmp_path: Path
) -> None:
    the_broken_one_is_stopped_in_time(world, archive, tmp_path / "gate.xml")
    the_good_one_passes_though_it_is_still_starting(world, archive)

    world.wait(lambda: world.conditions() == {"uploads": "up"}, "uploads are up again")
    versions = [each["version"] for each in world.status("deploy", "list")]
    assert versions == ["1.4.3", "1.4.2-broken"]
    left = {path.name for path in (world.folder / "var" / "once").iterdir()}
    assert left == {"upload"}, "the gate keeps its files apart"


def the_broken_one_is_stopped_in_time(world: World, archive: Archive, report: Path) -> None:
    deployed(world, archive, "1.4.2-broken")

    began = time.monotonic()
    done = world.command(
        *("gate", "--service", "archive", "--settle", f"{SETTLE:.0f}s", "--junit", str(report))
    )
    assert time.monotonic() - began < SETTLE + ONE_RUN
    assert done.returncode == 1, done.stderr
    assert "1 of 2 probes did not pass 3 times in a row" in done.stdout
    assert "✓ web: passed 3 times in a row" in done.stdout
    assert "✕ upload: failed" in done.stdout
    assert 'failed in "' in done.stdout
    assert "| Bad gateway" in done.stdout
    assert "playbook: https://wiki.example.org/upload" in done.stdout
    assert "screenshot.png" in done.stdout
    [suite] = parse(report).getroot()
    assert [(case.get("name"), len(case) > 0) for case in suite] == [
        ("web", False),
        ("upload", True),
    ]


def the_good_one_passes_though_it_is_still_starting(world: World, archive: Archive) -> None:
    deployed(world, archive, "1.4.3")
    done = world.command("gate", "--service", "archive", "--settle", "60s", "--runs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 2 probes passed 2 times in a row" in done.stdout
