"""An incident in the words of Prometheus: the labels that identify it, annotations that tell of it,
and the body that Alertmanager itself sends to a webhook.

Field names are those of version 4 of that body, in Alertmanager's documentation of its webhook
receiver, and of its API v2. Whatever may change while the incident lasts, the severity above all,
is an annotation: other labels would be another incident.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from monitor.channels.addresses import is_link
from monitor.notices import About, EventKind, Member, Notice, Words, one_line
from monitor.notices.changes import budgets, deployed, last_deed, said_of

RECEIVER: Final = "trueup"
NEVER: Final = "0001-01-01T00:00:00Z"
"""How Go writes a time that is not set; receivers take it for "not over"."""

MEMBERS_MAX: Final = 50
_LABEL_MAX: Final = 200
_ANNOTATION_MAX: Final = 1_000

Pairs = Mapping[str, str]


def labels_of(notice: Notice) -> dict[str, str]:
    """The same for every event of the incident."""
    return _filled(
        {
            "alertname": notice.probe,
            "environment": notice.environment,
            "location": notice.location,
            "kind": notice.kind,
            "about": notice.about.value,
            "dedup_key": notice.dedup_key,
        },
        _LABEL_MAX,
    )


def annotations_of(notice: Notice, words: Words) -> dict[str, str]:
    """What there is to read. `summary`, `description` and `runbook_url` are the usual names."""
    said = _filled(
        {
            "summary": words.subject(notice),
            "says": " ".join(notice.says),
            "runbook_url": notice.playbook,
            "status_page": notice.page,
            "acknowledge_url": notice.acknowledge,
            "acknowledged_by": notice.acknowledged_by,
            "severity": notice.severity.value,
            "event": notice.event.value,
            "incident": str(notice.incident),
            "probe_name": notice.probe_name,
            **_of_changes(notice),
        },
        _ANNOTATION_MAX,
    )
    return said | {"description": words.text(notice)}


def _of_changes(notice: Notice) -> dict[str, str]:
    """What was deployed before, what was done about it, what is left of budgets."""
    return {
        "last_deploy": deployed(notice)[0],
        "deploy_url": notice.deploys[0].url if notice.deploys else "",
        "action": said_of(last) if (last := last_deed(notice)) else "",
        "budget": budgets(notice)[0],
    }


def generator(notice: Notice) -> str:
    """A link back, or nothing."""
    return notice.page if is_link(notice.page) else ""


def webhook_body(notice: Notice, words: Words, *, over: bool) -> dict[str, Any]:
    """The body, version 4: one entry, or for a summary one for every member that it names."""
    entries = list(_entries(notice, words, over=over))
    members = max(notice.members_count, len(notice.members))
    return {
        "version": "4",
        "groupKey": f'{{}}:{{dedup_key="{notice.dedup_key}"}}',
        "truncatedAlerts": members - len(notice.members[:MEMBERS_MAX]),
        "status": _status(over=over),
        "receiver": RECEIVER,
        "groupLabels": {"dedup_key": notice.dedup_key},
        "commonLabels": _shared([entry["labels"] for entry in entries]),
        "commonAnnotations": _shared([entry["annotations"] for entry in entries]),
        "externalURL": generator(notice),
        "alerts": entries,
    }


def _entries(notice: Notice, words: Words, *, over: bool) -> Iterator[dict[str, Any]]:
    told = annotations_of(notice, words)
    if notice.about is not About.SUMMARY or not notice.members:
        yield _entry(notice, labels_of(notice), told, over=over)
        return
    told["description"] = one_line(words.message(notice).opening, _ANNOTATION_MAX)
    for member in notice.members[:MEMBERS_MAX]:
        yield _entry(notice, _member_labels(notice, member), told | _name(member), over=over)


def _entry(notice: Notice, which: Pairs, told: Pairs, *, over: bool) -> dict[str, Any]:
    return {
        "status": _status(over=over),
        "labels": dict(which),
        "annotations": dict(told),
        "startsAt": rfc3339(notice.began_at),
        "endsAt": rfc3339(ended_at(notice)) if over else NEVER,
        "generatorURL": generator(notice),
        "fingerprint": _fingerprint(which),
    }


def _member_labels(notice: Notice, member: Member) -> dict[str, str]:
    own = {"alertname": member.probe, "incident": str(member.incident)}
    return _filled(labels_of(notice) | own, _LABEL_MAX)


def _name(member: Member) -> dict[str, str]:
    return _filled({"probe_name": member.name, "incident": str(member.incident)}, _ANNOTATION_MAX)


def ended_at(notice: Notice) -> datetime:
    """When it was over, in whole seconds and never before it began."""
    end = notice.began_at + notice.lasted if notice.lasted is not None else notice.at
    return max(end.replace(microsecond=0), notice.began_at)


def rfc3339(at: datetime) -> str:
    """To the millisecond, in UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_over(notice: Notice) -> bool:
    """Whether the far end is to forget it."""
    return notice.event is EventKind.RESOLVED


def _status(*, over: bool) -> str:
    return "resolved" if over else "firing"


def _fingerprint(which: Pairs) -> str:
    """Sixteen digits; receivers only compare them."""
    pairs = "".join(f"{name}\xff{which[name]}\xff" for name in sorted(which))
    return hashlib.sha256(pairs.encode("utf-8", "replace")).hexdigest()[:16]


def _filled(pairs: Pairs, room: int) -> dict[str, str]:
    lines = {name: one_line(word, room) for name, word in pairs.items()}
    return {name: line for name, line in lines.items() if line}


def _shared(several: list[dict[str, str]]) -> dict[str, str]:
    first, *others = several
    return {name: word for name, word in first.items() if all(o.get(name) == word for o in others)}
