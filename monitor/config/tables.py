"""The tables of a configuration that are the same for every kind of probe and channel."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from probes import Duration, Strict, write_duration

LONGEST_WAIT: Final = timedelta(hours=1)
LONGEST_EVERY: Final = timedelta(weeks=52)
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID: Final = 64


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


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line break or a control character; write it on one line")
    return text


def _web_address(text: str) -> str:
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
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    known = _HOST.fullmatch(host) or (host == f"[{bare}]" and _is_v6(bare))
    if not known or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError('is not "host:port"; write it as "127.0.0.1:8600" or "[::1]:8600"')
    return text


def _is_v6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _between(least: timedelta, most: timedelta) -> AfterValidator:
    def demand(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise ValueError(
                f"{write_duration(value)} is out of range; "
                f"write {write_duration(least)} or more and {write_duration(most)} or less"
            )
        return value

    return AfterValidator(demand)


Id = Annotated[str, AfterValidator(demand_id), Field(examples=["frankfurt"])]
Line = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
WebAddress = Annotated[
    str, AfterValidator(_web_address), Field(max_length=2000, examples=["https://example.org/"])
]
Runs = Annotated[int, Field(ge=1, le=1000)]
Timeout = Annotated[Duration, _between(timedelta(milliseconds=1), LONGEST_WAIT)]
_Every = Annotated[Duration, _between(timedelta(seconds=1), LONGEST_EVERY)]
_Wait = Annotated[Duration, _between(timedelta(), LONGEST_WAIT)]


class TrueupTable(Strict):
    """The daemon itself."""

    environment: Annotated[Line, Field(max_length=40)] = "production"
    """Shown in every notice and on the page, so that no environment is taken for another."""
    state: Annotated[str, Field(min_length=1)] = "var"
    """The folder of the database, artefacts, backups and the page; relative to this file."""
    location: Id = "here"
    """Where this daemon stands; every run carries it."""
    listen: (
        Annotated[str, AfterValidator(_listening), Field(examples=["127.0.0.1:8600"])] | None
    ) = None
    """Where the page, metrics and heartbeats are served, as host:port; nowhere when absent."""
    include: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Further files, as patterns relative to this one, with probes, components and channels."""
    browser: str = ""
    """The browser for journeys, as a path or the name of a program; looked for when absent."""


class PolicyTable(Strict):
    """How often a probe runs, what its answers lead to, and who is told."""

    every: _Every = timedelta(seconds=60)
    """From the beginning of one run to the beginning of the next; one second or more."""
    confirm: Annotated[tuple[_Wait, ...], Field(max_length=10, examples=[["2s", "8s"]])] = (
        timedelta(seconds=2),
        timedelta(seconds=8),
    )
    """Waits before each further try inside a failing run; an empty list for no further try."""
    open_after: Runs = 2
    """Failing runs in a row before an incident opens."""
    close_after: Runs = 2
    """Good runs in a row before an incident is over."""
    channels: Annotated[tuple[str, ...], Field(examples=[["oncall"]])] = ()
    """The channels that are told."""
    playbook: WebAddress = ""
    """Address of what to do when it fails; {probe} becomes the probe's id."""


class DefaultsTable(PolicyTable):
    """Policy for every probe, or for every probe of one kind; a probe's own keys go first."""

    timeout: Timeout | None = None
    """The deadline of one try; each kind has its own when nothing is written."""


class ProbeTable(PolicyTable):
    """One configured question, asked again and again."""

    kind: Annotated[str, Field(examples=["http"])]
    """How to ask."""
    name: Annotated[str, AfterValidator(_one_line), Field(max_length=200)] = ""
    """For people; the id where none is given."""
    tags: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    """Words to select probes by."""
    renamed_from: Annotated[Id, Field(examples=["old-id"])] | None = None
    """The id this probe had before; its history comes along."""


class ComponentTable(Strict):
    """Something users do, as the public page lists it."""

    name: Line | None = None
    """For the public; made from the id where none is given."""
    group: Annotated[str, AfterValidator(_one_line), Field(max_length=200)] = ""
    """The heading it stands under."""
    probes: Annotated[tuple[str, ...], Field(min_length=1, examples=[["web"]])]
    """The probes that watch it."""
    says: Annotated[str, AfterValidator(_one_line), Field(max_length=500)] = ""
    """The sentence published when it is down."""


class ChannelTable(Strict):
    """A place to tell."""

    kind: Annotated[str, Field(examples=["webhook"])]
    """How to tell."""


class PageTable(Strict):
    """The status page."""

    title: Line = "Status"
    """The heading of the page."""
    url: WebAddress = ""
    """Where people find the page; notices name it."""
