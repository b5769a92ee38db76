"""Silences and announced work: what they are about, and when they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.acts.orders import CannotAct, End, Maintain, No, Silence
from monitor.store import acts, attended
from monitor.store.acts import Kind
from tests.support.clock import NIGHT
from tests.support.outages import Outages

HOUR = timedelta(hours=1)


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    yield found
    found.writer.close()


def refused(outages: Outages, order: Silence | Maintain | End) -> tuple[No, str]:
    with pytest.raises(CannotAct) as no:
        outages.orders(order)
    return no.value.no, str(no.value)


def test_a_silence_holds_for_its_probes_and_tags_until_it_ends(outages: Outages) -> None:
    done = outages.orders(
        Silence(probes=("signin",), tags=("shop",), words="new disks", ends_at=NIGHT + HOUR)
    )
    assert done.said == (
        "Silence 1 of signin and everything tagged shop until 2026-03-14 03:00 UTC. Nobody is told"
        " meanwhile; probing and recording go on."
    )

    def held(probe: str, tags: frozenset[str]) -> object:
        return outages.work(lambda db: attended.announced_until(db, "silence", probe, tags, NIGHT))

    assert held("signin", frozenset()) == NIGHT + HOUR
    assert held("uploads", frozenset({"shop"})) == NIGHT + HOUR
    assert held("inner", frozenset()) is None


def test_work_may_be_announced_for_later(outages: Outages) -> None:
    order = Maintain(
        everything=True, words="Moving", starts_at=NIGHT + HOUR, ends_at=NIGHT + 3 * HOUR
    )
    done = outages.orders(order)
    assert done.said.startswith(
        "Maintenance 1 of everything from 2026-03-14 03:00 UTC until 2026-03-14 05:00 UTC."
    )
    [span] = outages.work(lambda db: acts.spans(db, Kind.MAINTENANCE, NIGHT))
    assert (span.starts_at, span.words) == (NIGHT + HOUR, "Moving")
    assert span.concerns("anything", frozenset())


def test_one_that_is_ended_before_it_began_never_was(outages: Outages) -> None:
    outages.orders(
        Maintain(everything=True, words="x", starts_at=NIGHT + HOUR, ends_at=NIGHT + 3 * HOUR)
    )
    outages.orders(End(what="maintenance", number=1))
    assert outages.work(lambda db: acts.spans(db, Kind.MAINTENANCE, NIGHT)) == []
    no, said = refused(outages, End(what="maintenance", number=1))
    assert (no, said) == (
        No.UNKNOWN_NUMBER,
        "over already is maintenance 1; there is none at all",
    )


def test_a_number_that_is_none_is_answered_with_those_there_are(outages: Outages) -> None:
    outages.orders(Silence(everything=True, words="x", ends_at=NIGHT + HOUR))
    assert refused(outages, End(what="silence", number=7)) == (
        No.UNKNOWN_NUMBER,
        "there is no silence 7; those there are: 1",
    )
    assert refused(outages, End(what="maintenance", number=1))[0] is No.UNKNOWN_NUMBER


@pytest.mark.parametrize(
    ("named", "no", "said"),
    [
        ({}, No.NOTHING_NAMED, "name probes or tags, or say that everything is meant"),
        ({"probes": ("signin",), "everything": True}, No.NOTHING_NAMED, "not both"),
        ({"probes": ("singin",)}, No.UNKNOWN_NAME, "did you mean 'signin'?"),
        ({"tags": ("shpo",)}, No.UNKNOWN_NAME, "did you mean 'shop'?"),
        ({"everything": True, "ends_at": NIGHT}, No.BAD_TIME, "would end before it begins"),
        (
            {"everything": True, "ends_at": NIGHT + timedelta(days=400)},
            No.BAD_TIME,
            "ends within 366 days",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    outages: Outages, named: dict[str, object], no: No, said: str
) -> None:
    order = Silence.model_validate({"words": "x", "ends_at": NIGHT + HOUR} | named)
    found = refused(outages, order)
    assert found[0] is no
    assert said in found[1]
    assert outages.rows("SELECT * FROM silence") == []


def test_a_start_that_has_passed_is_now(outages: Outages) -> None:
    outages.orders(
        Silence(everything=True, words="x", starts_at=NIGHT - HOUR, ends_at=NIGHT + HOUR)
    )
    [span] = outages.work(lambda db: acts.spans(db, Kind.SILENCE, NIGHT))
    assert span.starts_at == NIGHT
