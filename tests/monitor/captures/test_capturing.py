"""What happens from the moment an incident opens: the log is fetched, the page waits a little for
it, and nothing that goes wrong with it costs the page.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from monitor.notices import from_json
from tests.monitor.captures.scene import SECOND, WAIT, Scene, a_capture, played
from tests.support.waiting import until_async


def test_the_first_notice_brings_the_log(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text(
        "INFO fine\nERROR boom after 1ms\nERROR boom after 2ms\nINFO fine\n"
    )
    capture = a_capture(file=str(tmp_path / "app.log"), pattern="ERROR", context=0)

    async def play(scene: Scene) -> None:
        await scene.world.fails("signin")
        assert WAIT - SECOND < await scene.waits() <= WAIT
        async with scene.at_work():
            await scene.until_ended()
        assert await scene.waits() <= timedelta()
        [body] = await scene.world.bodies()
        assert body["captures"] == [
            {"name": "log", "first": "ERROR boom after 1ms (× 2)", "lines": 1, "why": ""}
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
