"""The keys of policy: how often a probe runs, what its answers lead to, and who is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from monitor.config.nearest import remedy
from monitor.config.values import (
    LONGEST_EVERY,
    NOT_EMPTY,
    ChannelIds,
    Every,
    ProbeIds,
    Runs,
    Wait,
    WebAddress,
    between,
)
from monitor.policy import OF_MOST, For, InARow, Opening, OutOf
from monitor.routing import Severity
from probes import Duration, Strict, write_duration
from probes.injection.catalogue import BY_NAME
from probes.settings import parse_duration

MOST_RUNS: Final = 1000
LONGEST_FOR: Final = timedelta(weeks=1)
LEAST_REPEAT: Final = timedelta(minutes=1)
_OUT_OF: Final = re.compile(r"([0-9]{1,4}) of ([0-9]{1,4})")
_FORMS: Final = 'write 2 for two in a row, "3 of 5", or "5m"'


def _opening(value: object) -> Opening:
    if isinstance(value, InARow | OutOf | For):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _in_a_row(value)
    if not isinstance(value, str):
        raise ValueError(f"is neither a number nor text; {_FORMS}")
    if match := _OUT_OF.fullmatch(value):
        return _out_of(value, int(match[1]), int(match[2]))
    try:
        span = parse_duration(value)
    except ValueError:
        raise ValueError(f"{value[:64]!r} says nothing of when it opens; {_FORMS}") from None
    if not timedelta(seconds=1) <= span <= LONGEST_FOR:
        most = write_duration(LONGEST_FOR)
        raise ValueError(f"{value!r} is out of range; write 1s or more and {most} or less")
    return For(span)


def _in_a_row(runs: int) -> InARow:
    if runs < 1:
        raise ValueError("is too small; write 1 or more")
    if runs > MOST_RUNS:
        raise ValueError(f"is too large; write {MOST_RUNS} or less")
    return InARow(runs)


def _out_of(written: str, failing: int, of: int) -> OutOf:
    if failing < 1:
        raise ValueError(f'"{written}" would open without a failing run; write 1 or more of them')
    if of > OF_MOST:
        raise ValueError(f'"{written}" looks too far back; write at most {OF_MOST} runs')
    if failing > of:
        fewer = f"{of // 2 + 1} of {max(of, 1)}"
        raise ValueError(f'"{written}" can never be; write "{fewer}"')
    return OutOf(failing, of)


def _remind(value: object) -> timedelta | None:
    if value is False:
        return None
    if value is True:
        raise ValueError('is true; write how long it takes, as "4h", or false for never')
    span = parse_duration(value)
    if not timedelta(minutes=1) <= span <= LONGEST_EVERY:
        text = f"{write_duration(span)} is out of range"
        raise ValueError(f"{text}; write 1m or more, or false for never")
    return span


def _quiet(value: object) -> str:
    if value is False:
        return ""
    if not isinstance(value, str):
        raise ValueError("is not the name of hours; write it in quotes, or false for none")
    return value


def _injected(name: str) -> str:
    if name not in BY_NAME:
        shown = "; trueup blindspots --list shows them"
        hint = remedy(name, BY_NAME, "faults")
        raise ValueError(f"there is no fault {name[:64]!r}; {hint}{shown}")
    return name


FaultName = Annotated[
    str, AfterValidator(_injected), Field(json_schema_extra={"enum": list(BY_NAME)})
]


def _no_or(text: dict[str, Any]) -> WithJsonSchema:
    """What editors are told of a key that is switched off by `false`."""
    return WithJsonSchema({"anyOf": [text, {"const": False}], "examples": text["examples"]})


class BySeverity(Strict):
    """Other channels for what matters more, or less. Who is not named is not told."""

    critical: ChannelIds = ()
    """Told of what is critical."""
    warning: ChannelIds = ()
    """Told of warnings, such as a probe that is merely slow."""
    info: ChannelIds = ()
    """Told of what is only good to know."""


class StageTable(Strict):
    """One step of an escalation."""

    after: Annotated[Duration, between(timedelta(seconds=10), timedelta(weeks=1))] = Field(
        examples=["10m"]
    )
    """How long after the first notice, when nobody has acknowledged."""
    to: Annotated[ChannelIds, *NOT_EMPTY, Field(examples=[["phone"]])]
    """Who is told then."""
    repeat: Annotated[Duration, between(LEAST_REPEAT, timedelta(weeks=1))] | None = None
    """For the last step: how often again until somebody acknowledges; as `after` when absent."""


class PolicyTable(Strict):
    """How often a probe runs, what its answers lead to, and who is told."""

    every: Every = timedelta(seconds=60)
    """From the beginning of one run to the beginning of the next; one second or more."""
    recheck: Every | None = None
    """From a failing run to the next while nothing is decided; half of `every` when absent."""
    confirm: Annotated[tuple[Wait, ...], Field(max_length=10, examples=[["2s", "8s"]])] = (
        timedelta(seconds=2),
        timedelta(seconds=8),
    )
    """Waits before each further try inside a failing run; an empty list for no further try."""
    open_after: Annotated[
        Any,
        PlainValidator(_opening),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "integer", "minimum": 1, "maximum": MOST_RUNS},
                    {"type": "string", "pattern": r"^(\d+ of \d+|(\d+(\.\d+)?(ms|s|m|h|d|w))+)$"},
                ],
                "examples": [2, "3 of 5", "5m"],
            }
        ),
    ] = InARow()
    """When an incident opens: failing runs in a row, so many of the last so many, or for how
    long nothing but failing runs."""
    close_after: Runs = 2
    """Good runs in a row before an incident is over."""
    flapping: bool = True
    """Whether what keeps breaking and mending stays one incident."""
    tell_degraded: bool = False
    """Whether slow runs open an incident too, which is a warning."""
    severity: Annotated[Severity, Field(examples=["critical"])] = Severity.CRITICAL
    """How much it matters when it fails; only what is critical is told in quiet hours."""
    channels: Annotated[ChannelIds | BySeverity, Field(examples=[["oncall"]])] = ()
    """The channels that are told: a list, or a table of lists by severity."""
    during: Annotated[dict[str, ChannelIds], Field(max_length=20)] = Field(default_factory=dict)
    """Who is told instead within certain hours; the first hours that hold count."""
    quiet: Annotated[
        str, PlainValidator(_quiet), _no_or({"type": "string", "examples": ["night"]})
    ] = ""
    """Hours in which only what is critical is told, the rest when they end; false for none."""
    remind: Annotated[
        timedelta | None,
        PlainValidator(_remind),
        _no_or(
            {"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h|d|w))+$", "examples": ["4h"]}
        ),
    ] = timedelta(hours=4)
    """When an open incident is told again, then after twice as long each time, up to a day;
    false for never."""
    escalation: Annotated[
        tuple[StageTable, ...],
        Field(max_length=10, examples=[[{"after": "10m", "to": ["phone"]}]]),
    ] = ()
    """Who is told when nobody acknowledges, step by step."""
    needs: Annotated[ProbeIds, Field(max_length=20, examples=[["network"]])] = ()
    """Probes without which this one cannot work: while one is down, it is told instead."""
    playbook: WebAddress = ""
    """Address of what to do when it fails; {probe} becomes the probe's id."""
    fingerprint: bool = True
    """Whether it is told when the target changes and no deploy was recorded."""
    blindspots: Annotated[Literal["full", "read-only", "never"], Field(examples=["read-only"])] = (
        "full"
    )
    """What `trueup blindspots` may do with it: run it through every fault, only through those
    that let nothing be written, or nothing at all."""
    blindspots_accept: Annotated[
        tuple[FaultName, ...], Field(max_length=50, examples=[["stale"]])
    ] = ()
    """Faults that may go unseen: that is known, and accepted."""

    @property
    def by_severity(self) -> dict[Severity, tuple[str, ...]]:
        if isinstance(self.channels, BySeverity):
            written = self.channels.model_dump()
            return {severity: tuple(written[severity.value]) for severity in Severity}
        return dict.fromkeys(Severity, self.channels)
