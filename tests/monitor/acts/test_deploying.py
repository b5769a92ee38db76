"""A deploy is recorded once, under the name that is configured, and it is said what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.acts import planning
from monitor.acts.orders import (
    CannotAct,
    Done,
    No,
    RecordDeploy,
    complaint,
    read,
    write,
)
from monitor.channels import CHANNELS, ChannelSettings
from monitor.config.changes import Changes, Deploys, Service
from monitor.config.model import Channel
from monitor.store import deploys
from monitor.store.deploys import Deploy
from tests.support.clock import NIGHT
from tests.support.configs import a_config
from tests.support.outages import Outages

MINUTE = timedelta(minutes=1)
API = Service(id="api", name="The API", also=("acme/api",), probes=("signin", "uploads", "inner"))
WEB = Service(id="web", name="The web", probes=("signin",), watch_for=timedelta())


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    changes = Changes(services={"api": API, "web": WEB}, deploys=Deploys(tell=("pager", "night")))
    found.config = replace(found.config, changes=changes)
    yield found
    found.writer.close()


def record(outages: Outages, service: str = "api", version: str = "1.4.2", **more: Any) -> Done:
    return outages.orders(RecordDeploy(service=service, version=version, **more))


def kept(outages: Outages) -> list[Deploy]:
    found: list[Deploy] = outages.work(lambda db: deploys.newest(db, 100))
    return found


def test_a_deploy_is_recorded_with_who_watches_it(outages: Outages) -> None:
    record(outages, version="1.4.1")
    outages.clock.wind(MINUTE)
    done = record(outages, "acme/api", by="ci", url="https://ci.example.org/7", note="a fix")
    assert done.said == (
        "Recorded: api 1.4.2 (before: 1.4.1), by ci, at 2026-03-14 02:01:00 UTC. 3 probes watch it:"
        " signin, uploads, inner; they are asked every 10s for 10 minutes."
    )
    newest, _ = kept(outages)
    assert newest == Deploy(
        id=2,
        service="api",
        version="1.4.2",
        previous="1.4.1",
        environment="production",
        by="ci",
        url="https://ci.example.org/7",
        note="a fix",
        source="cli",
        key="cli:api 1.4.2 production 2026-03-14T02:01:00.000Z",
        at=NIGHT + MINUTE,
        recorded_at=NIGHT + MINUTE,
    )
    assert done.facts["probes"] == ["signin", "uploads", "inner"]
    assert (done.facts["deploy"], done.facts["changed"]) == (2, True)


def test_the_channels_that_hear_of_it_have_their_letters_in_the_same_commit(
    outages: Outages,
) -> None:
    record(outages)
    record(outages)
    record(outages, environment="staging")
    record(outages, at=NIGHT - timedelta(days=8))
    letters = outages.rows("SELECT deploy, channel, attempts, delivered_at FROM change_letter")
    assert [(each["deploy"], each["channel"]) for each in letters] == [(1, "night"), (1, "pager")]


def test_told_again_it_is_the_same_deploy_and_nothing_changes(outages: Outages) -> None:
    record(outages, key="run-7", source="github", by="ana")
    outages.clock.wind(MINUTE)
    done = record(outages, key="run-7", source="github", by="somebody else", version="9")
    assert done.said == (
        "Known already: api 1.4.2, by ana, at 2026-03-14 02:00:00 UTC. Nothing changed."
    )
    assert (done.facts["changed"], done.facts["deploy"]) == (False, 1)
    record(outages, key="run-7", source="gitlab")
    assert [each.key for each in kept(outages)] == ["gitlab:run-7", "github:run-7"]


def test_two_in_one_second_are_two_in_the_order_they_were_told(outages: Outages) -> None:
    record(outages, version="1")
    record(outages, version="2")
    record(outages, version="2")
    record(outages, version="3")
    assert [(each.version, each.previous) for each in kept(outages)] == [
        ("3", "2"),
        ("2", "1"),
        ("1", ""),
    ]


def test_the_version_before_is_the_one_to_go_back_to(outages: Outages) -> None:
    for version in ("1", "2", "2"):
        outages.clock.wind(MINUTE)
        record(outages, version=version)
    outages.clock.wind(MINUTE)
    record(outages, "web", "7")
    record(outages, version="8", environment="staging")
    record(outages, version="1.5", at=NIGHT + MINUTE + MINUTE / 2)
    before = {(each.version, each.at): each.previous for each in kept(outages)}
    assert before == {
        ("1", NIGHT + MINUTE): "",
        ("1.5", NIGHT + MINUTE * 1.5): "1",
        ("2", NIGHT + MINUTE * 2): "1.5",
        ("2", NIGHT + MINUTE * 3): "1.5",
        ("7", NIGHT + MINUTE * 4): "",
        ("8", NIGHT + MINUTE * 4): "",
    }


def test_a_clock_that_is_a_little_ahead_is_taken_for_now(outages: Outages) -> None:
    done = record(outages, at=NIGHT + 4 * MINUTE, source="github")
    assert "4 minutes ahead of this one, so it counts as now" in done.said
    assert kept(outages)[0].at == NIGHT


@pytest.mark.parametrize(
    ("at", "source", "said"),
    [
        (NIGHT + 6 * MINUTE, "github", "2026-03-14 02:06 UTC is still to come, here it is"),
        (NIGHT + 6 * MINUTE, "cli", "record a deploy once it is out"),
        (NIGHT - timedelta(days=8), "gitlab", "is more than 7 days ago"),
    ],
)
def test_what_is_still_to_come_or_long_ago_is_refused(
    outages: Outages, at: Any, source: str, said: str
) -> None:
    with pytest.raises(CannotAct, match=said) as no:
        record(outages, at=at, source=source)
    assert no.value.no is No.BAD_TIME
    assert kept(outages) == []


def test_a_person_may_fill_in_the_history(outages: Outages) -> None:
    done = record(outages, at=NIGHT - timedelta(days=30))
    assert done.said.endswith("3 probes watch it: signin, uploads, inner.")
    assert kept(outages)[0].at == NIGHT - timedelta(days=30)


@pytest.mark.parametrize(
    ("service", "environment", "said"),
    [
        ("web", "", "One probe watches it: signin."),
        ("api", "staging", "It went to staging, and production is watched here"),
        ("api", "Production", "3 probes watch it"),
        ("appi", "", "No service is called appi (did you mean 'api'?), so no probe"),
        ("acme/shop", "", "under [service.ID] of the configuration"),
    ],
)
def test_what_does_not_follow_is_said(
    outages: Outages, service: str, environment: str, said: str
) -> None:
    assert said in record(outages, service, environment=environment).said


def test_half_of_the_watch_may_be_over_already(outages: Outages) -> None:
    assert "every 10s until 02:04 UTC." in record(outages, at=NIGHT - 6 * MINUTE).said
    assert "for 10 minutes." in record(outages, at=NIGHT - MINUTE / 2).said
    assert "asked every" not in record(outages, at=NIGHT - 11 * MINUTE).said


def test_a_key_of_any_length_is_kept_short(outages: Outages) -> None:
    names = {"service": "s" * 200, "version": "v" * 200, "environment": "e" * 200}
    first, again = record(outages, **names), record(outages, **names)
    assert (first.facts["changed"], again.facts["changed"]) == (True, False)
    assert len(kept(outages)[0].key) < 100


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"service": ""}, "service: it says nothing"),
        ({"version": " \n"}, "version: it says nothing"),
        ({"version": "v" * 201}, "version: is too long; 200 characters"),
        ({"by": "b" * 61}, "by: is too long; 60 characters"),
        ({"note": "n" * 501}, "note: is too long; 500 characters"),
        ({"url": "javascript:x"}, "url: it is no address of a web page"),
        ({"url": "https://me:secret@example.org/"}, "or has a password in it"),
        ({"url": "https://example.org/" + "x" * 2000}, "url: is too long; 2000 characters"),
        ({"at": "2026-03-14T02:00:00"}, "at: names no time zone"),
        ({"source": "A b"}, "source: does not have the right form"),
    ],
)
def test_every_text_is_bounded(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="1 validation error") as bad:
        RecordDeploy.model_validate({"service": "api", "version": "1"} | given)
    assert said in complaint(bad.value)  # type: ignore[arg-type]  # it is pydantic's


def test_the_order_travels_to_the_daemon_and_back() -> None:
    order = RecordDeploy(service="api", version="1.4.2", at=NIGHT, url="https://ci.example.org/7")
    assert read(write(order)) == order


def test_every_pager_is_told_unless_some_are_named() -> None:
    pager, mail = (
        Channel(id=name, kind=CHANNELS[kind], settings=ChannelSettings())
        for name, kind in (("pager", "pagerduty"), ("mail", "email"))
    )
    config = a_config(channels=(pager, mail))
    assert planning.known(config).pagers == ("pager",)
    for tell in ((), ("other",)):
        changes = Changes(deploys=Deploys(tell=tell))
        assert planning.known(replace(config, changes=changes)).pagers == tell
