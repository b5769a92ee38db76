"""What it takes for trueup to be called sound."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.ourselves.soundness import Figures, is_stuck, troubles_of, words_of


def test_a_daemon_that_does_its_work_is_sound() -> None:
    busy = Figures(
        late=timedelta(seconds=1),
        unrecorded=timedelta(seconds=20),
        untold=timedelta(minutes=14),
        unpublished=timedelta(seconds=70),
    )
    assert troubles_of(Figures()) == troubles_of(busy) == []


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"late": timedelta(seconds=6)}, "runs begin 6 seconds late"),
        ({"unrecorded": timedelta(minutes=3)}, "runs wait for the store since 3 minutes"),
        ({"untold": timedelta(minutes=16)}, "a notice waits since 16 minutes"),
        ({"unpublished": timedelta(minutes=4)}, "the page was made 4 minutes ago"),
        ({"unattended": timedelta(minutes=3)}, "incidents were looked at 3 minutes ago"),
    ],
)
def test_each_figure_can_spoil_it(figures: dict[str, Any], said: str) -> None:
    assert troubles_of(Figures(**figures)) == [said]


def test_strangers_hear_a_word_for_each_and_no_more() -> None:
    hopeless = timedelta(days=1)
    spoilt = {"late", "unrecorded", "untold", "unpublished", "unattended"}
    assert words_of(Figures()) == []
    assert words_of(Figures(**dict.fromkeys(spoilt, hopeless))) == [
        *("late", "behind", "untold", "unpublished", "unattended"),
    ]


def test_only_what_a_restart_mends_is_a_reason_for_one() -> None:
    assert is_stuck(Figures(late=timedelta(seconds=61)))
    hopeless = timedelta(days=1)
    assert not is_stuck(Figures(unrecorded=hopeless, untold=hopeless, unpublished=hopeless))
