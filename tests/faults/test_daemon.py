"""What an operator can do to a daemon, and what the machine can."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from monitor.store import open_read_only, records, views
from tests.faults.test_kill import CONFIG
from tests.support.world import ROOT, World, a_world

RESIDENT_MAX = 120 * 1024 * 1024


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("world"), CONFIG, starts=False) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """All is up, whatever the test before did."""
    if shared.daemon is None:
        shared.start()
    elif shared.daemon.poll() is not None:
        before = _last_run(shared)
        shared.start()  # the page of the daemon before it is there until it makes its own
        shared.wait(lambda: _last_run(shared) > before, "the probe has run")
    shared.wait(lambda: shared.conditions() == {"uploads": "up"}, "all is up")
    return shared


def trueup(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *command],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )


def test_a_file_that_is_saved_is_taken_into_use_and_a_bad_one_is_refused(world: World) -> None:
    good = world.config.read_text()
    world.configure(good + '[probe.home]\nkind = "http"\nurl = "http://127.0.0.1:8601/"\n')
    world.wait(lambda: _probe(world, "home") == "up", "the new probe runs")
    world.configure(good.replace('every = "1s"', "every = 1"))
    world.wait(lambda: _problems(world), "the bad file is refused")
    assert "probes.toml:6: defaults.every" in _problems(world)[0]
    assert world.daemon
    assert world.daemon.poll() is None
    before = _last_run(world)
    world.wait(lambda: _last_run(world) > before, "the old configuration stays in use")
    world.configure(good)
    world.wait(lambda: not _problems(world), "the good file is taken again")


def test_a_hangup_reads_the_file_again(world: World) -> None:
    assert world.daemon
    before = _times_reloaded(world)
    world.daemon.send_signal(signal.SIGHUP)
    world.wait(lambda: _times_reloaded(world) > before, "it says so")
    assert world.daemon.poll() is None


def test_a_second_daemon_on_the_same_state_is_refused_and_the_first_goes_on(
    world: World,
) -> None:
    text = world.config.read_text().replace('listen = "', '# listen = "')
    other = world.folder / "other.toml"
    other.write_text(text)
    second = trueup("run", "--config", str(other))
    assert second.returncode == 2
    assert "another daemon is at work here" in second.stderr
    assert world.daemon
    assert world.daemon.poll() is None


def test_a_stop_is_clean_and_status_then_says_that_nobody_watches(world: World) -> None:
    assert world.stop() == 0
    done = trueup("status", "--config", str(world.config))
    assert done.returncode == 3
    assert "not running" in done.stdout
    assert "Traceback" not in (world.folder / "daemon.log").read_text()


def test_status_tells_up_from_down_by_its_exit_status(world: World) -> None:
    assert trueup("status", "--config", str(world.config)).returncode == 0
    world.breaks("upload-down")
    world.wait(lambda: world.conditions() == {"uploads": "down"}, "it is down")
    done = trueup("status", "--config", str(world.config))
    world.mended("upload-down")
    assert done.returncode == 1
    assert "down" in done.stdout


def test_the_page_can_be_rendered_without_the_daemon(world: World) -> None:
    world.stop()
    out = world.folder / "elsewhere"
    done = trueup("render", "--out", str(out), "--config", str(world.config))
    assert done.returncode == 0
    assert "Uploads" in (out / "index.html").read_text()


def test_the_idle_daemon_is_small(world: World) -> None:
    assert world.daemon
    assert psutil.Process(world.daemon.pid).memory_info().rss < RESIDENT_MAX


def test_a_port_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        (tmp_path / "probes.toml").write_text(CONFIG.replace("127.0.0.1:8600", address))
        done = trueup("run", "--config", str(tmp_path / "probes.toml"))
    assert done.returncode == 2
    assert f"cannot listen on {address}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_state_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    text = CONFIG.replace('state = "var"', 'state = "file/var"')
    text = text.replace('listen = "127.0.0.1:8600"', "")
    (tmp_path / "probes.toml").write_text(text)
    done = trueup("run", "--config", str(tmp_path / "probes.toml"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def _times_reloaded(world: World) -> int:
    return (world.folder / "daemon.log").read_text().count("new configuration is in use")


def _problems(world: World) -> list[str]:
    """As the daemon wrote them down; `status` itself refuses the bad file."""
    db = open_read_only(world.folder / "var" / "trueup.db")
    problems: list[str] = records.get_meta(db, "config_problems")
    db.close()
    return problems


def _probe(world: World, name: str) -> str | None:
    found = {probe["id"]: probe["health"] for probe in world.status("status")["probes"]}
    return found.get(name)


def _last_run(world: World) -> datetime:
    db = open_read_only(world.folder / "var" / "trueup.db")
    found = views.probes(db, "here")["short-links"].last_run_at
    db.close()
    return found
