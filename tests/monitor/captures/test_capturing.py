"""What happens from the moment an incident opens: the log is fetched, the page waits a little for
it, and nothing that goes wrong with it costs the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor.captures import capturing
from monitor.captures.capturing import Capturing
from monitor.channels.channel import reaching_out
from monitor.config.changes import Capture, Changes
from monitor.config.model import Config, Probe
from monitor.notices import from_json
from monitor.store import Reader, captures, outbox
from monitor.store.captures import CUT_OFF
from monitor.store.outbox import Letter
from tests.support.attending import World, a_channel, a_world, routed, several
from tests.support.configs import a_config
from tests.support.waiting import until_async

WAIT = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
ENDED = "SELECT count(*) AS n FROM capture WHERE state NOT IN ('due', 'started')"


@dataclass
class Scene:
    """A recorder with a real store, and beside it what fetches logs."""

    world: World
    reader: Reader
    config: Config
    capturing: Capturing
    told: list[int]
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "app.log"

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        self.capturing.configure(self.config)
        task = asyncio.create_task(self.capturing.serve())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until_ended(self, count: int = 1) -> None:
        self.capturing.wake()
        async with asyncio.timeout(20):
            while (await self.world.rows(ENDED))[0]["n"] < count:
                await asyncio.sleep(0.01)

    async def next_letter(self, *, hurry: bool = False) -> Letter | None:
        at = self.world.clock.now()
        ask = partial(outbox.next_letter, channel="oncall", at=at, hurry=hurry)
        return await self.reader.ask(ask)

    async def waits(self) -> timedelta:
        """Until the next letter may go."""
        letter = await self.next_letter()
        assert letter
        return letter.due_at - self.world.clock.now()


def a_capture(name: str = "log", **changes: Any) -> Capture:
    given: dict[str, Any] = {"probes": ("signin",), "wait": WAIT, "timeout": 20 * SECOND}
    return Capture(id=name, **given | changes)


@asynccontextmanager
async def a_scene(
    folder: Path, *wanted: Capture, probes: tuple[Probe, ...] = (routed(),)
) -> AsyncIterator[Scene]:
    changes = Changes(captures={each.id: each for each in wanted})
    config = a_config(*probes, changes=changes, channels=(a_channel("oncall"),))
    async with a_world(folder, *probes, changes=changes) as world, reaching_out(world.clock) as out:
        reader = Reader(folder / "t.db")
        told: list[int] = []
        store = world.writer, reader
        capturing = Capturing(store, world.clock, out, str, lambda: told.append(1))
        yield Scene(world, reader, config, capturing, told, folder)
        reader.close()


def played(folder: Path, *wanted: Capture, play: Callable[[Scene], Any], **more: Any) -> None:
    async def plays() -> None:
        async with a_scene(folder, *wanted, **more) as scene:
            await play(scene)

    asyncio.run(plays())


def test_the_first_notice_brings_the_log(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("INFO fine\nERROR boom 1\nERROR boom 2\nINFO fine\n")
    capture = a_capture(file=str(tmp_path / "app.log"), pattern="ERROR", context=0)

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        assert WAIT - SECOND < await scene.waits() <= WAIT
        async with scene.at_work():
            await scene.until_ended()
        assert await scene.waits() <= timedelta()
        [body] = await scene.world.bodies()
        assert body["captures"] == [
            {"name": "log", "first": "ERROR boom 1 (× 2)", "lines": 1, "why": ""}
        ]
        assert scene.told
        await scene.world.mends("signin")
        news = [body for body in await scene.world.bodies() if body["event"] == "resolved"]
        assert news[0]["captures"] == body["captures"], "later news carry it too"

    played(tmp_path, capture, play=play)


def test_a_page_without_captures_waits_for_nothing(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        assert await scene.waits() <= timedelta()

    played(tmp_path, a_capture(probes=("other",), command=("true",)), play=play)


def test_a_capture_that_takes_long_delays_the_page_no_longer_than_it_may(tmp_path: Path) -> None:
    capture = a_capture(command=("sleep", "30"), timeout=timedelta(seconds=30))

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        async with scene.at_work():
            scene.capturing.wake()
            await until_async(lambda: scene.capturing._under_way, "it is being fetched")
            assert WAIT - SECOND < await scene.waits() <= WAIT
            scene.world.clock.wind(WAIT)
            letter = await scene.next_letter()
            assert letter
            assert letter.due_at <= scene.world.clock.now()
            assert from_json(letter.body).captures == ()

    played(tmp_path, capture, play=play)


def test_the_page_waits_for_the_slowest_of_several(tmp_path: Path) -> None:
    quick = a_capture("quick", command=("echo", "ERROR boom"), wait=timedelta())
    slow = a_capture(
        "slow", command=("sh", "-c", f"until test -e {tmp_path}/go; do sleep 0.02; done")
    )

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        async with scene.at_work():
            await scene.until_ended(1)
            assert await scene.waits() > SECOND, "the other one is still being fetched"
            (tmp_path / "go").touch()
            await scene.until_ended(2)
        assert await scene.waits() <= timedelta()
        [body] = await scene.world.bodies()
        assert [(each["name"], each["why"]) for each in body["captures"]] == [
            ("quick", ""),
            ("slow", "nothing was found"),
        ]

    played(tmp_path, quick, slow, play=play)


def test_what_was_sent_already_is_never_changed(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        scene.world.clock.wind(WAIT)
        before = await scene.world.bodies()
        async with scene.at_work():
            await scene.until_ended()
        assert await scene.world.bodies() == before
        [row] = await scene.world.rows("SELECT notice FROM incident")
        assert [each["first"] for each in json.loads(row["notice"])["captures"]] == ["boom"]

    played(tmp_path, a_capture(command=("echo", "boom")), play=play)


def test_a_wall_clock_that_is_set_back_holds_no_page(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        scene.world.clock.step(timedelta(hours=-1))
        assert await scene.waits() <= timedelta(), "stamped by a clock that was ahead"
        scene.world.clock.step(timedelta(hours=1, seconds=2) - 2 * SECOND)
        async with scene.at_work():
            scene.capturing.wake()
            await until_async(lambda: scene.capturing._holds, "it is seen")
            scene.world.clock.wind(WAIT - timedelta(milliseconds=10))
            scene.world.clock.step(-WAIT + timedelta(seconds=1))
            assert await scene.waits() > timedelta()
            scene.world.clock.wind(timedelta(milliseconds=10))
            scene.capturing.wake()
            await until_async(lambda: scene.told, "it is let go by the clock that never steps")
            assert await scene.waits() <= timedelta()

    played(tmp_path, a_capture(command=("sleep", "20")), play=play)


def test_a_daemon_that_stops_sends_what_it_holds(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        letter = await scene.next_letter(hurry=True)
        assert letter
        assert letter.due_at <= scene.world.clock.now()

    played(tmp_path, a_capture(command=("true",)), play=play)


def test_a_hundred_incidents_of_one_outage_fetch_the_log_once(tmp_path: Path) -> None:
    probes = tuple(several(100))
    ran = tmp_path / "ran"
    command = ("sh", "-c", f"echo ran >> {ran}; sleep 0.2; echo ERROR boom")
    capture = a_capture(command=command, probes=tuple(probe.id for probe in probes))

    async def play(scene: Scene) -> None:
        async with scene.at_work():
            await scene.world.fails(*(probe.id for probe in probes[:60]))
            scene.capturing.wake()
            await until_async(ran.exists, "it is being fetched")
            await scene.world.fails(*(probe.id for probe in probes[60:90]))
            await scene.until_ended(90)
            await scene.world.fails(*(probe.id for probe in probes[90:]))
            await scene.until_ended(100)
        assert ran.read_text() == "ran\n"
        rows = await scene.world.rows("SELECT DISTINCT text, state FROM capture")
        assert rows == [{"text": "ERROR boom", "state": "ended"}]

    played(tmp_path, capture, play=play, probes=probes)


def test_half_a_minute_later_it_is_another_moment(tmp_path: Path) -> None:
    probes = tuple(several(2))
    capture = a_capture(file=str(tmp_path / "app.log"), probes=("p0", "p1"))

    async def play(scene: Scene) -> None:
        async with scene.at_work():
            scene.log.write_text("first\n")
            await scene.world.fails("p0")
            await scene.until_ended(1)
            scene.log.write_text("second\n")
            scene.world.clock.wind(capturing.SAME_WITHIN + SECOND)
            await scene.world.fails("p1")
            await scene.until_ended(2)
        rows = await scene.world.rows("SELECT text FROM capture ORDER BY id")
        assert [row["text"] for row in rows] == ["first", "second"]

    played(tmp_path, capture, play=play, probes=probes)


def test_one_that_differs_from_probe_to_probe_is_fetched_a_few_times_and_no_more(
    tmp_path: Path,
) -> None:
    probes = tuple(several(capturing.MOST_OF_ONE + 3))
    capture = a_capture(command=("echo", "log of {probe}"), probes=tuple(p.id for p in probes))

    async def play(scene: Scene) -> None:
        await scene.world.fails(*(probe.id for probe in probes))
        async with scene.at_work():
            await scene.until_ended(len(probes))
        rows = await scene.world.rows("SELECT text, why FROM capture ORDER BY id")
        texts = [row["text"] for row in rows if row["text"]]
        assert texts == [f"log of p{n}" for n in range(capturing.MOST_OF_ONE)]
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
