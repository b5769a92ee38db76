"""A page whose incidents and work name components by their ids, and the files made of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from status_page import (
    Condition,
    Impact,
    Incident,
    Maintenance,
    Page,
    Speed,
    Stage,
    Update,
    Uptime,
)
from status_page.machine.machines import Machines
from status_page.machine.statuspage import Statuspage
from status_page.site import Silent
from tests.status_page.examples import DAY, MINUTE, NOW, lived_in

URL = "https://status.example.org/"
CONDITIONS = {
    "uploads": Condition.DOWN,
    "short_links": Condition.MAINTENANCE,
    "messages": Condition.UNKNOWN,
    "api": Condition.UNWATCHED,
}


def update(id_: str, minutes_ago: int, stage: Stage, words: str) -> Update:
    return Update(NOW - minutes_ago * MINUTE, stage, words, id=id_)


UPLOADS_DOWN = Incident(
    id="k3v9q2",
    sentence="People cannot upload.",
    components=("uploads",),
    began_at=NOW - 12 * MINUTE,
    resolved_at=None,
    updates=(
        update("u1", 9, Stage.INVESTIGATING, "We see it too."),
        update("u2", 3, Stage.IDENTIFIED, "A disk is **full**.\n\nWhat you uploaded is safe."),
    ),
)
AT_NIGHT = Incident(
    id="b7x1m4",
    sentence="People cannot sign in.",
    components=("signing-in",),
    began_at=datetime(2026, 11, 10, 2, 0, tzinfo=UTC),
    resolved_at=datetime(2026, 11, 10, 2, 23, tzinfo=UTC),
)
LEARNED = Incident(
    id="p0r5t8",
    sentence="Short links do not open.",
    components=("short-links", "api"),
    began_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    resolved_at=datetime(2026, 11, 2, 9, 40, tzinfo=UTC),
    impact=Impact.CRITICAL,
    updates=(
        Update(datetime(2026, 11, 2, 9, 30, tzinfo=UTC), Stage.MONITORING, "Taken back.", "m1"),
        Update(datetime(2026, 11, 2, 9, 35, tzinfo=UTC), Stage.RESOLVED, "All is well.", "m2"),
        Update(datetime(2026, 11, 4, 9, 0, tzinfo=UTC), Stage.POSTMORTEM, "# Why", "m3"),
    ),
)
MOVING = Maintenance(
    id="work-1",
    title="Short links move",
    components=("short-links",),
    starts_at=NOW - 30 * MINUTE,
    ends_at=NOW + 90 * MINUTE,
    words="They may be slow.",
    announced_at=NOW - 2 * DAY,
)
REBUILDING = Maintenance(
    id="work-2",
    title="The network is rebuilt",
    components=("uploads", "messages"),
    starts_at=NOW + 2 * DAY,
    ends_at=NOW + 2 * DAY + 120 * MINUTE,
)
PAINTED = Maintenance(
    id="work-0",
    title="The walls are painted",
    components=(),
    starts_at=NOW - 3 * DAY,
    ends_at=NOW - 3 * DAY + 60 * MINUTE,
    announced_at=NOW - 9 * DAY,
)


def eventful(**changes: Any) -> Page:
    """One thing down and told of, one being worked on, one unknown, one not watched."""
    found = lived_in(**CONDITIONS)
    measured = tuple(
        replace(
            component,
            uptime=(("90d", Uptime(90 * DAY, 89 * DAY, (at + 1) * 10 * MINUTE)),),
            speed=(("24h", Speed(1440, *(timedelta(milliseconds=ms + at) for ms in (412, 9, 9)))),),
        )
        for at, component in enumerate(found.components)
    )
    page = replace(
        found,
        components=measured,
        url=URL,
        incidents=(UPLOADS_DOWN, AT_NIGHT, LEARNED),
        maintenance=(PAINTED, MOVING, REBUILDING),
    )
    return replace(page, **changes)


def files(page: Page, room: Silent | None = None) -> dict[str, bytes]:
    """Those of one *room*, or all that are for programs."""
    return dict((room or Machines()).files(page))


def read(page: Page, path: str) -> Any:
    """A file of Statuspage's API."""
    return json.loads(files(page, Statuspage())[path])


def everything_up() -> Page:
    return replace(lived_in(), incidents=(), url=URL)
