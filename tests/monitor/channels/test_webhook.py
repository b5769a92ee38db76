"""The webhook against a real server that answers well, badly, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.posting import ASKED_MAX
from monitor.channels.webhook import signature
from monitor.notices import EventKind, to_json
from tests.support.notices import opened, resolved
from tests.support.receivers import Answer, Trouble, receiving
from tests.support.waiting import until_async

NOW = datetime(2026, 3, 3, 2, 15, tzinfo=UTC)
DOCS = Path("docs/channels.md").read_text("utf-8")
WEBHOOK = CHANNELS["webhook"]


async def tell(outside: Outside, url: str, **keys: Any) -> Delivery:
    settings = WEBHOOK.settings.model_validate({"url": url, "timeout": "5s"} | keys)
    return await WEBHOOK.send(settings, opened(), to_json(opened()), outside)


async def test_the_stored_body_arrives_as_it_is(outside: Outside) -> None:
    with receiving() as receiver:
        assert await tell(outside, f"{receiver.url}/in?room=1") == Delivered()
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/in?room=1")
    assert request.body.decode() == to_json(opened())
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-trueup-event"] == "opened"
    assert request.headers["idempotency-key"] == "5f1c2e0a9b7d4c38-1"
    assert request.headers["user-agent"] == "trueup"
    assert "x-trueup-signature" not in request.headers


async def test_a_repetition_has_the_same_key_and_the_recovery_another(outside: Outside) -> None:
    with receiving(500) as receiver:
        settings = WEBHOOK.settings.model_validate({"url": receiver.url})
        for notice in (opened(), opened(), resolved()):
            await WEBHOOK.send(settings, notice, to_json(notice), outside)
    keys = [request.headers["idempotency-key"] for request in receiver.requests]
    assert keys == ["5f1c2e0a9b7d4c38-1", "5f1c2e0a9b7d4c38-1", "5f1c2e0a9b7d4c38-2"]
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_the_documented_code_accepts_our_signature_and_refuses_a_forged_one(
    outside: Outside,
) -> None:
    documented = re.search(r"```python\n(.*?)```", DOCS, re.DOTALL)
    assert documented
    scope: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib}
    exec(documented[1], scope)
    is_ours, now = scope["is_ours"], outside.clock.now().timestamp()
    with receiving() as receiver:
        await tell(outside, receiver.url, secret="a key")
    signed, body = receiver.requests[0].headers["x-trueup-signature"], receiver.bodies[0]
    assert is_ours("a key", signed, body, now)
    assert not is_ours("another key", signed, body, now)
    assert not is_ours("a key", signed, body + b" ", now)
    assert not is_ours("a key", signed, body, now + 3600), "an old message played again"


def test_the_time_is_part_of_what_is_signed() -> None:
    one, other = (signature(b"k", b"{}", at) for at in (NOW, NOW + timedelta(seconds=1)))
    assert one.startswith(f"t={int(NOW.timestamp())},v1=")
    assert one.split("v1=")[1] != other.split("v1=")[1]


async def test_more_headers_are_sent(outside: Outside) -> None:
    with receiving() as receiver:
        await tell(outside, receiver.url, headers={"Authorization": "Bearer abc"})
    assert receiver.requests[0].headers["authorization"] == "Bearer abc"


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (200, Delivered()),
        (202, Delivered()),
        (204, Delivered()),
        (301, Refused("answered 301, and redirects are not followed")),
        (400, Refused("answered 400")),
        (404, Refused("answered 404")),
        (410, Refused("answered 410")),
        (408, Retry("answered 408")),
        (429, Retry("answered 429", timedelta(seconds=120))),
        (500, Retry("answered 500")),
        (503, Retry("answered 503")),
        (Answer(429, {"Retry-After": "7"}), Retry("answered 429", timedelta(seconds=7))),
        (Answer(503, {"Retry-After": "99999999"}), Retry("answered 503", ASKED_MAX)),
        (Answer(503, {"Retry-After": "soon"}), Retry("answered 503")),
        (Trouble.THEN_CLOSE, Delivered()),
    ],
    ids=str,
)
async def test_what_an_answer_means(outside: Outside, act: Any, verdict: Delivery) -> None:
    with receiving(act) as receiver:
        assert await tell(outside, receiver.url) == verdict


async def test_a_redirect_is_not_followed_with_the_message(outside: Outside) -> None:
    with receiving() as elsewhere, receiving(Answer(307, {"Location": elsewhere.url})) as receiver:
        assert isinstance(await tell(outside, receiver.url), Refused)
    assert elsewhere.requests == []


@pytest.mark.parametrize("trouble", [Trouble.RESET, Trouble.CLOSE])
async def test_a_broken_connection_is_tried_again(outside: Outside, trouble: Trouble) -> None:
    with receiving(trouble) as receiver:
        assert isinstance(await tell(outside, receiver.url), Retry)
        assert await tell(outside, receiver.url) == Delivered()
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_a_silent_receiver_is_left_at_the_deadline(outside: Outside) -> None:
    with receiving(Trouble.HANG) as receiver:
        began = time.monotonic()
        delivery = await tell(outside, receiver.url, timeout="300ms")
        assert time.monotonic() - began < 5
    assert delivery == Retry("no answer in time")


async def test_a_confirmation_holds_even_when_its_body_never_comes(outside: Outside) -> None:
    with receiving(Trouble.HANG_AFTER_200) as receiver:
        assert await tell(outside, receiver.url, timeout="300ms") == Delivered()


async def test_an_endless_answer_is_read_only_so_far(outside: Outside) -> None:
    with receiving(Answer(200, body=b"x" * 30_000_000)) as receiver:
        assert await tell(outside, receiver.url) == Delivered()
        await until_async(lambda: receiver.broken_off == 1, "we hung up")


async def test_a_cookie_from_one_receiver_is_never_sent_again(outside: Outside) -> None:
    with receiving(Answer(200, {"Set-Cookie": "mark=1"})) as receiver:
        await tell(outside, receiver.url)
        await tell(outside, receiver.url)
    assert "cookie" not in receiver.requests[1].headers


async def test_an_untrusted_certificate_is_said_without_the_address(outside: Outside) -> None:
    with receiving() as receiver:
        delivery = await tell(outside, receiver.url.replace("http:", "https:") + "/token-4711")
    assert isinstance(delivery, Retry)
    assert "4711" not in delivery.why
    assert "127.0.0.1" not in delivery.why


async def test_a_refused_connection_is_said_in_words(outside: Outside) -> None:
    assert await tell(outside, "http://127.0.0.1:1/") == Retry("connection refused")


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        ({"url": "example.org/sesame"}, "beginning with https://"),
        ({"url": "ftp://example.org/sesame"}, "beginning with https://"),
        ({"url": "https:///sesame"}, "not an address"),
        ({"url": "https://example.org:port/sesame"}, "not an address"),
        ({"url": f"https://{'a' * 64}.example.org/sesame"}, "not an address"),
        ({"url": "https://a..b/sesame"}, "not an address"),
        ({"secret": ""}, "empty secret"),
        ({"headers": {"X Y": "sesame"}}, "cannot be the name"),
        ({"headers": {"X-Y": "sesame\r\nHost: evil"}}, "printable ASCII"),
        ({"headers": {"X-Y": "sesamé"}}, "printable ASCII"),
        ({"headers": {"content-length": "4711"}}, "set by trueup"),
        ({"headers": {"X-Trueup-Event": "sesame"}}, "set by trueup"),
        ({"timeout": 10}, "10s"),
    ],
)
def test_a_bad_setting_is_refused_with_the_remedy_and_without_the_secret(
    keys: Mapping[str, object], remedy: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(remedy)) as raised:
        WEBHOOK.settings.model_validate({"url": "https://example.org/"} | dict(keys))
    assert "sesam" not in str(raised.value)


async def test_whoever_accepts_alertmanager_accepts_us(outside: Outside) -> None:
    with receiving() as receiver:
        settings = WEBHOOK.settings.model_validate(
            {"url": receiver.url, "format": "alertmanager", "secret": "a key"}
        )
        for notice in (opened(), resolved()):
            assert await WEBHOOK.send(settings, notice, to_json(notice), outside) == Delivered()
    began, ended = receiver.notices
    assert (began["version"], began["status"], ended["status"]) == ("4", "firing", "resolved")
    assert began["groupKey"] == ended["groupKey"]
    for request in receiver.requests:
        at = outside.clock.now()
        assert request.headers["x-trueup-signature"] == signature(b"a key", request.body, at)


async def test_nothing_goes_on_firing_there_after_a_test(outside: Outside) -> None:
    notice = opened(event=EventKind.TEST)
    with receiving() as receiver:
        settings = WEBHOOK.settings.model_validate({"url": receiver.url, "format": "alertmanager"})
        assert await WEBHOOK.send(settings, notice, to_json(notice), outside) == Delivered()
    assert [told["status"] for told in receiver.notices] == ["firing", "resolved"]
    assert len({request.headers["idempotency-key"] for request in receiver.requests}) == 2
