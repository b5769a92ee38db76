"""How targets changed, from the command line, whether a daemon is at work or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.notices.altered import TELLS
from monitor.store import Writer, deploys, fingerprints
from monitor.store.deploys import Deploy
from monitor.store.fingerprints import Change, Pinned, Stands
from tests.monitor.cli.desks import DESKS, Place, at_work
from tests.monitor.cli.past import ago, past

TARGET = "https://web.example.org"


def a_change(**changes: Any) -> Change:
    given: dict[str, Any] = {
        "target": TARGET,
        "origin": TARGET,
        "name": "runtime",
        "probe": "web",
        "was": "Quill/5.6.40",
        "became": "Quill/8.0.2",
        "seen_at": ago(timedelta(minutes=5)),
        "found_at": ago(timedelta(minutes=4)),
    }
    return Change(**given | changes)


def pinned(name: str, state: str, *values: str) -> Pinned:
    at = ago(timedelta(days=2))
    return Pinned(target=TARGET, name=name, state=state, since_at=at, runs=1, values=values)


def remember(place: Place) -> None:
    at = ago(timedelta(minutes=6))
    deploy = Deploy(
        service="web", version="1.5.0", by="ci", source="cli", key="k", at=at, recorded_at=at
    )
    with closing(Writer(place.state / "trueup.db")) as writer:
        writer.submit(lambda db: deploys.add(db, deploy)).result()
        for change in (
            a_change(name="version", was="1.4.2", became="1.5.0"),
            a_change(name="title", state=Stands.NOTED, settled_at=at),
            a_change(became=""),
        ):
            writer.submit(partial(fingerprints.add, change=change)).result()
        writer.submit(
            lambda db: fingerprints.settle(db, 1, Stands.ANNOUNCED, at, deploy=1)
        ).result()
        for each in (
            pinned("runtime", "pinned", "Quill/5.6.40"),
            pinned("server", "learning", "Inkwell/2"),
            pinned("version", "varies"),
        ):
            writer.submit(partial(fingerprints.pin, pinned=each)).result()


@pytest.fixture(params=DESKS)
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    found = Place(tmp_path)
    with past(tmp_path, "web", "signin"):
        pass
    assert "No target was seen to change." in found.trueup("changes").stdout
    assert "Nothing is learned" in found.trueup("changes", "--targets").stdout
    remember(found)
    if request.param == DESKS[0]:
        with at_work(found):
            yield found
    else:
        yield found


def test_changes_are_listed_and_accepted(place: Place) -> None:
    shown = place.trueup("changes").stdout
    assert "3 changes, the newest 5m" in shown
    assert "version 1.4.2 → 1.5.0" in shown
    assert "announced by web 1.5.0, by ci, at " in shown
    assert "runtime Quill/5.6.40 → not given" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "noted only" in shown
    newest = place.json("changes")[0]
    assert (newest["change"], newest["state"], newest["announced_by"]) == (3, "open", None)
    assert place.json("changes")[-1]["announced_by"]["version"] == "1.5.0"
    done = place.trueup("changes", "accept", "3")
    assert (done.exit_code, done.stdout) == (
        0,
        f"Change 3, runtime Quill/5.6.40 → not given of {TARGET} is accepted.\n",
    )
    assert place.json("changes")[0]["state"] == "accepted"
    again = place.trueup("changes", "accept", "3")
    assert (again.exit_code, "settled already" in again.stderr) == (1, True)
    assert place.json("changes", "accept", "--all")["changed"] is False


def test_one_is_named_or_all_of_them(place: Place) -> None:
    for words in ((), ("3", "--all")):
        done = place.trueup("changes", "accept", *words)
        assert (done.exit_code, "or --all" in done.stderr) == (2, True)


def test_what_is_learned_is_listed(place: Place) -> None:
    shown = place.trueup("changes", "--targets").stdout
    assert "1 target, 3 parts, 1 still learning, 1 left out because they vary." in shown
    assert "Inkwell/2 (still learning: 1 of 3 good runs)" in shown
    assert "varies too often, left out" in shown
    assert [(each["what"], each["needed"]) for each in place.json("changes", "--targets")] == [
        ("runtime", None),
        ("server", 3),
        ("version", None),
    ]


def test_what_is_not_told_by_itself_is_listed_with_what_to_do_about_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with past(tmp_path, "web", "signin"):
        pass
    with closing(Writer(place.state / "trueup.db")) as writer:
        for weeks in (3, 2, 1):
            at = ago(timedelta(weeks=weeks))
            versions = {"was": f"1.4.{3 - weeks}", "became": f"1.4.{4 - weeks}"}
            instants = {"seen_at": at, "found_at": at, "settled_at": at}
            change = a_change(name="version", state=Stands.HABIT, **versions, **instants)
            writer.submit(partial(fingerprints.add, change=change)).result()
        known = pinned("version", "pinned", "1.4.3")
        writer.submit(partial(fingerprints.pin, pinned=known)).result()
    said = " ".join(place.trueup("changes", "--targets").stdout.split())
    assert (
        "1.4.3 (changes about every 7 days, and no deploy is recorded: not told by itself)" in said
    )
    assert f"{TELLS}." in said
    [listed] = place.json("changes", "--targets")
    assert listed["habit_s"] == pytest.approx(7 * 86_400, abs=60)
    [newest, *_] = place.json("changes")
    assert newest["state"] == "habit"
    assert "not told by itself: it changes about every 7 days" in place.trueup("changes").stdout
