"""What is told when something happens: one frozen notice, its words, and its JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from pydantic import TypeAdapter, ValidationError

from monitor.reasons import in_words


@unique
class EventKind(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event for whoever is on call. Built in the transaction that decided it, then never
    changed, so that every repetition of a delivery says the same.
    """

    event: EventKind
    incident: int
    sequence: int
    """1 for opened, then counting up within the incident."""
    dedup_key: str
    """The same for every event of the incident, for ever; at most 64 characters."""
    probe: str
    probe_name: str
    kind: str
    environment: str
    location: str
    began_at: datetime
    """The first failing run."""
    at: datetime
    """When this event was decided."""
    lasted: timedelta | None = None
    """From the first failing run to the first good one; only when resolved."""
    outcome: str
    reason: str
    summary: str
    """What was seen, in one line. Scrubbed of secrets."""
    failed_step: str = ""
    failures: int = 0
    """Failing runs in a row when it opened."""
    says: tuple[str, ...] = ()
    """What people cannot do: the configured sentences of the components concerned."""
    components: tuple[str, ...] = ()
    """Their public names."""
    last_good_at: datetime | None = None
    playbook: str = ""
    page: str = ""
    """Address of the status page; empty when none is configured."""


NO_LONGER_WATCHED: Final = "UNKNOWN"
"""The outcome of a resolved event that is no recovery: nobody looks there any more."""

VERSION: Final = 1
SUBJECT_MAX: Final = 120
LINE_MAX: Final = 500


def to_json(notice: Notice) -> str:
    """The documented webhook body, version 1. Times are ISO 8601 in UTC to the millisecond,
    spans in seconds. What is not valid Unicode, and so nobody could store or read, becomes `?`.
    """
    body = {"version": VERSION} | {_KEYS.get(k, k): _plain(v) for k, v in asdict(notice).items()}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def from_json(body: str) -> Notice:
    """The notice that `to_json` wrote, to the millisecond; keys unknown to us are left out.

    Raises ValueError for anything that is not a notice of this version.
    """
    read = json.loads(body)
    if not isinstance(read, dict) or read.pop("version", None) != VERSION:
        raise ValueError(f"not a notice of version {VERSION}")
    read = {_FIELDS.get(key, key): value for key, value in read.items()}
    try:
        return _NOTICE.validate_python(read)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise ValueError(f"not a notice of version {VERSION}: {places}") from None


_NOTICE: Final = TypeAdapter(Notice)
_KEYS: Final = {"lasted": "lasted_s"}  # a bare number ends in its unit
_FIELDS: Final = {key: field for field, key in _KEYS.items()}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case timedelta():
            return round(value.total_seconds(), 3)
        case _:
            return value


def subject(notice: Notice) -> str:
    """One line of at most 120 characters; a long sentence is cut, the ends never."""
    head = f"[{one_line(notice.environment, 24)}] "
    tail = f" ({one_line(notice.probe, 32)})"
    if _unwatched(notice):
        head += "No longer watched: "
        what = _names(notice)
    elif notice.event is EventKind.RESOLVED:
        head += "UP again: "
        what = _names(notice)
        tail = _after(notice, ", after ") + tail
    else:
        head += "DOWN: "
        what = " ".join(notice.says) or _names(notice)
    return head + one_line(what, SUBJECT_MAX - len(head) - len(tail)) + tail


def text(notice: Notice) -> str:
    """Plain text, the most urgent first: what people cannot do, then a fact a line."""
    resolved = notice.event is EventKind.RESOLVED
    facts = _past(notice) if resolved else _present(notice)
    facts += [
        ("What to do", "" if resolved else notice.playbook),
        ("Status page", notice.page),
        ("Incident", _incident(notice)),
    ]
    lines = [f"{label + ':':<15}{one_line(fact)}" for label, fact in facts if fact]
    return "\n".join([_opening(notice), "", *lines, ""])


def _unwatched(notice: Notice) -> bool:
    return notice.event is EventKind.RESOLVED and notice.outcome == NO_LONGER_WATCHED


def _opening(notice: Notice) -> str:
    if _unwatched(notice):
        return one_line(
            f"No longer watched, so nobody knows whether it works again: {_names(notice)}."
        )
    if notice.event is EventKind.RESOLVED:
        return one_line(f"Works again{_after(notice, ' after ')}: {_names(notice)}.")
    return one_line(" ".join(notice.says) or f"Not working: {_names(notice)}.")


def _present(notice: Notice) -> list[tuple[str, str]]:
    age = span(notice.at - notice.began_at)
    return [
        ("Down since", f"{_instant(notice.began_at)}, {age} before this was written"),
        ("Seen", _seen(notice)),
        ("Failing runs", _in_a_row(notice.failures)),
        ("Last good run", _instant(notice.last_good_at) if notice.last_good_at else "none known"),
    ]


def _past(notice: Notice) -> list[tuple[str, str]]:
    until = f" until {_instant(notice.began_at + notice.lasted)}" if notice.lasted else ""
    return [
        ("It was", " ".join(notice.says)),
        ("Was down from", _instant(notice.began_at) + until),
        ("Seen then", _seen(notice)),
    ]


def _in_a_row(failures: int) -> str:
    return f"{failures} in a row" if failures > 1 else str(failures or "")


def _seen(notice: Notice) -> str:
    step = f'at the step "{notice.failed_step}"' if notice.failed_step else ""
    what = ", ".join(part for part in (in_words(notice.reason), step) if part)
    return ": ".join(part for part in (what, notice.summary) if part)


def _incident(notice: Notice) -> str:
    return (
        f"{notice.incident} in {notice.environment}, "
        f"seen from {notice.location} by {notice.probe} ({notice.kind})"
    )


def _names(notice: Notice) -> str:
    return ", ".join(notice.components) or notice.probe_name


def _after(notice: Notice, lead: str) -> str:
    return f"{lead}{span(notice.lasted)}" if notice.lasted is not None else ""


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """`12 minutes`, `1 hour 5 minutes`: the two largest units, from days to seconds."""
    left = max(int(length.total_seconds()), 0)
    said = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            said.append(f"{count} {unit}{'' if count == 1 else 's'}")
        elif said:
            break
    return " ".join(said[:2]) or "less than a second"


def one_line(words: str, room: int = LINE_MAX) -> str:
    """At most *room* characters, and nothing in them that a terminal or a mail header obeys."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= room else line[: room - 1].rstrip() + "…"
