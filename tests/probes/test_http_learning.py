"""What an http probe learns of good answers, and holds against those that follow."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from monitor.config import BadConfiguration, Config, load
from probes import KINDS, Outcome, Reason
from probes.expect import Shape, pin_path
from probes.expect.learning import Lessons, Taught
from probes.http_settings import HttpSettings
from probes.traits import Trait
from tests.support.targets import answering, ok
from tests.support.tools import ask, borrowed_tools, failed

LISTED = {"account": {"id": 7}, "items": [{"name": "canary.txt"}, {"name": "b.txt"}]}
RENAMED = {"profile": {"id": 7}, "items": [{"name": "canary.txt"}]}
KEPT = {"$.items[*]": {"baseline": "30%"}}


def answer(document: Any) -> bytes:
    return ok(json.dumps(document).encode(), "Content-Type: application/json")


def config_of(folder: Path, shape: str = "learn", url: str = "http://127.0.0.1:9/") -> Config:
    file = folder / "probes.toml"
    file.write_text(f'[probe.orders]\nkind = "http"\nurl = "{url}"\nexpect.shape = "{shape}"\n')
    return load(file)


def pinned(folder: Path, text: str) -> Path:
    file = pin_path(folder, "orders")
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


async def test_a_good_run_teaches_its_shape_and_its_counts_and_a_bad_one_nothing() -> None:
    with answering(answer(LISTED)) as there:
        good = await ask(there.url, expect={"shape": "learn", "json": KEPT})
        slow = await ask(there.url, expect={"shape": "learn", "json": KEPT, "within": "1ms"})
        bad = await ask(there.url, expect={"shape": "learn", "json": KEPT, "lacks": "canary"})
        plain = await ask(there.url)
    assert (good.outcome, good.facts.shape) == (Outcome.PASS, Shape.of(LISTED))
    assert good.facts.counts == slow.facts.counts == {"$.items[*]": 2}
    assert (bad.outcome, bad.facts.shape, bad.facts.counts) == (Outcome.FAIL, None, {})
    assert (plain.facts.shape, plain.facts.counts) == (None, {})


async def test_a_large_answer_is_learned_from_too() -> None:
    large = {"items": [{"name": "x" * 50} for _ in range(2000)]}
    with answering(answer(large)) as there:
        facts = (await ask(there.url, expect={"shape": "learn", "json": KEPT})).facts
    assert facts.counts == {"$.items[*]": 2000}
    assert facts.shape == Shape.of(large)


async def test_a_secret_that_stands_where_the_environment_should_is_hidden_whole() -> None:
    secret = "Zq" + "abcdefghijKLMNOPQRSTuvwxyz" * 4
    with answering(ok(b"", f"X-Environment: {secret}")) as there:
        result = await ask(
            there.url, headers={"X-Key": secret}, expect={"environment": "production"}
        )
    assert failed(result, Reason.WRONG_ENVIRONMENT) == "*** answers, expected production"
    assert result.facts.traits[Trait.ENVIRONMENT] == "***"


async def test_of_one_probe_one_answer_is_looked_through_at_a_time_even_when_nobody_waits() -> None:
    lessons, may_end = Lessons(), threading.Event()
    at_work: list[int] = []
    most = []

    def lesson() -> Taught:
        at_work.append(1)
        most.append(len(at_work))
        may_end.wait(5)
        at_work.pop()
        return None, {}

    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await lessons.give(lesson)
    may_end.set()
    assert await lessons.give(lesson) == (None, {})
    assert most == [1, 1]


async def test_a_key_that_is_a_secret_is_never_learned() -> None:
    with answering(answer({"s3cret-word": 1})) as there:
        result = await ask(there.url, auth={"bearer": "s3cret-word"}, expect={"shape": "learn"})
    assert (result.outcome, result.facts.shape) == (Outcome.PASS, None)


async def test_what_was_learned_beside_the_configuration_is_expected(tmp_path: Path) -> None:
    pinned(tmp_path, json.dumps(Shape.of(LISTED).to_json()))
    with answering(answer(RENAMED)) as there:
        settings = config_of(tmp_path, url=there.url).probes["orders"].settings
        again = settings.learning()
        assert again is not None
        async with borrowed_tools() as tools:
            result = await KINDS["http"].run(settings, tools)
            anew = await KINDS["http"].run(again, tools)
    assert failed(result, Reason.JSON_SHAPE) == "JSON: account is gone; profile is new"
    assert result.facts.shape is None
    assert (anew.outcome, anew.facts.shape) == (Outcome.PASS, Shape.of(RENAMED))


def test_the_file_of_a_pin_belongs_to_the_configuration_before_it_is_there(tmp_path: Path) -> None:
    absent = config_of(tmp_path)
    file = pinned(tmp_path, json.dumps(Shape.of(LISTED).to_json()))
    present = config_of(tmp_path)

    assert file in absent.files
    assert file in present.files
    assert absent.probes["orders"].settings != present.probes["orders"].settings
    assert _settings(absent).expect.learns
    assert not _settings(present).expect.learns
    assert file in config_of(tmp_path, "pins/orders.json").files
    assert _settings(config_of(tmp_path, "pins/orders.json")).learning() is None


def _settings(config: Config) -> HttpSettings:
    found = config.probes["orders"].settings
    assert isinstance(found, HttpSettings)
    return found


@pytest.mark.parametrize("shape", ["learn", "pins/orders.json"])
def test_a_pin_that_is_none_is_refused_where_it_is_named(tmp_path: Path, shape: str) -> None:
    pinned(tmp_path, '{"shape": {"$": "strin"}}')
    with pytest.raises(BadConfiguration) as bad:
        config_of(tmp_path, shape)
    [problem] = map(str, bad.value.problems)
    assert "probes.toml:4: probe.orders.expect.shape" in problem
    assert "orders.json is no pin: the type of '$' is not one of array" in problem


def test_a_path_that_leads_to_no_pin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="no such file or directory"):
        config_of(tmp_path, "pins/other.json")


async def test_another_environment_is_the_first_thing_that_is_said() -> None:
    there_is = {"environment": "staging", "items": []}
    wanted = {"environment": "production", "json": {"$.items[*]": {"count_min": 1}}}
    with answering(answer(there_is)) as there:
        result = await ask(there.url, expect=wanted)
    said = failed(result, Reason.WRONG_ENVIRONMENT)
    assert said.startswith("staging answers, expected production; JSON $.items[*]: found nothing")
