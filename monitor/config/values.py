"""The values that stand in tables: ids, lines, addresses, times of day, zones."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from monitor.config.nearest import remedy
from probes import Duration, write_duration

LONGEST_WAIT: Final = timedelta(hours=1)
LONGEST_EVERY: Final = timedelta(weeks=52)
LONGEST_ID: Final = 64
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_CLOCK_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CLOCK_TIME_OR_24: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
_LOCAL_TIME: Final = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_SPAN: Final = f"^({'|'.join(_DAYS)})(-({'|'.join(_DAYS)}))?$"


def is_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def good_id(text: str) -> str:
    """The id nearest to what was written."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug[:LONGEST_ID].rstrip("-") or "web"


def demand_id(text: str) -> str:
    if not is_id(text):
        raise ValueError(
            f"{text[:LONGEST_ID]!r} is not an id; write lower-case letters, digits and single "
            f'dashes, at most {LONGEST_ID}, as "{good_id(text)}"'
        )
    return text


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """A bound for durations, both ends included."""

    def demand(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise ValueError(
                f"{write_duration(value)} is out of range; "
                f"write {write_duration(least)} or more and {write_duration(most)} or less"
            )
        return value

    return AfterValidator(demand)


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line break or a control character; write it on one line")
    return text


def web_address(text: str) -> str:
    """Empty is none. Raises ValueError with a remedy."""
    remedy = 'write it in full, as "https://example.org/"'
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        known = False
    if text and (not known or not text.isprintable() or " " in text):
        raise ValueError(f"is not a web address; {remedy}")
    return text


def _listening(text: str) -> str:
    if not _is_host_and_port(text):
        raise ValueError('is not "host:port"; write it as "127.0.0.1:8600" or "[::1]:8600"')
    return text


def _anchor(text: str) -> str:
    if text != "gateway" and not _is_host_and_port(text):
        raise ValueError(
            f'{text[:LONGEST_ID]!r} is neither "host:port" nor "gateway"; '
            'write it as "192.0.2.1:443" or "[2001:db8::1]:443"'
        )
    return text


def _is_host_and_port(text: str) -> bool:
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    known = _HOST.fullmatch(host) or (host == f"[{bare}]" and _is_v6(bare))
    return bool(known and re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536)


def _is_v6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime"})


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if not isinstance(value, str):
        raise ValueError('is not the name of a time zone; write it in quotes, as "Europe/Berlin"')
    if value not in _zones():
        choices = sorted(_zones(), key=lambda name: ("/" not in name, name))
        hint = remedy(value, choices, "zones")
        hint = hint if hint.startswith("did") else 'write it as "Europe/Berlin" or "UTC"'
        raise ValueError(f"there is no time zone {value[:LONGEST_ID]!r}; {hint}")
    return ZoneInfo(value)


def _clock_time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_CLOCK_TIME, value):
        raise ValueError('is not a time of day; write hours and minutes in quotes, as "22:00"')
    return time.fromisoformat(value)


def _until(value: object) -> time:
    return time() if value == "24:00" else _clock_time(value)


def _local_time(value: object) -> datetime:
    """A day and a time on some wall, without a zone."""
    remedy = 'write day and time of the wall in quotes, as "2026-12-01T02:00"'
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LOCAL_TIME, value):
        raise ValueError(f"is not a day and a time; {remedy}")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"there is no {value!r}; {remedy}") from None


def _day_span(value: object) -> frozenset[int]:
    """Days from Monday, 0; a span may run over the end of the week."""
    if not isinstance(value, str) or not re.fullmatch(_DAY_SPAN, value):
        raise ValueError('is not a day; write it as "mon" or "mon-fri"')
    first, _, last = value.partition("-")
    start = _DAYS.index(first)
    length = (_DAYS.index(last or first) - start) % 7
    return frozenset((start + offset) % 7 for offset in range(length + 1))


def union(spans: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset(day for span in spans for day in span)


def _demand_one(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """As `min_length` would, which also counts what was wrong in itself as missing."""
    if not values:
        context = {"field_type": "Tuple", "min_length": 1, "actual_length": 0}
        raise PydanticKnownError("too_short", context)
    return values


Id = Annotated[str, AfterValidator(demand_id), Field(examples=["frankfurt"])]
Line = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
MaybeLine = Annotated[str, AfterValidator(_one_line), Field(max_length=200)]
WebAddress = Annotated[
    str, AfterValidator(web_address), Field(max_length=2000, examples=["https://example.org/"])
]
Runs = Annotated[int, Field(ge=1, le=1000)]
Timeout = Annotated[Duration, between(timedelta(milliseconds=1), LONGEST_WAIT)]
Every = Annotated[Duration, between(timedelta(seconds=1), LONGEST_EVERY)]
Wait = Annotated[Duration, between(timedelta(), LONGEST_WAIT)]
Listening = Annotated[str, AfterValidator(_listening), Field(examples=["127.0.0.1:8600"])]
Anchor = Annotated[str, AfterValidator(_anchor), Field(examples=["192.0.2.1:443"])]
ChannelIds = Annotated[tuple[str, ...], Field(max_length=50, examples=[["oncall"]])]
ProbeIds = Annotated[tuple[str, ...], Field(max_length=500, examples=[["web"]])]
Zone = Annotated[
    ZoneInfo,
    PlainValidator(_zone),
    WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]}),
]
ClockTime = Annotated[
    time,
    PlainValidator(_clock_time),
    WithJsonSchema({"type": "string", "pattern": _CLOCK_TIME, "examples": ["22:00"]}),
]
Until = Annotated[
    time,
    PlainValidator(_until),
    WithJsonSchema({"type": "string", "pattern": _CLOCK_TIME_OR_24, "examples": ["07:00"]}),
]
DaySpan = Annotated[
    frozenset[int],
    PlainValidator(_day_span),
    WithJsonSchema({"type": "string", "pattern": _DAY_SPAN, "examples": ["mon-fri"]}),
]
LocalTime = Annotated[
    datetime,
    PlainValidator(_local_time),
    WithJsonSchema({"type": "string", "pattern": _LOCAL_TIME, "examples": ["2026-12-01T02:00"]}),
]
UTC_ZONE: Final = ZoneInfo("UTC")
MIDNIGHT: Final = time()
NOT_EMPTY: Final = (AfterValidator(_demand_one), Field(json_schema_extra={"minItems": 1}))
