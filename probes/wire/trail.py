"""A request and the redirects that follow it, all inside one deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx

from probes.result import Reason
from probes.wire.redirects import leads_on, next_request, origin
from probes.wire.report import EXTENSION, Report, Terms, WireError, report_of


class Trail:
    """Used once. Afterwards, and after a WireError, `phases` are the sums over all requests,
    `took` is the time until the last byte, `redirects` counts those that were followed,
    `certificate_left` is the shortest seen, `url` was asked last, and `last` tells of that.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport, terms: Terms, monotonic: Callable[[], float]
    ) -> None:
        self.phases: dict[str, timedelta] = {}
        self.redirects = 0
        self.certificate_left: timedelta | None = None
        self.last = Report()
        self.url: httpx.URL
        self._transport = transport
        self._terms = terms
        self._monotonic = monotonic
        self._began = monotonic()
        self._ends = self._began + terms.within.total_seconds()
        self.took = timedelta()

    async def follow(
        self, request: httpx.Request, most: int, is_wanted: Callable[[int], bool]
    ) -> httpx.Response:
        """The first response that leads nowhere or has a wanted status.

        Raises WireError; more redirects than *most* are TOO_MANY_REDIRECTS, or REDIRECT_REFUSED
        where none may be followed.
        """
        while True:
            response = await self._ask(request)
            if not leads_on(response) or is_wanted(response.status_code):
                return response
            following = next_request(request, response)
            if self.redirects == most:
                raise self._enough(response.status_code, origin(following.url), most)
            self.redirects += 1
            request = following

    def _enough(self, status: int, to: str, most: int) -> WireError:
        if not most:
            said = f"status {status} redirects to {to}, and none is followed"
            return WireError(Reason.REDIRECT_REFUSED, said, self.last)
        said = f"more than {most} redirects, the next one to {to}"
        return WireError(Reason.TOO_MANY_REDIRECTS, said, self.last)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        self.url = request.url
        left = timedelta(seconds=self._ends - self._monotonic())
        if left <= timedelta():
            raise WireError(Reason.TIMEOUT, "redirects used up the time", self.last)
        request.extensions[EXTENSION] = replace(self._terms, within=left)
        try:
            response = await self._transport.handle_async_request(request)
        except WireError as error:
            self._note(error.report)
            raise
        self._note(report_of(response))
        return response

    def _note(self, report: Report) -> None:
        self.last = report
        self.took = timedelta(seconds=self._monotonic() - self._began)
        for phase, took in report.phases.items():
            self.phases[phase] = self.phases.get(phase, timedelta()) + took
        if report.tls is not None:
            known = [] if self.certificate_left is None else [self.certificate_left]
            self.certificate_left = min([report.tls.certificate_left, *known])
