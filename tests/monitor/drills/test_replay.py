"""A drill from beginning to end: bounded when nothing happens, and always mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.config import Config, load
from monitor.drills.ground import GroundLost
from monitor.drills.outages import OUTAGES
from monitor.drills.reading import DOWN, UP, Heard, Opened, Reading
from monitor.drills.replay import replay, wait_until_up
from monitor.drills.timeline import Timeline
from tests.support.checkout import ROOT
from tests.support.clock import HandClock

UPLOAD = OUTAGES["upload-down"]
GOES_ON = timedelta(seconds=20)


@dataclass
class Toy:
    """A ground where twenty seconds pass with every look."""

    clock: HandClock = field(default_factory=HandClock)
    config: Config = field(default_factory=lambda: load(ROOT / "probes.toml"))
    done: list[str] = field(default_factory=list)
    is_lost: bool = False
    is_noticed: bool = True

    def breaks(self, outage: str) -> None:
        self.done.append(f"break {outage}")

    def mends(self, outage: str) -> None:
        self.done.append(f"mend {outage}")

    def forgets_pages(self) -> None:
        self.done.append("empty the pager")

    def read(self, since: datetime, after: timedelta) -> Reading:
        assert since + after == self.clock.now()
        self.clock.wind(GOES_ON)
        if self.is_lost:
            raise GroundLost("the daemon ended")
        return self._noticed(after) if self.is_noticed else _reading(after, {"uploads": UP})

    def _noticed(self, after: timedelta) -> Reading:
        is_over = "mend upload-down" in self.done
        heard = [Heard("opened", 1, "upload")] + [Heard("resolved", 1, "upload")] * is_over
        condition = UP if is_over else DOWN
        opened = Opened("upload", timedelta(seconds=12), is_over=is_over)
        return Reading(
            after=after,
            conditions={"uploads": condition},
            heard=tuple(heard),
            opened=(opened,),
        )


def _reading(after: timedelta, conditions: Mapping[str, str]) -> Reading:
    return Reading(after=after, conditions=conditions, heard=(), opened=())


def unheard(line: Timeline, after: timedelta) -> None:
    pass


def test_it_is_broken_on_an_empty_pager_and_mended_once_everybody_knows() -> None:
    toy = Toy()
    line = replay(toy, UPLOAD, toy.clock, unheard)
    assert toy.done == ["empty the pager", "break upload-down", "mend upload-down"]
    assert line.detected == timedelta(seconds=12)
    assert line.is_good


def test_what_nobody_notices_is_mended_after_four_intervals_and_half_a_minute() -> None:
    toy = Toy(is_noticed=False)
    line = replay(toy, UPLOAD, toy.clock, unheard)
    assert toy.done[-1] == "mend upload-down"
    assert line.mended is not None
    assert timedelta(seconds=150) <= line.mended <= timedelta(seconds=190)
    assert (line.detected, line.told, line.published) == (None, None, None)
    assert not line.is_good


def test_it_is_mended_even_when_the_ground_is_lost() -> None:
    toy = Toy(is_lost=True)
    with pytest.raises(GroundLost, match="the daemon ended"):
        replay(toy, UPLOAD, toy.clock, unheard)
    assert toy.done[-1] == "mend upload-down"


def test_a_site_that_does_not_come_up_is_waited_for_no_longer_than_a_bound() -> None:
    toy = Toy()
    with pytest.raises(GroundLost, match=r"not up after 1[234]\d s: uploads; does a browser"):
        wait_until_up(toy, toy.clock)
