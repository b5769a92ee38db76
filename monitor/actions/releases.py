"""What the deploys of a service, as they were recorded, say of one of them. Pure; they are given
the newest first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile
from typing import Final

from monitor.store.action_facts import Act, Deployed

PROVEN: Final = timedelta(days=1)
"""What was there for so long after an incident that followed it did not cause it, or was mended."""
_ROLL_BACK: Final = re.compile(r"\b(roll(s|ed|ing)?[ _-]?back|revert)", re.IGNORECASE)


def before(deploys: Sequence[Deployed], deploy: Deployed) -> Sequence[Deployed]:
    return deploys[list(deploys).index(deploy) + 1 :]


def known_before(deploys: Sequence[Deployed], deploy: Deployed) -> str:
    """The version that was there before; empty when none was recorded."""
    others = (e.version for e in before(deploys, deploy) if e.version != deploy.version)
    return next(others, "")


def is_roll_back(deploys: Sequence[Deployed], acts: Sequence[Act], deploy: Deployed) -> bool:
    """It says so, it goes where the action went, or it is an older version once more."""
    if _is_known_as_one(acts, deploy):
        return True
    versions = [each.version for each in before(deploys, deploy)]
    return deploy.version in dropwhile(lambda version: version == deploy.version, versions)


def _is_known_as_one(acts: Sequence[Act], deploy: Deployed) -> bool:
    if _ROLL_BACK.search(deploy.note):
        return True
    return any(a.target == deploy.version and a.started_at <= deploy.at for a in acts)


def recorded_as(deploys: Sequence[Deployed], deploy: Deployed) -> set[int]:
    """A deploy may be recorded by more than one source: the rows of one version in a row."""
    found = list(deploys).index(deploy)
    first = last = found
    while first > 0 and deploys[first - 1].version == deploy.version:
        first -= 1
    while last + 1 < len(deploys) and deploys[last + 1].version == deploy.version:
        last += 1
    return {each.id for each in deploys[first : last + 1]}


def was_acted_upon(deploys: Sequence[Deployed], acts: Sequence[Act], version: str) -> bool:
    acted = {act.deploy for act in acts}
    return any(each.version == version and each.id in acted for each in deploys)


@dataclass(frozen=True, slots=True)
class Stay:
    """The time that a version was there. It may have been deployed more than once."""

    deployed_at: Sequence[datetime]
    until: datetime


def stay_before(
    deploys: Sequence[Deployed], acts: Sequence[Act], deploy: Deployed, version: str
) -> Stay:
    """The last one of *version* before *deploy*. When it was only gone back to does not count:
    what still fails while a release is taken back is that release's.
    """

    def counts(each: Deployed) -> bool:
        return each.version == version and not _is_known_as_one(acts, each)

    older = list(before(deploys, deploy))
    until = deploy.at
    while older and not counts(older[0]):
        until = older.pop(0).at
    return Stay([each.at for each in takewhile(counts, older)], until)


def broke(stay: Stay, troubles: Sequence[datetime], within: timedelta) -> bool:
    """Whether a critical incident followed (*troubles*: when they began), and the version was gone
    soon after it, whoever undid it.
    """
    return any(
        at <= began_at < stay.until and began_at <= at + within and stay.until - began_at < PROVEN
        for at in stay.deployed_at
        for began_at in troubles
    )
