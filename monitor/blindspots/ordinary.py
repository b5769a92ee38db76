"""Runs that the target sees: one at a time, at a pace, and where need be without any that write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from monitor.config import Probe
from probes import Outcome, Reason, Result, Settings, Tools
from probes.injection import Asked
from probes.injection.replaying import NotRecorded, Recorded
from probes.wire import Answered, Question, Wire, WireError


class HeldBackError(Exception):
    """Something would have been written, and that was not to be."""


@dataclass(slots=True)
class ReadOnly:
    """A transport that asks and never writes. `held_back` counts what it kept from going out."""

    wire: Wire
    held_back: int = 0

    async def ask(self, question: Question, within_s: float, traceparent: bytes = b"") -> Answered:
        """Raises HeldBackError for what would write."""
        if Asked(question.method, str(question.url)).writes:
            self.held_back += 1
            raise HeldBackError("something would have been written")
        return await self.wire.ask(question, within_s, traceparent)

    async def prepare(self, questions: Iterable[Question]) -> None:
        await self.wire.prepare(questions)

    async def aclose(self) -> None:
        """Whoever owns the wire closes it."""


@dataclass(slots=True)
class AsRecorded:
    """A transport that answers what was answered before, and asks nobody."""

    recorded: Sequence[Recorded]
    _asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    async def ask(self, question: Question, within_s: float, traceparent: bytes = b"") -> Answered:  # noqa: ARG002 - the contract
        """Raises WireError as the wire did, and NotRecorded."""
        key = _key(question)
        known = [each.came for each in self.recorded if _key(each.question) == key]
        if not known:
            raise NotRecorded("the ordinary run did not ask for that")
        self._asked[key] += 1
        came = known[min(self._asked[key], len(known)) - 1]
        if isinstance(came, WireError):
            raise came
        return came

    async def prepare(self, questions: Iterable[Question]) -> None:
        """There is nothing to prepare."""

    async def aclose(self) -> None:
        """There is nothing to close."""


def _key(question: Question) -> tuple[str, str, str]:
    return question.method, str(question.url), question.terms.ip


def as_wire(transport: Any) -> Wire:
    """Whatever asks like one."""
    return cast("Wire", transport)


@dataclass(slots=True)
class Quiet:
    """Turns what is no trouble of anybody's into a value, so that it is not logged as a crash."""

    probe: Probe
    last: Exception | None = field(default=None)

    async def run(self, settings: Settings, tools: Tools) -> Result:
        try:
            result: Result = await self.probe.kind.run(settings, tools)
        except (NotRecorded, HeldBackError) as trouble:
            self.last = trouble
            return Result(
                outcome=Outcome.ERROR,
                took=timedelta(),
                reason=Reason.CRASHED,
                summary=str(trouble),
            )
        return result

    @property
    def asked(self) -> Probe:
        """The probe for a single try, which waits for no confirmation."""
        return replace(self.probe, kind=replace(self.probe.kind, run=self.run), confirm=())
