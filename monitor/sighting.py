"""What a run saw goes into the store, in the transaction that records the run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import seen
from monitor.context import Context
from monitor.runner import Run
from monitor.store import artefacts, evidence, page_views
from monitor.store.records import RunRow


def add_views(db: Database, run: Run, context: Context) -> None:
    """The pages that were seen, whatever became of the run."""
    if views := run.result.views:
        key = context.keys[run.probe.id]
        page_views.add(db, key, context.config.location, run.slot, views)


def keep(
    db: Database,
    run: Run,
    row: RunRow,
    files: Sequence[artefacts.Kept],
    context: Context,
    at: datetime,
) -> list[str]:
    """What more there is to show of a run; gives the paths of files that made room for it."""
    if not seen.is_worth_keeping(run.result):
        return []
    document, most = seen.to_json(seen.seen_by(run.result)), context.config.retention.evidence_bytes
    return evidence.keep(db, row, document, files, at=at, most=most)
