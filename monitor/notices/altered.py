"""What is said of a target that is not what it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from monitor.notices.lines import brief, instant, one_line
from monitor.notices.notice import Altered, Notice

SHOWN: Final = 4
_VALUE_MAX: Final = 60
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
    return f"{part(what)} {_value(was)} → {_value(became)}"


def listed(altered: Iterable[Altered]) -> str:
    every = list(altered)
    more = len(every) - SHOWN
    parts = [said(each) for each in every[:SHOWN]] + ([f"{more} more"] if more > 0 else [])
    return ", ".join(parts)


def beside(notice: Notice) -> tuple[str, tuple[str, ...]]:
    """What changed about when it began, the newest first; the others as lines of their own."""
    newest = sorted(notice.altered, key=_at, reverse=True)
    lines = [f"{said(each)}, {_distance(notice, each)}" for each in newest]
    return (f"{lines[0]}; no deploy was recorded", _others(lines)) if lines else ("", ())


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
    return one_line(value, _VALUE_MAX) or "none"


def _at(altered: Altered) -> datetime:
    return altered.at
