"""Programs that want to be told: whether they do, what they get, and where nothing is ever sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor.store.subscribers import Kind
from status_page import Maintenance
from tests.monitor.subscribing.world import (
    MINUTE,
    World,
    a_page,
    a_world,
    an_outage,
    at,
    words,
)
from tests.support.receivers import Answer, Receiver, receiving
from tests.support.waiting import until_async

# As those who take openstatus' webhooks read them; what stands beside is passed over.
_PAGE = {
    "type": "object",
    "required": ["id", "name", "slug", "url"],
    "properties": {"id": {"type": "integer"}, "url": {"pattern": "^https?://"}},
}
_COMPONENTS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "name", "impact"],
        "properties": {
            "id": {"type": "integer"},
            "name": {"type": "string"},
            "impact": {
                "enum": [
                    "operational",
                    "degraded_performance",
                    "partial_outage",
                    "major_outage",
                ]
            },
        },
    },
}
_REPORT = {
    "type": "object",
    "required": ["id", "title", "update", "page", "components"],
    "properties": {
        "id": {"type": "integer"},
        "page": _PAGE,
        "components": _COMPONENTS,
        "update": {
            "type": "object",
            "required": ["id", "status", "message", "created_at"],
            "properties": {
                "id": {"type": "integer"},
                "status": {"enum": ["investigating", "identified", "monitoring", "resolved"]},
                "message": {"type": "string"},
                "created_at": {"type": "string"},
            },
        },
    },
}
_WORK = {
    "type": "object",
    "required": ["id", "title", "message", "page", "components"],
    "properties": {"id": {"type": "integer"}, "page": _PAGE, "components": _COMPONENTS},
}
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "required": ["version", "type", "data", "subscription"],
    "properties": {
        "version": {"const": "1"},
        "subscription": {
            "type": "object",
            "required": ["manage_url", "unsubscribe_url"],
            "additionalProperties": {"type": "string"},
        },
    },
    "oneOf": [
        {
            "properties": {
                "type": {"const": "status_report"},
                "data": {"required": ["status_report"], "properties": {"status_report": _REPORT}},
            }
        },
        {
            "properties": {
                "type": {"const": "maintenance"},
                "data": {"required": ["maintenance"], "properties": {"maintenance": _WORK}},
            }
        },
    ],
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


async def subscribed(world: World, receiver: Receiver) -> None:
    """By the button behind the address that the test names."""
    answer = await world.client.post("/subscribe/", data={"webhook": f"{receiver.url}/hook"})
    assert answer.status_code == 202, answer.text
    await until_async(lambda: receiver.requests, "the test comes")
    await world.quiet()
    assert [each.confirmed_at for each in world.everybody()] == [None]
    confirm = receiver.notices[0]["data"]["confirm_url"]
    assert (await world.client.post(confirm)).status_code == 200
    receiver.requests.clear()


async def test_an_outage_comes_signed_and_in_the_envelope_that_programs_know(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with a_world(tmp_path, nearby=True) as world:
        await world.publish(a_page())
        await subscribed(world, receiver)
        world.clock.wind(2 * MINUTE)
        await world.publish(a_page(an_outage()))
        await until_async(lambda: len(receiver.requests) == 1, "the outage")
        world.clock.wind(30 * MINUTE)
        await world.publish(a_page(an_outage(words(9, "A *disk* is full."), ended=20)))
        await until_async(lambda: len(receiver.requests) == 3, "what was said, and the end")
        (subscriber,) = world.everybody()
        secret = world.subscribing.tickets.secret(subscriber)

    for request in receiver.requests:
        jsonschema.validate(json.loads(request.body), ENVELOPE)
        assert _is_ours(request.headers["x-trueup-signature"], request.body, secret)
    reports = [each["data"]["status_report"] for each in receiver.notices]
    assert [each["update"]["status"] for each in reports] == [
        "investigating",
        "identified",
        "resolved",
    ]
    assert reports[1]["update"]["message"] == "A disk is full."
    assert {each["id"] for each in reports} == {reports[0]["id"]}
    assert reports[0]["components"][0]["name"] == "Uploading"
    assert reports[0]["url"] == "https://status.example.org/incidents/4f1c2d3e4a5b/"
    assert len({each.headers["idempotency-key"] for each in receiver.requests}) == 3


def _is_ours(signature: str, body: bytes, secret: str) -> bool:
    stamp, _, seal = signature.removeprefix("t=").partition(",v1=")
    said = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return said == seal


async def test_announced_work_comes_as_maintenance(tmp_path: Path, receiver: Receiver) -> None:
    work = Maintenance(
        id="work-1",
        title="New disks",
        components=("uploads",),
        starts_at=at(60),
        ends_at=at(120),
        words="Uploads wait.",
        announced_at=at(0),
    )
    async with a_world(tmp_path, nearby=True) as world:
        await world.publish(a_page())
        await subscribed(world, receiver)
        for wait, count in ((2, 1), (60, 2), (60, 3)):
            world.clock.wind(wait * MINUTE)
            await world.publish(a_page(work=(work,)))
            await until_async(lambda c=count: len(receiver.requests) == c, f"letter {count}")  # type: ignore[misc] # a value of the loop

    for document in receiver.notices:
        jsonschema.validate(document, ENVELOPE)
    said = [each["data"]["maintenance"] for each in receiver.notices]
    assert [each["status"] for each in said] == ["announced", "started", "completed"]
    assert said[0]["message"] == "Uploads wait."
    assert said[0]["starts_at"] == "2026-03-14T03:00:00.000Z"


async def test_a_program_that_repeats_the_challenge_is_subscribed(tmp_path: Path) -> None:
    with receiving() as receiver:
        async with a_world(tmp_path, nearby=True) as world:
            challenge = _challenges_ahead(world)
            receiver.script.append(Answer(200, body=b"no idea"))
            await world.client.post("/subscribe/", data={"webhook": f"{receiver.url}/a"})
            await world.quiet()
            (first,) = world.everybody()
            assert first.confirmed_at is None
            receiver.script.append(Answer(200, body=json.dumps(challenge(first)).encode()))
            world.clock.wind(timedelta(hours=2))
            await world.client.post("/subscribe/", data={"webhook": f"{receiver.url}/a"})
            await until_async(lambda: world.everybody()[0].confirmed_at, "it is confirmed")


async def test_a_program_that_answered_in_vain_is_forgotten_and_may_be_asked_again(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with a_world(tmp_path, nearby=True) as world:
        await world.publish(a_page())
        receiver.script.extend([500] * 3)
        await world.client.post("/subscribe/", data={"webhook": f"{receiver.url}/a"})
        for tries in (1, 2, 3):
            await until_async(lambda t=tries: len(receiver.requests) >= t, "it is tried")  # type: ignore[misc]  # a value of the loop
            await world.turned()
            world.clock.wind(timedelta(hours=1))
            await world.turned()
        await until_async(lambda: not world.everybody(), "it is forgotten")
        receiver.requests.clear()
        await subscribed(world, receiver)


def _challenges_ahead(world: World) -> Any:
    return lambda found: {"challenge": world.subscribing.tickets.challenge(found)}


async def test_nothing_is_sent_to_what_is_not_public_whatever_its_name_says(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with a_world(tmp_path) as world:
        port = receiver.url.rpartition(":")[2]
        typed = [
            f"{receiver.url}/hook",
            f"https://127.0.0.1:{port}/",
            f"https://localhost:{port}/",
            f"https://[::ffff:127.0.0.1]:{port}/",
        ]
        for each in typed:
            answer = await world.client.post("/subscribe/", data={"webhook": each})
            assert answer.status_code == 422, each
        # Names that only turn out to be near when they are looked up.
        for each in (f"https://2130706433:{port}/", f"https://0177.0.0.1:{port}/"):
            answer = await world.client.post("/subscribe/", data={"webhook": each})
            assert answer.status_code in (202, 422)
        await until_async(
            lambda: all(row[0] for row in world.stored("SELECT attempts FROM subscriber_letter")),
            "each was tried",
        )

    assert receiver.requests == []
    assert receiver.broken_off == 0, "nobody connected at all"


async def test_a_program_that_is_gone_is_forgotten_and_one_that_fails_has_a_day(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with a_world(tmp_path, nearby=True) as world:
        await world.publish(a_page())
        await subscribed(world, receiver)
        receiver.script.extend([503] * 50)
        for number in range(8):
            world.clock.wind(timedelta(hours=4))
            update = words(number * 240 + 60, f"Update {number}.")
            await world.publish(a_page(an_outage(update)))
            world.subscribing._wake_lanes()
            tried = number + 1
            await until_async(
                lambda t=tried: not world.everybody() or len(receiver.requests) >= t,  # type: ignore[misc] # a value of the loop
                "it is tried",
            )
        assert world.everybody() == [], "a day of failures"

        receiver.requests.clear()
        receiver.script.clear()
        await subscribed(world, receiver)
        receiver.script.append(410)
        world.clock.wind(timedelta(hours=4))
        await world.publish(a_page(an_outage(words(2400, "Over soon."))))
        await until_async(lambda: not world.everybody(), "gone is gone")


async def test_the_secret_of_a_webhook_stands_on_the_page_that_only_its_owner_has_a_link_to(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with a_world(tmp_path, nearby=True) as world:
        await subscribed(world, receiver)
        (found,) = world.everybody()
        assert found.kind is Kind.WEBHOOK
        shown = await world.client.get(world.subscribing.tickets.links(found).manage)

        secret = world.subscribing.tickets.secret(found)
        assert secret in shown.text
        assert secret not in str(world.stored("SELECT * FROM subscriber"))
