"""PagerDuty against a toy that is as strict and deduplicates as it does."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.pagerduty import PagerDutySettings, send_change
from monitor.notices import SAMPLES, EventKind, Notice, Picture, to_json
from monitor.routing import Severity
from tests.support.notices import opened, resolved
from tests.support.pagerduty import PagerDuty, Taken, pagerduty
from tests.support.receivers import Answer, Trouble

PAGERDUTY = CHANNELS["pagerduty"]
ROUTING_KEY = "R0123456789abcdef0123456789abcde"
KEY = opened().dedup_key


def settings(toy: PagerDuty, **keys: Any) -> PagerDutySettings:
    return PagerDutySettings.model_validate({"routing_key": ROUTING_KEY, "url": toy.url} | keys)


async def tell(toy: PagerDuty, outside: Outside, notice: Notice, **keys: Any) -> Delivery:
    return await PAGERDUTY.send(settings(toy, **keys), notice, to_json(notice), outside)


async def test_a_whole_incident_is_one_page_that_is_closed_in_the_end(outside: Outside) -> None:
    told = [
        opened(severity=Severity.WARNING),
        opened(event=EventKind.WORSENED, sequence=2),
        opened(event=EventKind.ACKNOWLEDGED, sequence=3),
        opened(event=EventKind.REMINDED, stage=1, sequence=4),
        resolved(sequence=5),
    ]
    with pagerduty() as toy:
        for notice in told:
            assert await tell(toy, outside, notice) == Delivered()
    assert [event.became for event in toy.events] == [
        "opened",
        "joined",
        "acknowledged",
        "joined",
        "resolved",
    ]
    (page,) = toy.pages
    severities = [trigger["payload"]["severity"] for trigger in page.triggers]
    assert severities == ["warning", "critical", "critical"]


async def test_a_deploy_stands_in_the_page_and_an_action_joins_it(outside: Outside) -> None:
    story = ("opened, after a deploy", "acted", "resolved, after it was acted on")
    with pagerduty() as toy:
        for name in story:
            assert await tell(toy, outside, SAMPLES[name]) == Delivered()
    assert [event.became for event in toy.events] == ["opened", "joined", "resolved"]
    opening, action = toy.pages[0].triggers
    details = opening["payload"]["custom_details"]
    assert details["Last deploy"].startswith("api 1.4.2 (was 1.4.1) by ci, 40 s before")
    assert {"href": "https://ci.example.org/deploys/142", "text": "Deploy"} in opening["links"]
    assert "rolling back api 1.4.2 to 1.4.1" in action["payload"]["summary"]
    assert "was asked for and accepted" in action["payload"]["custom_details"]["What"]


async def test_a_dry_run_is_mere_information_in_the_page(outside: Outside) -> None:
    with pagerduty() as toy:
        for name in ("opened, after a deploy", "acted, as a dry run"):
            assert await tell(toy, outside, SAMPLES[name]) == Delivered()
    (page,) = toy.pages
    assert [each["payload"]["severity"] for each in page.triggers] == ["critical", "info"]
    assert "dry run of rolling back" in page.triggers[1]["payload"]["summary"]


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=list(SAMPLES))
async def test_every_notice_is_right_to_the_letter(outside: Outside, notice: Notice) -> None:
    with pagerduty() as toy:
        assert await tell(toy, outside, notice) == Delivered()
    assert toy.wrong == []


async def test_the_page_says_where_what_since_when_and_what_to_do(outside: Outside) -> None:
    notice = opened(acknowledge="https://trueup.example.org/ack/42", told=("oncall", "room"))
    with pagerduty() as toy:
        await tell(toy, outside, notice)
    (trigger,) = toy.pages[0].triggers
    payload = trigger["payload"]
    assert payload["summary"].startswith("[production] DOWN: People cannot sign in.")
    assert (payload["source"], payload["component"]) == ("signin", "Signing in")
    assert (payload["group"], payload["class"]) == ("production", "text_missing")
    assert payload["timestamp"] == "2026-03-03T02:15:05.000Z"
    assert payload["custom_details"]["Told"] == "oncall, room"
    assert trigger["client"] == "trueup"
    assert trigger["client_url"] == "https://status.example.org/"
    assert {link["text"]: link["href"] for link in trigger["links"]} == {
        "What to do": "https://wiki.example.org/playbooks/signin",
        "Acknowledge": "https://trueup.example.org/ack/42",
        "Status page": "https://status.example.org/",
    }


async def test_nothing_stays_open_after_a_test(outside: Outside) -> None:
    with pagerduty() as toy:
        assert await tell(toy, outside, SAMPLES["a test"]) == Delivered()
    assert [event.action for event in toy.events] == ["trigger", "resolve"]
    assert toy.open == []


async def test_a_test_whose_end_was_not_taken_is_told_again_as_a_whole(outside: Outside) -> None:
    with pagerduty(Taken(202), 503) as toy:
        assert await tell(toy, outside, SAMPLES["a test"]) == Retry("answered 503")
        assert len(toy.open) == 1
        assert await tell(toy, outside, SAMPLES["a test"]) == Delivered()
    assert toy.open == []


async def test_the_resolve_of_something_never_told_wakes_nobody(outside: Outside) -> None:
    with pagerduty() as toy:
        assert await tell(toy, outside, resolved(untold=True)) == Delivered()
    assert [event.became for event in toy.events] == ["dropped"]
    assert toy.pages == []


@pytest.mark.parametrize("trouble", [Trouble.RESET, Trouble.CLOSE, 500])
async def test_what_was_taken_but_not_confirmed_is_sent_again_and_wakes_nobody_twice(
    outside: Outside, trouble: Trouble | int
) -> None:
    with pagerduty(Taken(trouble)) as toy:
        assert isinstance(await tell(toy, outside, opened()), Retry)
        assert await tell(toy, outside, opened()) == Delivered()
    assert [event.became for event in toy.events] == ["opened", "joined"]
    assert len(toy.pages) == 1


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (400, Refused("answered 400")),
        (429, Retry("answered 429", timedelta(seconds=120))),
        (Answer(429, {"Retry-After": "9"}), Retry("answered 429", timedelta(seconds=9))),
        (500, Retry("answered 500")),
        (Taken(Trouble.THEN_CLOSE), Delivered()),
    ],
    ids=str,
)
async def test_what_an_answer_means(outside: Outside, act: Any, verdict: Delivery) -> None:
    with pagerduty(act) as toy:
        assert await tell(toy, outside, opened()) == verdict


async def test_only_pictures_on_the_web_are_shown(outside: Outside) -> None:
    pictures = (
        Picture("page.png", "image/png", "signin/page.png"),
        Picture("shown", "image/png", "https://status.example.org/shown.png"),
        Picture("plain", "image/png", "http://status.example.org/plain.png"),
    )
    with pagerduty() as toy:
        assert await tell(toy, outside, opened(pictures=pictures)) == Delivered()
    (trigger,) = toy.pages[0].triggers
    assert trigger["images"] == [{"src": "https://status.example.org/shown.png", "alt": "shown"}]


async def test_a_change_is_recorded_and_wakes_nobody(outside: Outside) -> None:
    at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    with pagerduty() as toy:
        delivery = await send_change(
            settings(toy),
            "Deployed\nweb 4.2 " + "x" * 2_000,
            at,
            {"version": "4.2"},
            {"The change": "https://code.example.org/4.2", "Not one": "4.2"},
            outside,
        )
    assert delivery == Delivered()
    assert toy.pages == []
    (change,) = toy.changes
    assert change["payload"]["summary"].startswith("Deployed web 4.2")
    assert change["payload"]["timestamp"] == "2026-03-03T02:00:00.000Z"
    assert change["payload"]["custom_details"] == {"version": "4.2"}
    assert change["links"] == [{"href": "https://code.example.org/4.2", "text": "The change"}]


def test_it_pages_for_real_unless_told_otherwise() -> None:
    read = PagerDutySettings.model_validate({"routing_key": ROUTING_KEY})
    assert read.url == "https://events.pagerduty.com/v2/enqueue"


@pytest.mark.parametrize(
    "key", ["sesame", "", "sesame" * 6, "sesame-sesame-sesame-sesame-ses-", "é" * 32]
)
def test_what_can_be_no_integration_key_is_refused_kindly(key: str) -> None:
    with pytest.raises(ValidationError, match="32 letters and digits") as raised:
        PagerDutySettings.model_validate({"routing_key": key})
    assert "sesame" not in str(raised.value)


def test_the_toy_is_strict_and_tells_a_new_page_from_an_old_one() -> None:
    body = {"routing_key": ROUTING_KEY, "dedup_key": KEY, "event_action": "trigger"}
    payload = {"summary": "down", "source": "web", "severity": "critical"}
    with pagerduty() as toy:
        assert httpx.post(toy.url, json=body).status_code == 400
        for action in ("trigger", "resolve", "resolve", "trigger"):
            said = body | {"event_action": action, "payload": payload}
            assert httpx.post(toy.url, json=said).status_code == 202
        state = httpx.get(toy.url).json()
    assert [event["became"] for event in state["events"]] == [
        "opened",
        "resolved",
        "dropped",
        "opened",
    ]
    assert [page["state"] for page in state["pages"]] == ["resolved", "triggered"]
    assert toy.wrong


def test_the_toy_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    command = [sys.executable, "-m", "tests.support.pagerduty", "--journal", str(journal)]
    said = {"routing_key": ROUTING_KEY, "dedup_key": KEY, "event_action": "resolve"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        url = process.stdout.readline().strip()
        assert httpx.post(url, json=said).status_code == 202
        process.stdin.close()
        assert process.wait(10) == 0
    assert '"became": "dropped"' in journal.read_text()
