"""What a run saw goes into the store, in the transaction that records the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import seen
from monitor.context import Context
from monitor.happening import Telling
from monitor.incidents import Event, Opened
from monitor.runner import Run
from monitor.store import artefacts, baselines, evidence, page_views
from monitor.store.records import RunRow
from probes import Outcome, Reason

_UP: Final = frozenset((Outcome.PASS, Outcome.SLOW))


def add_views(db: Database, run: Run, context: Context) -> None:
    """The pages that were seen, whatever became of the run; and how many entries there were, where
    that is usual: what was too few is kept apart.
    """
    result, key = run.result, context.keys[run.probe.id]
    if result.views:
        page_views.add(db, key, context.config.location, run.slot, result.views)
    below = result.reason is Reason.BELOW_BASELINE
    if result.facts.counts and (below or result.outcome in _UP):
        baselines.add(db, key, run.started_at, result.facts.counts, below=below)


def keep(
    db: Database,
    run: Run,
    row: RunRow,
    files: Sequence[artefacts.Kept],
    events: Sequence[Event],
    telling: Telling,
) -> list[str]:
    """What more there is to show of a run, from which *events* followed; gives the paths of files
    that made room for it.
    """
    if not seen.is_worth_keeping(run.result):
        return []
    document, most = seen.to_json(seen.seen_by(run.result)), telling.context.config.retention
    decided = any(isinstance(event, Opened) for event in events)
    saw = evidence.Sighting(document, files, decided)
    return evidence.keep(db, row, saw, at=telling.at, most=most.evidence_bytes)
