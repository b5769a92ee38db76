"""What was done about an incident, as one sentence for people: from a row, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Any, Final

from monitor.notices import one_line

CUT_OFF: Final = "trueup was ended while it was asked"
_ROOM: Final = 100
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
                f"Would have {parts.done}: the action is a dry run, nothing was sent."
                ' Write mode = "live" to have it done the next time.'
            )
        case State.STARTED:
            words = f"{parts.doing} is under way.{parts.after_all()}"
        case State.DONE:
            words = parts.outcome()
        case State.FAILED:
            words = f"{parts.doing} was asked for and failed: {parts.answer}. {parts.by_hand}"
        case State.UNSENT:
            words = f"{parts.doing} could not be asked for: {parts.answer}. {parts.by_hand}"
        case State.UNKNOWN:
            words = (
                f"{parts.doing} was asked for: {parts.answer}. Whether it was done is not known;"
                f" look there. It is not repeated.{parts.after_all()}"
            )
    return one_line(words, _SAID_ROOM)


class _Parts:
    """The words that sentences are made of."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row
        service, version = one_line(row["service"], _ROOM), one_line(row["version"] or "", _ROOM)
        self._release = f"{service} {version}".strip()
        self._target = one_line(row["target"], _ROOM)
        self._when = f"{_brief(row['started_at'] - row['opened_at'])} after it opened"
        self._by = f"(action {row['name']}, {self._when})"
        self.answer = one_line(row["answer"], _ANSWER_ROOM).rstrip(".")

    @property
    def done(self) -> str:
        if self._target:
            return f"rolled back {self._release} to {self._target} {self._by}"
        return f"carried out {self._row['name']} because of {self._release} ({self._when})"

    @property
    def doing(self) -> str:
        if self._target:
            return f"The roll-back of {self._release} to {self._target} {self._by}"
        return f"Action {self._row['name']} because of {self._release} ({self._when})"

    @property
    def by_hand(self) -> str:
        playbook = _playbook(self._row["notice"])
        return f"Do it by hand: {playbook}" if playbook else "Do it by hand."

    def outcome(self) -> str:
        row = self._row
        match row["verdict"]:
            case Verdict.HELPED:
                lasted = _brief(row["verified_at"] - row["started_at"])
                return f"{_capital(self.done)}: passing again after {lasted}."
            case Verdict.BEFORE:
                return f"{_capital(self.done)}; it had passed again before that."
            case Verdict.NOT_HELPED:
                waited = _brief((row["verify_until"] or row["ended_at"]) - row["ended_at"])
                return (
                    f"{_capital(self.done)} ({self.answer}), and it has not helped within"
                    f" {waited}.{self.after_all()} {self.by_hand}"
                )
        return (
            f"{self.doing} was asked for and accepted: {self.answer}. Whether it helps shows soon."
        )

    def after_all(self) -> str:
        row = self._row
        if row["verified_at"] is None:
            return ""
        return f" It passed again after {_brief(row['verified_at'] - row['started_at'])}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _playbook(notice: str) -> str:
    try:
        return one_line(str(json.loads(notice).get("playbook", "")))
    except (ValueError, AttributeError, TypeError):
        return ""


def _brief(us: int) -> str:
    """`34 s`, `2 min 5 s`, `1 h 20 min`."""
    seconds = max(us // 1_000_000, 0)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {seconds % 60} s" if seconds % 60 else f"{minutes} min"
    return f"{seconds} s"
