"""Letters of an opening that wait take in what becomes known meanwhile."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.clock import to_us
from monitor.notices import SAMPLES, from_json
from monitor.store import held
from tests.support.outages import Outages

(DEED,) = SAMPLES["acted, as a dry run"].deeds


@pytest.mark.parametrize(
    ("letter", "takes_it"),
    [
        ({}, True),
        ({"attempts": 1}, False),
        ({"delivered_at": 1}, False),
        ({"gave_up_at": 1}, False),
        ({"body": "'not ours'"}, False),
    ],
)
def test_only_a_letter_that_nobody_has_tried_to_send_takes_it_in(
    tmp_path: Path, letter: dict[str, object], *, takes_it: bool
) -> None:
    outages = Outages(tmp_path)
    number, at = outages.breaks(channels=("oncall", "mail")), outages.clock.now()
    waits = {"next_at": to_us(at + timedelta(seconds=5))} | letter
    changes = ", ".join(f"{column} = {value}" for column, value in waits.items())
    outages.work(lambda db: db.execute(f"UPDATE outbox SET {changes} WHERE channel = 'mail'"))
    joined = outages.work(partial(held.say_too, incident=number, deeds=(DEED,), at=at))
    assert joined == ({"mail"} if takes_it else frozenset())
    [oncall] = outages.rows("SELECT body FROM outbox WHERE channel = 'oncall'")
    assert from_json(oncall["body"]).deeds == ()
    if takes_it:
        [mail] = outages.rows("SELECT body FROM outbox WHERE channel = 'mail'")
        assert from_json(mail["body"]).deeds == (DEED,)


def test_what_leaves_in_this_very_second_is_left_alone(tmp_path: Path) -> None:
    outages = Outages(tmp_path)
    number, at = outages.breaks(), outages.clock.now()
    soon = to_us(at + timedelta(milliseconds=900))
    outages.work(lambda db: db.execute("UPDATE outbox SET next_at = ?", [soon]))
    joined = outages.work(partial(held.say_too, incident=number, deeds=(DEED,), at=at))
    assert joined == frozenset()
