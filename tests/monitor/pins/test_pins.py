"""From three good runs to a file that people review: with a real target, and one that is broken."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from monitor.config import Config, load
from monitor.pins import Pins
from monitor.runner import Run, Runner
from monitor.slots import slot_at
from probes import Outcome, Reason
from tests.support.clock import NIGHT, HandClock
from tests.support.serve import serving
from tests.support.tools import borrowed_tools
from tests.support.waiting import until_async

ACCOUNT = {"traineeInfo": {"name": "A. Person"}, "items": [{"id": 1}]}


@dataclass
class Target:
    """Answers in turn with `says`, the last one for ever."""

    address: str = ""
    says: list[tuple[int, Any]] = field(default_factory=lambda: [(200, ACCOUNT)])

    async def answer(self, _: Request) -> JSONResponse:
        status, body = self.says[0] if len(self.says) == 1 else self.says.pop(0)
        return JSONResponse(body, status)


@dataclass
class Daemon:
    """The pieces of one that learn."""

    folder: Path
    target: Target
    runner: Runner
    clock: HandClock
    reloads: int = 0

    def start(self) -> None:
        self.pins = Pins(self.clock, self.reload)
        self.configure()

    def configure(self, **keys: str) -> Config:
        """Reads the configuration anew, as a reload does."""
        more = "".join(f"{key} = {value}\n" for key, value in keys.items())
        (self.folder / "probes.toml").write_text(
            f'[probe.account]\nkind = "http"\nurl = "{self.target.address}/account"\n'
            f'expect.shape = "learn"\nconfirm = []\n{more}'
        )
        self.config = load(self.folder / "probes.toml")
        self.pins.configure(self.config)
        return self.config

    def reload(self) -> None:
        self.reloads += 1
        self.pins.configure(load(self.folder / "probes.toml"))

    async def runs(self, number: int = 1, **changes: Any) -> list[Run]:
        probe = load(self.folder / "probes.toml").probes["account"]
        made = []
        for _ in range(number):
            run = await self.runner.run(probe, slot_at(probe.id, probe.every, self.clock.now()))
            made.append(replace(run, **changes))
            self.pins.saw(made[-1])
            await self.pins.write()
            self.clock.wind(timedelta(minutes=1))
        return made

    @property
    def pin(self) -> Path:
        return self.folder / "pins" / "account.json"

    def learned(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.pin.read_text())
        return document


@pytest.fixture(scope="module")
def site() -> Iterator[Target]:
    target = Target()
    with serving(Starlette(routes=[Route("/account", target.answer)])) as target.address:
        yield target


@pytest.fixture
async def daemon(tmp_path: Path, site: Target) -> AsyncIterator[Daemon]:
    site.says = [(200, ACCOUNT)]
    clock = HandClock(NIGHT)
    async with borrowed_tools() as tools:
        made = Daemon(tmp_path, site, Runner(tools, clock, str), clock)
        made.start()
        yield made


async def test_a_renamed_field_is_named_once_three_good_runs_have_been_learned_from(
    daemon: Daemon,
) -> None:
    await daemon.runs(2)
    assert not daemon.pin.exists()
    await daemon.runs(1)

    assert daemon.learned()["runs"] == 3
    assert "commit it" in daemon.learned()["about"]
    assert daemon.learned()["learned_at"] == "2026-03-14T02:02:00Z"
    assert daemon.pin.stat().st_mode & 0o777 == 0o644
    assert daemon.reloads == 1

    daemon.target.says = [(200, {"recommendationInfo": {}, "items": [{"id": 1}]})]
    [run] = await daemon.runs(1)
    assert (run.result.outcome, run.result.reason) == (Outcome.FAIL, Reason.JSON_SHAPE)
    assert "traineeInfo is gone; recommendationInfo is new" in run.result.summary


async def test_from_a_target_that_is_broken_already_nothing_is_learned_and_that_is_said_once(
    daemon: Daemon,
) -> None:
    daemon.target.says = [(503, {"error": "down"})]
    with capture_logs() as logs:
        await daemon.runs(5)

    said = [log for log in logs if log["log_level"] == "warning"]
    assert len(said) == 1
    assert "status 503" in said[0]["found"]
    assert not daemon.pin.exists()


@pytest.mark.parametrize(
    "bad", ["a failing run", "a slow run", "one that passed at its second try"]
)
async def test_three_in_a_row_are_three_in_a_row(daemon: Daemon, bad: str) -> None:
    [good, _] = await daemon.runs(2)
    result = {
        "a failing run": replace(good.result, outcome=Outcome.FAIL),
        "a slow run": replace(good.result, outcome=Outcome.SLOW),
        "one that passed at its second try": replace(good.result, tries=2),
    }[bad]
    daemon.pins.saw(replace(good, result=result))

    await daemon.runs(2)
    assert not daemon.pin.exists()
    await daemon.runs(1)
    assert daemon.pin.exists()


async def test_our_own_trouble_and_runs_between_slots_change_nothing(daemon: Daemon) -> None:
    [good, _] = await daemon.runs(2)
    daemon.pins.saw(replace(good, result=replace(good.result, outcome=Outcome.ERROR)))
    daemon.pins.saw(replace(good, between=True))
    await daemon.pins.write()
    assert not daemon.pin.exists()

    await daemon.runs(1)
    assert daemon.pin.exists()


async def test_what_is_another_one_in_every_answer_is_left_out_and_listed(daemon: Daemon) -> None:
    daemon.target.says = [
        (200, {"users": {f"{number}a7": {"name": "B"}}, "n": number}) for number in range(100, 105)
    ]
    with capture_logs() as logs:
        await daemon.runs(3)

    assert daemon.learned()["varies"] == ["$.users"]
    assert [log["varies"] for log in logs if "varies" in log] == ["$.users"]
    [run] = await daemon.runs(1)
    assert run.result.outcome is Outcome.PASS


async def test_an_answer_without_a_shape_to_learn_is_told_once(daemon: Daemon) -> None:
    [good] = await daemon.runs(1)
    result = replace(good.result, facts=replace(good.result.facts, shape=None))
    with capture_logs() as logs:
        for _ in range(3):
            daemon.pins.saw(replace(good, result=result))

    assert [log["event"] for log in logs] == ["the shape of an answer cannot be learned"]


async def test_a_folder_that_cannot_be_written_is_told_once_with_the_remedy(
    daemon: Daemon,
) -> None:
    (daemon.folder / "pins").write_text("a file where the folder should be")
    with capture_logs() as logs:
        await daemon.runs(6)

    [said] = [log["why"] for log in logs if log["log_level"] == "warning"]
    assert "trueup learn account" in said
    assert f"make {daemon.folder}/pins writable" in said
    assert daemon.reloads == 0

    (daemon.folder / "pins").unlink()
    daemon.clock.wind(timedelta(hours=1))
    await daemon.runs(1)
    assert daemon.pin.exists()


async def test_one_that_is_killed_while_learning_begins_again(daemon: Daemon) -> None:
    await daemon.runs(2)
    daemon.start()
    await daemon.runs(2)
    assert not daemon.pin.exists()
    await daemon.runs(1)
    assert daemon.pin.exists()


async def test_another_question_is_another_answer_and_a_reload_alone_is_none(
    daemon: Daemon,
) -> None:
    await daemon.runs(2)
    daemon.configure(every='"30s"')
    await daemon.runs(1)
    assert daemon.pin.exists()

    daemon.pin.unlink()
    daemon.start()
    await daemon.runs(2)
    daemon.configure(method='"POST"')
    await daemon.runs(0)
    assert not daemon.pin.exists()


async def test_a_file_that_somebody_wrote_meanwhile_stays_as_it_is(daemon: Daemon) -> None:
    [good, _] = await daemon.runs(2)
    daemon.pin.parent.mkdir()
    daemon.pin.write_text('{"shape": {"$": "object"}}')
    daemon.pins.saw(good)
    await daemon.pins.write()

    assert daemon.learned() == {"shape": {"$": "object"}}
    assert daemon.reloads == 1


async def test_it_is_written_beside_without_anybody_waiting(daemon: Daemon) -> None:
    import asyncio

    serving = asyncio.create_task(daemon.pins.serve())
    [good, _] = await daemon.runs(2)
    daemon.pins.saw(good)
    await until_async(daemon.pin.exists, "the pin is written")
    serving.cancel()
