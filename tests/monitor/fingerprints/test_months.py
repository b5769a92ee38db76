"""What people hear in a month, or in three, of a target that goes back and forth, as it does every
day, or is released again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.fingerprints import looking
from monitor.fingerprints.events import Again, Back, Changed
from monitor.fingerprints.learning import Known, Seen, State, announced, step
from monitor.fingerprints.memory import Memory, News
from monitor.fingerprints.past import habit_of
from monitor.fingerprints.rhythm import Moved, Story, habit
from probes.traits import Trait
from tests.support.clock import NIGHT
from tests.support.fingerprints import OLD, TARGET, asking, targets

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVERY, WAIT = 2 * MINUTE, 2 * MINUTE
Shows = Callable[[timedelta], str]
"""What is seen so long after the beginning."""


@dataclass
class Month:
    """What would be told of one trait, as the store does it: what takes back an unsettled change
    ends that, and what was taken back before the wait was over is told to nobody.
    """

    trait: Trait
    deploys: bool = False
    habit: bool = False
    """Whether what comes again and again is usual by and by."""
    known: Known = field(default_factory=Known)
    open: dict[tuple[tuple[str, ...], str], datetime] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def of(self, shows: Shows, days: int = 30) -> Month:
        for number in range(days * DAY // EVERY):
            self.sees(shows(number * EVERY), NIGHT + number * EVERY)
        return self

    def sees(self, value: str, at: datetime) -> None:
        if self.known.calm and value in self.known.values:
            return
        seen = Seen(value=value, probe="p", at=at)
        self.known, event = step(self.known, seen, habit_of(self.trait))
        match event:
            case Changed(was, became):
                self.changed(was, became, at)
            case Again(was, became):
                self.undone(was, became, at)
            case Back(became):
                self.settle({move for move in self.open if move[1] == became}, at)

    def changed(self, was: tuple[str, ...], became: str, at: datetime) -> None:
        if self.known.state is State.VARIES:
            self.noted.append(became)
        elif self.deploys:
            self.noted.append(became)
            self.known = announced(self.known, became)
        elif not self.undone(was, became, at):
            self.open[was, became] = at
            change = Moved(was[-1], became, at)
            story = Story(trait=self.trait, before=tuple(self.moves))
            usual = self.habit and habit(story, change, 3) is not None
            self.moves.append(change)
            (self.quiet if usual else self.told).append(became)

    def undone(self, was: tuple[str, ...], became: str, at: datetime) -> bool:
        moves: set[tuple[tuple[str, ...], str]] = {((became,), each) for each in was}
        back = {move for move in self.open if move in moves}
        lasts = {move for move in back if at - self.open[move] < DAY + WAIT}
        self.settle(back, at)
        return bool(lasts)

    def settle(self, moves: set[tuple[tuple[str, ...], str]], at: datetime) -> None:
        for move in moves:
            if at - self.open.pop(move) < WAIT and move[1] in self.told:
                self.told.remove(move[1])


def turns(*values: str, each: timedelta) -> Shows:
    return lambda since: values[since // each % len(values)]


def office_hours(since: timedelta) -> str:
    hour = since % DAY // HOUR
    return "id, note" if 9 <= hour < 17 and since // DAY % 7 < 5 else "id"


def releases(each: timedelta) -> Shows:
    return lambda since: f"1.{since // each}.0"


def rolling(seed: int) -> Shows:
    """Both take turns for ten minutes, a day after the beginning."""
    chance = Random(seed)

    def shows(since: timedelta) -> str:
        mixed = chance.random() < 0.5
        return "1.5.0" if since >= DAY + 10 * MINUTE or (since >= DAY and mixed) else "1.4.2"

    return shows


def one_of(values: int, share: float = 0.0) -> Shows:
    """Any of them, or the first one and seldom another."""
    chance = Random(3)
    return lambda _: f"v{0 if chance.random() < share else chance.randrange(values)}"


@pytest.mark.parametrize(
    ("trait", "shows", "told", "noted", "state"),
    [
        pytest.param(Trait.ADDRESS, turns("a", "b", each=12 * HOUR), 1, 0, "pinned", id="balancer"),
        pytest.param(Trait.JSON_KEYS, office_hours, 1, 0, "pinned", id="a key in office hours"),
        pytest.param(Trait.VERSION, rolling(7), 1, 0, "pinned", id="rolling deploy"),
        pytest.param(Trait.VERSION, rolling(8), 1, 0, "pinned", id="another rolling deploy"),
        pytest.param(Trait.VERSION, releases(7 * DAY), 4, 0, "pinned", id="a release a week"),
        pytest.param(Trait.VERSION, releases(DAY), 4, 1, "varies", id="a release a day"),
        pytest.param(Trait.VERSION, turns("a", "b", each=DAY), 1, 0, "pinned", id="blue, green"),
        pytest.param(Trait.VERSION, turns("a", "b", each=30 * HOUR), 1, 0, "pinned", id="slower"),
        pytest.param(Trait.RUNTIME, turns("a", "b", each=5 * DAY), 1, 0, "pinned", id="slowest"),
        pytest.param(
            Trait.RUNTIME, turns("Q/5.6.40", "Q/8.0.2", each=5 * DAY), 5, 0, "pinned", id="ages"
        ),
        pytest.param(Trait.VERSION, turns("7", "8", each=3 * DAY), 3, 0, "pinned", id="builds"),
        pytest.param(
            Trait.ENVIRONMENT, turns("a", "b", each=5 * DAY), 5, 0, "pinned", id="environment"
        ),
        pytest.param(Trait.VERSION, turns("1.4", "1.5", each=12 * HOUR), 1, 0, "pinned", id="soon"),
        pytest.param(Trait.VERSION, turns("1.4", "1.5", each=3 * DAY), 2, 0, "pinned", id="down"),
        pytest.param(Trait.ADDRESS, one_of(30), 0, 0, "varies", id="thirty addresses"),
        pytest.param(
            Trait.ADDRESS, turns(*"abcdefghij", each=11 * HOUR), 4, 1, "varies", id="wandering"
        ),
        pytest.param(Trait.ADDRESS, turns(*"abcd", each=11 * HOUR), 3, 0, "pinned", id="four"),
        pytest.param(Trait.TITLE, one_of(2), 0, 0, "pinned", id="two titles"),
        pytest.param(Trait.TITLE, one_of(2, share=0.98), 0, 0, "pinned", id="a seldom title"),
        pytest.param(Trait.TLS_ISSUER, lambda _: "Honest CA", 0, 0, "pinned", id="the same issuer"),
    ],
)
def test_a_month_of_it(trait: Trait, shows: Shows, told: int, noted: int, state: str) -> None:
    month = Month(trait).of(shows)
    heard = (len(month.told), len(month.noted), month.known.state.value)
    assert heard == (told, noted, state), (month.told, month.noted)


@dataclass
class Roll:
    """A deploy that takes so long to reach every instance, one after another; each run meets any of
    them.
    """

    instances: int
    lasts: timedelta
    every: timedelta

    def told(self, seed: int) -> list[str]:
        """While it goes on, and in the hour after it."""
        chance, month, since = Random(seed), Month(Trait.VERSION), -20 * self.every
        told: dict[datetime, str] = {}
        while since < self.lasts + HOUR:
            here = chance.randrange(self.instances)
            new = since >= timedelta() and here <= since * self.instances / self.lasts
            month.sees("1.5.0" if new else "1.4.2", NIGHT + since)
            since += self.every
            fresh = month.known.fresh
            for (_, became), at in month.open.items():
                if NIGHT + since - at >= WAIT and not (fresh and fresh.is_away):
                    told[at] = became
        return list(told.values())


@pytest.mark.parametrize("instances", [2, 3, 5, 10, 20])
def test_a_deploy_that_rolls_is_told_once_however_its_answers_alternate(instances: int) -> None:
    for lasts in (5 * MINUTE, 15 * MINUTE, 40 * MINUTE):
        for every in (MINUTE / 2, 2 * MINUTE, 5 * MINUTE):
            for seed in range(4):
                assert Roll(instances, lasts, every).told(seed) == ["1.5.0"], (lasts, every, seed)


def test_what_flaps_for_hours_is_known_before_long() -> None:
    month = Month(Trait.RUNTIME).of(turns(*"aaaab", each=10 * MINUTE), days=3)
    assert len(month.told) <= 3


def test_a_release_a_week_that_nobody_records_is_told_three_times_in_twelve_weeks() -> None:
    month = Month(Trait.VERSION, habit=True).of(releases(7 * DAY), days=84)
    assert (month.told, len(month.quiet)) == (["1.1.0", "1.2.0", "1.3.0"], 8)
    for became in ("2.0.0", "1.12.0"):
        month.told.clear()
        for number in range(12):
            month.sees(became, NIGHT + 85 * DAY + number * EVERY)
        assert month.told == [became]


def test_a_release_a_week_that_is_recorded_is_told_to_nobody() -> None:
    month = Month(Trait.VERSION, deploys=True).of(releases(7 * DAY))
    assert (len(month.told), len(month.noted)) == (0, 4)


def test_a_certificate_that_is_renewed_every_sixty_days_is_one_change_each() -> None:
    month = Month(Trait.TLS_KEY).of(lambda since: f"key {since // (60 * DAY)}", days=200)
    assert len(month.told) == 3  # a change of the key is noted only, whatever it would be told


def test_a_silent_roll_back_is_news_and_so_is_one_after_recorded_ones() -> None:
    month = Month(Trait.VERSION).of(turns("1.4.2", "1.5.0", "1.4.2", each=10 * DAY))
    assert month.told == ["1.5.0", "1.4.2"]
    month = Month(Trait.VERSION).of(turns("a1b2c3d", "99aa00b", each=10 * DAY))
    assert month.told == ["99aa00b", "a1b2c3d"]
    month = Month(Trait.VERSION, deploys=True).of(turns("1.4.2", "1.5.0", each=2 * DAY), days=20)
    assert len(month.noted) == 9
    month.deploys = False
    start = NIGHT + 20 * DAY
    for number in range(20):
        month.sees("1.4.2", start + number * EVERY)
    assert month.told == ["1.4.2"]


def test_what_was_gone_for_more_than_a_month_is_news_again() -> None:
    month = Month(Trait.ADDRESS).of(turns("a", "b", each=31 * DAY), days=120)
    assert month.told == ["b", "a", "b"]


async def test_what_went_back_and_forth_outlives_the_daemon(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        with_note = {**OLD, Trait.JSON_KEYS: "id, note"}
        without = {**OLD, Trait.JSON_KEYS: "id"}
        told: list[str] = []
        for _ in range(4):
            for shown in (without, with_note):
                await seen.show(shown, times=4)
                told += await seen.waits()
                seen.world.clock.wind(11 * HOUR)
                await seen.show(shown, times=12)
                await seen.restarted()
                told += await seen.waits()
        assert [each.split()[1] for each in told] == ["opened", "resolved"]
        assert [state for *_, state in await seen.changes()] == ["back"]


async def test_what_was_counted_outlives_the_daemon(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show({Trait.VERSION: "1.0"}, times=4)
        for number in range(5):
            await seen.show({Trait.VERSION: f"1.{number + 1}"}, times=8)
            seen.world.clock.wind(25 * HOUR)
            await seen.restarted()
        states = [state for *_, state in await seen.changes()]
        assert set((await seen.states()).values()) == {"varies"}
    assert states[-1] == "noted"
    assert len(states) == 5


async def test_a_probe_that_asks_elsewhere_forgets_and_another_of_the_same_server_does_not(
    tmp_path: Path,
) -> None:
    news: list[News] = []
    memory, shown = Memory(news.append), {Trait.VERSION: "1.0", Trait.TITLE: "Home"}
    memory.configure([asking(), asking("help")])
    async with targets(tmp_path, asking(), asking("help")) as seen:
        for probe in ("home", "help") * 3:
            memory.saw(seen.run(shown, probe, "u"))
    memory.configure([asking("home", "https://new.example.org/"), asking("help")])
    assert memory.knows((TARGET, Trait.VERSION))
    assert memory.knows(("home", Trait.TITLE))
    memory.configure([asking("home", "https://new.example.org/")])
    assert not memory.knows((TARGET, Trait.VERSION))
    assert not memory.knows(("help", Trait.TITLE))
    memory.configure([])
    assert not memory.knows(("home", Trait.TITLE))


async def test_what_was_learned_of_many_is_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.restarted()
        await seen.show({**OLD, Trait.RUNTIME: "Quill/8.0.2", Trait.SERVER: "Inkwell/3"}, times=2)
        assert {name for name, *_ in await seen.changes()} == {"runtime", "server"}
