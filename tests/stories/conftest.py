"""The sample configuration with short intervals, and one world for each story."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from tests.support.alone import alone
from tests.support.world import ROOT, World, a_world


def quick_sample() -> str:
    """probes.toml as it is shipped, but in a hurry: more often, and two cores would do nothing
    else.
    """
    text = (ROOT / "probes.toml").read_text()
    text = re.sub(r'^every = "\d+\w"', 'every = "4s"', text, flags=re.MULTILINE)
    return re.sub(r"^confirm = .*$", 'confirm = ["200ms"]', text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One daemon that lives through all the stories of a file, and then stops cleanly."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(ROOT / "journeys", folder / "journeys")
    with a_world(folder, quick_sample()) as world:
        yield world
        assert world.stop() == 0
        assert "Traceback" not in (folder / "daemon.log").read_text()


@pytest.fixture
def world(running: World) -> World:
    """Everything up, and a pager that has heard nothing."""
    running.wait(lambda: set(running.conditions().values()) == {"up"}, "every component is up")
    running.forget_pages()
    return running


@pytest.fixture
def whole_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For a test that promises how soon something happens, with browsers on every core."""
    with alone(tmp_path_factory):
        yield
