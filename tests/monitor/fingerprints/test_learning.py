"""What is usual is learned from good runs; what varies all the time is left out."""

from __future__ import annotations

import timeit
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import pytest

from monitor.fingerprints import memory
from monitor.fingerprints.events import Back, Changed
from monitor.fingerprints.learning import (
    VALUES_MOST,
    Known,
    Seen,
    State,
    announced,
    step,
)
from monitor.fingerprints.memory import Memory, News
from monitor.fingerprints.past import LOOSE, STRICT, Habit, habit_of
from monitor.runner import Run
from probes.result import Facts
from probes.traits import Trait
from tests.support.attending import LETTERS, SECOND
from tests.support.clock import NIGHT
from tests.support.fingerprints import NEW, OLD, TARGET, asking, targets

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def after(
    letters: str,
    known: Known | None = None,
    probes: str = "p",
    every: timedelta = MINUTE,
    habit: Habit = LOOSE,
) -> tuple[Known, list[str]]:
    """One run a letter, which is its value; a capital one is of a failing run. What came of it."""
    known, said = known or Known(), []
    for number, (letter, probe) in enumerate(zip(letters, cycle(probes), strict=False)):
        seen = Seen(
            value=letter.lower(), probe=probe, at=NIGHT + number * every, good=not letter.isupper()
        )
        known, event = step(known, seen, habit)
        match event:
            case Changed(was, became):
                said.append(f"{number}: {'+'.join(was)} to {became}")
            case Back(became):
                said.append(f"{number}: back from {became}")
    return known, said


@pytest.mark.parametrize(
    ("letters", "state", "values"),
    [
        ("", State.LEARNING, ""),
        ("aa", State.LEARNING, "a"),
        ("aaa", State.PINNED, "a"),
        ("AAAAAAAA", State.LEARNING, ""),
        ("aAAAAAa", State.LEARNING, "a"),
        ("ab" * 3, State.LEARNING, "ab"),
        ("ab" * 6, State.PINNED, "ab"),
        ("abcdefghi", State.VARIES, ""),
    ],
    ids=str,
)
def test_three_good_runs_pin_one_value_and_five_for_each_several(
    letters: str, state: State, values: str
) -> None:
    known, said = after(letters)
    assert (known.state, "".join(known.values), said) == (state, values, [])


def test_a_target_that_is_broken_from_the_beginning_teaches_nothing() -> None:
    assert after("A" * 100)[0] == Known()


def test_two_runs_in_a_row_are_a_change_and_one_is_none() -> None:
    assert after("aaab")[1] == []
    assert after("aaabab")[1] == []
    assert after("aaabb")[1] == ["4: a to b"]


def test_a_failing_run_may_show_a_change() -> None:
    assert after("aaaBB")[1] == ["4: a to b"]


def test_one_probe_that_sees_it_twice_is_enough_beside_others_that_do_not() -> None:
    known, _ = after("aaa")
    assert after("babab", known, probes="pq")[1] == ["2: a to b"]


def test_two_servers_behind_one_name_are_both_known() -> None:
    known, said = after("ab" * 20)
    assert said == []
    assert after("aaaaaabbbbbbb", known)[1] == []
    assert after("acac", known, probes="pq")[1] == ["3: a+b to c"]


def test_whatever_comes_instead_of_the_old_for_good_is_a_change() -> None:
    known, _ = after("aaa")
    assert after("bcd", known)[1] == ["2: a to d"]


def test_it_goes_back_once_the_new_was_not_seen_for_a_quarter_of_an_hour() -> None:
    known, said = after("aaabb" + "a" * 20)
    assert said == ["4: a to b", "19: back from b"]
    assert known.values == ("a",)
    assert known.calm


def test_where_runs_are_rare_three_without_the_new_are_enough() -> None:
    assert after("aaabbaaa", every=HOUR)[1] == ["4: a to b", "7: back from b"]


def test_what_was_before_is_not_usual_any_more_once_the_new_is() -> None:
    known, _ = after("aaabb" + "b" * 20)
    assert known.values == ("b",)
    assert after("aa", known, habit=STRICT)[1] == []
    known, _ = after("222333" + "3" * 20, habit=STRICT)
    assert after("22", known, habit=STRICT)[1] == ["1: 3 to 2"]


def test_two_servers_of_which_one_was_upgraded_are_known_both() -> None:
    known, said = after("aaa" + "bb" + "ab" * 70)
    assert said == ["4: a to b"]
    assert set(known.values) == {"a", "b"}
    assert known.calm


def test_after_a_deploy_that_rolled_the_old_version_is_news() -> None:
    known, said = after("111" + "22121122" + "2" * 20, habit=STRICT)
    assert (said, known.values) == (["4: 1 to 2"], ("2",))
    assert after("11", known, habit=STRICT)[1] == ["1: 2 to 1"]


@pytest.mark.parametrize("habit", [LOOSE, STRICT], ids=["loose", "strict"])
def test_five_new_values_in_a_week_that_nobody_announced_and_it_varies(habit: Habit) -> None:
    letters = "aaa" + "".join(letter * 15 for letter in "bcdef")
    known, said = after(letters, every=timedelta(hours=2), habit=habit)
    assert len(said) == 5
    assert known.state is State.VARIES
    assert after("efgh", known) == (known, [])


def test_a_new_value_every_other_day_is_a_change_each() -> None:
    letters = "aaa" + "".join(letter * 12 for letter in "bcdefgh")
    known, said = after(letters, every=timedelta(hours=4), habit=STRICT)
    assert len(said) == 7
    assert known.state is State.PINNED


def test_the_environment_never_varies() -> None:
    letters = "aaa" + "".join(letter * 18 for letter in "bcdefghijklm")
    known, said = after(letters, habit=habit_of(Trait.ENVIRONMENT))
    assert len(said) == 12
    assert (known.state, len(known.values)) == (State.PINNED, 1)


def test_what_is_announced_may_change_as_often_as_it_likes() -> None:
    known, _ = after("aaa")
    for letter in "bcdefghijkl":
        known, said = after(letter * 15, known)
        assert len(said) == 1
        known = announced(known, letter)
    assert known.state is State.PINNED


def test_what_it_knows_is_bounded() -> None:
    known, _ = after("".join(islice(cycle("abcdefghijklmnop"), 200)))
    assert len(known.values) <= VALUES_MOST


async def test_a_target_that_changes_with_every_answer_is_listed_and_left_out(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        for number in range(12):
            await seen.show({**OLD, Trait.VERSION: f"build {number}"})
        await seen.show({**NEW, Trait.VERSION: "build 99"}, times=2)
        assert [name for name, *_ in await seen.changes()] == ["runtime"]
        assert (await seen.states())[TARGET, "version"] == "varies"


async def test_a_target_that_is_broken_is_not_learned(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=10, letter="d")
        assert await seen.states() == {}
        await seen.show(NEW, times=2)
        assert set((await seen.states()).values()) == {"learning"}


async def test_what_was_learned_outlives_the_daemon(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.restarted()
        await seen.show(NEW, times=2)
        assert len(await seen.changes()) == 1


async def test_a_header_that_is_gone_is_a_change(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show({Trait.VERSION: "1.4.2", Trait.SERVER: "Inkwell/2"}, times=2)
        assert await seen.changes() == [("runtime", "Quill/5.6.40", "", "open")]


async def test_the_title_belongs_to_the_probe_and_the_server_to_all_that_ask_it(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, asking(), asking("help", f"{TARGET}/help")) as seen:
        for _ in range(4):
            await seen.show({**OLD, Trait.TITLE: "Home"})
            await seen.show({**OLD, Trait.TITLE: "Help"}, "help")
        assert await seen.changes() == []
        assert {target for target, _ in await seen.states()} == {TARGET, "home", "help"}


async def test_a_probe_may_be_left_out(tmp_path: Path) -> None:
    async with targets(tmp_path, asking(fingerprint=False)) as seen:
        await seen.show(OLD, times=4)
        assert await seen.states() == {}


async def test_what_varied_long_ago_is_learned_anew(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        for number in range(12):
            await seen.show({Trait.VERSION: f"build {number}"})
        seen.world.clock.wind(timedelta(days=31))
        await seen.restarted()
        await seen.show({Trait.VERSION: "1.0"}, times=3)
        assert await seen.states() == {(TARGET, "version"): "pinned"}


async def test_what_nobody_asks_any_more_is_forgotten_with_the_next_start(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        object.__setattr__(seen.world.recorder.context.config, "probes", {})
        await seen.restarted()
        assert await seen.states() == {}


def test_a_run_that_shows_nothing_new_costs_microseconds() -> None:
    news: list[News] = []
    known, probe = Memory(news.append), asking()
    known.configure([probe])
    traits = dict.fromkeys(Trait, "something")
    result = replace(LETTERS["u"], facts=Facts(traits=traits))
    run = Run(probe=probe, slot=NIGHT, started_at=NIGHT, lasted=SECOND, result=result)
    for _ in range(5):
        known.saw(run)
    told = len(news)
    again = replace(run, result=replace(result, facts=Facts(traits=dict(traits))))
    best = min(timeit.repeat(lambda: known.saw(again), number=1000, repeat=5)) / 1000
    assert len(news) == told
    assert best < 20e-6, memory.__name__  # a few on a machine that is not busy
