"""Deploys as they are kept, and which of them an incident may follow."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - a database in memory, for many short stories
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database  # noqa: TID251 - a test's own look into the store

from monitor.config.changes import Changes, Deploys, Service
from monitor.store import Writer, change_tables, deploys
from monitor.store.deploys import (
    AFTERWARDS,
    LATELY_MOST,
    Deploy,
    Services,
    concerning,
    shortly_after,
)
from tests.support.clock import NIGHT

Do = Callable[[Callable[[Database], Any]], Any]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def do(tmp_path: Path) -> Iterator[Do]:
    writer = Writer(tmp_path / "trueup.db")
    yield lambda work: writer.submit(work).result(30)
    writer.close()


def deploy(version: str, minutes: float = 0, **more: Any) -> Deploy:
    at = NIGHT + minutes * MINUTE
    given: dict[str, Any] = {
        "service": "api",
        "environment": "production",
        "source": "cli",
        "key": version,
    }
    return Deploy(version=version, at=at, recorded_at=at, **given | more)


def versions(found: list[Deploy]) -> list[str]:
    return [each.version for each in found]


def test_windows_and_lists_are_in_the_order_in_which_they_are_read(do: Do) -> None:
    for version, minutes in (("1", 0), ("2", 1), ("3", 1), ("4", 2)):
        do(partial(deploys.add, deploy=deploy(version, minutes)))
    do(partial(deploys.add, deploy=deploy("9", 3, service="web")))
    upto = NIGHT + 2 * MINUTE
    assert versions(do(lambda db: deploys.newest(db, 3))) == ["9", "4", "3"]
    assert versions(do(lambda db: deploys.newest(db, 9, "web"))) == ["9"]
    assert versions(do(lambda db: deploys.since(db, NIGHT + MINUTE))) == ["2", "3", "4", "9"]
    assert versions(do(lambda db: deploys.since(db, NIGHT, upto))) == ["1", "2", "3"]
    assert versions(do(lambda db: deploys.before(db, NIGHT + MINUTE, upto))) == ["4", "3", "2"]
    found = do(lambda db: deploys.one(db, 2))
    assert (found.version, found.previous, found.at) == ("2", "1", NIGHT + MINUTE)
    assert do(lambda db: deploys.one(db, 77)) is None


def test_of_a_flood_only_the_newest_are_read(do: Do) -> None:
    for number in range(LATELY_MOST + 5):
        do(partial(deploys.add, deploy=deploy(str(number), number)))
    do(partial(deploys.add, deploy=deploy("elsewhere", 30, service="web")))
    do(partial(deploys.add, deploy=deploy("away", 30, environment="staging")))
    upto = NIGHT + 60 * MINUTE
    web = Services(ours=["api"], elsewhere=["web"])
    found = versions(do(lambda db: deploys.lately(db, NIGHT, upto, "production", web)))
    assert (found[0], len(found)) == (str(LATELY_MOST + 4), LATELY_MOST)
    every = Services(ours=[], elsewhere=[])
    assert versions(do(lambda db: deploys.lately(db, NIGHT, upto, "staging", every))) == ["away"]


def test_a_flood_of_what_nobody_watches_hides_nothing_that_is_watched(do: Do) -> None:
    do(partial(deploys.add, deploy=deploy("ours")))
    for number in range(LATELY_MOST + 5):
        do(partial(deploys.add, deploy=deploy(str(number), number, service=f"cron-{number}")))
    upto, ours = NIGHT + 60 * MINUTE, Services(ours=["api"], elsewhere=[])
    found = versions(do(lambda db: deploys.lately(db, NIGHT, upto, "production", ours)))
    assert (found[0], len(found)) == ("ours", LATELY_MOST)


CHANGES = Changes(
    services={"api": Service(id="api", name="API", also=("acme/api",), probes=("signin",))},
    deploys=Deploys(window=30 * MINUTE),
)


def follows(found: Deploy, probe: str = "signin") -> bool:
    return bool(concerning([found], CHANGES, probe, "production", NIGHT))


def test_an_incident_may_follow_what_went_out_in_the_window_before_it() -> None:
    assert follows(deploy("1", 0))
    assert follows(deploy("1", -30))
    assert not follows(deploy("1", -31))
    assert not follows(deploy("1", 0.01))


def test_it_may_follow_what_its_probe_watches_and_what_nobody_is_known_to_watch() -> None:
    assert follows(deploy("1", -1, service="acme/api"))
    assert not follows(deploy("1", -1), "uploads")
    assert follows(deploy("1", -1, service="elsewhere"), "uploads")


def test_it_follows_nothing_that_went_somewhere_else() -> None:
    assert follows(deploy("1", -1, environment=""))
    assert not follows(deploy("1", -1, environment="staging"))


def test_the_newest_is_named_first() -> None:
    given = [deploy("1", -3), deploy("2", -1), deploy("3", -2)]
    found = concerning(given, CHANGES, "signin", "production", NIGHT)
    assert versions(found) == ["2", "3", "1"]


def test_what_the_probe_watches_is_likelier_than_what_is_configured_nowhere() -> None:
    given = [deploy("1", -3), deploy("2", -1, service="cron"), deploy("3", -2)]
    found = concerning(given, CHANGES, "signin", "production", NIGHT)
    assert versions(found) == ["3", "1", "2"]


def test_what_is_recorded_when_it_just_began_to_fail_is_known_and_no_cause() -> None:
    given = [deploy("1"), deploy("2", 0.01), deploy("3", 1), deploy("4", 1.1)]
    given.append(deploy("5", 0.5, service="web", environment="staging"))
    assert timedelta(minutes=1) == AFTERWARDS
    found = shortly_after(given, CHANGES, "signin", "production", NIGHT)
    assert versions(found) == ["3", "2"]


def forget(do: Do, found: Deploy) -> None:
    do(partial(deploys.forget, deploy=found, by="ana", at=NIGHT + 9 * MINUTE))


def kept(do: Do) -> list[tuple[int, str, str]]:
    found = do(lambda db: deploys.newest(db, 9))
    return [(each.id, each.version, each.previous) for each in found]


def test_what_is_forgotten_is_nobodys_version_before(do: Do) -> None:
    for number, version in enumerate(("1", "9", "9", "2", "3")):
        do(partial(deploys.add, deploy=deploy(version, number, key=str(number))))
    assert kept(do)[:2] == [(5, "3", "2"), (4, "2", "9")]
    forget(do, do(lambda db: deploys.one(db, 2)))
    assert kept(do)[1:3] == [(4, "2", "9"), (3, "9", "1")]
    forget(do, do(lambda db: deploys.one(db, 3)))
    assert kept(do) == [(5, "3", "2"), (4, "2", "1"), (1, "1", "")]


def previous(do: Do) -> dict[str, str]:
    return {version: before for _, version, before in kept(do)}


def test_what_is_told_late_is_still_the_version_before(do: Do) -> None:
    for version, minutes in (("9.0", 0), ("9.2", 4), ("9.3", 5)):
        do(partial(deploys.add, deploy=deploy(version, minutes)))
    do(partial(deploys.add, deploy=deploy("9.2", 4.5, key="again")))
    do(partial(deploys.add, deploy=deploy("8", 2, environment="staging")))
    do(partial(deploys.add, deploy=deploy("7", 2, service="web")))
    do(partial(deploys.add, deploy=deploy("9.1", 2)))
    found = [(version, before) for _, version, before in kept(do)]
    assert found[:3] == [("9.3", "9.2"), ("9.2", "9.1"), ("9.2", "9.1")]
    forget(do, next(each for each in do(lambda db: deploys.newest(db, 9)) if each.version == "9.1"))
    assert previous(do) == {"9.3": "9.2", "9.2": "9.0", "8": "", "7": "", "9.0": ""}


def test_what_somebody_said_of_it_stays_whatever_is_told_later(do: Do) -> None:
    do(partial(deploys.add, deploy=deploy("9.0")))
    do(partial(deploys.add, deploy=deploy("9.2", 4, previous="9.0")))
    do(partial(deploys.add, deploy=deploy("9.1", 2)))
    assert previous(do) == {"9.2": "9.0", "9.1": "9.0", "9.0": ""}


def test_without_the_forgotten_one_the_nearest_other_is_the_version_before(do: Do) -> None:
    for number, version in enumerate(("9", "1", "9", "2")):
        do(partial(deploys.add, deploy=deploy(version, number, key=str(number))))
    forget(do, do(lambda db: deploys.one(db, 3)))
    assert previous(do)["2"] == "1"


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 4)), max_size=7), st.randoms())
@settings(max_examples=40, deadline=None)
def test_in_whatever_order_they_are_told_the_versions_before_are_the_same(
    told: list[tuple[str, int]], chance: Random
) -> None:
    wanted = dict.fromkeys(minutes for _, minutes in told)
    told = [next(each for each in told if each[1] == minutes) for minutes in wanted]
    assert _as_kept(told) == _as_kept(chance.sample(told, len(told)))


def _as_kept(told: list[tuple[str, int]]) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        db = Database(connection)
        connection.executescript(change_tables.TABLES)
        for version, minutes in told:
            deploys.add(db, deploy(version, minutes, key=str(minutes)))
        return [(each.version, each.previous) for each in deploys.newest(db, 9)]


def test_what_is_forgotten_stays_so_when_it_is_told_again(do: Do) -> None:
    made = deploy("1")
    first, _ = do(partial(deploys.add, deploy=made))
    forget(do, first)
    _, new = do(partial(deploys.add, deploy=made))
    assert (new, kept(do)) == (False, [])
    assert do(lambda db: deploys.forgotten(db, "api", "1", NIGHT))


def test_a_number_means_one_deploy_for_good(do: Do) -> None:
    first, _ = do(partial(deploys.add, deploy=deploy("1")))
    forget(do, first)
    second, _ = do(partial(deploys.add, deploy=deploy("2")))
    assert (first.id, second.id) == (1, 2)
