"""What people say in public: the database was deleted at night, and it was told in the morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.acts.orders import (
    Acknowledge,
    Announce,
    CannotAct,
    Correct,
    No,
    Order,
    Retell,
    Say,
    Unsay,
)
from monitor.notices import About
from monitor.store import public
from monitor.store.public import Told
from status_page import Impact, Stage
from tests.support.clock import NIGHT
from tests.support.outages import Outages

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    yield found
    found.writer.close()


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outages]:
    """An incident, one that the public does not hear of, and one by hand; for what is refused."""
    found = Outages(tmp_path_factory.mktemp("unchanged"))
    found.breaks()
    found.breaks("trueup/network", about=About.OURSELVES)
    found.orders(Announce(status=Stage.INVESTIGATING, words="x", components=("uploads",)))
    yield found
    found.writer.close()


def told(outages: Outages, *, hidden: bool = False) -> list[Told]:
    since = NIGHT - 90 * 24 * HOUR
    found: list[Told] = outages.work(lambda db: public.told(db, since=since, hidden=hidden))
    return found


def said(outages: Outages) -> str:
    """The words of the only incident, as the public reads them."""
    [one] = told(outages)
    return " / ".join(f"{each.status}: {each.words}" for each in one.updates)


def refused(outages: Outages, order: Order) -> tuple[No, str]:
    with pytest.raises(CannotAct) as no:
        outages.orders(order)
    return no.value.no, str(no.value)


def a_night(outages: Outages) -> str:
    """Nobody watched the uploads; they are written down in the morning, as over. Its name."""
    outages.clock.wind(7 * HOUR)
    done = outages.orders(
        Announce(
            status=Stage.RESOLVED,
            words="The database was deleted and came back from a backup.",
            components=("uploads",),
            title="Uploads were lost",
            audience="everyone who uploaded that night",
            impact=Impact.CRITICAL,
            began_at=NIGHT,
            ended_at=NIGHT + 4 * HOUR,
            by="ana",
        )
    )
    return str(done.facts["name"])


def test_what_no_probe_saw_is_written_down_the_next_morning(outages: Outages) -> None:
    name = a_night(outages)
    [one] = told(outages)
    assert (one.name, one.number, one.backfilled, len(one.key)) == (name, None, True, 12)
    assert (one.began_at, one.ended_at) == (NIGHT, NIGHT + 4 * HOUR)
    assert (one.title, one.audience) == ("Uploads were lost", "everyone who uploaded that night")
    assert (one.impact, one.components, one.probe) == ("critical", ("uploads",), "")
    [words] = one.updates
    assert (words.at, words.status, words.by) == (NIGHT + 7 * HOUR, "resolved", "ana")
    outages.clock.wind(HOUR)
    outages.orders(Say(incident=name, status=Stage.POSTMORTEM, words="# Why\n" + "It was. " * 900))
    assert [each.status for each in told(outages)[0].updates] == ["resolved", "postmortem"]
    assert told(outages)[0].ended_at == NIGHT + 4 * HOUR


def test_one_by_hand_is_open_until_people_say_that_it_is_resolved(outages: Outages) -> None:
    done = outages.orders(
        Announce(status=Stage.INVESTIGATING, words="Slow.", components=("signin",))
    )
    assert "incident n1 (signin, by hand)" in done.said
    assert "It is open until it is ended." in done.said
    outages.clock.wind(HOUR)
    over = outages.orders(Say(incident="last", status=Stage.RESOLVED, words="Fast again."))
    assert "It is over since 2026-03-14 03:00 UTC." in over.said
    outages.clock.wind(HOUR)
    outages.orders(Say(incident="n1", status=Stage.MONITORING, words="It came back."))
    assert told(outages)[0].ended_at is None, "said to be on again, after its end"
    outages.orders(Correct(incident="n1", number=3, status=Stage.RESOLVED))
    assert told(outages)[0].ended_at == NIGHT + 2 * HOUR
    outages.orders(Correct(incident="n1", number=3, at=NIGHT + HOUR + MINUTE))
    assert told(outages)[0].ended_at == NIGHT + HOUR + MINUTE, "the end goes with the words"
    outages.orders(Unsay(incident="n1", number=3))
    assert told(outages)[0].ended_at is None
    key = told(outages)[0].key
    outages.orders(Retell(incident=key, began_at=NIGHT - HOUR, ended_at=NIGHT + MINUTE))
    assert (told(outages)[0].began_at, told(outages)[0].ended_at) == (NIGHT - HOUR, NIGHT + MINUTE)


def test_a_slip_of_the_pen_corrected_the_next_day_opens_nothing(outages: Outages) -> None:
    outages.clock.wind(7 * HOUR)
    order = announce(NIGHT, ended_at=NIGHT + HOUR, status=Stage.IDENTIFIED)
    assert "It is over since 2026-03-14 03:00 UTC." in outages.orders(order).said
    done = outages.orders(Correct(incident="n1", number=1, words="A disc.", at=NIGHT + 6 * HOUR))
    assert "It is over since 2026-03-14 03:00 UTC." in done.said
    wrong = outages.orders(Correct(incident="n1", number=1, status=Stage.MONITORING))
    assert "It is open until it is ended." in wrong.said


def test_words_are_corrected_and_withdrawn_and_it_shows(outages: Outages) -> None:
    number = outages.breaks()
    first = outages.orders(Say(incident=number, status=Stage.IDENTIFIED, words="A disk.", by="ana"))
    outages.orders(Say(incident=number, status=Stage.IDENTIFIED, words="Sorry, wrong window."))
    outages.clock.wind(MINUTE)
    outages.orders(Correct(incident=number, number=first.facts["update"], words="A fan.", by="bo"))
    done = outages.orders(Unsay(incident=number, number=2, by="bo"))
    assert done.said == (
        "Update 2 under incident 1 (signin) is withdrawn: it is on no page any more."
    )
    [words] = told(outages)[0].updates
    assert (words.number, words.words, words.status, words.by) == (1, "A fan.", "identified", "ana")
    assert (words.at, words.edited_at, words.edited_by) == (NIGHT, NIGHT + MINUTE, "bo")
    [_, gone] = told(outages, hidden=True)[0].updates
    assert gone.withdrawn
    no, why = refused(outages, Unsay(incident=number, number=2))
    assert no is No.UNKNOWN_NUMBER
    assert why == (
        "there is no update 2 under incident 1 (signin); those there are: 1. trueup said 1 shows"
        " them"
    )


def test_an_incident_gets_a_title_an_audience_and_what_else_it_concerns(outages: Outages) -> None:
    number = outages.breaks()
    outages.orders(
        Say(
            incident=number,
            status=Stage.IDENTIFIED,
            words="x",
            title=" Sign-in\u202e is slow ",
            impact=Impact.MINOR,
            components=("uploads", "signin"),
        )
    )
    [one] = told(outages)
    assert (one.title, one.impact) == ("Sign-in is slow", "minor")
    assert one.components == ("uploads", "signin")
    assert not one.backfilled
    outages.orders(Retell(incident=number, title="", impact="", components=()))
    [one] = told(outages)
    assert (one.title, one.impact, one.components) == ("", "", ())


def test_a_hidden_incident_is_told_nowhere_and_may_be_shown_again(outages: Outages) -> None:
    number = outages.breaks()
    done = outages.orders(Retell(incident=number, hidden=True))
    assert done.said == "Incident 1 (signin) is hidden: it is on no page, and in no feed."
    assert told(outages) == []
    unread = outages.orders(Say(incident=number, status=Stage.IDENTIFIED, words="x"))
    assert "It is hidden: nobody reads it before --show." in unread.said
    outages.orders(Retell(incident=number, hidden=False))
    assert said(outages) == "identified: x"


def test_a_summary_that_is_hidden_hides_what_is_in_it(outages: Outages) -> None:
    one, two = outages.breaks(channels=()), outages.breaks("uploads", channels=())
    summary = outages.summary_of(one, two)
    outages.orders(
        Say(incident=summary, status=Stage.IDENTIFIED, words="x", title="The storage is gone")
    )
    titles = {each.number: each.title for each in told(outages)}
    assert titles == {summary: "The storage is gone", one: "", two: ""}
    outages.orders(Retell(incident=summary, hidden=True))
    assert told(outages) == []
    kept = outages.work(lambda db: public.for_pages(db, since=outages.clock.now() - 99 * HOUR))
    assert [(each.hidden, each.title, each.updates) for each in kept] == [(True, "", ())] * 3


def test_an_inner_incident_is_told_once_somebody_names_what_it_concerns(outages: Outages) -> None:
    inner = outages.breaks("inner")
    order = Say(incident=inner, status=Stage.IDENTIFIED, words="x", components=("uploads",))
    outages.orders(order)
    assert told(outages)[0].components == ("uploads",)
    outages.orders(Say(incident=inner, status=Stage.MONITORING, words="y"))
    assert said(outages) == "identified: x / monitoring: y"


def test_the_indentation_of_lists_and_code_is_kept(outages: Outages) -> None:
    number = outages.breaks()
    words = "  \n\n  What:\r\n  - one\x00\n    - two\n\n  ```\n  \tgo   now\n  ```  \n"
    outages.orders(Say(incident=number, status=Stage.IDENTIFIED, words=words))
    assert said(outages) == "identified: What:\n- one\n  - two\n\n```\n  go   now\n```"
    family = "\N{MAN}\u200d\N{WOMAN} at\u2028two lines"
    outages.orders(Correct(incident=number, number=1, words=family))
    assert said(outages) == "identified: \N{MAN}\u200d\N{WOMAN} at\ntwo lines"


def test_last_is_the_one_that_began_last_of_those_that_are_open(outages: Outages) -> None:
    seen = outages.breaks()
    a_night(outages)
    done = outages.orders(Say(incident="last", status=Stage.IDENTIFIED, words="x"))
    assert done.facts["incident"] == seen
    outages.orders(Announce(status=Stage.IDENTIFIED, words="x", components=("uploads",)))
    done = outages.orders(Say(incident="last", status=Stage.IDENTIFIED, words="x"))
    assert done.facts["name"] == "n2"
    acknowledged = outages.orders(Acknowledge(incident="last"))
    assert acknowledged.facts["incident"] == seen, "nobody was paged with what is written by hand"


def announce(began_at: datetime | None = None, **given: Any) -> Announce:
    known = {"status": Stage.RESOLVED, "words": "x", "components": ("uploads",)}
    return Announce(**known | {"began_at": began_at} | given)


@pytest.mark.parametrize(
    ("order", "no", "why"),
    [
        (Say(incident=1, status=Stage.POSTMORTEM, words="x"), No.NOT_OVER, "probe is good again"),
        (Say(incident="n1", status=Stage.POSTMORTEM, words="x"), No.NOT_OVER, "with --ended"),
        (
            Say(incident=1, status=Stage.IDENTIFIED, words="x", at=NIGHT + HOUR),
            No.BAD_TIME,
            "03:00 UTC is still to come",
        ),
        (
            Say(incident=1, status=Stage.IDENTIFIED, words="x", at=NIGHT - HOUR),
            No.BAD_TIME,
            "is before that; tell of what was before in words",
        ),
        (Retell(incident=1, began_at=NIGHT - HOUR), No.MEASURED, "is what its probe saw"),
        (Retell(incident=1), No.NOTHING_NAMED, "say what is to change"),
        (Retell(incident="n1", components=()), No.NOTHING_NAMED, "one of: signin, uploads"),
        (Retell(incident="n1", ended_at=NIGHT - HOUR), No.BAD_TIME, "before it begins"),
        (Retell(incident=2, title="x"), No.NOT_PUBLIC, "trueup say new"),
        (Correct(incident=1, number=9, words="x"), No.UNKNOWN_NUMBER, "there is none at all"),
        (Correct(incident="n1", number=1, title="x"), No.NOTHING_NAMED, "is to say instead"),
        (Correct(incident="n1", number=1, words="x" * 2001), No.TOO_LONG, "at most 2000"),
        (Say(incident="n7", status=Stage.RESOLVED, words="x"), No.UNKNOWN_INCIDENT, "lists all"),
        (Acknowledge(incident="n1"), No.UNKNOWN_INCIDENT, "nobody was paged with it"),
        (announce(components=("uplods",)), No.UNKNOWN_NAME, "did you mean 'uploads'?"),
        (announce(components=()), No.NOTHING_NAMED, "one of: signin, uploads"),
        (announce(everything=True), No.NOTHING_NAMED, "or --all (not both)"),
        (announce(), No.BAD_TIME, "say when it began, with --began"),
        (announce(NIGHT + HOUR), No.BAD_TIME, "announce what is planned with"),
        (announce(NIGHT - 4000 * 24 * HOUR), No.BAD_TIME, "too long ago"),
        (announce(NIGHT - HOUR, status=Stage.POSTMORTEM), No.NOT_OVER, "say when it was over"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    unchanged: Outages, order: Order, no: No, why: str
) -> None:
    before = [unchanged.rows(f"SELECT * FROM {t}") for t in ("public_update", "public_incident")]
    found = refused(unchanged, order)
    assert (found[0], why in found[1]) == (no, True), found[1]
    after = [unchanged.rows(f"SELECT * FROM {t}") for t in ("public_update", "public_incident")]
    assert after == before


def test_what_concerns_everything_names_nothing(outages: Outages) -> None:
    order = announce(status=Stage.INVESTIGATING, components=None, everything=True)
    done = outages.orders(order)
    assert "incident n1 (everything, by hand)" in done.said
    assert told(outages)[0].components == ()


def test_the_key_of_a_page_names_the_incident_that_was_seen(outages: Outages) -> None:
    number = outages.breaks()
    done = outages.orders(Acknowledge(incident=told(outages)[0].key))
    assert done.facts["incident"] == number
