"""A notice of every kind, to try a template on before it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from monitor.notices.notice import NO_LONGER_WATCHED, About, EventKind, Member, Notice, Picture
from monitor.routing import Severity
from monitor.why import Why

_BEGAN_AT: Final = datetime(2026, 3, 3, 2, 14, 5, tzinfo=UTC)

_OPENED: Final = Notice(
    event=EventKind.OPENED,
    incident=42,
    sequence=1,
    dedup_key="5f1c2e0a9b7d4c38",
    probe="signin",
    probe_name="Sign in",
    kind="journey",
    environment="production",
    location="frankfurt",
    began_at=_BEGAN_AT,
    at=_BEGAN_AT + timedelta(minutes=1),
    outcome="FAIL",
    reason="text_missing",
    summary='no "Your library" within 15 s',
    failed_step="see the library",
    failures=2,
    says=("People cannot sign in.",),
    components=("Signing in",),
    last_good_at=_BEGAN_AT - timedelta(minutes=1),
    playbook="https://wiki.example.org/playbooks/signin",
    page="https://status.example.org/",
    why=Why.FAILED_IN_A_ROW,
    excerpt="HTTP 503 Service Unavailable\nno servers are left",
    pictures=(
        Picture("screenshot.png", "image/png", "signin/20260303T021505Z/screenshot.png"),
        Picture("trace.zip", "application/zip", "signin/20260303T021505Z/trace.zip"),
    ),
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    trace="https://traces.example.org/trace/4bf92f3577b34da6a3ce929d0e0e4736",
    told=("oncall", "oncall-mail"),
    acknowledge="https://trueup.example.org/ack/42",
)
_BARE: Final = Notice(
    event=EventKind.OPENED,
    incident=1,
    sequence=1,
    dedup_key="0",
    probe="web",
    probe_name="web",
    kind="http",
    environment="production",
    location="here",
    began_at=_BEGAN_AT,
    at=_BEGAN_AT,
    outcome="FAIL",
    reason="",
    summary="",
)
_LATER: Final = _BEGAN_AT + timedelta(hours=4)
_RESOLVED: Final = replace(
    _OPENED,
    event=EventKind.RESOLVED,
    sequence=5,
    at=_BEGAN_AT + timedelta(minutes=13),
    lasted=timedelta(minutes=12),
    acknowledge="",
)
_SUMMARY: Final = replace(
    _OPENED,
    probe="trueup/summary",
    kind="trueup",
    about=About.SUMMARY,
    says=(),
    components=(),
    reason="",
    summary="",
    failed_step="",
    excerpt="",
    playbook="",
    last_good_at=None,
    pictures=(),
    trace_id="",
    trace="",
    members=tuple(
        Member(number, probe, name)
        for number, probe, name in ((42, "signin", "Signing in"), (43, "upload", "Uploads"))
    ),
    members_count=12,
    why=Why.SEVERAL_TOGETHER,
)
_OURS: Final = replace(
    _BARE,
    probe="trueup/network",
    kind="trueup",
    about=About.OURSELVES,
    says=("trueup is blind: its own network is gone.",),
)


def _on(event: EventKind, **changes: Any) -> Notice:
    return replace(_OPENED, event=event, sequence=2, at=_LATER, **changes)


SAMPLES: Final[Mapping[str, Notice]] = MappingProxyType(
    {
        "opened": _OPENED,
        "opened, with nothing else known": _BARE,
        "opened, as a warning": replace(_OPENED, outcome="SLOW", severity=Severity.WARNING),
        "worsened": _on(EventKind.WORSENED),
        "flapping": _on(EventKind.FLAPPING),
        "reminded": _on(EventKind.REMINDED, stage=1),
        "escalated": _on(EventKind.ESCALATED, stage=1),
        "acknowledged": _on(
            EventKind.ACKNOWLEDGED, acknowledged_by="oncall", acknowledged_at=_LATER, note="mine"
        ),
        "resolved": _RESOLVED,
        "resolved, and never told before": replace(_RESOLVED, untold=True),
        "no longer watched": replace(_RESOLVED, outcome=NO_LONGER_WATCHED, lasted=None),
        "a test": _on(EventKind.TEST, note="asked for at a desk"),
        "a summary": _SUMMARY,
        "a summary that is over": replace(
            _SUMMARY, event=EventKind.RESOLVED, lasted=timedelta(minutes=20)
        ),
        "trueup's own trouble": _OURS,
        "trueup's own trouble that is over": replace(
            _OURS, event=EventKind.RESOLVED, lasted=timedelta(minutes=5)
        ),
    }
)
