"""Rows of what was done: once for a deploy, a reason once, and each end in a whole sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - its rows are looked at as they are

from monitor.clock import to_us
from monitor.store import Writer, action_facts, actions, records
from monitor.store.action_words import State
from monitor.store.actions import Ending, Entry
from monitor.store.incidents import NewIncident, open_incident
from tests.support.clock import NIGHT

SECOND = timedelta(seconds=1)
NOTICE = '{"playbook": "https://wiki.example.org/roll-back"}'


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Incident 1 follows deploy 1 of 1.4.2."""
    writer = Writer(tmp_path / "t.db")
    writer.close()
    opened = Database(tmp_path / "t.db")
    [key] = records.sync_probes(opened, [records.ProbeRow("a", "a", "http")], NIGHT).values()
    new = NewIncident(
        probe=key,
        location="here",
        began_at=NIGHT,
        opened_at=NIGHT,
        reason="status",
        summary="status 500",
        failed_step="",
        failures=2,
    )
    open_incident(opened, new, instance="i")
    opened.execute("UPDATE incident SET notice = ?", [NOTICE])
    opened.execute(
        "INSERT INTO deploy (service, version, previous, source, key, at, recorded_at)"
        " VALUES ('api', '1.4.2', '1.4.1', 'cli', 'k', ?, 0)",
        [to_us(NIGHT)],
    )
    yield opened
    opened.close()


def an_entry(**changes: Any) -> Entry:
    given: dict[str, Any] = {
        "name": "rollback",
        "mode": "live",
        "service": "api",
        "incident": 1,
        "deploy": 1,
        "at": NIGHT + 3 * SECOND,
        "why": "follows_deploy",
    }
    return Entry(**given | changes)


def begun(db: Database, **changes: Any) -> int:
    row = actions.begin(db, an_entry(**changes), target="1.4.1")
    assert row is not None
    return row


def test_the_database_itself_refuses_a_second_time_for_a_deploy(db: Database) -> None:
    begun(db)
    assert actions.begin(db, an_entry(incident=1, at=NIGHT + 3600 * SECOND)) is None
    assert actions.begin(db, an_entry(mode="dry-run")) is not None
    assert actions.begin(db, an_entry(name="other")) is not None


def test_a_reason_is_written_once_for_an_incident(db: Database) -> None:
    whys = ["nobody_told", "acknowledged", "nobody_told", "acknowledged"]
    assert [actions.refrained(db, an_entry(why=why)) for why in whys] == [True, True, False, False]
    assert action_facts.answered(db) == {("rollback", "live", 1)}


DONE: dict[str, Any] = {
    "state": State.DONE,
    "answer": "answered 201",
    "verify_until": NIGHT + 603 * SECOND,
}
FAILED: dict[str, Any] = {"state": State.FAILED, "answer": "answered 500"}
UNSENT: dict[str, Any] = {"state": State.UNSENT, "answer": "nobody answers there"}
UNKNOWN: dict[str, Any] = {"state": State.UNKNOWN, "answer": "no answer in time"}
WHAT = "api 1.4.2 to 1.4.1 (action rollback, 3 seconds after it opened)"
BY_HAND = "Do it by hand: https://wiki.example.org/roll-back"


@pytest.mark.parametrize(
    ("ending", "then", "begins", "ends"),
    [
        (None, "", "The roll-back of", " is under way."),
        (None, "mends", "The roll-back of", " is under way. It passed again after 34 seconds."),
        (DONE, "", "The roll-back of", " was asked for and accepted: answered 201. {soon}"),
        (DONE, "mends", "Rolled back", ": passing again after 34 seconds."),
        (DONE, "had mended", "Rolled back", "; it had passed again before that."),
        (
            DONE,
            "stays",
            "Rolled back",
            "; answered 201), and it has not helped {in_time} {by_hand}",
        ),
        (FAILED, "", "The roll-back of", " was asked for and failed: answered 500. {by_hand}"),
        (UNKNOWN, "", "The roll-back of", " was asked for: no answer in time. {unknown}"),
    ],
)
def test_each_end_is_a_whole_sentence(
    db: Database, ending: dict[str, Any] | None, then: str, begins: str, ends: str
) -> None:
    row = begun(db)
    if ending:
        actions.ended(db, row, Ending(at=NIGHT + 3 * SECOND, **ending))
    match then:
        case "mends":
            actions.resolved(db, 1, NIGHT + 37 * SECOND)
        case "had mended":
            actions.resolved(db, 1, NIGHT + SECOND)
        case "stays":
            actions.did_not_help(db, row)
    [deed] = actions.deeds_of(db, 1)
    what = WHAT.removesuffix(")") if ends.startswith(";") and then == "stays" else WHAT
    assert deed.said == f"{begins} {what}" + ends.format(
        soon="Whether it helps shows soon.",
        in_time="within 10 minutes.",
        by_hand=BY_HAND,
        unknown="Whether it was done is not known; look there. It is not repeated.",
    )
    assert deed.at == NIGHT + 3 * SECOND


@pytest.mark.parametrize(
    ("mode", "ending", "then", "headline"),
    [
        ("live", None, "", "rolling back api 1.4.2 to 1.4.1"),
        ("live", None, "mends", "rolling back api 1.4.2 to 1.4.1"),
        ("live", DONE, "", "rolling back api 1.4.2 to 1.4.1"),
        ("live", DONE, "mends", "rolled back api 1.4.2 to 1.4.1"),
        ("live", FAILED, "", "roll-back of api 1.4.2 to 1.4.1 failed"),
        ("live", FAILED, "mends", "roll-back of api 1.4.2 to 1.4.1 failed"),
        ("live", UNSENT, "", "roll-back of api 1.4.2 to 1.4.1 could not be asked for"),
        ("live", UNKNOWN, "", "not known whether api 1.4.2 was rolled back to 1.4.1"),
        (
            "dry-run",
            {"state": State.DRY},
            "",
            "dry run of rolling back api 1.4.2 to 1.4.1",
        ),
    ],
)
def test_each_end_has_a_headline_and_whether_it_helped(
    db: Database, mode: str, ending: dict[str, Any] | None, then: str, headline: str
) -> None:
    row = begun(db, mode=mode)
    if ending:
        actions.ended(db, row, Ending(at=NIGHT + 3 * SECOND, **{"answer": ""} | ending))
    if then:
        actions.resolved(db, 1, NIGHT + 37 * SECOND)
    [deed] = actions.deeds_of(db, 1)
    assert (deed.headline, deed.helped) == (headline, ending is DONE and then == "mends")


@pytest.mark.parametrize(
    ("began", "mended", "said"),
    [
        (0, 0.4, "(action rollback, at once): passing again within a second."),
        (-5, -4, "(action rollback, at once): passing again after 1 second."),
        (65, 3 * 86_400, "(action rollback, 1 minute 5 seconds after it opened): {after}."),
    ],
)
def test_spans_are_said_as_people_say_them(
    db: Database, began: float, mended: float, said: str
) -> None:
    row = begun(db, at=NIGHT + began * SECOND)
    actions.ended(db, row, Ending(at=NIGHT + began * SECOND, **DONE))
    actions.resolved(db, 1, NIGHT + mended * SECOND)
    [deed] = actions.deeds_of(db, 1)
    after = "passing again after 2 days 23 hours"
    assert deed.said == "Rolled back api 1.4.2 to 1.4.1 " + said.format(after=after)


def test_nobody_is_sent_to_do_by_hand_what_is_over(db: Database) -> None:
    row = begun(db)
    actions.ended(db, row, Ending(at=NIGHT + 3 * SECOND, **FAILED))
    actions.resolved(db, 1, NIGHT + 37 * SECOND)
    [deed] = actions.deeds_of(db, 1)
    assert deed.said.endswith("failed: answered 500. It passed again without it.")


def test_an_action_without_a_version_to_go_back_to_is_called_by_its_name(db: Database) -> None:
    row = actions.begin(db, an_entry(name="restart"))
    assert row is not None
    actions.ended(db, row, Ending(at=NIGHT + 3 * SECOND, **DONE))
    [deed] = actions.deeds_of(db, 1)
    assert deed.headline == "carrying out restart because of api 1.4.2"
    assert deed.said.startswith(
        "Action restart because of api 1.4.2 (3 seconds after it opened) was asked for"
    )


def test_what_was_begun_and_nobody_carries_out_is_not_known(db: Database) -> None:
    row = begun(db)
    assert actions.left_behind(db, [row], NIGHT) == []
    assert actions.left_behind(db, [], NIGHT) == [(row, 1)]
    [deed] = actions.deeds_of(db, 1)
    assert "trueup was ended while it was asked. Whether it was done is not known" in deed.said


def test_deploys_of_other_environments_and_services_are_none_of_ours(db: Database) -> None:
    for number, (service, environment) in enumerate(
        [("api", "staging"), ("web", ""), ("the-api", "production")]
    ):
        db.execute(
            "INSERT INTO deploy (service, version, environment, source, key, at, recorded_at)"
            " VALUES (?, '2', ?, 'cli', ?, ?, 0)",
            [service, environment, str(number), to_us(NIGHT)],
        )
    found = action_facts.deployed(db, ("api", "the-api"), "production")
    assert [(each.id, each.version) for each in found] == [(4, "2"), (1, "1.4.2")]
