"""A question and the redirects that follow it, all inside one deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.result import Facts, Reason
from probes.settings import write_duration
from probes.tools import FIRST, Attempt
from probes.traits import UNTOLD, Trait
from probes.wire.certificates import Tls
from probes.wire.question import Question
from probes.wire.redirects import leads_on, next_question, origin
from probes.wire.report import NOTHING, Answered, Report, WireError
from probes.wire.troubles import IN_TIME

if TYPE_CHECKING:
    from probes.wire.asking import Asking

_NO_TLS: Final = Tls()


class Trail:
    """Used once. Afterwards, and after a WireError, `phases` are the sums over all requests,
    `took` is the time until the last byte, `redirects` counts those that were followed,
    `certificate_left` is the shortest seen, `asked` came last, and `last` tells of that.
    """

    __slots__ = (
        *("_began", "_monotonic", "_wire", "_within_s", "asked", "certificate_left", "last"),
        *("_trace_id", "_traceparent", "phases", "redirects", "took"),
    )

    def __init__(
        self,
        wire: Asking,
        within: timedelta,
        monotonic: Callable[[], float],
        attempt: Attempt = FIRST,
    ) -> None:
        """The host that is asked first, and it alone, is told what this *attempt* is called."""
        self.phases: dict[str, timedelta] = {}
        self.redirects = 0
        self.certificate_left: timedelta | None = None
        self.last = NOTHING
        self.took = timedelta()
        self.asked: Question
        self._trace_id = attempt.trace_id
        self._traceparent = attempt.traceparent.encode()
        self._wire = wire
        self._monotonic = monotonic
        self._began = monotonic()
        self._within_s = within.total_seconds()

    async def follow(
        self, question: Question, most: int, is_wanted: Callable[[int], bool]
    ) -> Answered:
        """The first answer that leads nowhere or has a wanted status.

        Raises WireError; more redirects than *most* are TOO_MANY_REDIRECTS, or REDIRECT_REFUSED
        where none may be followed.
        """
        while True:
            answered = await self._ask(question)
            if not leads_on(answered) or is_wanted(answered.status):
                return answered
            following = next_question(question, answered)
            if self.redirects == most:
                raise self._enough(answered.status, origin(following.url), most)
            self.redirects += 1
            question = following

    @property
    def trace_id(self) -> str:
        """Empty as long as nothing was sent: nobody there could know it."""
        return self._trace_id if "send" in self.phases else ""

    def facts(self, body_bytes: int | None = None, traits: Mapping[Trait, str] = UNTOLD) -> Facts:
        """Of the last answer, or of the last one that was wanted."""
        last, tls = self.last, self.last.tls or _NO_TLS
        return Facts(
            address=last.address,
            status=last.status,
            http_version=last.http_version,
            redirects=self.redirects,
            body_bytes=body_bytes,
            tls_version=tls.version,
            tls_cipher=tls.cipher,
            certificate_ends_at=tls.certificate_ends_at,
            traits=traits,
        )

    def _enough(self, status: int, to: str, most: int) -> WireError:
        if not most:
            said = f"status {status} redirects to {to}, and none is followed"
            return WireError(Reason.REDIRECT_REFUSED, said, self.last)
        said = f"more than {most} redirects, the next one to {to}"
        return WireError(Reason.TOO_MANY_REDIRECTS, said, self.last)

    async def _ask(self, question: Question) -> Answered:
        self.asked = question
        since_s = self._monotonic() - self._began
        left_s = self._within_s - since_s
        if left_s <= 0:
            raise WireError(Reason.TIMEOUT, "redirects used up the time", self.last)
        try:
            answered = await self._wire.ask(question, left_s, self._told(question))
        except WireError as error:
            self._note(error.report, since_s)
            raise
        self._note(answered.report, since_s)
        return answered

    def _told(self, question: Question) -> bytes:
        elsewhere = self.redirects and question.url.host != question.first.url.host
        return b"" if elsewhere else self._traceparent

    def _note(self, report: Report, since_s: float) -> None:
        self.last = report
        self.took = timedelta(seconds=since_s) + report.took
        if self.redirects:
            for phase, took in report.phases.items():
                self.phases[phase] = self.phases.get(phase, timedelta()) + took
        else:
            self.phases = dict(report.phases)
        left = report.tls.certificate_left if report.tls else None
        if left is not None:
            known = self.certificate_left
            self.certificate_left = left if known is None else min(left, known)


def trouble_in_words(error: WireError, within: timedelta, trail: Trail) -> str:
    """For a summary: with how far it got in that time, and after which redirect."""
    said = str(error)
    if said.endswith(IN_TIME):
        said = said.removesuffix(IN_TIME) + f"within {write_duration(within)}"
        said += _until_then(error.report)
    if trail.redirects:
        said = f"redirected to {origin(trail.asked.url)}: {said}"
    return said


def _until_then(report: Report) -> str:
    """What had gone well before time ran out."""
    *done, _ = report.phases or ("",)
    on_the_way = [report.phases[name] for name in done if name in {"resolve", "connect", "tls"}]
    ms = sum(on_the_way, timedelta()) / timedelta(milliseconds=1)
    said = f"; connected after {ms:.0f} ms" if "connect" in done else ""
    return f"{said}, {report.received} bytes received" if report.received else said
