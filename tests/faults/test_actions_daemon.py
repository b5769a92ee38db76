"""The whole product: a release breaks a real application, and is rolled back exactly once."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults import test_kill
from tests.support.receivers import Answer, Receiver, Trouble, receiving
from tests.support.world import World, a_world

CONFIG = f"""{test_kill.CONFIG}
[service.links]
probes = ["short-links"]
[action.rollback]
service = "links"
mode = "live"
url = "FAR/job/rollback/buildWithParameters"
format = "jenkins"
parameters.RELEASE = "{{previous}}"
verify_every = "1s"
timeout = "60s"
"""
KILLS = 4


@contextmanager
def a_release(folder: Path, far: Receiver) -> Iterator[World]:
    """1.4.1 was well, and 1.4.2 has just been deployed."""
    with a_world(folder, CONFIG.replace("FAR", far.url)) as world:
        world.wait(lambda: world.conditions() == {"uploads": "up"}, "all is up")
        for version in ("1.4.1", "1.4.2"):
            done = world.command(
                "deploy", "record", "--service", "links", "--version", version, "--by", "ci"
            )
            assert done.returncode == 0, done.stderr
        yield world


def _acts(world: World) -> list[dict[str, Any]]:
    return [row for row in world.status("actions") or [] if row["decision"] == "act"]


def _deeds(world: World, event: str) -> list[str]:
    bodies = [body for body in world.pages() if body["event"] == event]
    return [deed["said"] for body in bodies for deed in body["deeds"]]


@pytest.mark.timeout(180)
def test_a_broken_release_is_rolled_back_once_and_a_kill_afterwards_changes_nothing(
    tmp_path: Path,
) -> None:
    queued = Answer(201, {"Location": "http://ci.example.org/queue/item/12/"})
    with receiving(queued) as far, a_release(tmp_path, far) as world:
        world.breaks("upload-down")
        world.wait(lambda: _deeds(world, "acted"), "people hear what was done")
        world.kill()
        world.start()
        world.wait(lambda: world.conditions() == {"uploads": "down"}, "it is known to be down")
        world.mended("upload-down")
        world.wait(lambda: _deeds(world, "resolved"), "the all-clear")
        [said] = _deeds(world, "resolved")
        assert said.startswith("Rolled back links 1.4.2 to 1.4.1 (action rollback, ")
        assert "passing again " in said
        [act] = _acts(world)
        assert (act["state"], act["verdict"]) == ("done", "helped")
    assert len(far.requests) == 1
    assert b"RELEASE=1.4.1" in far.requests[0].body


@pytest.mark.timeout(240)
def test_a_daemon_killed_over_and_over_asks_for_a_roll_back_at_most_once(tmp_path: Path) -> None:
    dice = random.Random(20261121)
    with receiving(Trouble.LATE) as far, a_release(tmp_path, far) as world:
        world.breaks("upload-down")
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.5, 4))  # any moment will do: that is the point
            world.kill()
            world.start()
        far.go.set()
        world.wait(lambda: [a for a in _acts(world) if a["ended_at"]], "it came to an end")
        world.wait(lambda: _deeds(world, "acted"), "people hear of it")
        [act] = _acts(world)
        assert act["state"] in {"done", "unknown"}
    assert len(far.requests) <= 1
