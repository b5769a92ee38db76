"""Splunk On-Call: one entity for one incident, from CRITICAL to RECOVERY."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused
from monitor.notices import SAMPLES, EventKind, Notice, to_json
from monitor.routing import Severity
from tests.support.notices import opened, resolved
from tests.support.receivers import Answer, Receiver, receiving

SPLUNK = CHANNELS["splunk"]


async def tell(receiver: Receiver, outside: Outside, notice: Notice, **keys: Any) -> Delivery:
    given = {"api_key": "key-4711", "routing_key": "web team", "url": receiver.url} | keys
    settings = SPLUNK.settings.model_validate(given)
    return await SPLUNK.send(settings, notice, to_json(notice), outside)


async def test_the_opening_says_what_there_is_to_know(outside: Outside) -> None:
    with receiving() as receiver:
        notice = opened(acknowledge="https://trueup.example.org/ack/42")
        assert await tell(receiver, outside, notice) == Delivered()
    (request,) = receiver.requests
    assert request.path == "/key-4711/web%20team"
    (told,) = receiver.notices
    assert (told["message_type"], told["entity_id"]) == ("CRITICAL", "5f1c2e0a9b7d4c38")
    assert told["entity_display_name"].startswith("[production] DOWN: People cannot sign in.")
    assert told["state_message"].startswith("People cannot sign in.")
    assert told["state_start_time"] == 1772504045
    assert told["monitoring_tool"] == "trueup"
    assert told["vo_annotate.u.Acknowledge"] == "https://trueup.example.org/ack/42"


@pytest.mark.parametrize(
    ("notice", "types"),
    [
        (opened(severity=Severity.WARNING), ["WARNING"]),
        (opened(severity=Severity.INFO), ["INFO"]),
        (opened(event=EventKind.ESCALATED), ["CRITICAL"]),
        (SAMPLES["acknowledged"], ["ACKNOWLEDGEMENT"]),
        (SAMPLES["acted"], ["INFO"]),
        (resolved(), ["RECOVERY"]),
        (SAMPLES["a test"], ["CRITICAL", "RECOVERY"]),
    ],
)
async def test_the_type_of_each_event(outside: Outside, notice: Notice, types: list[str]) -> None:
    with receiving() as receiver:
        assert await tell(receiver, outside, notice) == Delivered()
    assert [told["message_type"] for told in receiver.notices] == types


async def test_it_is_known_who_acknowledged_and_why(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, SAMPLES["acknowledged"])
    (told,) = receiver.notices
    assert (told["ack_author"], told["ack_msg"]) == ("oncall", "mine")


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b'{"result":"success","entity_id":"5f1c"}', Delivered()),
        (b'{"result":"failure","message":"key-4711"}', Refused("answered that it did not take it")),
        (b"", Delivered()),
        (b"[" * 50_000, Delivered()),
    ],
    ids=["success", "failure", "nothing", "nested beyond reason"],
)
async def test_a_refusal_in_the_body_is_heard(
    outside: Outside, body: bytes, verdict: Delivery
) -> None:
    with receiving(Answer(200, body=body)) as receiver:
        assert await tell(receiver, outside, opened()) == verdict


@pytest.mark.parametrize("keys", [{"api_key": " sesame"}, {"routing_key": ""}, {"url": "sesame"}])
def test_a_bad_setting_is_refused_without_the_secret(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        SPLUNK.settings.model_validate({"api_key": "key", "routing_key": "web"} | keys)
    assert "sesame" not in str(raised.value)
