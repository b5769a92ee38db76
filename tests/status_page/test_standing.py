"""Somebody writes that a thing is broken which our probes find well: nothing calls it well then."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from status_page import (
    Component,
    Condition,
    Impact,
    Incident,
    Page,
    Renderer,
    Stage,
    Update,
    render,
)
from status_page.standing import Standing
from tests.status_page.examples import MINUTE, NOW, lived_in
from tests.status_page.reading import plain

LOST = Incident(
    id="h1",
    sentence="Uploads lose files.",
    components=("uploads",),
    began_at=NOW - 60 * MINUTE,
    resolved_at=None,
    impact=Impact.CRITICAL,
    updates=(Update(NOW - 60 * MINUTE, Stage.INVESTIGATING, "We lose files.", id="u1"),),
)


def told(**conditions: Condition) -> Page:
    return replace(lived_in(**conditions), incidents=(LOST,))


def uploads(page: Page) -> Component:
    return next(each for each in Standing().shown(page).components if each.id == "uploads")


def read(found: dict[str, bytes], path: str) -> Any:
    return json.loads(found[path])


def test_what_people_say_is_broken_is_called_well_nowhere() -> None:
    found = render(told())
    row = found["index.html"].decode().split('id="component-uploads"')[1].split("</article>")[0]
    components = read(found, "api/v2/components.json")["components"]

    assert read(found, "badges/uploads/status.json")["message"] == "Down"
    assert [each["id"] for each in read(found, "api/embed.json")["components"]] == ["uploads"]
    assert [e["status"] for e in components if e["id"] == "uploads"] == ["major_outage"]
    assert "Down since" in row
    assert "Works" not in row
    assert "Down since" in found["components/uploads/index.html"].decode()


def test_the_words_of_whoever_wrote_it_are_said_and_not_those_configured_for_another_trouble() -> (
    None
):
    found = render(told())

    (line,) = read(found, "api/embed.json")["components"]
    assert line["words"]["en"] == "Uploads lose files."
    assert "People cannot upload." not in plain(found["index.html"].decode())


@pytest.mark.parametrize(
    ("impact", "measured", "shown"),
    [
        (Impact.MINOR, Condition.UP, Condition.DEGRADED),
        (Impact.MAJOR, Condition.UNKNOWN, Condition.DOWN),
        (Impact.MAJOR, Condition.UNWATCHED, Condition.DOWN),
        (Impact.MINOR, Condition.DOWN, Condition.DOWN),
        (Impact.NONE, Condition.UP, Condition.UP),
    ],
)
def test_the_worse_of_what_is_measured_and_what_is_said_is_shown(
    impact: Impact, measured: Condition, shown: Condition
) -> None:
    page = replace(told(uploads=measured), incidents=(replace(LOST, impact=impact),))

    assert uploads(page).condition is shown


def test_of_several_incidents_the_worst_speaks_since_it_began() -> None:
    slow = replace(LOST, id="h2", impact=Impact.MINOR, began_at=NOW - 90 * MINUTE)
    later = replace(LOST, id="h3", began_at=NOW - 5 * MINUTE)
    page = replace(told(), incidents=(later, slow, LOST))

    assert uploads(page).since == LOST.began_at


def test_what_is_over_weighs_nothing() -> None:
    page = replace(told(), incidents=(replace(LOST, resolved_at=NOW),))

    assert Standing().shown(page) is page


def test_what_stays_the_same_stays_the_very_same_object() -> None:
    standing, page = Standing(), told()
    before, after = standing.shown(page), standing.shown(replace(page, made_at=NOW + MINUTE))

    assert all(a is b for a, b in zip(before.components, after.components, strict=True))


def test_a_thing_is_well_again_once_the_words_are_resolved() -> None:
    renderer, page = Renderer(), told()
    renderer.render(page)
    found = renderer.render(replace(page, incidents=(replace(LOST, resolved_at=NOW),)))

    assert read(found, "badges/uploads/status.json")["message"] == "Works"
