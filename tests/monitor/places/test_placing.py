"""The loop of the daemon: places that fail, hang, come and go."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.places import (
    Assigned,
    Bringing,
    Load,
    PlaceKind,
    PlaceSettings,
    PlaceTrouble,
    Placing,
    Target,
    bring,
    memory,
    read,
)
from tests.monitor.places.conftest import PAGE
from tests.support.clock import NIGHT, HandClock
from tests.support.waiting import until_async

MINUTE = timedelta(minutes=1)


class Far:
    """A place that can be told to fail and to hang."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, bytes] = {}
        self.times = 0
        self.trouble = ""
        self.hangs = threading.Event()
        self.hangs.set()
        self.tried = 0

    def put(self, _: PlaceSettings, load: Load) -> None:
        self.tried += 1
        self.hangs.wait(20)
        if self.trouble:
            raise PlaceTrouble(self.trouble)
        load.go_on(0, 1)
        self.files = dict(load.files)
        self.times += 1

    def assigned(self, every: timedelta = MINUTE, page: str = "") -> Assigned:
        kind = PlaceKind(self.name, (), PlaceSettings, self.put)
        return Assigned(self.name, page, Target(kind, PlaceSettings(to=self.name)), every)


class Told:
    """What the operator hears."""

    def __init__(self) -> None:
        self.says: list[str] = []

    async def begins(self, name: str, says: str) -> None:
        self.says.append(f"{name}: {says}")

    async def ends(self, name: str) -> None:
        self.says.append(f"{name} is over")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.places.lane.PAUSE_LEAST", timedelta(milliseconds=5))
    monkeypatch.setattr("monitor.places.lane.random.random", lambda: 0.0)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def placing(tmp_path: Path, clock: HandClock, told: Told) -> Placing:
    return Placing(tmp_path, clock, told)


@asynccontextmanager
async def at_work(placing: Placing) -> AsyncIterator[None]:
    task = asyncio.create_task(placing.serve())
    yield
    task.cancel()
    await asyncio.wait([task])


def page(index: str, minute: int = 0) -> dict[str, bytes]:
    summary = f'{{"status": "{index}"}}'.encode()
    stamp = b"%d" % minute
    return {**PAGE, "index.html": summary, "api/v2/summary.json": summary, "as-of.json": stamp}


async def test_a_place_that_is_down_holds_up_no_other_and_gets_the_newest_page_later(
    placing: Placing,
) -> None:
    down, up = Far("down"), Far("up")
    down.trouble = "down: nobody listens there"
    placing.configure([down.assigned(), up.assigned()])
    async with at_work(placing):
        for number in range(3):
            placing.offer("", page(f"number {number}"))
            await until_async(lambda n=number: up.files == page(f"number {n}"), "up")  # type: ignore[misc]  # a lambda with a default
        await until_async(lambda: down.tried > 2, "it is tried again")
        assert [s.why for s in placing.standing] == [down.trouble, ""]
        down.trouble = ""
        await until_async(lambda: down.times, "it works again")
        assert down.files == page("number 2")
        assert down.times == 1
        await until_async(lambda: not any(s.why for s in placing.standing), "all is well")


async def test_the_operator_hears_of_what_lasts_and_of_its_end(
    placing: Placing, clock: HandClock, told: Told
) -> None:
    far = Far("bucket")
    far.trouble = "s3://x: there is no such bucket; make it, or correct its name"
    placing.configure([far.assigned()])
    async with at_work(placing):
        placing.offer("", page("one"))
        await until_async(lambda: far.tried > 2, "it was tried")
        assert told.says == []
        clock.wind(6 * MINUTE)
        await until_async(lambda: told.says, "the operator hears of it")
        assert told.says == [
            f"publish-bucket: The page has not been published to bucket for 6m: {far.trouble}."
        ]
        tried = far.tried
        await until_async(lambda: far.tried > tried + 2, "it is tried on")
        assert len(told.says) == 1
        far.trouble = ""
        await until_async(lambda: len(told.says) == 2, "and of its end")
        assert told.says[1] == "publish-bucket is over"


async def test_where_each_publish_costs_time_alone_goes_seldom_and_a_change_at_once(
    placing: Placing, clock: HandClock
) -> None:
    far = Far("git")
    placing.configure([far.assigned(every=15 * MINUTE)])
    async with at_work(placing):
        placing.offer("", page("one", 0))
        await until_async(lambda: placing.standing[0].age is not None, "the first page")
        for minute in range(1, 15):
            clock.wind(MINUTE)
            placing.offer("", {**page("one", minute), "index.html": b"99.9%d %%" % minute})
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        assert far.times == 1
        clock.wind(MINUTE)
        placing.offer("", page("one", 15))
        await until_async(lambda: far.times == 2, "a sign of life")
        assert far.files == page("one", 15)
        clock.wind(timedelta(seconds=1))
        placing.offer("", page("two", 15))
        await until_async(lambda: far.times == 3, "a change")


async def test_a_place_that_hangs_holds_up_neither_another_nor_the_end(
    placing: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.places.lane.STILL", timedelta(milliseconds=50))
    hung, up = Far("hung"), Far("up")
    hung.hangs.clear()
    placing.configure([hung.assigned(), up.assigned()])
    began = time.monotonic()
    async with at_work(placing):
        placing.offer("", page("one"))
        await until_async(lambda: up.times == 1, "the other one")
        await until_async(lambda: placing.standing[0].why, "it is given up")
        assert placing.standing[0].why == "it does not answer; look at it and at the network"
        await asyncio.sleep(0.1)
        assert hung.tried == 1, "one thread hangs, and not one more with each attempt"
    await placing.last(timedelta(milliseconds=50))
    assert time.monotonic() - began < 5
    assert hung.times == 0
    hung.hangs.set()


async def test_the_last_page_still_gets_there_when_the_daemon_stops(placing: Placing) -> None:
    far = Far("bucket")
    placing.configure([far.assigned()])
    async with at_work(placing):
        placing.offer("", page("one"))
        await until_async(lambda: far.times == 1, "the first page")
    placing.offer("", page("the last"))
    await placing.last(timedelta(seconds=5))
    assert far.files == page("the last")


async def test_places_come_and_go_while_the_others_go_on(placing: Placing, told: Told) -> None:
    old, stays, new = Far("old"), Far("stays"), Far("new")
    placing.configure([old.assigned(), (kept := stays.assigned())])
    async with at_work(placing):
        placing.offer("", page("one"))
        await until_async(lambda: old.times == 1 == stays.times, "both have it")
        placing.configure([kept, new.assigned(), Far("others").assigned(page="internal")])
        await until_async(lambda: new.files == page("one"), "the new one gets it at once")
        assert stays.times == 1
        placing.offer("", page("two"))
        await until_async(lambda: new.files == stays.files == page("two"), "both have the next")
        assert old.files == page("one")
        assert [s.id for s in placing.standing] == ["stays", "new", "others"]
        assert "publish-old is over" in told.says


@pytest.fixture
def work(tmp_path: Path) -> Bringing:
    far = Far("far")
    return Bringing(id="far", target=far.assigned().target, state=tmp_path, files=PAGE, at=NIGHT)


def test_two_do_not_bring_files_to_the_same_place(
    work: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.places.bringing.PATIENCE", timedelta())
    bring(work)
    with (
        memory.alone(work.memory.with_suffix(".lock"), timedelta()),
        pytest.raises(PlaceTrouble, match="somebody else publishes there at this moment"),
    ):
        bring(work)
    bring(work)


def test_a_daemon_that_is_killed_on_the_way_believes_nothing_of_what_it_was_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Bringing(
        id="www", target=read(f"{tmp_path}/www", {}), state=tmp_path, files=PAGE, at=NIGHT
    )
    bring(work)
    seen = []

    def killed(path: Path, content: bytes, *, sync: bool) -> None:
        seen.append(memory.load(work.memory, work.target.to).files)
        raise PlaceTrouble("killed")

    monkeypatch.setattr("monitor.places.folder._write", killed)
    with pytest.raises(PlaceTrouble):
        bring(replace(work, files=page("new")))
    assert seen[0]["index.html"] == seen[0]["as-of.json"] == memory.DOUBTFUL
    assert seen[0]["style.css"] != memory.DOUBTFUL


@pytest.mark.parametrize(
    "written",
    ["", "{", "[]", '{"to": "far"}', '{"to": "far", "files": {"../x": ["a", 1]}}', "null"],
)
def test_what_was_remembered_and_is_damaged_is_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / "far.json").write_text(written)
    assert memory.load(tmp_path / "far.json", "far").files == {}


def test_paths_that_lead_elsewhere_are_not_remembered(tmp_path: Path) -> None:
    known = memory.Memory("far", {"index.html": ("a", 1)}, {"x.html": 5})
    memory.save(tmp_path / "far.json", known)
    facts = json.loads((tmp_path / "far.json").read_text())
    assert memory.load(tmp_path / "far.json", "far") == known
    assert memory.load(tmp_path / "far.json", "elsewhere").files == {}
    facts["files"]["../../etc/passwd"] = facts["leaving"]["/etc/passwd"] = ["a", 1]
    facts["leaving"]["/etc/passwd"] = 1
    (tmp_path / "far.json").write_text(json.dumps(facts))
    assert memory.load(tmp_path / "far.json", "far") == known
