"""The long tail, by way of a service that speaks plain JSON to a real server."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.apprise import HANGING_MAX, ROOM
from monitor.notices import Notice, subject, text, to_json
from tests.support.notices import opened, resolved
from tests.support.receivers import Act, Receiver, Trouble, receiving
from tests.support.waiting import until_async

APPRISE = CHANNELS["apprise"]


async def tell(
    outside: Outside, *receivers: Receiver, notice: Notice | None = None, timeout: str = "5s"
) -> Delivery:
    urls = [each.url.replace("http:", "json:") + "/sesame-4711" for each in receivers]
    settings = APPRISE.settings.model_validate({"urls": urls, "timeout": timeout})
    notice = notice or opened()
    return await APPRISE.send(settings, notice, to_json(notice), outside)


async def test_a_service_gets_the_subject_and_the_text(outside: Outside) -> None:
    with receiving() as receiver:
        assert await tell(outside, receiver) == Delivered()
    (told,) = receiver.notices
    assert told["title"] == subject(opened())
    assert told["message"].strip() == text(opened()).strip()
    assert told["type"] == "failure"


async def test_good_news_looks_like_good_news(outside: Outside) -> None:
    with receiving() as receiver:
        assert await tell(outside, receiver, notice=resolved()) == Delivered()
    assert receiver.notices[0]["type"] == "success"


async def test_what_a_target_says_is_text_and_never_a_template(outside: Outside) -> None:
    notice = opened(summary="${HOME} {{ secret }} <b>bold</b> :smile: \\n %s")
    with receiving() as receiver:
        assert await tell(outside, receiver, notice=notice) == Delivered()
    assert notice.summary in receiver.notices[0]["message"]


@pytest.mark.parametrize(
    ("act", "delivery"),
    [
        (500, Retry("answered 500")),
        (429, Retry("answered 429", timedelta(seconds=120))),
        (404, Refused("answered 404")),
        (Trouble.RESET, Retry("at least one service did not take it")),
    ],
)
async def test_why_a_service_did_not_take_it_is_heard_in_the_librarys_log(
    outside: Outside, act: Act, delivery: Delivery
) -> None:
    with receiving(act) as receiver:
        assert await tell(outside, receiver) == delivery


async def test_while_one_of_two_may_still_take_it_both_are_tried_again(outside: Outside) -> None:
    with receiving(404) as refuses, receiving(503) as busy:
        assert await tell(outside, refuses, busy) == Retry("answered 503")


async def test_attempts_that_hang_do_not_pile_up(outside: Outside) -> None:
    with receiving() as receiver, ExitStack() as hanging:
        for _ in range(HANGING_MAX):
            assert ROOM.acquire(blocking=False)
            hanging.callback(ROOM.release)
        assert await tell(outside, receiver) == Retry("too many earlier attempts still hang")
        assert receiver.requests == []
    with receiving() as receiver:
        assert await tell(outside, receiver) == Delivered()


async def test_what_was_left_hanging_ends_by_itself(outside: Outside) -> None:
    with receiving(Trouble.HANG) as receiver:
        assert await tell(outside, receiver, timeout="200ms") == Retry("not taken in time")
        await until_async(lambda: not hanging_threads(), "no thread is left", within=10)


def hanging_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "apprise"]


async def test_one_failing_service_of_two_is_a_failure(outside: Outside) -> None:
    with receiving() as good, receiving(500) as bad:
        assert isinstance(await tell(outside, good, bad), Retry)
    assert len(good.bodies) == 1


async def test_a_silent_service_is_left_at_the_deadline(outside: Outside) -> None:
    with receiving(Trouble.HANG) as receiver:
        began = time.monotonic()
        assert await tell(outside, receiver, timeout="300ms") == Retry("not taken in time")
        assert time.monotonic() - began < 5


async def test_the_library_logs_no_address(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiving(500) as receiver:
        await tell(outside, receiver)
    with pytest.raises(ValidationError):
        APPRISE.settings.model_validate({"urls": ["sesame-4711://x"]})
    assert not [record for record in caplog.records if record.name.startswith("apprise")]


@pytest.mark.parametrize("url", ["sesame-4711", "sesame-4711://host/", "discord://sesame-4711", ""])
def test_an_address_of_no_known_service_is_a_bad_configuration(url: str) -> None:
    with pytest.raises(ValidationError, match="address number 2") as raised:
        APPRISE.settings.model_validate({"urls": ["json://example.org", url]})
    assert "4711" not in str(raised.value)


def test_no_address_at_all_is_a_bad_configuration() -> None:
    with pytest.raises(ValidationError, match="at least 1"):
        APPRISE.settings.model_validate({"urls": []})


def test_without_the_extra_the_configuration_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    absent: Any = None
    monkeypatch.setitem(sys.modules, "apprise", absent)
    with pytest.raises(ValidationError, match=r'pip install "trueup\[apprise\]"'):
        APPRISE.settings.model_validate({"urls": ["json://example.org"]})
