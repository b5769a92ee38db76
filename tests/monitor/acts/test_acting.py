"""What people do about an incident: who hears of it, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.acts.orders import Acknowledge, CannotAct, No, Say, Withdraw
from monitor.clock import to_us
from monitor.notices import About, from_json
from monitor.why import Why
from status_page import Stage
from tests.support.outages import Outages

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    yield found
    found.writer.close()


def acknowledged(outages: Outages) -> list[tuple[int, str]]:
    sql = "SELECT id, acknowledged_by AS by FROM incident WHERE acknowledged_at IS NOT NULL"
    return [(row["id"], row["by"]) for row in outages.rows(sql)]


def refused(outages: Outages, order: Acknowledge | Withdraw | Say) -> tuple[No, str]:
    with pytest.raises(CannotAct) as no:
        outages.orders(order)
    return no.value.no, str(no.value)


def test_an_acknowledgement_is_told_once_to_those_who_heard_the_opening(outages: Outages) -> None:
    number = outages.breaks(channels=("oncall", "mail"))
    done = outages.orders(Acknowledge(incident=number, by="ana", note="rolling back"))
    assert outages.told()[2:] == [
        (number, "acknowledged", "oncall"),
        (number, "acknowledged", "mail"),
    ]
    assert done.said == (
        "Incident 1 (signin) is acknowledged by ana: no reminders and no escalation until it is"
        " over. Told: oncall, mail."
    )
    body = outages.rows("SELECT body FROM outbox ORDER BY id DESC LIMIT 1")[0]["body"]
    notice = from_json(body)
    assert (notice.acknowledged_by, notice.note, notice.sequence) == ("ana", "rolling back", 2)
    assert notice.acknowledged_at == outages.clock.now()
    assert notice.told == ("oncall", "mail")
    assert notice.why == Why.SOMEBODY_ACKNOWLEDGED


def test_a_second_person_is_told_who_was_first_and_changes_nothing(outages: Outages) -> None:
    number = outages.breaks()
    outages.orders(Acknowledge(incident=number, by="ana"))
    outages.clock.wind(MINUTE)
    done = outages.orders(Acknowledge(incident=number, by="bo"))
    assert "was acknowledged already, by ana at 2026-03-14 02:00 UTC" in done.said
    assert done.facts["changed"] is False
    assert acknowledged(outages) == [(number, "ana")]
    assert len(outages.told()) == 2


def test_the_same_person_may_say_until_when_without_telling_again(outages: Outages) -> None:
    number, until = outages.breaks(), outages.clock.now() + HOUR
    outages.orders(Acknowledge(incident=number, by="ana"))
    done = outages.orders(Acknowledge(incident=number, by="ana", until=until))
    assert "until 2026-03-14 03:00 UTC" in done.said
    assert len(outages.told()) == 2
    outages.clock.wind(2 * HOUR)
    again = outages.orders(Acknowledge(incident=number, by="bo"))
    assert again.facts["changed"] is True, "the first one has run out"
    assert acknowledged(outages) == [(number, "bo")]


def test_two_who_do_not_say_who_they_are_are_not_taken_for_one(outages: Outages) -> None:
    number = outages.breaks()
    outages.orders(Acknowledge(incident=number))
    done = outages.orders(Acknowledge(incident=number, until=outages.clock.now() + HOUR))
    assert done.facts["changed"] is False


def test_that_of_a_summary_covers_what_is_in_it_but_not_what_somebody_has_already(
    outages: Outages,
) -> None:
    one, two, three = (outages.breaks(channels=()) for _ in range(3))
    outages.orders(Acknowledge(incident=two, by="bo"))
    summary = outages.summary_of(one, two, three)
    done = outages.orders(Acknowledge(incident="only", by="ana"))
    assert done.facts["incident"] == summary
    assert "It covers the 2 incidents in it." in done.said
    assert sorted(acknowledged(outages)) == [(1, "ana"), (2, "bo"), (3, "ana"), (4, "ana")]
    outages.orders(Withdraw(incident=summary))
    assert acknowledged(outages) == [(2, "bo")]


def test_that_of_a_cause_does_not_cover_what_may_outlast_it(outages: Outages) -> None:
    cause, effect = outages.breaks("signin"), outages.breaks("uploads", channels=())
    outages.work(lambda db: db.execute("UPDATE incident SET under = 1 WHERE id = 2"))
    outages.orders(Acknowledge(incident=cause, by="ana"))
    assert acknowledged(outages) == [(cause, "ana")]
    assert effect == 2


def test_one_that_nobody_was_told_of_can_be_acknowledged_and_tells_nobody(
    outages: Outages,
) -> None:
    number = outages.breaks(channels=())
    done = outages.orders(Acknowledge(incident=number, by="ana"))
    assert done.facts["told"] == []
    assert acknowledged(outages) == [(number, "ana")]


def test_an_incident_from_before_notices_were_kept_can_be_acknowledged(outages: Outages) -> None:
    number = outages.breaks(channels=())
    outages.work(lambda db: db.execute("UPDATE incident SET notice = ''"))
    outages.orders(Acknowledge(incident=number, by="ana"))
    assert acknowledged(outages) == [(number, "ana")]


def test_taking_it_back_is_told_and_reminders_count_from_there(outages: Outages) -> None:
    number = outages.breaks()
    outages.orders(Acknowledge(incident=number, by="ana"))
    outages.clock.wind(MINUTE)
    done = outages.orders(Withdraw(incident=number, note="wrong one"))
    assert "is no longer acknowledged by ana" in done.said
    assert outages.told()[-1] == (number, "reminded", "oncall")
    [row] = outages.rows("SELECT acknowledged_at, told_at, stage, reminders FROM incident")
    assert row["acknowledged_at"] is None
    assert (row["told_at"], row["stage"]) == (to_us(outages.clock.now()), 0)
    no, said = refused(outages, Withdraw(incident=number))
    assert (no, said) == (No.NOT_ACKNOWLEDGED, "Incident 1 (signin) is not acknowledged")


def test_which_incident_is_meant_is_asked_kindly(outages: Outages) -> None:
    assert refused(outages, Acknowledge(incident="only")) == (No.NONE_OPEN, "no incident is open")
    assert refused(outages, Say(incident="last", status=Stage.RESOLVED, words="x"))[0] is (
        No.NONE_OPEN
    )
    outages.breaks("signin")
    outages.breaks("uploads")
    assert refused(outages, Acknowledge(incident="only")) == (
        No.SEVERAL_OPEN,
        "which one? open are 2 (uploads), 1 (signin)",
    )
    assert refused(outages, Acknowledge(incident=9)) == (
        No.UNKNOWN_INCIDENT,
        "there is no incident 9; open are 2 (uploads), 1 (signin)",
    )
    done = outages.orders(Acknowledge(incident="last"))
    assert done.facts["incident"] == 2
    outages.mended(2)
    no, said = refused(outages, Acknowledge(incident=2))
    assert (no, said) == (
        No.OVER,
        "Incident 2 (uploads) is over already, since 2026-03-14 02:00 UTC",
    )


def test_many_open_ones_are_named_in_part(outages: Outages) -> None:
    for _ in range(12):
        outages.breaks()
    assert refused(outages, Acknowledge(incident="only"))[1].endswith("5 (signin) and 4 more")


def test_an_acknowledgement_that_ends_in_the_past_is_refused(outages: Outages) -> None:
    number = outages.breaks()
    order = Acknowledge(incident=number, until=outages.clock.now())
    assert refused(outages, order)[0] is No.BAD_TIME


def test_public_words_are_kept_and_end_nothing(outages: Outages) -> None:
    number = outages.breaks()
    done = outages.orders(
        Say(incident=number, status=Stage.RESOLVED, words=" All\u202e is\x00 well. \n\nReally.")
    )
    assert "The incident itself stays open until its probe is good again." in done.said
    [row] = outages.rows("SELECT status, words, by FROM public_update")
    assert row == {"status": "resolved", "words": "All is well.\n\nReally.", "by": "somebody"}
    assert len(outages.told()) == 1
    outages.mended(number)
    late = outages.orders(Say(incident="last", status=Stage.RESOLVED, words="What it was: disks."))
    assert "stays open" not in late.said


def test_what_the_public_does_not_see_is_not_spoken_of(outages: Outages) -> None:
    inner = outages.breaks("inner")
    no, said = refused(outages, Say(incident=inner, status=Stage.IDENTIFIED, words="x"))
    assert no is No.NOT_PUBLIC
    assert "no component has the probe 'inner' among its probes" in said
    own = outages.breaks("trueup/network", about=About.OURSELVES)
    no, said = refused(outages, Say(incident=own, status=Stage.IDENTIFIED, words="x"))
    assert no is No.NOT_PUBLIC
    assert "trueup's own trouble" in said
    summary = outages.summary_of(outages.breaks("signin", channels=()))
    outages.orders(Say(incident=summary, status=Stage.IDENTIFIED, words="x"))


def test_whoever_takes_a_member_takes_the_summary_that_people_were_paged_with(
    outages: Outages,
) -> None:
    one, two = outages.breaks(channels=()), outages.breaks("shop", channels=())
    summary = outages.summary_of(one, two)
    done = outages.orders(Acknowledge(incident=two, by="ana"))
    assert done.facts["incident"] == summary
    assert acknowledged(outages) == [(number, "ana") for number in (one, two, summary)]
