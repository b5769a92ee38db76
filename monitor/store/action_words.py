"""What was done about an incident, in words for people: from a row, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, unique
from typing import Any, Final

from monitor.notices import one_line, span
from monitor.notices.lines import capital

CUT_OFF: Final = "trueup was ended while it was asked"
_ROOM: Final = 100
_NAME_ROOM: Final = 24
_VERSION_ROOM: Final = 16
_ANSWER_ROOM: Final = 200
_SAID_ROOM: Final = 700


@unique
class State(StrEnum):
    """How far something that is done has come."""

    DRY = "dry"
    """Nothing was sent, and nothing will be."""
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    """The other side said that it did not, or the program did."""
    UNSENT = "unsent"
    """It could not be asked, for certain."""
    UNKNOWN = "unknown"
    """It was asked, and whether it was done is not known."""


@unique
class Verdict(StrEnum):
    """Whether it helped."""

    HELPED = "helped"
    NOT_HELPED = "not_helped"
    BEFORE = "before"
    """It passed again before anything was done."""


def said(row: Mapping[str, Any]) -> str:
    """The whole of it: a row of `action` with the `version` of its deploy, and its incident's
    `opened_at` and `notice`.
    """
    parts = _Parts(row)
    match State(row["state"]):
        case State.DRY:
            words = (
                f"Would have {parts.done()}: the action is a dry run, nothing was sent."
                ' Write mode = "live" to have it done the next time.'
            )
        case State.STARTED:
            words = f"{parts.doing} is under way.{parts.after_all}"
        case State.DONE:
            words = parts.outcome()
        case State.FAILED:
            words = f"{parts.doing} was asked for and failed: {parts.answer}. {parts.left_to_do}"
        case State.UNSENT:
            words = f"{parts.doing} could not be asked for: {parts.answer}. {parts.left_to_do}"
        case State.UNKNOWN:
            words = (
                f"{parts.doing} was asked for: {parts.answer}. Whether it was done is not known;"
                f" look there. It is not repeated.{parts.after_all}"
            )
    return one_line(words, _SAID_ROOM)


def headline(row: Mapping[str, Any]) -> str:
    """A few words of it, to stand inside a headline: `rolling back api 1.4.2 to 1.4.1`."""
    what = _what(row, one_line(row["service"], _NAME_ROOM), _VERSION_ROOM)
    match State(row["state"]):
        case State.DRY:
            return f"dry run of {what.present}"
        case State.FAILED:
            return f"{what.noun} failed"
        case State.UNSENT:
            return f"{what.noun} could not be asked for"
        case State.UNKNOWN:
            return f"not known whether {what.passive}"
        case State.DONE if row["verdict"]:
            return what.past
        case State.DONE | State.STARTED:
            return what.present


def has_helped(row: Mapping[str, Any]) -> bool:
    return (row["state"], row["verdict"]) == (State.DONE.value, Verdict.HELPED.value)


def is_by_hand(row: Mapping[str, Any]) -> bool:
    """Whether it is left to a person, as far as is known."""
    open_end = row["state"] in (State.FAILED, State.UNSENT, State.UNKNOWN)
    return row["verified_at"] is None and (open_end or row["verdict"] == Verdict.NOT_HELPED)


@dataclass(frozen=True, slots=True)
class _What:
    """What is done, in every form that a headline needs."""

    noun: str
    present: str
    past: str
    passive: str


def _what(row: Mapping[str, Any], service: str, room: int) -> _What:
    release = f"{service} {one_line(row['version'] or '', room)}".strip()
    name, target = one_line(row["name"], _NAME_ROOM), one_line(row["target"], room)
    if target:
        return _What(
            f"roll-back of {release} to {target}",
            f"rolling back {release} to {target}",
            f"rolled back {release} to {target}",
            f"{release} was rolled back to {target}",
        )
    return _What(
        f"{name} because of {release}",
        f"carrying out {name} because of {release}",
        f"carried out {name} because of {release}",
        f"{name} because of {release} was carried out",
    )


class _Parts:
    """The words that sentences are made of."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row
        self._what = _what(row, one_line(row["service"], _ROOM), _ROOM)
        after = _span(row["started_at"] - row["opened_at"])
        when = f"{after} after it opened" if after else "at once"
        self._when = f"action {row['name']}, {when}" if row["target"] else when
        self.answer = one_line(row["answer"], _ANSWER_ROOM).rstrip(".")

    def done(self, more: str = "") -> str:
        """In a pair of brackets, when it was, and *more*."""
        inside = "; ".join(part for part in (self._when, more) if part)
        return f"{self._what.past} ({inside})"

    @property
    def doing(self) -> str:
        begins = "The" if self._row["target"] else "Action"
        return f"{begins} {self._what.noun} ({self._when})"

    @property
    def left_to_do(self) -> str:
        """What is left to do for a person."""
        if self._row["verified_at"] is not None:
            return "It passed again without it."
        playbook = _playbook(self._row["notice"])
        return f"Do it by hand: {playbook}" if playbook else "Do it by hand."

    def outcome(self) -> str:
        row = self._row
        match row["verdict"]:
            case Verdict.HELPED:
                return f"{capital(self.done())}: passing again {self._passed_after()}."
            case Verdict.BEFORE:
                return f"{capital(self.done())}; it had passed again before that."
            case Verdict.NOT_HELPED:
                waited = _span((row["verify_until"] or row["ended_at"]) - row["ended_at"])
                within = f" within {waited}" if waited else ""
                left = self.after_all or f" {self.left_to_do}"
                return f"{capital(self.done(self.answer))}, and it has not helped{within}.{left}"
        return (
            f"{self.doing} was asked for and accepted: {self.answer}. Whether it helps shows soon."
        )

    @property
    def after_all(self) -> str:
        if self._row["verified_at"] is None:
            return ""
        if self._row["verdict"] == Verdict.BEFORE:
            return " It had passed again before that."
        return f" It passed again {self._passed_after()}."

    def _passed_after(self) -> str:
        lasted = _span(self._row["verified_at"] - self._row["started_at"])
        return f"after {lasted}" if lasted else "within a second"


def _playbook(notice: str) -> str:
    try:
        return one_line(str(json.loads(notice).get("playbook", "")))
    except (ValueError, AttributeError, TypeError):
        return ""


def _span(us: int) -> str:
    """`34 seconds`; empty for less than one."""
    return span(timedelta(microseconds=us)) if us >= 1_000_000 else ""
