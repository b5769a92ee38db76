"""Deploys, promises and what was done, from the store to the pages of those who run it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database  # noqa: TID251 - to see what is asked of it

from monitor.config.changes import Changes, Objective, Service
from monitor.config.model import Component, PageSettings
from monitor.store import actions, attended, deploys, incidents, page_changes
from monitor.store.actions import Entry, Mode
from monitor.store.deploys import Deploy
from status_page import Page
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

NOON = NIGHT.replace(hour=12)
SECOND = MINUTE / 60
SHOP = Service(id="shop", name="The shop", also=("example/shop",), probes=("web",))
YEAR = Objective(
    id="web",
    component="web",
    share=15 / (365 * 24 * 60),
    window=timedelta(days=365),
    zone=ZoneInfo("Europe/Berlin"),
    written="15m per year",
)
INTERNAL = PageSettings(id="ours", internal=True)


def changes(**facts: Any) -> dict[str, Any]:
    return {"changes": Changes(services={"shop": SHOP}, **facts)}


@pytest.fixture
def ours(make: Make) -> Stored:
    """For those who run it."""
    return make(settings=INTERNAL, changes=changes(objectives={"web": YEAR}))


def deployed(stored: Stored, at: datetime, version: str = "1.4.2", **facts: Any) -> int:
    made: dict[str, Any] = {
        "service": "shop",
        "version": version,
        "by": "ci",
        "url": "https://ci.example.org/1",
        "source": "cli",
        "key": f"{version} {at}",
        "at": at,
        "recorded_at": at,
    }
    kept, _ = stored.work(lambda db: deploys.add(db, Deploy(**made | facts)))
    number: int = kept.id
    return number


def asked(stored: Stored, at: datetime) -> tuple[Page, list[str]]:
    """A page, and the tables of changes that were read for it."""
    read: list[str] = []

    def made(db: Database) -> Page:
        db.conn.set_trace_callback(read.append)
        try:
            return stored.builder.build(db, stored.config, at)
        finally:
            db.conn.set_trace_callback(None)

    page: Page = stored.work(made)
    tables = ("deploy", "capture", "action")
    return page, [name for name in tables if any(f" {name} " in each for each in read)]


def test_a_deploy_is_on_the_chart_of_what_it_changed_and_on_the_list(ours: Stored) -> None:
    deployed(ours, NOON - 3 * DAY, "1.4.1")
    deployed(ours, NOON - HOUR, "1.4.2", service="example/shop", environment="production")

    page = ours.page(NOON)

    assert [each.version for each in page.components[0].deploys] == ["1.4.1", "1.4.2"]
    newest = page.deploys[0]
    assert (newest.service, newest.by, newest.environment) == ("The shop", "ci", "")
    assert newest.link == "https://ci.example.org/1"


def test_what_others_changed_is_on_no_chart(make: Make) -> None:
    other = Service(id="mail", name="Mail", probes=("mail",))
    ours = make(settings=INTERNAL, changes={"changes": Changes(services={"mail": other})})
    deployed(ours, NOON - HOUR, service="mail")
    deployed(ours, NOON - HOUR, "77", service="web", environment="staging")
    deployed(ours, NOON - HOUR, "78", service="nobody-knows-it")

    page = ours.page(NOON)

    assert [each.version for each in page.components[0].deploys] == ["78"]
    assert len(page.deploys) == 3


def test_a_page_for_everybody_reads_and_tells_nothing_of_it(make: Make) -> None:
    stored = make(changes=changes(objectives={"web": YEAR}))
    deployed(stored, NOON - HOUR)
    stored.outage(NOON - HOUR + 40 * SECOND, NOON)

    page, read = asked(stored, NOON + HOUR)

    assert read == []
    assert page.components[0].deploys == ()
    assert page.components[0].objectives == ()
    assert page.incidents[0].deploys == ()
    assert "1.4.2" not in repr(page)


def test_a_page_for_everybody_may_tell_when_a_service_changed_and_no_more(make: Make) -> None:
    stored = make(settings=PageSettings(deploys=True), changes=changes())
    deployed(stored, NOON - HOUR)
    deployed(stored, NOON - HOUR, "78", service="nobody-knows-it")
    stored.outage(NOON - HOUR + 40 * SECOND, NOON)

    page, read = asked(stored, NOON + HOUR)

    assert read == ["deploy"]
    [deploy] = page.components[0].deploys
    assert (deploy.at, deploy.service) == (NOON - HOUR, "The shop")
    assert all(word not in repr(page) for word in ("1.4.2", "'ci'", "ci.example", "nobody-knows"))
    assert page.deploys == ()
    assert page.incidents[0].deploys == ()


def test_an_incident_names_the_deploys_in_its_window(ours: Stored) -> None:
    deployed(ours, NOON - HOUR, "1.4.1")
    deployed(ours, NOON - 40 * SECOND, "1.4.2")
    deployed(ours, NOON + MINUTE, "1.4.3")
    ours.outage(NOON)

    [incident] = ours.page(NOON + HOUR).incidents

    assert [each.version for each in incident.deploys] == ["1.4.2"]


def test_what_was_fetched_and_done_is_on_the_incident(ours: Stored) -> None:
    number, deploy = ours.outage(NOON), deployed(ours, NOON - 40 * SECOND)
    ours.sql(
        "INSERT INTO capture (incident, name, state, since_at, planned_at, lines, text)"
        " VALUES (?, 'journal', 'ended', 0, 0, 212, 'node: not found')",
        number,
    )
    entry = Entry(
        name="rollback",
        mode=Mode.DRY_RUN,
        service="shop",
        incident=number,
        deploy=deploy,
        at=NOON + MINUTE,
        why="follows_deploy",
    )
    ours.work(lambda db: actions.begin(db, entry, target="1.4.1"))

    page = ours.page(NOON + HOUR)

    [incident], [deed] = page.incidents, page.deeds
    [capture] = incident.captures
    assert (capture.name, capture.first, capture.lines) == ("journal", "node: not found", 212)
    assert deed.incident == incident.id
    assert deed.done
    assert deed.said.startswith("Would have rolled back shop 1.4.2 to 1.4.1")
    assert [each.said for each in incident.deeds] == [deed.said]


def test_a_decision_against_it_is_told_with_its_reason(ours: Stored) -> None:
    number = ours.outage(NOON)
    entry = Entry(
        name="rollback",
        mode=Mode.LIVE,
        service="shop",
        incident=number,
        deploy=None,
        at=NOON + MINUTE,
        why="maintenance",
    )
    ours.work(lambda db: actions.refrained(db, entry))

    [deed] = ours.page(NOON + HOUR).deeds

    assert (deed.said, deed.done) == ("Nothing was done: work on the service is announced.", False)


def test_what_is_told_as_one_incident_has_the_evidence_of_all(make: Make) -> None:
    probes = (a_probe("web"), a_probe("cart"))
    stored = make(probes=probes, settings=INTERNAL, changes=changes())
    both = {"web": Component(id="web", name="Web", probes=("web", "cart"))}
    stored.changes |= {"components": both}
    stored.configure(*probes)
    deployed(stored, NOON - 40 * SECOND)
    for probe in ("web", "cart"):
        number = stored.outage(NOON, probe=probe)
        stored.sql(
            "INSERT INTO capture (incident, name, state, since_at, planned_at)"
            " VALUES (?, ?, 'due', 0, 0)",
            number,
            probe,
        )

    [incident] = stored.page(NOON + HOUR).incidents

    assert [each.version for each in incident.deploys] == ["1.4.2"]
    assert sorted(each.name for each in incident.captures) == ["cart", "web"]
    assert all(each.waiting for each in incident.captures)


def test_a_promise_is_told_with_what_is_left_and_the_worst_detection(ours: Stored) -> None:
    began_at = NOON - 20 * DAY
    ours.day(began_at.date(), down=3 * MINUTE)
    ours.outage(began_at, began_at + 3 * MINUTE)

    [promise] = ours.page(NOON).components[0].objectives

    assert (promise.promise, promise.rolling) == ("15m per year", timedelta(days=365))
    assert promise.allowed == 15 * MINUTE
    assert promise.left == 12 * MINUTE
    assert promise.detection is None  # no channel is told


def test_a_budget_that_burns_is_told_with_when_that_began(ours: Stored) -> None:
    def opens(db: Database) -> None:
        probe = attended.own_key(db, "objective/web", "Web: 15m per year")
        incidents.open_incident(
            db,
            incidents.NewIncident(
                probe=probe,
                location="here",
                began_at=NOON,
                opened_at=NOON + MINUTE,
                reason="budget_burns",
                summary="9 of 60 runs failed in 1h",
                failed_step="",
                failures=9,
            ),
            instance="here",
        )

    [component] = ours.page(NOON).components
    assert component.objectives[0].burns_since is None
    ours.work(opens)
    page = ours.page(NOON + 2 * MINUTE)
    assert page.components[0].objectives[0].burns_since == NOON
    assert page.incidents == ()


def test_what_stays_the_same_is_the_same_object(ours: Stored) -> None:
    deployed(ours, NOON - 40 * SECOND)
    ours.outage(NOON, NOON + MINUTE)
    before = ours.page(NOON + HOUR)

    after = ours.page(NOON + HOUR + 2 * MINUTE)

    assert after.components[0] is before.components[0]
    assert after.incidents[0] is before.incidents[0]


def test_a_new_deploy_is_on_the_next_page(ours: Stored) -> None:
    assert ours.page(NOON).deploys == ()
    deployed(ours, NOON + SECOND)

    page = ours.page(NOON + MINUTE)

    assert [each.version for each in page.deploys] == ["1.4.2"]
    assert [each.version for each in page.components[0].deploys] == ["1.4.2"]


def test_of_a_capture_without_end_only_the_beginning_is_read(ours: Stored) -> None:
    number = ours.outage(NOON)
    ours.sql(
        "INSERT INTO capture (incident, name, state, since_at, planned_at, lines, text)"
        " VALUES (?, 'journal', 'ended', 0, 0, 1, ?)",
        number,
        "x" * 1_000_000,
    )

    [found] = ours.work(lambda db: page_changes.captures(db, [number, 999]))

    assert len(found.text) == page_changes.QUOTED
