"""What would have been done is mere information, and wakes nobody a second time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.config.changes import ActionMode, Capture
from monitor.notices import Tone, Words, from_json
from tests.support.acting import an_acting_world, an_action, the_changes

DRY = an_action(mode=ActionMode.DRY_RUN)
JOURNAL = Capture(id="journal", probes=("signin",), command=("journalctl",))


async def test_it_stands_in_the_opening_that_still_waits_for_what_is_fetched(
    tmp_path: Path,
) -> None:
    changes = replace(the_changes(DRY), captures={"journal": JOURNAL})
    async with an_acting_world(tmp_path, DRY, changes=changes) as one:
        await one.deploy()
        await one.breaks()
        await one.settled()
        await one.looked()
        [opening] = await one.world.bodies()
        events = await one.world.rows("SELECT kind FROM event ORDER BY id")
    assert opening["event"] == "opened"
    assert [(deed["name"], deed["dry_run"]) for deed in opening["deeds"]] == [("rollback", True)]
    assert [row["kind"] for row in events] == ["opened", "acted"]


async def test_it_comes_by_itself_and_calmly_once_the_opening_has_left(tmp_path: Path) -> None:
    async with an_acting_world(tmp_path, DRY) as one:
        await one.deploy()
        await one.breaks()
        await one.settled()
        await one.looked()
        rows = await one.world.rows("SELECT body FROM outbox ORDER BY id")
    opening, acted = [Words().message(from_json(row["body"])) for row in rows]
    assert (opening.tone, opening.notice.deeds) == (Tone.BAD, ())
    assert acted.tone is Tone.CALM
    assert "DOWN, dry run of rolling back api 1.4.2 to 1.4.1" in acted.subject
