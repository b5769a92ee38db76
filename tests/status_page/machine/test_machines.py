"""One thing changes out of many: only what tells of it is made again, and quickly."""

from __future__ import annotations

import re
from dataclasses import replace
from time import perf_counter

from status_page import Component, Condition, Page, Update, Uptime, render
from status_page.incident import Incident, Stage
from status_page.machine.events import Turn, of_incident
from status_page.machine.machines import Machines
from tests.status_page.examples import DAY, MINUTE, NOW, component, page
from tests.status_page.machine.worlds import AT_NIGHT, LEARNED, URL, eventful

TOLD_IN = ("history.atom", "history.rss", "feed.json", "maintenance.ics", "api/v2/summary.json")


def many(number: int) -> Page:
    base = component("Uploads")
    rows = tuple(
        replace(
            base,
            id=f"c{at}",
            name=f"Thing {at}",
            group=f"Group {at // 20}",
            uptime=(("90d", Uptime(90 * DAY, 89 * DAY, at * MINUTE)),),
        )
        for at in range(number)
    )
    nights = tuple(replace(AT_NIGHT, id=f"n{at}", components=(f"c{at}",)) for at in range(100))
    return replace(page(*rows, incidents=nights), url=URL)


def changed(before: Page, row: Component) -> Page:
    return replace(before, components=(row, *before.components[1:]))


def test_a_component_that_breaks_changes_only_its_own_files_and_those_of_the_whole() -> None:
    room, before = Machines(), many(40)
    down = replace(before.components[0], condition=Condition.DOWN, since=NOW)
    made, again = dict(room.files(before)), dict(room.files(changed(before, down)))

    assert sorted(path for path in made if made[path] != again[path]) == [
        "api/embed.json",
        "api/v2/components.json",
        "api/v2/incidents.json",
        "api/v2/incidents/unresolved.json",
        "api/v2/scheduled-maintenances.json",
        "api/v2/scheduled-maintenances/active.json",
        "api/v2/scheduled-maintenances/upcoming.json",
        "api/v2/status.json",
        "api/v2/summary.json",
        "badges/c0/status.json",
        "badges/c0/status.svg",
        "badges/status.json",
        "badges/status.svg",
    ]
    assert again == dict(Machines().files(changed(before, down)))


def test_a_change_among_a_thousand_costs_little() -> None:
    room, before = Machines(), many(1000)
    list(room.files(before))
    spent = []
    for at in range(3):
        down = replace(before.components[0], since=NOW - at * MINUTE)
        began = perf_counter()
        list(room.files(changed(before, down)))
        spent.append(perf_counter() - began)

    assert min(spent) < 0.3  # a bound for a machine under load; it takes a tenth of that


def test_a_component_that_went_leaves_no_file() -> None:
    room, before = Machines(), many(3)
    list(room.files(before))
    after = dict(room.files(replace(before, components=before.components[1:])))

    assert not [path for path in after if "c0" in path.split("/")]


def test_every_address_that_is_told_leads_to_a_page() -> None:
    found = render(eventful())
    texts = [found[path].decode() for path in TOLD_IN]
    told = {place for text in texts for place in re.findall(f'{URL}([^\\s"#<]*)', text)}

    assert {"incidents/k3v9q2/", "maintenance/work-1/", "history.rss"} <= told
    assert not {place for place in told if place not in found and f"{place}index.html" not in found}


def test_what_a_person_wrote_first_is_not_told_twice() -> None:
    turns = [event.turn for event in of_incident(LEARNED)]

    assert turns == [Turn.OPENED, Turn.MONITORING, Turn.RESOLVED, Turn.POSTMORTEM]


def test_what_nobody_wrote_stays_told_when_somebody_writes_later() -> None:
    over = AT_NIGHT.resolved_at or NOW
    late = Update(over + MINUTE, Stage.RESOLVED, "It was a cable.", "u1")
    before = {event.id for event in of_incident(AT_NIGHT)}

    assert before < {event.id for event in of_incident(replace(AT_NIGHT, updates=(late,)))}


def test_what_was_written_down_afterwards_is_only_what_was_written() -> None:
    words = Update(AT_NIGHT.began_at + MINUTE, Stage.RESOLVED, "The database was gone.", "u1")
    given: Incident = replace(AT_NIGHT, backfilled=True, updates=(words,))

    assert [event.words for event in of_incident(given)] == ["The database was gone."]


def test_ids_of_events_are_unique_on_the_page() -> None:
    room = Machines()
    list(room.files(eventful()))
    ids = [event.id for incident in eventful().incidents for event in of_incident(incident)]

    assert len(set(ids)) == len(ids)
