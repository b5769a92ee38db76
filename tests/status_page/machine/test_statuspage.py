"""Programs that read other people's status pages read this one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from status_page import Condition, Impact, Page, Stage
from status_page.machine.statuspage import Statuspage
from tests.status_page.examples import EXAMPLES, MINUTE, NOW, lived_in
from tests.status_page.machine import schema
from tests.status_page.machine.worlds import (
    UPLOADS_DOWN,
    eventful,
    everything_up,
    files,
    read,
    update,
)

HOSTILE = '</script><b>"x"</b>\u202e\x00 ' + "long " * 2000


def status(page: Page) -> dict[str, str]:
    found: dict[str, str] = read(page, "api/v2/status.json")["status"]
    return found


def statuses(page: Page) -> dict[str, str]:
    rows = read(page, "api/v2/components.json")["components"]
    return {row["id"]: row["status"] for row in rows if not row["group"]}


@pytest.mark.parametrize("made", [*EXAMPLES.values(), eventful], ids=[*EXAMPLES, "eventful"])
def test_every_file_is_what_the_format_says(made: Callable[[], Page]) -> None:
    found = files(made(), Statuspage())

    assert found.keys() == schema.FILES.keys()
    for path, body in found.items():
        Draft202012Validator(schema.FILES[path]).validate(json.loads(body))


def test_hostile_words_stay_words_and_within_bounds() -> None:
    page = eventful()
    named = tuple(replace(each, name=HOSTILE, group=HOSTILE) for each in page.components)
    told = replace(UPLOADS_DOWN, sentence=HOSTILE)
    page = replace(page, title=HOSTILE, components=named, incidents=(told,))
    found = read(page, "api/v2/summary.json")

    Draft202012Validator(schema.FILES["api/v2/summary.json"]).validate(found)
    assert len(found["incidents"][0]["name"]) <= 300
    assert "\u202e" not in found["page"]["name"]


def test_each_condition_has_a_word_and_none_claims_what_is_not_known() -> None:
    assert statuses(eventful()) == {
        "signing-in": "operational",
        "library": "operational",
        "uploads": "major_outage",
        "short-links": "under_maintenance",
        "messages": "degraded_performance",  # unknown: to be doubted
    }  # nobody watches the API: nothing is said of it


def test_what_nobody_watches_is_listed_while_an_incident_concerns_it() -> None:
    told = replace(UPLOADS_DOWN, components=("api",))

    assert statuses(eventful(incidents=(told,)))["api"] == "degraded_performance"


@pytest.mark.parametrize(
    ("conditions", "indicator", "description"),
    [
        ({}, "none", "All Systems Operational"),
        ({"api": Condition.DEGRADED}, "minor", "Partially Degraded Service"),
        ({"api": Condition.DOWN}, "major", "Partial System Outage"),
        ({"api": Condition.MAINTENANCE}, "maintenance", "Service Under Maintenance"),
        ({"api": Condition.UNKNOWN}, "minor", "Status Partially Unknown"),
        ({"api": Condition.UNWATCHED}, "none", "All Systems Operational"),
    ],
)
def test_the_sum_is_the_worst_in_the_words_that_programs_look_for(
    conditions: dict[str, Condition], indicator: str, description: str
) -> None:
    page = replace(lived_in(**conditions), incidents=())

    assert status(page) == {"indicator": indicator, "description": description}


def test_when_all_is_down_it_is_critical_and_when_nothing_is_known_nothing_is_claimed() -> None:
    page = everything_up()
    down = tuple(replace(each, condition=Condition.DOWN) for each in page.components)
    unknown = tuple(replace(each, condition=Condition.UNKNOWN) for each in page.components)

    assert status(replace(page, components=down))["indicator"] == "critical"
    assert status(replace(page, components=unknown))["description"] == "Status Unknown"
    assert status(replace(page, components=()))["description"] == "Nothing Is Watched"


def test_a_page_on_which_nothing_is_watched_is_not_called_well_to_programs() -> None:
    page = everything_up()
    rows = tuple(replace(each, condition=Condition.UNWATCHED) for each in page.components)

    for components in ((), rows):
        assert status(replace(page, components=components))["indicator"] == "minor"


def test_an_open_incident_is_bad_though_no_component_is_down() -> None:
    minor = replace(UPLOADS_DOWN, impact=Impact.MINOR)

    assert status(replace(everything_up(), incidents=(minor,)))["indicator"] == "minor"
    assert status(replace(everything_up(), incidents=(UPLOADS_DOWN,)))["indicator"] == "major"


def test_groups_are_rows_of_their_own_that_name_what_is_in_them() -> None:
    rows = read(eventful(), "api/v2/components.json")["components"]
    groups = {row["name"]: row for row in rows if row["group"]}
    sharing = groups["Sharing"]

    assert sharing["components"] == ["uploads", "short-links", "messages"]
    assert sharing["status"] == "partial_outage"
    assert {row["group_id"] for row in rows if row["id"] in sharing["components"]} == {
        sharing["id"]
    }
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))


def test_updates_come_newest_first_and_the_first_is_told_though_nobody_wrote_it() -> None:
    (incident,) = read(eventful(), "api/v2/incidents/unresolved.json")["incidents"]
    updates = incident["incident_updates"]

    assert [(each["status"], each["body"]) for each in updates] == [
        ("identified", "A disk is full.\n\nWhat you uploaded is safe."),
        ("investigating", "We see it too."),
        ("investigating", "People cannot upload."),
    ]
    assert updates[-1]["affected_components"] == [
        {
            "code": "uploads",
            "name": "Uploads",
            "old_status": "operational",
            "new_status": "major_outage",
        }
    ]
    assert incident["shortlink"] == "https://status.example.org/incidents/k3v9q2/"


def test_an_incident_that_nobody_wrote_about_opens_and_resolves_by_itself() -> None:
    found = read(eventful(), "api/v2/incidents.json")["incidents"]
    (night,) = (each for each in found if each["id"] == "b7x1m4")

    assert [each["status"] for each in night["incident_updates"]] == ["resolved", "investigating"]
    assert night["resolved_at"] == "2026-11-10T02:23:00.000Z"


def test_ids_stay_when_words_are_corrected_and_when_more_is_said() -> None:
    before = read(eventful(), "api/v2/incidents.json")["incidents"][0]["incident_updates"]
    corrected = replace(UPLOADS_DOWN.updates[1], words="Two disks.", edited_at=NOW)
    more = update("u3", 1, Stage.MONITORING, "Disks are added.")
    told = replace(UPLOADS_DOWN, updates=(UPLOADS_DOWN.updates[0], corrected, more))
    after = read(eventful(incidents=(told,)), "api/v2/incidents.json")["incidents"][0]

    assert [each["id"] for each in after["incident_updates"]][1:] == [each["id"] for each in before]
    assert after["incident_updates"][1]["updated_at"] == "2026-11-21T14:03:22.000Z"
    assert after["monitoring_at"] is not None


def test_an_incident_that_still_fails_is_not_resolved_because_somebody_said_so() -> None:
    told = replace(UPLOADS_DOWN, updates=(update("u1", 1, Stage.RESOLVED, "All good."),))
    (incident,) = read(eventful(incidents=(told,)), "api/v2/summary.json")["incidents"]

    assert (incident["status"], incident["resolved_at"]) == ("monitoring", None)
    (affected,) = incident["incident_updates"][0]["affected_components"]
    assert affected["new_status"] == "major_outage"


def test_maintenance_is_upcoming_then_active_then_over() -> None:
    def at(minutes: int) -> dict[str, list[str]]:
        page = eventful(made_at=NOW + minutes * MINUTE)
        kept = {"active": "/active", "upcoming": "/upcoming", "all": ""}
        return {
            name: [
                work["id"]
                for work in read(page, f"api/v2/scheduled-maintenances{path}.json")[
                    "scheduled_maintenances"
                ]
            ]
            for name, path in kept.items()
        }

    assert at(0) == {
        "active": ["work-1"],
        "upcoming": ["work-2"],
        "all": ["work-2", "work-1", "work-0"],
    }
    assert at(90)["active"] == []


def test_the_page_was_updated_when_it_changed_and_not_when_it_was_made() -> None:
    first, later = (eventful(made_at=NOW + minutes * MINUTE) for minutes in (0, 20))

    assert read(first, "api/v2/status.json")["page"]["updated_at"] == "2026-11-21T14:00:22.000Z"
    assert files(first, Statuspage()) == files(later, Statuspage())


def test_a_clock_that_was_wrong_changes_nothing_in_the_future() -> None:
    page = everything_up()
    first = replace(page.components[0], since=NOW + 60 * MINUTE)
    page = replace(page, components=(first, *page.components[1:]))

    assert read(page, "api/v2/status.json")["page"]["updated_at"] == "2026-11-21T13:51:22.000Z"


def test_one_that_rendered_before_makes_the_same_bytes_as_one_that_begins() -> None:
    room, page = Statuspage(), eventful()
    list(room.files(everything_up()))
    list(room.files(replace(page, language="de", languages=("de",))))

    assert dict(room.files(page)) == dict(Statuspage().files(page))


def scoped(page: Page, group: str = "", name: str = "") -> tuple[str, int, list[str]]:
    """What OneUptime's monitor of other status pages reads, by its rules: the indicator's words
    where nothing is chosen, else the worst of the components chosen by parts of their names and of
    their group's, skipping rows that are groups; and open incidents that name one of them.
    """
    components = read(page, "api/v2/components.json")["components"]
    groups = {row["id"]: row["name"] for row in components if row["group"]}
    leaves = [row for row in components if not row["group"] and row["name"] and row["status"]]
    chosen = [
        row
        for row in leaves
        if group.lower() in groups.get(row["group_id"], "").lower()
        if name.lower() in row["name"].lower()
    ]
    ranks = ["operational", "under_maintenance", "degraded_performance", "", "major_outage"]
    names = {row["name"] for row in chosen}
    incidents = [
        each
        for each in read(page, "api/v2/incidents/unresolved.json")["incidents"]
        if names & {row["name"] for row in each["components"]}
    ]
    worst: Any = max((row["status"] for row in chosen), key=ranks.index)
    return worst, len(incidents), sorted(names)


def test_a_program_that_watches_one_group_or_one_component_of_it_understands() -> None:
    page = eventful()

    assert scoped(page, group="sharing") == (
        "major_outage",
        1,
        ["Messages", "Short links", "Uploads"],
    )
    assert scoped(page, group="sharing", name="short")[:2] == ("under_maintenance", 0)
    assert scoped(page, group="account") == ("operational", 0, ["Signing in", "Your library"])
