"""Many incidents at once, and a daemon that ended in between: nothing is fetched twice."""

from __future__ import annotations

import contextlib
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from monitor.captures import capturing, sharing
from monitor.store import captures
from monitor.store.captures import CUT_OFF
from tests.monitor.captures.scene import SECOND, Scene, a_capture, played
from tests.support.attending import routed, several
from tests.support.configs import a_config
from tests.support.waiting import until_async


def test_a_hundred_incidents_of_one_outage_fetch_the_log_once(tmp_path: Path) -> None:
    probes = tuple(several(100))
    ran = tmp_path / "ran"
    command = ("sh", "-c", f"echo ran >> {ran}; sleep 0.2; echo ERROR boom")
    capture = a_capture(command=command, probes=tuple(probe.id for probe in probes))

    async def play(scene: Scene) -> None:
        async with scene.at_work():
            await scene.world.fails(*(probe.id for probe in probes), times=1)
            await scene.world.fails(*(probe.id for probe in probes[:60]), times=1)
            scene.capturing.wake()
            await until_async(ran.exists, "it is being fetched")
            await scene.world.fails(*(probe.id for probe in probes[60:90]), times=1)
            await scene.until_ended(90)
            await scene.world.fails(*(probe.id for probe in probes[90:]), times=1)
            await scene.until_ended(100)
        assert ran.read_text() == "ran\n"
        rows = await scene.world.rows("SELECT DISTINCT text, state FROM capture")
        assert rows == [{"text": "ERROR boom", "state": "ended"}]

    played(tmp_path, capture, play=play, probes=probes)


def test_what_began_after_it_was_fetched_is_fetched_anew(tmp_path: Path) -> None:
    """A broken release, taken back, and the next one: all within half a minute."""
    capture = a_capture(file=str(tmp_path / "app.log"))

    async def play(scene: Scene) -> None:
        async with scene.at_work():
            scene.log.write_text("the first release\n")
            await scene.world.fails("signin")
            await scene.until_ended(1)
            scene.log.write_text("the second release\n")
            await scene.world.mends("signin")
            scene.world.clock.wind(sharing.PACE)
            await scene.world.fails("signin")
            await scene.until_ended(2)
        rows = await scene.world.rows("SELECT text FROM capture ORDER BY id")
        assert [row["text"] for row in rows] == ["the first release", "the second release"]

    played(tmp_path, capture, play=play)


def test_half_a_minute_later_it_is_another_moment(tmp_path: Path) -> None:
    probes = tuple(several(2))
    capture = a_capture(file=str(tmp_path / "app.log"), probes=("p0", "p1"))

    async def play(scene: Scene) -> None:
        async with scene.at_work():
            scene.log.write_text("first\n")
            await scene.world.fails("p0")
            await scene.until_ended(1)
            scene.log.write_text("second\n")
            scene.world.clock.wind(sharing.SAME_WITHIN + SECOND)
            await scene.world.fails("p1")
            await scene.until_ended(2)
        rows = await scene.world.rows("SELECT text FROM capture ORDER BY id")
        assert [row["text"] for row in rows] == ["first", "second"]

    played(tmp_path, capture, play=play, probes=probes)


def test_one_that_differs_from_probe_to_probe_is_fetched_a_few_times_and_no_more(
    tmp_path: Path,
) -> None:
    probes = tuple(several(sharing.MOST_OF_ONE + 3))
    capture = a_capture(command=("echo", "log of {probe}"), probes=tuple(p.id for p in probes))

    async def play(scene: Scene) -> None:
        await scene.world.fails(*(probe.id for probe in probes))
        async with scene.at_work():
            await scene.until_ended(len(probes))
        rows = await scene.world.rows("SELECT text, why FROM capture ORDER BY id")
        texts = [row["text"] for row in rows if row["text"]]
        assert texts == [f"log of p{n}" for n in range(sharing.MOST_OF_ONE)]
        assert {row["why"] for row in rows[-3:]} == {capturing.ENOUGH}

    played(tmp_path, capture, play=play, probes=probes)


def test_what_a_kill_cut_off_is_said_and_what_had_not_begun_is_fetched(tmp_path: Path) -> None:
    cut, due = a_capture("cut", command=("echo", "x")), a_capture("due", command=("echo", "boom"))

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        take = partial(captures.take, ids=[1], at=scene.world.clock.now())
        assert await scene.world.writer.do(take) == [1]
        assert await scene.world.writer.do(take) == [], "nothing is begun twice"
        async with scene.at_work():
            await scene.until_ended(2)
        [body] = await scene.world.bodies()
        assert [(each["name"], each["why"], each["first"]) for each in body["captures"]] == [
            ("cut", CUT_OFF, ""),
            ("due", "", "boom"),
        ]

    played(tmp_path, cut, due, play=play)


def test_what_is_too_old_at_a_start_is_not_fetched_any_more(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        scene.world.clock.wind(capturing.FRESH + SECOND)
        async with scene.at_work():
            await scene.until_ended(1)
        [row] = await scene.world.rows("SELECT state, text FROM capture")
        assert row == {"state": "lost", "text": ""}

    played(tmp_path, a_capture(command=("echo", "boom")), play=play)


def test_one_that_is_no_longer_configured_ends(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        scene.config = a_config(routed())
        async with scene.at_work():
            await scene.until_ended(1)
        [body] = await scene.world.bodies()
        assert body["captures"][0]["why"] == capturing.GONE
        assert await scene.waits() <= timedelta()

    played(tmp_path, a_capture(command=("echo", "boom")), play=play)


def test_a_program_that_runs_at_the_end_of_the_daemon_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        async with scene.at_work():
            scene.capturing.wake()
            await until_async(lambda: pid.exists() and pid.read_text(), "it runs")
        number = pid.read_text()
        await until_async(lambda: _is_gone(number), "it was ended", 5)

    played(tmp_path, a_capture(command=(sys.executable, "-c", code)), play=play)


def _is_gone(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    return True


def test_what_is_told_as_one_brings_the_log_once(tmp_path: Path) -> None:
    probes = tuple(several(4))
    capture = a_capture(command=("echo", "ERROR boom"), probes=tuple(p.id for p in probes))

    async def play(scene: Scene) -> None:
        await scene.world.fails(*(probe.id for probe in probes))
        async with scene.at_work():
            await scene.until_ended(4)
        await scene.world.waits(timedelta(seconds=30))
        [body] = await scene.world.bodies()
        assert (body["about"], body["members_count"]) == ("summary", 4)
        assert [(each["name"], each["first"]) for each in body["captures"]] == [
            ("log", "ERROR boom")
        ]
        shown = await scene.reader.ask(lambda db: captures.shown_with(db, body["incident"]))
        assert [each.fetched.text for each in shown] == ["ERROR boom"]

    played(tmp_path, capture, play=play, probes=probes)
