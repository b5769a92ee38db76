"""A night on call: the page comes, somebody takes it, says so in public, and it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.world import World, a_world

CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
address = "http://127.0.0.1:8600"
[defaults]
every = "1s"
timeout = "1s"
confirm = []
remind = "1h"
channels = ["pager"]
[probe.uploads]
kind = "http"
url = "http://127.0.0.1:8601/health/uploads"
[component.uploads]
name = "Uploads"
probes = ["uploads"]
says = "People cannot contribute files."
[channel.pager]
kind = "webhook"
url = "http://127.0.0.1:8601/pager"
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("world"), CONFIG) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """All is up, and the pager has heard nothing."""
    shared.wait(lambda: shared.conditions() == {"uploads": "up"}, "all is up")
    shared.forget_pages()
    return shared


def page_of(world: World, event: str) -> dict[str, Any]:
    found: dict[str, Any] = world.wait(
        lambda: next((body for body in world.pages() if body["event"] == event), None),
        f"the pager hears {event}",
    )
    return found


@pytest.mark.timeout(180)
def test_the_one_who_is_woken_takes_it_with_one_press_and_the_public_hears(world: World) -> None:
    world.breaks("upload-down")
    opened = page_of(world, "opened")
    assert opened["excerpt"]
    assert opened["told"] == ["pager"]

    link = opened["acknowledge"]
    assert link.startswith(world.page)
    assert httpx.get(link, timeout=10).text.count("<button") == 1
    assert [body["event"] for body in world.pages()] == ["opened"], "looking acts on nothing"

    answer = httpx.post(link, data={"by": "the night shift"}, follow_redirects=True, timeout=10)
    assert answer.status_code == 200
    assert "the night shift" in answer.text
    taken = page_of(world, "acknowledged")
    assert taken["acknowledged_by"] == "the night shift"
    assert taken["dedup_key"] == opened["dedup_key"]

    done = world.command(
        "say", str(opened["incident"]), "identified", "The disk is being replaced."
    )
    assert done.returncode == 0, done.stderr
    world.wait(lambda: "The disk is being replaced." in world.public(), "the public hears")
    assert not re.search(r"127\\.0\\.0\\.1|night shift", world.public())

    world.mended("upload-down")
    assert page_of(world, "resolved")["lasted_s"] > 0
    assert [body["event"] for body in world.pages()] == ["opened", "acknowledged", "resolved"]


@pytest.mark.timeout(180)
def test_a_silence_is_quiet_and_its_end_is_not_forgotten(world: World) -> None:
    done = world.command("silence", "uploads", "--for", "1h", "--reason", "moving")
    assert done.returncode == 0, done.stderr
    world.breaks("upload-down")
    world.wait(lambda: world.conditions() == {"uploads": "down"}, "the public page knows")
    assert world.pages() == []
    assert world.command("silence", "end", "1").returncode == 0
    assert page_of(world, "opened")["why"]
    world.mended("upload-down")
    page_of(world, "resolved")
