"""`kill -9` at any moment: nothing is lost, nothing that was confirmed is told twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serve import free_port
from tests.support.world import World, a_world

CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
[defaults]
every = "1s"
timeout = "2s"
confirm = []
open_after = 2
close_after = 2
channels = ["pager"]
[probe.short-links]
kind = "http"
url = "http://127.0.0.1:8601/health/uploads"
[component.uploads]
name = "Uploads"
probes = ["short-links"]
[channel.pager]
kind = "webhook"
url = "http://127.0.0.1:8601/pager"
"""
KILLS = 6


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, CONFIG) as running:
        running.wait(lambda: running.conditions() == {"uploads": "up"}, "all is up")
        yield running


@pytest.mark.timeout(240)
def test_a_daemon_killed_over_and_over_loses_no_page_and_repeats_none_needlessly(
    world: World,
) -> None:
    dice = random.Random(20260314)
    for kill in range(KILLS):
        if kill % 2 == 0:
            world.breaks("upload-down")
        else:
            world.mended("upload-down")
        time.sleep(dice.uniform(0, 3))  # any moment will do: that is the point
        world.kill()
        world.start()
    world.mended("upload-down")
    world.wait(lambda: world.conditions() == {"uploads": "up"}, "it is up at last")
    world.wait(lambda: _open_incidents(world) == 0, "every incident is closed")
    world.wait(lambda: _waiting(world) == 0, "everything was told")
    told = Counter((body["incident"], body["sequence"]) for body in world.pages())
    decided = {(row["incident"], n) for row in world.status("incidents") for n in (1, 2)}
    assert set(told) == decided, "each opening and each ending was told, and nothing else"
    assert sum(told.values()) - len(told) <= KILLS
    for incident in {number for number, _ in told}:
        order = [b["sequence"] for b in world.pages() if b["incident"] == incident]
        assert order == sorted(order), "no ending overtook its opening"


def _open_incidents(world: World) -> int:
    return sum(row["resolved_at"] is None for row in world.status("incidents"))


def _waiting(world: World) -> int:
    return int(world.status("status")["daemon"]["notifications_waiting"])


@pytest.mark.timeout(180)
def test_an_outage_that_was_told_before_the_kill_is_not_told_again(world: World) -> None:
    world.breaks("upload-down")
    world.wait(lambda: _delivered(world) == 1, "the opening is confirmed and marked")
    for _ in range(2):
        world.kill()
        world.start()
        world.wait(lambda: world.conditions() == {"uploads": "down"}, "it is known to be down")
    assert world.told() == [("opened", "short-links")]
    world.mended("upload-down")
    world.wait(lambda: len(world.pages()) == 2, "the all-clear")
    assert world.told() == [("opened", "short-links"), ("resolved", "short-links")]


def _delivered(world: World) -> int:
    return sum(told["delivered"] for row in world.status("incidents") for told in row["told"])


@pytest.mark.timeout(180)
def test_what_the_pager_could_not_take_before_the_kill_it_gets_after(world: World) -> None:
    text = world.config.read_text()
    world.configure(text.replace(f"{world.practice_port}/pager", f"{free_port()}/pager"))
    world.stop()
    world.start()
    world.wait(lambda: world.conditions() == {"uploads": "up"}, "it is at work again")
    world.breaks("upload-down")
    world.wait(lambda: world.conditions() == {"uploads": "down"}, "it is down")
    world.kill()
    world.configure(text)
    world.start()
    world.wait(lambda: _waiting(world) == 0, "nothing waits any more")
    world.mended("upload-down")
    world.wait(lambda: len(world.pages()) == 2, "the all-clear")
    assert world.told() == [("opened", "short-links"), ("resolved", "short-links")]
