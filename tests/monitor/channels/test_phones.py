"""What phones are sent: loud when it is critical, short enough, and quiet again when it is over."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused
from monitor.notices import EventKind, Notice, short, subject, to_json
from monitor.routing import Severity
from tests.support.notices import opened, resolved
from tests.support.receivers import Act, Answer, Received, Receiver, receiving

ACKNOWLEDGE = "https://trueup.example.org/ack/42"
PUSHOVER = {"token": "app", "user": "me"}
TWILIO = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "sesame",
    "from": "+15005550006",
    "to": "+15005550009",
}
NTFY = {"topic": "oncall"}
SIGNAL = {"from": "+15005550006", "to": ["+15005550009", "group.abc="]}


async def tell(
    outside: Outside, name: str, receiver: Receiver, notice: Notice, **keys: Any
) -> Delivery:
    kind = CHANNELS[name]
    settings = kind.settings.model_validate({"server": receiver.url, "timeout": "5s"} | keys)
    return await kind.send(settings, notice, to_json(notice), outside)


async def sent(outside: Outside, name: str, notice: Notice, **keys: Any) -> list[Received]:
    with receiving() as receiver:
        assert await tell(outside, name, receiver, notice, **keys) == Delivered()
    return receiver.requests


def form(request: Received) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(request.body.decode()).items()}


async def test_ntfy_gets_a_priority_a_tag_and_buttons(outside: Outside) -> None:
    notice = opened(acknowledge=ACKNOWLEDGE)
    (request,) = await sent(outside, "ntfy", notice, **NTFY, token="tk_1")
    document = json.loads(request.body)
    assert request.headers["authorization"] == "Bearer tk_1"
    assert document["topic"] == "oncall"
    assert document["title"] == subject(notice)
    assert (document["priority"], document["tags"]) == (5, ["rotating_light"])
    assert [action["label"] for action in document["actions"]] == [
        "What to do", "Acknowledge", "Status page",
    ]  # fmt: skip
    assert document["click"] == "https://status.example.org/"


@pytest.mark.parametrize(
    ("notice", "priority"),
    [
        (opened(severity=Severity.WARNING), 4),
        (resolved(), 3),
        (opened(event=EventKind.ACKNOWLEDGED), 2),
    ],
)
async def test_what_can_wait_is_quieter(outside: Outside, notice: Notice, priority: int) -> None:
    (request,) = await sent(outside, "ntfy", notice, **NTFY)
    assert json.loads(request.body)["priority"] == priority


async def test_ntfy_never_gets_so_much_that_it_makes_a_file_of_it(outside: Outside) -> None:
    notice = opened(
        says=("無" * 900,), excerpt=("無" * 150 + "\n") * 9, components=("無" * 90,) * 9
    )
    (request,) = await sent(outside, "ntfy", notice, **NTFY)
    assert 3_000 < len(json.loads(request.body)["message"].encode()) <= 3_800


async def test_gotify_gets_its_key_in_a_header(outside: Outside) -> None:
    (request,) = await sent(outside, "gotify", opened(), token="key")
    document = json.loads(request.body)
    assert request.path == "/message"
    assert request.headers["x-gotify-key"] == "key"
    assert document["priority"] == 10
    assert document["message"].startswith("People cannot sign in.")


async def test_signal_tells_numbers_and_groups(outside: Outside) -> None:
    (request,) = await sent(outside, "signal", opened(excerpt="x\n" * 9_000), **SIGNAL)
    document = json.loads(request.body)
    assert request.path == "/v2/send"
    assert document["recipients"] == ["+15005550009", "group.abc="]
    assert document["message"].startswith(subject(opened()))
    assert len(document["message"]) <= 2_000


async def test_pushover_sounds_until_somebody_reacts(outside: Outside) -> None:
    notice = opened(acknowledge=ACKNOWLEDGE)
    (request,) = await sent(outside, "pushover", notice, **PUSHOVER, sound_again="30s")
    told = form(request)
    assert request.path == "/1/messages.json"
    assert (told["priority"], told["retry"], told["expire"]) == ("2", "30", "3600")
    assert told["tags"] == notice.dedup_key
    assert (told["url"], told["url_title"]) == (ACKNOWLEDGE, "Acknowledge")
    assert f"What to do: {notice.playbook}" in told["message"]
    assert len(told["message"]) <= 1_024
    assert len(told["title"]) <= 250


@pytest.mark.parametrize("event", [EventKind.RESOLVED, EventKind.ACKNOWLEDGED])
async def test_when_it_is_over_or_taken_the_phone_is_told_to_stop(
    outside: Outside, event: EventKind
) -> None:
    notice = opened(event=event, lasted=timedelta(minutes=1))
    told, stop = await sent(outside, "pushover", notice, **PUSHOVER)
    assert form(told)["priority"] in ("0", "-1")
    assert stop.path == f"/1/receipts/cancel_by_tag/{notice.dedup_key}.json"
    assert form(stop) == {"token": "app"}


@pytest.mark.parametrize("act", [500, 404])
async def test_a_phone_that_cannot_be_stopped_has_been_told_all_the_same(
    outside: Outside, act: Act
) -> None:
    with receiving(200, act) as receiver:
        assert await tell(outside, "pushover", receiver, resolved(), **PUSHOVER) == Delivered()


async def test_pushover_that_says_no_with_a_200_is_believed(outside: Outside) -> None:
    with receiving(Answer(200, body=b'{"status":0,"errors":["user is invalid"]}')) as receiver:
        delivery = await tell(outside, "pushover", receiver, opened(), **PUSHOVER)
    assert delivery == Refused("the service said that it did not take it")


async def test_a_text_message_is_the_short_form(outside: Outside) -> None:
    (request,) = await sent(outside, "twilio", opened(), **TWILIO)
    assert request.path == f"/2010-04-01/Accounts/{TWILIO['account_sid']}/Messages.json"
    scheme, _, user = request.headers["authorization"].partition(" ")
    assert (scheme, b64decode(user)) == ("Basic", f"{TWILIO['account_sid']}:sesame".encode())
    told = form(request)
    assert told == {"From": TWILIO["from"], "To": TWILIO["to"], "Body": short(opened())}


async def test_a_messaging_service_can_send_it(outside: Outside) -> None:
    (request,) = await sent(outside, "twilio", opened(), **TWILIO | {"from": "MG" + "a" * 32})
    assert form(request)["MessagingServiceSid"] == "MG" + "a" * 32
    assert "From" not in form(request)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("twilio", TWILIO | {"to": "015005550009"}),
        ("twilio", TWILIO | {"account_sid": "4711"}),
        ("ntfy", {"topic": "on call"}),
        ("pushover", PUSHOVER | {"sound_again": "1s"}),
        ("signal", SIGNAL | {"to": []}),
        ("signal", SIGNAL | {"to": ["me"], "server": "http://127.0.0.1"}),
        ("gotify", {"token": "a\nb", "server": "http://127.0.0.1"}),
        ("matrix", {"token": "a", "server": "http://127.0.0.1", "room": "#oncall:example.org"}),
        ("telegram", {"bot_token": "a", "chat_id": ""}),
    ],
)
def test_a_setting_that_cannot_work_is_refused(name: str, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CHANNELS[name].settings.model_validate(keys)
