"""A deploy that was typed wrongly is forgotten, unless something was done because of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.acts.orders import CannotAct, Done, ForgetDeploy, No, RecordDeploy
from monitor.config.changes import Changes, Deploys, Service
from monitor.store import deploys
from monitor.store.deploys import Deploy
from tests.support.outages import Outages

MINUTE = timedelta(minutes=1)
API = Service(id="api", name="The API", probes=("signin",))


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    changes = Changes(services={"api": API}, deploys=Deploys(tell=("pager", "night")))
    found.config = replace(found.config, changes=changes)
    yield found
    found.writer.close()


def record(outages: Outages, version: str = "1.4.2", **more: Any) -> Done:
    return outages.orders(RecordDeploy(service="api", version=version, **more))


def kept(outages: Outages) -> list[Deploy]:
    found: list[Deploy] = outages.work(lambda db: deploys.newest(db, 100))
    return found


def forget(outages: Outages, number: int) -> Done:
    return outages.orders(ForgetDeploy(number=number, by="ana"))


def test_what_was_typed_wrongly_is_no_longer_what_one_goes_back_to(outages: Outages) -> None:
    for version in ("1.4.1", "14.2", "1.4.3"):
        outages.clock.wind(MINUTE)
        record(outages, version)
    done = forget(outages, 2)
    assert done.said == (
        "Forgotten: api 14.2 (before: 1.4.1), at 2026-03-14 02:02:00 UTC. It is listed, named and"
        " gone back to no longer."
    )
    assert (done.facts["deploy"], done.facts["changed"]) == (2, True)
    assert [(each.version, each.previous) for each in kept(outages)] == [
        ("1.4.3", "1.4.1"),
        ("1.4.1", ""),
    ]
    assert len(outages.rows("SELECT * FROM deploy")) == 2
    assert outages.rows("SELECT forgotten_by FROM forgotten_deploy") == [{"forgotten_by": "ana"}]


def test_who_was_not_told_of_it_yet_never_is(outages: Outages) -> None:
    record(outages)
    outages.work(
        lambda db: db.execute("UPDATE change_letter SET delivered_at = 1 WHERE channel = 'night'")
    )
    assert forget(outages, 1).said.endswith(" night heard of it already.")
    assert outages.rows("SELECT * FROM change_letter") == []


def test_a_webhook_that_tells_of_it_once_more_does_not_bring_it_back(outages: Outages) -> None:
    record(outages, key="run-7")
    forget(outages, 1)
    done = record(outages, key="run-7")
    assert done.said.startswith("Known already, and forgotten since: api 1.4.2, at 2026-03-14")
    assert (done.facts["changed"], kept(outages)) == (False, [])


ACTED = (
    "INSERT INTO action (name, mode, service, incident, deploy, at, decision, why, state)"
    " VALUES ('rollback', ?, 'api', ?, 1, 1, ?, 'follows_deploy', 'done')"
)


@pytest.mark.parametrize(
    ("mode", "decision", "goes"),
    [("live", "act", False), ("live", "not", True), ("dry-run", "act", True)],
)
def test_what_was_acted_upon_stays(
    outages: Outages, mode: str, decision: str, *, goes: bool
) -> None:
    record(outages)
    incident = outages.breaks()
    outages.work(lambda db: db.execute(ACTED, (mode, incident, decision)))
    if goes:
        forget(outages, 1)
        assert outages.rows("SELECT deploy FROM action") == [{"deploy": None}]
        return
    with pytest.raises(CannotAct, match="action rollback was carried out because of it") as no:
        forget(outages, 1)
    assert no.value.no is No.ACTED_UPON
    assert len(kept(outages)) == 1


def test_there_is_nothing_to_forget(outages: Outages) -> None:
    with pytest.raises(CannotAct, match="there is no deploy 7; trueup deploy list") as no:
        forget(outages, 7)
    assert no.value.no is No.UNKNOWN_NUMBER
