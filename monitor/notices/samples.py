"""A notice of every kind, to try a template on before it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from monitor.notices.notice import (
    NO_LONGER_WATCHED,
    About,
    Altered,
    Captured,
    Change,
    Deed,
    EventKind,
    Habit,
    Left,
    Member,
    Notice,
    Picture,
)
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


_DEPLOYS: Final = (
    Change(
        service="api",
        version="1.4.2",
        previous="1.4.1",
        by="ci",
        url="https://ci.example.org/deploys/142",
        at=_BEGAN_AT - timedelta(seconds=40),
    ),
    Change(service="web", version="2026.9", by="ci", at=_BEGAN_AT - timedelta(minutes=12)),
)
_FOLLOWS: Final = replace(
    _OPENED,
    at=_BEGAN_AT + timedelta(seconds=7),
    failures=1,
    deploys=_DEPLOYS,
    captures=(
        Captured(
            name="journal",
            first=(
                "Traceback (most recent call last):\n"
                '  File "/srv/api/shorten.py", line 31, in shorten\n'
                "AttributeError: 'File' object has no attribute 'loads' (× 214)"
            ),
            lines=42,
        ),
        Captured(name="proxy", first="", why="it took longer than 20 s"),
    ),
    budgets=(
        Left(
            objective="Signing in: 15m per year",
            left=timedelta(minutes=3, seconds=20),
            allowed=timedelta(minutes=15),
        ),
    ),
)
_ROLLED_BACK: Final = "api 1.4.2 to 1.4.1 (action rollback, 3 seconds after it opened)"


def _acted(headline: str, said: str, **changes: Any) -> Notice:
    at = _BEGAN_AT + timedelta(seconds=10)
    how = {name: changes.pop(name, False) for name in ("helped", "dry_run", "by_hand")}
    deed = Deed(name="rollback", said=said, headline=headline, at=at, **how)
    given: dict[str, Any] = {
        "event": EventKind.ACTED,
        "sequence": 2,
        "at": at,
        "why": Why.ACTED.value,
    }
    return replace(_FOLLOWS, deeds=(deed,), **given | changes)


_BURNS: Final = replace(
    _BARE,
    incident=44,
    probe="objective/uploads",
    probe_name="Uploads",
    kind="trueup",
    about=About.OBJECTIVE,
    components=("Uploads",),
    reason=Why.BUDGET_BURNS,
    summary="9 of 60 runs failed in 1h: the budget burns 15 times as fast as it may",
    says=("The budget of Uploads (99.9 % per month) burns too fast.",),
    why=Why.BUDGET_BURNS,
    at=_BEGAN_AT + timedelta(minutes=9),
    budgets=(
        Left(
            objective="Uploads: 99.9 % per month",
            left=timedelta(minutes=31, seconds=10),
            allowed=timedelta(minutes=43, seconds=12),
        ),
    ),
)


_UPGRADED: Final = Altered(what="runtime", was="Quill/5.6.40", became="Quill/8.0.2", at=_BEGAN_AT)
_CHANGED: Final = replace(
    _BARE,
    incident=45,
    probe="change/https://web.example.org",
    probe_name="web.example.org",
    kind="trueup",
    about=About.CHANGE,
    severity=Severity.WARNING,
    reason=Why.CHANGED_UNANNOUNCED,
    summary="runtime Quill/5.6.40 → Quill/8.0.2, version 1.4.2 → 1.5.0",
    why=Why.CHANGED_UNANNOUNCED,
    at=_BEGAN_AT + timedelta(minutes=2),
    altered=(
        replace(_UPGRADED, before_at=_BEGAN_AT - timedelta(minutes=1)),
        Altered(what="version", was="1.4.2", became="1.5.0", at=_BEGAN_AT),
    ),
    remedy="trueup deploy record --service web --version 1.5.0",
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
        "opened, after a deploy": _FOLLOWS,
        "acted": _acted(
            "rolling back api 1.4.2 to 1.4.1",
            f"The roll-back of {_ROLLED_BACK} was asked for and accepted: answered 201, queue item"
            " 12. Whether it helps shows soon.",
        ),
        "acted, as a dry run": _acted(
            "dry run of rolling back api 1.4.2 to 1.4.1",
            f"Would have rolled back {_ROLLED_BACK}: the action is a dry run, nothing was sent."
            ' Write mode = "live" to have it done the next time.',
            dry_run=True,
        ),
        "acted, and it has not helped": _acted(
            "rolled back api 1.4.2 to 1.4.1",
            f"Rolled back {_ROLLED_BACK[:-1]}; answered 201, queue item 12), and it has not helped"
            " within 10 minutes. Do it by hand: https://wiki.example.org/playbooks/signin",
            by_hand=True,
            why=Why.DID_NOT_HELP,
            at=_BEGAN_AT + timedelta(minutes=10, seconds=12),
        ),
        "resolved, after it was acted on": _acted(
            "rolled back api 1.4.2 to 1.4.1",
            f"Rolled back {_ROLLED_BACK}: passing again after 34 seconds.",
            helped=True,
            event=EventKind.RESOLVED,
            why=Why.GOOD_IN_A_ROW,
            at=_BEGAN_AT + timedelta(seconds=54),
            lasted=timedelta(seconds=44),
            acknowledge="",
        ),
        "a budget that burns too fast": _BURNS,
        "a budget that burns too fast, and nobody is on it": replace(
            _BURNS, event=EventKind.ESCALATED, stage=1, at=_BEGAN_AT + timedelta(minutes=40)
        ),
        "a budget that burns no more": replace(
            _BURNS, event=EventKind.RESOLVED, outcome="PASS", lasted=timedelta(hours=2)
        ),
        "a target that changed, and no deploy was recorded": _CHANGED,
        "a target that changes again and again": replace(
            _CHANGED, habits=(Habit(what="version", every=timedelta(days=7)),)
        ),
        "a target that changed, and a deploy was recorded late": replace(
            _CHANGED,
            event=EventKind.RESOLVED,
            outcome="PASS",
            why=Why.CHANGE_ANNOUNCED,
            note="Deploy web 1.5.0 by ci explains it.",
            lasted=timedelta(minutes=9),
        ),
        "opened, after a change that nobody announced": replace(
            _OPENED, altered=(replace(_UPGRADED, at=_BEGAN_AT - timedelta(seconds=4)),)
        ),
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
