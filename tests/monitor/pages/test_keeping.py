"""A page that is made again: nothing of it is another object unless it tells something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.model import Component, PageSettings
from monitor.store import StoreTrouble
from monitor.windows import Once, Window
from status_page import Condition, Page
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

NOON = NIGHT.replace(hour=12, minute=40)
TODAY = NIGHT.date()


def steady(stored: Stored) -> Page:
    """As it is after a while in which all went well."""
    for probe in stored.keys:
        stored.stands("up", NOON, probe)
        stored.hours(NOON.replace(minute=0) - DAY, 24, probe=probe)
        stored.stands("up", NOON, probe)
        stored.day(TODAY - DAY, probe=probe)
        stored.day(TODAY, known=12 * HOUR + 40 * MINUTE, probe=probe)
    return stored.page(NOON)


def test_after_one_more_good_run_everything_is_the_very_same(stored: Stored) -> None:
    stored.outage(NIGHT - 3 * DAY, NIGHT - 3 * DAY + HOUR)
    once = Window("later", "Later", spans=Once(NOON + DAY, NOON + DAY + HOUR))
    stored.changes = {"windows": (once,)}
    stored.configure(*stored.probes)
    before = steady(stored)
    stored.day(TODAY, known=12 * HOUR + 41 * MINUTE)
    after = stored.page(NOON + MINUTE)
    assert after.components[0] is before.components[0]
    assert after.incidents[0] is before.incidents[0]
    assert after.maintenance[0] is before.maintenance[0]
    assert after.made_at == NOON + MINUTE


def test_only_what_changed_is_another_one(make: Make) -> None:
    stored = make(probes=(a_probe("web"), a_probe("signin")))
    before = steady(stored)
    stored.stands("down", NOON, "signin")
    after = stored.page(NOON + MINUTE)
    assert after.components[0] is before.components[0]
    assert after.components[1].condition is Condition.DOWN
    assert after.components[1].days[0] is before.components[1].days[0]


def test_an_incident_that_opens_may_change_days_that_are_over(stored: Stored) -> None:
    steady(stored)
    began = NIGHT - 3 * DAY
    stored.day(began.date(), down=HOUR)
    assert stored.component(NOON + MINUTE).days[-4].down == timedelta()
    stored.outage(began, began + HOUR)
    assert stored.component(NOON + 2 * MINUTE).days[-4].down == HOUR


def test_the_next_day_begins_with_a_day_of_its_own(stored: Stored) -> None:
    before = steady(stored).components[0]
    stored.day(TODAY, known=24 * HOUR)
    after = stored.component(NOON + DAY)
    assert after.days[-1].day == TODAY + DAY
    assert after.days[-2].known == DAY
    assert len(after.days) == len(before.days)


def test_the_next_hour_is_added_and_the_oldest_one_leaves(stored: Stored) -> None:
    steady(stored)
    stored.hours(NOON.replace(minute=0), 1, down=HOUR / 2, took=[timedelta(seconds=1)])
    found = stored.component(NOON + HOUR)
    assert dict(found.uptime)["24h"][:3] == (DAY, DAY, HOUR / 2)
    assert len(found.chart[0].points) == 168
    assert found.chart[0].points[-1].at == NOON.replace(minute=0)


def test_a_clock_that_is_set_back_a_week_reads_everything_again(stored: Stored) -> None:
    steady(stored)
    back = NOON - 10 * DAY
    stored.day(back.date() - DAY, down=HOUR)
    found = stored.component(back)
    assert found.days[-1].day == back.date()
    assert found.days[-2].down == HOUR
    assert "24h" not in dict(found.uptime)


def test_another_database_in_its_place_is_read_from_the_beginning(make: Make) -> None:
    stored = make()
    steady(stored)
    other = stored.folder / "other"
    other.mkdir()
    fresh = Stored(other)
    try:
        page = fresh.work(lambda db: stored.builder.build(db, stored.config, NOON))
    finally:
        fresh.writer.close()
    assert page.components[0].availability is None


def test_a_page_that_could_not_be_made_leaves_nothing_half_read(stored: Stored) -> None:
    before = steady(stored)
    stored.sql("ALTER TABLE rollup_1h RENAME TO elsewhere")
    with pytest.raises(StoreTrouble):
        stored.page(NOON + HOUR)
    stored.sql("ALTER TABLE elsewhere RENAME TO rollup_1h")
    stored.hours(NOON.replace(minute=0), 1)
    found = stored.component(NOON + HOUR)
    assert dict(found.uptime)["24h"].known == DAY
    assert found.days[:-1] == before.components[0].days[:-1]


def test_a_page_has_its_own_components_words_and_names(make: Make) -> None:
    components = {
        "web": Component(id="web", name="Website", probes=("web",)),
        "mail": Component(id="mail", name="Mail", group="Office", probes=("web",)),
        "inner": Component(id="inner", name="Inner", probes=("web",)),
    }
    settings = PageSettings(
        id="customers",
        title="Ours",
        components=("web",),
        groups=("Office",),
        names={"web": "Shop"},
        says={"web": "People cannot buy."},
        languages=("de", "en"),
        fresh_for=15 * MINUTE,
    )
    stored = make(settings=settings, changes={"components": components})
    stored.outage(NOON - HOUR)
    page = stored.page(NOON)
    assert [(c.id, c.name) for c in page.components] == [("web", "Shop"), ("mail", "Mail")]
    assert page.incidents[0].sentence == "People cannot buy."
    assert page.incidents[0].components == ("web", "mail")
    assert (page.id, page.title, page.languages) == ("customers", "Ours", ("en", "de"))
    assert page.fresh_for == 15 * MINUTE


def test_notes_of_probes_are_on_internal_pages_only(make: Make) -> None:
    stored = make(settings=PageSettings(internal=True))
    stored.stands("up", NOON)
    [note] = stored.component(NOON).notes
    assert (note.probe, note.condition, note.summary) == ("web", Condition.UP, "at 192.0.2.7")
    assert note.last_run_at == NOON
    public = make()
    page = public.page(NOON)
    assert page.components[0].notes == ()
    assert "192.0.2.7" not in repr(page)


def test_a_probe_that_never_ran_has_a_note_that_says_so(make: Make) -> None:
    stored = make(settings=PageSettings(internal=True))
    [note] = stored.component(NOON).notes
    assert (note.condition, note.last_run_at, note.took) == (Condition.UNKNOWN, None, None)
