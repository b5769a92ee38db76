"""Faults in HTTP runs: what was answered once is answered again, broken.

The target is asked for one ordinary run. Everything else is told from what came of that, by a
clock of its own, so that nobody waits for what is slow.
"""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from probes.injection.exchange import Asked, Broken, Given
from probes.injection.fault import Fault
from probes.injection.inject import Injection
from probes.wire import Answered, Question, Report, Wire, WireError, inflate, origin
from probes.wire.troubles import late, not_connected

_MOST: Final = 200
_LAID_OUT: Final = {b"content-encoding", b"content-length", b"transfer-encoding"}
_BEFORE_SENDING: Final = ("resolve", "connect", "tls")
_ASSETS: Final = {"text/css": "style", "text/javascript": "script"}
_SCRIPTS: Final = "javascript"
_SUFFIXES: Final = {".js": "script", ".mjs": "script", ".css": "style"}
Key = tuple[str, str, str, bytes]


class NotRecorded(Exception):
    """A broken answer led to where the ordinary run was not: nobody knows what is there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request of a run, and what came of it."""

    question: Question = field(repr=False)
    came: Answered | WireError = field(repr=False)

    @property
    def report(self) -> Report:
        return self.came.report

    @property
    def given(self) -> Given | None:
        """Its answer, unpacked; None where there is none that can be read."""
        if isinstance(self.came, WireError):
            return None
        coding = self.came.joined(b"content-encoding")
        try:
            body = inflate(self.came.body, coding, self.question.terms.body_limit)
        except WireError:
            return None
        tls = self.report.tls
        return Given(
            self.came.status,
            tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in self.came.headers
                if name.lower() not in _LAID_OUT
            ),
            body,
            self.report.took,
            tls.certificate_left if tls else None,
        )


class Recorder:
    """Asks as the wire does, and keeps the first two hundred answers in `recorded`."""

    def __init__(self, wire: Wire) -> None:
        self.recorded: list[Recorded] = []
        self._wire = wire

    async def ask(self, question: Question, within_s: float, traceparent: bytes = b"") -> Answered:
        try:
            answered = await self._wire.ask(question, within_s, traceparent)
        except WireError as error:
            self._keep(question, error)
            raise
        self._keep(question, answered)
        return answered

    async def prepare(self, questions: Iterable[Question]) -> None:
        await self._wire.prepare(questions)

    async def aclose(self) -> None:
        """The wire is somebody else's, who closes it."""

    def _keep(self, question: Question, came: Answered | WireError) -> None:
        if len(self.recorded) < _MOST:
            self.recorded.append(Recorded(question, came))


class Replayer:
    """Answers like the wire, from what was recorded, with a fault in it; for one run.

    Whoever runs it takes `monotonic` for a clock: by it, answers take as long as they took, or as
    the fault makes them take.
    """

    def __init__(self, recorded: Sequence[Recorded], fault: Fault) -> None:
        self._recorded: dict[Key, list[Recorded]] = {}
        for each in recorded:
            self._recorded.setdefault(_key(each.question), []).append(each)
        self._injection = Injection(fault)
        self._asked: Counter[Key] = Counter()
        self._passed = timedelta()
        self.added = timedelta()
        """How much longer answers took than they had taken."""

    @property
    def touched(self) -> int:
        """How many requests the fault has met."""
        return self._injection.touched

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic() + self._passed.total_seconds()

    async def ask(self, question: Question, within_s: float, traceparent: bytes = b"") -> Answered:  # noqa: ARG002 - the contract
        """Raises WireError as the wire does, and NotRecorded."""
        within = timedelta(seconds=within_s)
        try:
            answered = self._answer(question, within)
        except WireError as error:
            self._passed += error.report.took
            raise
        self._passed += answered.report.took
        return answered

    async def prepare(self, questions: Iterable[Question]) -> None:
        """There is nothing to prepare."""

    async def aclose(self) -> None:
        """There is nothing to close."""

    def _answer(self, question: Question, within: timedelta) -> Answered:
        found = self._next(question)
        given = found.given if found else None
        asked = _asked(question, given)
        instead = self._injection.before(asked)
        report = found.report if found else Report(address=f"{question.where}:{question.port}")
        if isinstance(instead, Broken):
            raise _TROUBLES[instead](report, within)
        if instead is not None:
            return _in_time(_written(question, instead, report), within)
        if found is None:
            raise NotRecorded(
                f"the broken answer led to {origin(question.url)}, where the ordinary run was not"
            )
        if isinstance(found.came, WireError):
            raise WireError(found.came.reason, str(found.came), found.report)
        altered = given and self._injection.after(asked, given)
        if altered is None or altered is given:
            return found.came
        self.added += max(altered.took - given.took, timedelta()) if given else timedelta()
        return _in_time(_written(question, altered, _told(report, given, altered)), within)

    def _next(self, question: Question) -> Recorded | None:
        """In the order in which they were recorded; of the last one there is no end."""
        key = _key(question)
        known = self._recorded.get(key)
        if known is None:
            return None
        self._asked[key] += 1
        return known[min(self._asked[key], len(known)) - 1]


def _key(question: Question) -> Key:
    return question.method, str(question.url), question.terms.ip, question.body


def _asked(question: Question, given: Given | None) -> Asked:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in question.headers
    )
    return Asked(question.method, str(question.url), headers, _resource(question, given))


def _resource(question: Question, given: Given | None) -> str:
    media_type = given.media_type if given else ""
    if media_type.endswith(_SCRIPTS):
        return "script"
    path = question.url.path
    by_name = _SUFFIXES.get(path[path.rfind(".") :], "document") if "." in path else "document"
    return _ASSETS.get(media_type, by_name if not media_type else "document")


def _told(report: Report, given: Given | None, altered: Given) -> Report:
    """With what the fault made of the times and of the certificate."""
    if given is None:
        return report
    if altered.took != given.took and given.took:
        report = _times(report, altered.took / given.took)
    tls, left = report.tls, altered.certificate_left
    if tls is None or left is None or left == given.certificate_left:
        return report
    ends_at = tls.certificate_ends_at
    earlier = (given.certificate_left or left) - left
    ends_at = ends_at - earlier if ends_at else None
    return replace(report, tls=replace(tls, certificate_left=left, certificate_ends_at=ends_at))


def _times(report: Report, factor: float) -> Report:
    phases = {name: took * factor for name, took in report.phases.items()}
    return replace(report, phases=phases, took=report.took * factor)


def _written(question: Question, given: Given, report: Report) -> Answered:
    body = b"" if question.bodyless else given.body
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.headers]
    headers.append((b"Content-Length", b"%d" % len(given.body)))
    report = replace(report, status=given.status, received=len(body))
    return Answered(given.status, _phrase(given.status), headers, body, report)


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def _in_time(answered: Answered, within: timedelta) -> Answered:
    if answered.report.took < within:
        return answered
    raise _never_answered(answered.report, within)


def _on_the_way(report: Report) -> Mapping[str, timedelta]:
    phases = report.phases
    return {name: phases[name] for name in _BEFORE_SENDING if name in phases}


def _refused(report: Report, within: timedelta) -> WireError:
    way = {name: took for name, took in _on_the_way(report).items() if name != "tls"}
    way.setdefault("connect", timedelta())
    error = not_connected(OSError(errno.ECONNREFUSED, ""), report.address)
    took = min(sum(way.values(), timedelta()), within)
    error.report = Report(phases=way, address=report.address, took=took)
    return error


def _never_answered(report: Report, within: timedelta) -> WireError:
    way = dict(_on_the_way(report))
    left = within - sum(way.values(), timedelta())
    error = late("wait", report.address)
    error.report = Report(
        phases=way | {"wait": max(left, timedelta())},
        address=report.address,
        tls=report.tls,
        took=within,
    )
    return error


_TROUBLES: Final = {Broken.REFUSED: _refused, Broken.TIMEOUT: _never_answered}
