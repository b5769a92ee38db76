"""The page of what was seen of an incident, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor import seen
from monitor.notices import Notice, from_json, one_line, span
from monitor.reasons import told_once
from monitor.seen import Seen
from monitor.store.acts import Standing
from monitor.store.captured import Kept, said_of
from monitor.store.kept import FileView, KeptRun, OfIncident

OTHERS_MOST: Final = 5
CAPTURED_MOST: Final = 60
"""Lines of a capture; the rest is in its file."""
_SIGNS: Final = {"PASS": "✓", "SLOW": "~", "FAIL": "✕", "ERROR": "?"}


@dataclass(frozen=True, slots=True)
class Row:
    """A step, or a further page of one. `outcome` is empty for those."""

    sign: str
    outcome: str
    name: str
    took: str
    lcp: str
    page: str


@dataclass(frozen=True, slots=True)
class File:
    """`number` is what it is asked for with."""

    number: int
    name: str
    size: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Another run of the same incident."""

    at: str
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched when it opened. `number` is what the whole of it is asked for with."""

    number: int
    name: str
    said: str
    """How much there is, and what went wrong."""
    lines: Sequence[str]
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Texts may quote the target; they are never markup."""

    environment: str
    """Named where it is not production."""
    title: str
    lines: Sequence[str]
    """What failed, when, and how."""
    warnings: Sequence[str]
    excerpt: Sequence[str]
    captures: Sequence[Fetched]
    rows: Sequence[Row]
    trace_id: str
    trace: str
    """A web address, or empty."""
    pictures: Sequence[File]
    files: Sequence[File]
    others: Sequence[Other]


def of(incident: Standing, found: OfIncident, at: datetime) -> Board:
    """As it is known at *at*."""
    notice = _notice(incident)
    run = found.decided
    known = seen.from_json(run.document) if run else None
    files = [_file(file) for file in run.files] if run else []
    has_captures = bool(found.captures)
    excerpt = known.excerpt if known else notice.excerpt if notice else ""
    trace = notice.trace if notice else ""
    return Board(
        environment=_odd(notice),
        title=f"{incident.probe}, incident {incident.number}",
        lines=[
            line
            for line in _lines(incident, notice, run, known, at, has_captures=has_captures)
            if line
        ],
        warnings=known.warnings if known else (),
        excerpt=[one_line(line, 200) for line in excerpt.splitlines()],
        captures=[_fetched(capture) for capture in found.captures],
        rows=list(_rows(known)) if known else [],
        trace_id=known.trace_id if known else "",
        trace=trace if urlsplit(trace).scheme in ("https", "http") else "",
        pictures=[file for file in files if file.is_picture],
        files=files,
        others=[
            Other(_when(other.started_at), [_file(file) for file in other.files])
            for other in found.runs
            if other is not run and other.files
        ][:OTHERS_MOST],
    )


def _notice(incident: Standing) -> Notice | None:
    try:
        return from_json(incident.notice)
    except ValueError:
        return None


def _odd(notice: Notice | None) -> str:
    return notice.environment if notice and notice.environment != "production" else ""


def _lines(
    incident: Standing,
    notice: Notice | None,
    run: KeptRun | None,
    known: Seen | None,
    at: datetime,
    *,
    has_captures: bool,
) -> Iterator[str]:
    ended_at = incident.recovered_at or incident.resolved_at
    lasted = span((ended_at or at) - incident.began_at)
    yield f"Since {_when(incident.began_at)}, {'over after' if ended_at else 'for'} {lasted}."
    if known is not None:
        step = f'at the step "{known.failed_step}"' if known.failed_step else ""
        yield _said(known.reason, step, known.summary)
    elif notice is not None:
        yield _said(notice.reason, "", notice.summary)
    if run is not None:
        yield f"Seen at {_when(run.started_at)}."
    elif not has_captures:
        yield "No files are kept of it any more."


def _said(reason: str, step: str, summary: str) -> str:
    why, seen = told_once(reason, summary)
    what = ", ".join(part for part in (why, step) if part)
    said = one_line(": ".join(part for part in (what, seen) if part))
    return said[:1].upper() + said[1:]


def _rows(known: Seen) -> Iterator[Row]:
    for step in known.steps:
        opened = [view for view in known.views if view.step == step.name]
        first = opened[0] if opened else None
        page = _path(first.address) if first else ""
        lcp = _ms(first.lcp) if first else ""
        outcome = step.outcome.value
        yield Row(_SIGNS[outcome], outcome.lower(), step.name, _ms(step.took), lcp, page)
        yield from (Row("", "", "", "", _ms(v.lcp), _path(v.address)) for v in opened[1:])


def _fetched(capture: Kept) -> Fetched:
    lines = capture.fetched.text.splitlines()
    shown, is_more = lines[:CAPTURED_MOST], len(lines) > CAPTURED_MOST
    return Fetched(capture.id, capture.name, said_of(capture), shown, is_more)


def _path(address: str) -> str:
    return one_line(urlsplit(address).path or address, 60)


def _ms(took: timedelta | None) -> str:
    return "" if took is None else f"{took / timedelta(milliseconds=1):.0f} ms"


def _file(file: FileView) -> File:
    kib = max(1, round(file.size / 1024))
    return File(file.number, file.name, f"{kib} KiB", file.media_type.startswith("image/"))


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M:%S UTC on %Y-%m-%d}"
