"""What a run saw, as one document: written beside its files, and read by whoever looks at them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from monitor.notices import one_line
from probes import Outcome, Result, Step
from probes.result import View

STEPS_MAX: Final = 100
VIEWS_MAX: Final = 20
WARNINGS_MAX: Final = 20
NAME_MAX: Final = 120
LINE_MAX: Final = 300
_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """As much of a result as is kept. Whatever it quotes is scrubbed, and one line, but for the
    `excerpt`.
    """

    outcome: str
    reason: str = ""
    summary: str = ""
    took: timedelta = timedelta()
    tries: int = 1
    steps: tuple[Step, ...] = ()
    views: tuple[View, ...] = ()
    warnings: tuple[str, ...] = ()
    excerpt: str = ""
    trace_id: str = ""

    @property
    def failed_step(self) -> str:
        failed = [step.name for step in self.steps if step.outcome is Outcome.FAIL]
        return failed[-1] if failed else ""


def is_worth_keeping(result: Result) -> bool:
    """Whether a run saw more than its row can say. A plain request never does, and a journey that
    passed does when it took a picture, or warns.
    """
    if result.artefacts or result.warnings:
        return True
    return result.outcome is not Outcome.PASS and bool(result.steps or result.views)


def seen_by(result: Result) -> Seen:
    return Seen(
        outcome=result.outcome.value,
        reason=result.reason.value if result.reason else "",
        summary=one_line(result.summary),
        took=result.took,
        tries=result.tries,
        steps=tuple(
            Step(one_line(step.name, NAME_MAX), step.took, step.outcome)
            for step in result.steps[-STEPS_MAX:]
        ),
        views=result.views[:VIEWS_MAX],
        warnings=warnings_of(result.warnings),
        excerpt=result.excerpt,
        trace_id=result.trace_id,
    )


def warnings_of(lines: Iterable[str]) -> tuple[str, ...]:
    """Each on one line of a bounded length, the same only once."""
    said = dict.fromkeys(one_line(line, LINE_MAX) for line in lines)
    return tuple(line for line in said if line)[:WARNINGS_MAX]


def to_json(seen: Seen) -> str:
    """What a target can send and nobody can store becomes `?`."""
    text = json.dumps(document_of(seen), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def document_of(seen: Seen) -> dict[str, Any]:
    """For programs. Spans are microseconds."""
    return {
        "outcome": seen.outcome,
        "reason": seen.reason,
        "summary": seen.summary,
        "took_us": seen.took // _US,
        "tries": seen.tries,
        "steps": [
            {"name": step.name, "took_us": step.took // _US, "outcome": step.outcome.value}
            for step in seen.steps
        ],
        "views": [
            {
                "address": one_line(view.address, LINE_MAX),
                "step": one_line(view.step, NAME_MAX),
                "ttfb_us": _whole(view.ttfb),
                "fcp_us": _whole(view.fcp),
                "lcp_us": _whole(view.lcp),
                "cls": view.cls,
            }
            for view in seen.views
        ],
        "warnings": list(seen.warnings),
        "excerpt": seen.excerpt,
        "trace_id": seen.trace_id,
    }


def from_json(text: str) -> Seen | None:
    """None for what an earlier version kept, or damage left."""
    try:
        read: dict[str, Any] = json.loads(text)
        return Seen(
            **{name: read[name] for name in ("outcome", "reason", "summary", "tries")},
            took=read["took_us"] * _US,
            steps=tuple(_step(step) for step in read["steps"]),
            views=tuple(_view(view) for view in read["views"]),
            warnings=tuple(read["warnings"]),
            excerpt=read["excerpt"],
            trace_id=read["trace_id"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _step(read: dict[str, Any]) -> Step:
    return Step(read["name"], read["took_us"] * _US, Outcome(read["outcome"]))


def _view(read: dict[str, Any]) -> View:
    return View(
        address=read["address"],
        step=read["step"],
        ttfb=_span(read["ttfb_us"]),
        fcp=_span(read["fcp_us"]),
        lcp=_span(read["lcp_us"]),
        cls=read["cls"],
    )


def _whole(span: timedelta | None) -> int | None:
    return None if span is None else span // _US


def _span(us: int | None) -> timedelta | None:
    return None if us is None else us * _US
