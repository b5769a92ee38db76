"""Alertmanager: what fires goes on firing until it is over, and then it is over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Retry
from monitor.clock import SystemClock
from monitor.notices import SAMPLES, EventKind, Notice, to_json
from monitor.routing import Severity
from tests.support.notices import BEGAN_AT, opened, resolved
from tests.support.receivers import Receiver, receiving

ALERTMANAGER = CHANNELS["alertmanager"]


async def tell(receiver: Receiver, outside: Outside, notice: Notice, **keys: Any) -> Delivery:
    settings = ALERTMANAGER.settings.model_validate({"url": f"{receiver.url}/am/"} | keys)
    return await ALERTMANAGER.send(settings, notice, to_json(notice), outside)


def told_to(receiver: Receiver) -> list[dict[str, Any]]:
    """What was posted, each being a list of one."""
    posted = [json.loads(body) for body in receiver.bodies]
    assert all(len(each) == 1 for each in posted)
    return [each[0] for each in posted]


def instant(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone(UTC)


async def test_what_opens_fires_far_beyond_the_next_reminder(outside: Outside) -> None:
    with receiving() as receiver:
        assert await tell(receiver, outside, opened()) == Delivered()
    assert receiver.requests[0].path == "/am/api/v2/alerts"
    (told,) = told_to(receiver)
    assert told["labels"]["alertname"] == "signin"
    assert told["annotations"]["runbook_url"] == "https://wiki.example.org/playbooks/signin"
    assert instant(told["startsAt"]) == BEGAN_AT
    assert instant(told["endsAt"]) > opened().at + timedelta(days=7)
    assert told["generatorURL"] == "https://status.example.org/"


async def test_its_labels_never_change_and_the_end_lies_at_the_first_good_run(
    outside: Outside,
) -> None:
    worse = opened(event=EventKind.WORSENED, severity=Severity.WARNING, reason="status")
    with receiving() as receiver:
        for notice in (opened(), worse, resolved()):
            assert await tell(receiver, outside, notice) == Delivered()
    told = told_to(receiver)
    assert told[0]["labels"] == told[1]["labels"] == told[2]["labels"]
    assert instant(told[2]["endsAt"]) == BEGAN_AT + timedelta(minutes=12)


def an_hour_ahead(**changes: Any) -> Notice:
    """An incident that is over, by a clock that is an hour ahead of the far end's."""
    at = SystemClock().now() + timedelta(hours=1)
    return resolved(began_at=at - timedelta(minutes=12), at=at, **changes)


async def test_an_end_that_lies_ahead_by_its_clock_is_told_again_by_its_clock(
    outside: Outside,
) -> None:
    with receiving() as receiver:
        began = SystemClock().now()
        assert await tell(receiver, outside, an_hour_ahead()) == Delivered()
    first, second = told_to(receiver)
    assert instant(first["endsAt"]) > began + timedelta(minutes=59)
    assert abs(instant(second["endsAt"]) - began) < timedelta(minutes=1)
    assert instant(second["startsAt"]) <= instant(second["endsAt"])
    assert first["labels"] == second["labels"]


async def test_the_second_telling_must_be_confirmed_too(outside: Outside) -> None:
    with receiving(200, 503) as receiver:
        assert await tell(receiver, outside, an_hour_ahead()) == Retry("answered 503")


async def test_what_goes_on_is_told_once_whatever_the_clocks_say(outside: Outside) -> None:
    with receiving() as receiver:
        notice = an_hour_ahead(event=EventKind.OPENED)
        assert await tell(receiver, outside, notice) == Delivered()
    assert len(told_to(receiver)) == 1


async def test_a_test_burns_out_by_itself(outside: Outside) -> None:
    notice = SAMPLES["a test"]
    with receiving() as receiver:
        assert await tell(receiver, outside, notice) == Delivered()
    (told,) = told_to(receiver)
    assert instant(told["endsAt"]) == notice.at + timedelta(minutes=5)


async def test_more_labels_are_there_to_route_by(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, opened(), labels={"severity": "page", "team": "web"})
    (told,) = told_to(receiver)
    assert (told["labels"]["severity"], told["labels"]["team"]) == ("page", "web")


@pytest.mark.parametrize(
    ("keys", "header"),
    [
        ({"username": "trueup", "password": "pä:ss"}, "Basic dHJ1ZXVwOnDDpDpzcw=="),
        ({"bearer": "token-4711"}, "Bearer token-4711"),
        ({}, None),
    ],
)
async def test_it_knows_us(outside: Outside, keys: dict[str, str], header: str | None) -> None:
    with receiving() as receiver:
        await tell(receiver, outside, opened(), **keys)
    assert receiver.requests[0].headers.get("authorization") == header


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        ({"url": "sesame"}, "beginning with https://"),
        ({"username": "trueup"}, "both or neither"),
        ({"password": "sesame"}, "both or neither"),
        ({"username": "a", "password": "sesame", "bearer": "sesame"}, "either bearer"),
        ({"username": "a:b", "password": "sesame"}, "colon"),
        ({"labels": {"alertname": "x"}}, "set by trueup"),
        ({"labels": {"a-b": "x"}}, "cannot be the name"),
        ({"labels": {"ä": "x"}}, "cannot be the name"),
        ({"labels": {"team": ""}}, "no label"),
    ],
)
def test_a_bad_setting_is_refused_with_the_remedy(keys: dict[str, Any], remedy: str) -> None:
    with pytest.raises(ValidationError, match=remedy) as raised:
        ALERTMANAGER.settings.model_validate({"url": "https://alertmanager.example.org"} | keys)
    assert "sesame" not in str(raised.value)
