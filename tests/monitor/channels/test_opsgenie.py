"""Opsgenie: one alias for one incident, from the creation to the close."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Retry
from monitor.notices import SAMPLES, EventKind, Notice, to_json
from monitor.routing import Severity
from tests.support.notices import opened, resolved
from tests.support.receivers import Receiver, receiving

OPSGENIE = CHANNELS["opsgenie"]
ON_ALIAS = "/v2/alerts/5f1c2e0a9b7d4c38"


async def tell(receiver: Receiver, outside: Outside, notice: Notice, **keys: Any) -> Delivery:
    given = {"api_key": "key-4711", "url": receiver.url} | keys
    settings = OPSGENIE.settings.model_validate(given)
    return await OPSGENIE.send(settings, notice, to_json(notice), outside)


async def test_the_opening_creates_and_says_what_there_is_to_know(outside: Outside) -> None:
    with receiving(202) as receiver:
        delivery = await tell(receiver, outside, opened(), teams=["operations"], tags=["web"])
    assert delivery == Delivered()
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/v2/alerts")
    assert request.headers["authorization"] == "GenieKey key-4711"
    (told,) = receiver.notices
    assert told["message"] == "[production] DOWN: People cannot sign in. (signin)"
    assert told["alias"] == "5f1c2e0a9b7d4c38"
    assert told["description"].startswith("People cannot sign in.")
    assert told["responders"] == [{"name": "operations", "type": "team"}]
    assert told["tags"] == ["web", "production", "probe"]
    assert (told["entity"], told["source"], told["priority"]) == ("signin", "trueup", "P1")
    assert told["details"]["What"] == "People cannot sign in."


@pytest.mark.parametrize(
    ("notice", "requests"),
    [
        (opened(event=EventKind.REMINDED), ["POST /v2/alerts"]),
        (
            opened(event=EventKind.WORSENED),
            ["POST /v2/alerts", f"PUT {ON_ALIAS}/priority?identifierType=alias"],
        ),
        (
            opened(event=EventKind.ACKNOWLEDGED),
            [f"POST {ON_ALIAS}/acknowledge?identifierType=alias"],
        ),
        (resolved(), [f"POST {ON_ALIAS}/close?identifierType=alias"]),
        (
            opened(event=EventKind.TEST),
            ["POST /v2/alerts", f"POST {ON_ALIAS}/close?identifierType=alias"],
        ),
    ],
)
async def test_what_is_asked_for_each_event(
    outside: Outside, notice: Notice, requests: list[str]
) -> None:
    with receiving() as receiver:
        assert await tell(receiver, outside, notice) == Delivered()
    assert [f"{each.method} {each.path}" for each in receiver.requests] == requests


async def test_what_follows_the_opening_leaves_a_note(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, opened())
        await tell(receiver, outside, SAMPLES["escalated"])
    first, second = receiver.notices
    assert "note" not in first
    assert "NOBODY IS ON IT" in second["note"]


async def test_what_an_action_did_is_a_note_on_what_is_open_and_opens_nothing(
    outside: Outside,
) -> None:
    with receiving(202) as receiver:
        assert await tell(receiver, outside, SAMPLES["acted"]) == Delivered()
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", f"{ON_ALIAS}/notes?identifierType=alias")
    assert "was asked for and accepted: answered 201" in receiver.notices[0]["note"]


async def test_it_is_known_who_acknowledged(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, SAMPLES["acknowledged"])
    assert receiver.notices[0]["user"] == "oncall"


async def test_a_severity_that_rose_raises_the_priority(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, opened(severity=Severity.WARNING))
        await tell(receiver, outside, opened(event=EventKind.WORSENED))
    assert [told.get("priority") for told in receiver.notices] == ["P3", "P1", "P1"]


async def test_a_creation_that_is_not_taken_is_followed_by_nothing(outside: Outside) -> None:
    with receiving(503) as receiver:
        assert await tell(receiver, outside, SAMPLES["a test"]) == Retry("answered 503")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=list(SAMPLES))
async def test_no_field_is_longer_than_opsgenie_takes_it(outside: Outside, notice: Notice) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, notice, tags=["t" * 50] * 18)
    for told in receiver.notices:
        assert len(told.get("message", "")) <= 130
        assert len(told.get("description", "")) <= 15_000
        assert len(told.get("tags", [])) <= 20
        assert all(len(tag) <= 50 for tag in told.get("tags", []))
        assert len(told.get("note", "")) <= 25_000
        details = told.get("details", {})
        assert sum(len(label) + len(fact) for label, fact in details.items()) <= 8_000


@pytest.mark.parametrize(
    "keys",
    [{"api_key": ""}, {"api_key": "sesame\n"}, {"url": "sesame"}, {"teams": [""]}, {"tags": [1]}],
)
def test_a_bad_setting_is_refused_without_the_secret(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        OPSGENIE.settings.model_validate({"api_key": "key"} | keys)
    assert "sesame" not in str(raised.value)
