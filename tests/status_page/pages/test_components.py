"""The page of a component: what it says of a good year, of a bad one, and of none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from status_page import WINDOWS, Component, Condition, Series, Uptime
from status_page.pages.components import Components
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, plain

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def said(*components: Component, **facts: Any) -> str:
    """The text of the first component's page."""
    page = lives.page(*components, **facts)
    return plain(files(Components(), page)[f"components/{page.components[0].id}/index.html"])


def test_uptime_stands_beside_what_it_does_not_count() -> None:
    text = said(lives.component())

    assert "30 days 99.91 % 35 minutes down 4 hours of maintenance" in text
    assert (
        "365 days 99.772 % 19 hours 46 minutes down 4 hours of maintenance 3 days unknown" in text
    )


def test_two_hours_of_evidence_are_told_since_their_day_and_not_as_a_year() -> None:
    known = Uptime(2 * HOUR, 2 * HOUR, timedelta())
    new = lives.component(
        "Uploads", first_seen=lives.TODAY, uptime=tuple((name, known) for name in WINDOWS)
    )
    text = said(new)

    assert "Since 21 November 100 % no downtime" in text
    assert "24 hours" not in text[: text.index("Day by day")]
    assert "days 100 %" not in text


def test_windows_that_evidence_fills_are_told_before_the_one_that_it_does_not() -> None:
    lengths = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 40 * DAY, "365d": 40 * DAY}
    uptime = {name: Uptime(length, length, timedelta()) for name, length in lengths.items()}
    uptime["365d"] = Uptime(40 * DAY, 40 * DAY - HOUR, timedelta())
    text = said(lives.component("Uploads", first_seen=lives.ago(39), uptime=tuple(uptime.items())))

    assert "30 days 100 % no downtime Since 13 October 100 % no downtime" in text
    assert text.count("Since 13 October") == 1


def test_a_good_year_says_so() -> None:
    text = said(lives.component("Uploads", lives.bar(lives.ago(1))))

    assert "365 days 100 % no downtime" in text
    assert "No day stands out." in text


def test_the_days_that_stand_out_are_told_newest_first_and_neighbours_once() -> None:
    text = said(lives.component())

    told = text[text.index("10 days stand out") :]
    assert told.index("21 Nov down for 12 minutes") < told.index("12 Nov slow at times")
    assert "12–13 Oct not watched" in told
    assert "11 Oct watched for 9 hours" in told
    assert "1 Nov maintenance for 4 hours" in told


def test_a_longer_span_of_which_no_more_is_known_is_not_told() -> None:
    short = Uptime(30 * DAY, 9 * HOUR, timedelta())
    text = said(lives.component(uptime=(("30d", short), ("90d", short._replace(whole=90 * DAY)))))

    assert "30 days 100 % no downtime 29 days 15 hours unknown" in text
    assert "90 days" not in text[: text.index("Day by day")]


def test_months_are_a_table() -> None:
    text = said(lives.component())

    assert "September 2026 97.34 % 19 hours 8 minutes – –" in text
    assert "October 2026 100 % – – 2 days 15 hours" in text


def test_percentiles_and_steps_are_told() -> None:
    text = said(lives.component())

    assert "7 days 240 ms 610 ms 1.7 s 10,080" in text
    assert text.index("Step by step") < text.index("Sign in") < text.index("Choose a file")


def test_without_any_measurement_there_is_no_word_of_how_long_it_takes() -> None:
    assert "How long it takes 24" not in said(lives.component(speed=(), chart=()))
    empty = (Series("", HOUR, ()),)
    assert "The line:" not in said(lives.component(speed=(), chart=empty))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition.UP, "2 GB. Works"),
        (Condition.DOWN, "2 GB. Down since 18 November, 14:03 UTC People cannot upload."),
        (Condition.DEGRADED, "2 GB. Slow since 18 November, 14:03 UTC"),
        (Condition.MAINTENANCE, "2 GB. Under maintenance since 18 November, 14:03 UTC"),
        (Condition.UNKNOWN, "2 GB. Unknown since 18 November, 14:03 UTC"),
    ],
)
def test_the_verdict_comes_first(condition: Condition, expected: str) -> None:
    assert expected in said(lives.component(condition=condition))


def test_what_nothing_watches_has_no_numbers() -> None:
    unwatched = lives.component(condition=Condition.UNWATCHED, since=None)
    text = said(unwatched)

    assert "Not watched" in text
    assert "Nothing watches this, so there are no numbers" in text
    assert "%" not in text.replace("100 %", "")
    assert "Day by day" not in text


def test_what_was_never_seen_has_no_calendar() -> None:
    new = lives.component(
        condition=Condition.UNKNOWN,
        since=None,
        first_seen=None,
        days=(),
        uptime=(),
        months=(),
        speed=(),
        chart=(),
    )
    text = said(new)

    assert "Not watched yet" in text
    assert "Day by day" not in text


def test_its_incidents_and_its_maintenance_are_linked() -> None:
    found = files(Components(), lives.lived_in())["components/uploads/index.html"].decode()

    for path in ("incidents/i1/", "incidents/i2/", "maintenance/w1/", "maintenance/w3/"):
        assert f'href="../../{path}index.html"' in found
    assert found.index("incidents/i1/") < found.index("page-uptime")


def test_feeds_and_badges_are_at_the_top_of_the_folder_in_every_language() -> None:
    page = lives.page(languages=("en", "de"))
    german = files(Components(), page, "de")["components/uploads/index.html"].decode()

    assert 'href="../../../components/uploads/history.atom"' in german
    assert 'src="../../../badges/uploads/uptime.svg"' in german
    assert "https://status.example.org/badges/uploads/uptime.svg" in german


def test_notes_are_told_where_there_are_any() -> None:
    text = said(lives.component(notes=(lives.NOTE,)), internal=True)

    assert "Upload journey uploads" in text
    assert text.index("The probes behind it") < text.index("Uptime")
    assert "upload: the answer was 507 from 192.0.2.7" in text
    assert "The probes behind it" not in said(lives.component())


def test_four_minutes_of_a_month_look_small_though_no_month_was_worse() -> None:
    thing = lives.component()
    month = thing.months[0]
    span = month.uptime._replace(known=30 * DAY, down=4 * HOUR / 60)
    page = lives.page(replace(thing, months=(month._replace(uptime=span),)))
    html = files(Components(), page)[f"components/{thing.id}/index.html"].decode()

    assert '<rect width="2%"' in html


def test_a_hundred_percent_beside_an_incident_that_only_people_saw_says_so() -> None:
    unseen = lives.incident(backfilled=True)
    text = said(lives.component(), incidents=(unseen,))

    assert "1 incident that our probes did not see is not in these numbers." in text
    assert "did not see" not in said(lives.component(), incidents=(lives.incident(),))


def test_a_change_of_one_component_makes_one_page_anew() -> None:
    room, page = Components(), lives.page()
    first = files(room, page)
    changed = replace(page.components[0], condition=Condition.DOWN)
    after = files(room, replace(page, components=(changed, *page.components[1:])))

    assert after["components/uploads/index.html"] != first["components/uploads/index.html"]
    assert after["components/messages/index.html"] is first["components/messages/index.html"]


def test_what_is_gone_is_forgotten() -> None:
    room, page = Components(), lives.page()
    files(room, page)
    left = files(room, replace(page, components=page.components[:1]))

    assert list(left) == ["components/uploads/index.html"]


def test_a_year_is_drawn_whole_and_mirrored_where_writing_is() -> None:
    page = lives.page(languages=("en", "ar"))
    for code in page.languages:
        drawn = files(Components(), page, code)["components/uploads/index.html"].decode()
        sheets = re.findall(r'<svg viewBox="0 0 82 70".*?</svg>', drawn)
        assert sum(sheet.count("v8h-8z") for sheet in sheets) == 366
