"""The words of Prometheus: what identifies an incident never changes while it lasts."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.channels.posting import json_bytes
from monitor.channels.prometheus import ended_at, labels_of, webhook_body
from monitor.notices import SAMPLES, About, EventKind, Member, Words
from monitor.routing import Severity
from tests.support.notices import BEGAN_AT, opened, resolved

WORDS = Words()


def body_of(notice: Any) -> dict[str, Any]:
    return webhook_body(notice, WORDS, over=notice.event is EventKind.RESOLVED)


def test_the_whole_story_of_an_incident_is_one_alert_to_prometheus() -> None:
    story = [
        opened(),
        opened(event=EventKind.WORSENED, severity=Severity.WARNING, reason="status", sequence=2),
        opened(event=EventKind.ACKNOWLEDGED, acknowledged_by="oncall", sequence=3),
        opened(event=EventKind.REMINDED, stage=1, failures=99, summary="503", sequence=4),
        resolved(sequence=5),
    ]
    bodies = [body_of(notice) for notice in story]
    assert len({body["groupKey"] for body in bodies}) == 1
    assert len({body["alerts"][0]["fingerprint"] for body in bodies}) == 1
    assert len({body["alerts"][0]["startsAt"] for body in bodies}) == 1
    assert [body["status"] for body in bodies] == ["firing"] * 4 + ["resolved"]


def test_the_next_incident_of_the_same_probe_is_another_one() -> None:
    assert labels_of(opened()) != labels_of(opened(dedup_key="another"))


def test_the_body_has_every_key_of_version_4_and_no_other() -> None:
    body = body_of(opened())
    assert body.keys() == {
        "version",
        "groupKey",
        "truncatedAlerts",
        "status",
        "receiver",
        "groupLabels",
        "commonLabels",
        "commonAnnotations",
        "externalURL",
        "alerts",
    }
    assert body["version"] == "4"
    (alone,) = body["alerts"]
    assert alone["endsAt"] == "0001-01-01T00:00:00Z"
    assert alone["generatorURL"] == body["externalURL"] == "https://status.example.org/"
    assert body["commonLabels"] == alone["labels"]
    assert body["commonAnnotations"]["runbook_url"] == "https://wiki.example.org/playbooks/signin"


def test_what_was_deployed_done_and_is_left_are_annotations() -> None:
    (alone,) = body_of(SAMPLES["resolved, after it was acted on"])["alerts"]
    told = alone["annotations"]
    assert told["last_deploy"].startswith("api 1.4.2 (was 1.4.1) by ci, 40 s before")
    assert told["deploy_url"] == "https://ci.example.org/deploys/142"
    assert told["action"].endswith("passing again after 34 seconds.")
    assert told["budget"].startswith("3 min 20 s of 15 min left")
    assert labels_of(SAMPLES["opened, after a deploy"]) == labels_of(SAMPLES["acted"])


def test_it_ended_at_the_first_good_run() -> None:
    (alone,) = body_of(resolved())["alerts"]
    assert (alone["status"], alone["startsAt"]) == ("resolved", "2026-03-03T02:14:05.000Z")
    assert alone["endsAt"] == "2026-03-03T02:26:05.000Z"


def test_nothing_ends_before_it_began() -> None:
    blip = resolved(began_at=BEGAN_AT + timedelta(milliseconds=700), lasted=timedelta())
    assert ended_at(blip) == blip.began_at


def test_a_summary_has_an_entry_for_each_it_names_and_counts_the_rest() -> None:
    body = body_of(SAMPLES["a summary"])
    assert [entry["labels"]["alertname"] for entry in body["alerts"]] == ["signin", "upload"]
    assert body["truncatedAlerts"] == 10
    assert len({entry["fingerprint"] for entry in body["alerts"]}) == 2
    assert "alertname" not in body["commonLabels"]
    assert body["commonLabels"]["dedup_key"] == "5f1c2e0a9b7d4c38"


def test_those_that_a_summary_names_end_under_the_labels_they_began_with() -> None:
    began, ended = body_of(SAMPLES["a summary"]), body_of(SAMPLES["a summary that is over"])
    assert [entry["fingerprint"] for entry in began["alerts"]] == [
        entry["fingerprint"] for entry in ended["alerts"]
    ]


def test_a_member_that_is_met_twice_is_told_apart_by_its_incident() -> None:
    twice = (Member(1, "signin", "Signing in"), Member(2, "signin", "Signing in"))
    summary = replace(SAMPLES["a summary"], members=twice, members_count=2)
    first, second = body_of(summary)["alerts"]
    assert first["fingerprint"] != second["fingerprint"]


def test_a_summary_of_a_thousand_stays_small() -> None:
    many = tuple(Member(n, f"probe-{n}", "Something " * 8) for n in range(1000))
    began = time.process_time()
    body = body_of(replace(SAMPLES["a summary"], members=many, members_count=1000))
    assert time.process_time() - began < 2  # measured: 0.03
    assert body["truncatedAlerts"] == 1000 - len(body["alerts"])
    assert len(json_bytes(body)) < 200_000


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize("event", EventKind)
def test_no_label_and_no_annotation_is_ever_empty(event: EventKind, about: About) -> None:
    for entry in body_of(opened(event=event, about=about))["alerts"]:
        assert all({**entry["labels"], **entry["annotations"]}.values())
