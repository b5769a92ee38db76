"""An incident to tell about: nobody can sign in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.notices import EventKind, Notice

BEGAN_AT = datetime(2026, 3, 3, 2, 14, 5, tzinfo=UTC)


def opened(**changes: Any) -> Notice:
    """The notice that wakes somebody, a minute after the first failing run."""
    notice = Notice(
        event=EventKind.OPENED,
        incident=42,
        sequence=1,
        dedup_key="5f1c2e0a9b7d4c38",
        probe="signin",
        probe_name="Sign in",
        kind="journey",
        environment="production",
        location="frankfurt",
        began_at=BEGAN_AT,
        at=BEGAN_AT + timedelta(minutes=1),
        outcome="FAIL",
        reason="text_missing",
        summary='no "Your library" within 15 s',
        failed_step="see the library",
        failures=2,
        says=("People cannot sign in.",),
        components=("Signing in",),
        last_good_at=BEGAN_AT - timedelta(minutes=1),
        playbook="https://wiki.example.org/playbooks/signin",
        page="https://status.example.org/",
    )
    return replace(notice, **changes)


def resolved(**changes: Any) -> Notice:
    """The notice that lets them sleep again, after twelve minutes."""
    good_news = {
        "event": EventKind.RESOLVED,
        "sequence": 2,
        "at": BEGAN_AT + timedelta(minutes=13),
        "lasted": timedelta(minutes=12),
        "failures": 0,
    }
    return opened(**good_news | changes)
