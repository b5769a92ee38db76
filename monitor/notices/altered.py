"""What is said of a target that is not what it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from monitor.notices import fields
from monitor.notices.lines import brief, instant, one_line
from monitor.notices.notice import Altered, Notice
from monitor.notices.traits import after

SHOWN: Final = 4
_VALUE_MAX: Final = 60
_NOTHING: Final = "not given"
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tls_key": "TLS key",
        "tls_issuer": "certificate issuer",
        "json_keys": "shape of the JSON",
    }
)


def part(name: str) -> str:
    """What a part of a fingerprint is called."""
    return _WORDS.get(name, name.replace("_", " "))


def said(altered: Altered) -> str:
    """`runtime Quill/5.6.40 → Quill/8.0.2`."""
    return said_of(altered.what, altered.was, altered.became)


def said_of(what: str, was: str, became: str) -> str:
    """As `said`."""
    if what == fields.NAME:
        return fields.said(was, became)
    return f"{part(what)} {_value(was)} → {_value(became)}"


def shown(what: str, value: str, room: int = _VALUE_MAX) -> str:
    """One value of it."""
    return fields.shown(value) if what == fields.NAME else one_line(value, room) or _NOTHING


def again(notice: Notice) -> str:
    """`runtime is Quill/5.6.40 again (was Quill/8.0.2 for 1 minute 38 seconds)`."""
    every = [_again(each) for each in notice.altered]
    return _few(every) + after(notice, ", after ") if len(every) > 1 else _one_again(notice)


def _one_again(notice: Notice) -> str:
    if not notice.altered:
        return "it is as it was before"
    [one] = notice.altered
    lasted = after(notice, " for ")
    was = "they were others" if one.what == fields.NAME else f"was {_value(one.became)}"
    return f"{_again(one)} ({was}{lasted})"


def _again(altered: Altered) -> str:
    if altered.what == fields.NAME:
        return fields.back(altered.was)
    return f"{part(altered.what)} is {_value(altered.was)} again"


def listed(altered: Iterable[Altered]) -> str:
    return _few([said(each) for each in altered])


def _few(parts: Sequence[str]) -> str:
    more = len(parts) - SHOWN
    return ", ".join([*parts[:SHOWN], *([f"{more} more"] if more > 0 else [])])


def beside(notice: Notice) -> tuple[str, tuple[str, ...]]:
    """What changed about when it began, the newest first; the others as lines of their own."""
    newest = sorted(notice.altered, key=_at, reverse=True)
    lines = [f"{said(each)}, {_distance(notice, each)}" for each in newest]
    return (f"{lines[0]}; no deploy was recorded", _others(lines)) if lines else ("", ())


def next_time(notice: Notice) -> str:
    """That it will not be told again, and what to do about that; empty where it will."""
    if not notice.habits:
        return ""
    often = ", ".join(f"{part(each.what)} {changes(each.every)}" for each in notice.habits)
    return f"{often}: {NOT_TOLD}. {TELLS}."


def last_time(notice: Notice) -> str:
    """`next_time`, where there is little room."""
    names = ", ".join(part(each.what) for each in notice.habits)
    return f"Without deploys, {names} is not told again" if names else ""


NOT_TOLD: Final = "from now on such a change is listed, and not told by itself"
TELLS: Final = (
    "To be told of each, record deploys (trueup deploy record), or set habit = 0 under"
    " [fingerprint]"
)


def changes(every: timedelta) -> str:
    """`changes about every 7 days, and no deploy is recorded`."""
    days = round(every / timedelta(days=1))
    often = f"about every {days} days" if days > 1 else "about every day" if every else "often"
    return f"changes {often}, and no deploy is recorded"


def newest(notice: Notice) -> str:
    """The one that was seen last."""
    last = max(notice.altered, key=_at, default=None)
    return said(last) if last is not None else ""


def itself(notice: Notice) -> tuple[str, tuple[str, ...]]:
    """Each change, with when it was seen."""
    lines = [f"{said(each)}, {_between(each)}" for each in notice.altered]
    return (lines[0], _others(lines)) if lines else ("", ())


def _others(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - SHOWN
    return (*lines[1:SHOWN], *([f"and {more} more"] if more > 0 else []))


def _between(altered: Altered) -> str:
    """It may have happened at any moment since the last run that saw it as before."""
    if altered.before_at is None:
        return f"seen at {instant(altered.at)}"
    return f"between {instant(altered.before_at)} and {instant(altered.at)}"


def _distance(notice: Notice, altered: Altered) -> str:
    if altered.at > notice.began_at:
        return f"seen {brief(altered.at - notice.began_at)} after the first failing run"
    if altered.at == notice.began_at:
        return "seen with the first failing run"
    return f"seen {brief(notice.began_at - altered.at)} before the first failing run"


def _value(value: str) -> str:
    return one_line(value, _VALUE_MAX) or _NOTHING


def _at(altered: Altered) -> datetime:
    return altered.at
