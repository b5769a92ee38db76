"""A run as the spans of a trace, in the words of OpenTelemetry's semantic conventions.

A run of one try is a single span with its phases or steps below it. Of several tries each has a
span of its own. What was sent to the target is always the span of a try, so that whatever the
target did for it stands below that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import Final, Literal
from urllib.parse import urlsplit

from monitor.clock import to_us
from monitor.runner import Run, Try
from monitor.tracing import span_id_of
from probes import Outcome, Result, Settings

Sample = Literal["failing", "journeys", "all"]
Attributes = Mapping[str, str | int]

PARTS_MAX: Final = 100
"""Phases or steps of a try that have spans of their own."""
_PORTS: Final = {"http": 80, "https": 443}
_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`parent` is the id of another one, or empty. `asks` says that the target was asked in it."""

    name: str
    id: str
    parent: str = ""
    began_us: int
    lasted_us: int
    attributes: Attributes = field(default_factory=dict)
    asks: bool = False
    said: str = ""
    """Why it failed; empty when it did not."""


def wanted(run: Run, sample: Sample) -> bool:
    """Whether that run is among those that are sent."""
    result = run.result
    if sample == "all" or result.outcome is not Outcome.PASS or result.tries > 1:
        return True
    return sample == "journeys" and bool(result.steps)


def spans_of(run: Run, trace_id: str, location: str, scrub: Callable[[str], str]) -> Iterator[Span]:
    """The first one is that of the run. What is known of the address goes through *scrub*."""
    about: dict[str, str | int] = {
        "trueup.probe": run.probe.id,
        "trueup.kind": run.probe.kind.name,
        "trueup.location": location,
        "trueup.tries": run.result.tries,
    }
    asked = _asked(run.probe.settings, scrub)
    several = bool(run.earlier)
    root = Span(
        name=f"probe {run.probe.id}",
        id=span_id_of(trace_id, "run" if several else "1"),
        began_us=to_us(run.started_at),
        lasted_us=run.lasted // _US,
        attributes={**about, **_found(run.result), **({} if several else asked)},
        asks=not several,
        said=_said(run.result),
    )
    yield root
    if not several:
        yield from _parts(root, run.result, trace_id)
        return
    tries = (*run.earlier, Try(run.decided_after, run.result))
    for number, made in enumerate(tries, start=1):
        each = Span(
            name=f"try {number}",
            id=span_id_of(trace_id, str(number)),
            parent=root.id,
            began_us=root.began_us + made.after // _US,
            lasted_us=made.result.took // _US,
            attributes={**_found(made.result), **asked},
            asks=True,
            said=_said(made.result),
        )
        yield each
        yield from _parts(each, made.result, trace_id)


def _parts(whole: Span, result: Result, trace_id: str) -> Iterator[Span]:
    """Phases or steps, one after the other as they were; those of several requests together."""
    failed = _said(result)
    phases = ((name, took, "") for name, took in result.phases.items())
    steps = ((s.name, s.took, failed if s.outcome is Outcome.FAIL else "") for s in result.steps)
    began_us = whole.began_us
    for number, (name, took, said) in enumerate(islice(chain(phases, steps), PARTS_MAX)):
        yield Span(
            name=name,
            id=span_id_of(trace_id, f"{whole.id}.{number}"),
            parent=whole.id,
            began_us=began_us,
            lasted_us=took // _US,
            said=said,
        )
        began_us += took // _US


def _said(result: Result) -> str:
    if result.outcome is not Outcome.FAIL:
        return ""
    return result.summary or str(result.reason)


def _asked(settings: Settings, scrub: Callable[[str], str]) -> Attributes:
    """Of an address, what is no secret by its nature: neither a query nor credentials. Kinds that
    have none have none of this.
    """
    try:
        parts = urlsplit(str(getattr(settings, "url", "")))
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return {}
    if not parts.hostname:
        return {}
    host = parts.netloc.rpartition("@")[2]
    asked: dict[str, str | int] = {
        "server.address": parts.hostname,
        "server.port": port,
        "url.full": scrub(f"{parts.scheme}://{host}{parts.path}"),
    }
    method = getattr(settings, "method", "")
    return asked | {"http.request.method": method} if method else asked


def _found(result: Result) -> Attributes:
    facts, reason = result.facts, result.reason
    host, _, port = facts.address.rpartition(":")
    found: dict[str, str | int | None] = {
        "trueup.outcome": result.outcome.value,
        "trueup.reason": reason and reason.value,
        "error.type": reason and reason.value if result.outcome is Outcome.FAIL else None,
        "http.response.status_code": facts.status,
        "network.protocol.version": facts.http_version,
        "network.peer.address": host.strip("[]"),
        "network.peer.port": int(port) if port.isdecimal() else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}
