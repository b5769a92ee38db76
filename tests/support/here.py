"""Browsers that travel in this process, so that a test can reach into a journey."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from probes.browser import Browsers, BrowserTrouble, Errand, find_browser
from probes.browser.errand import scrubber_of
from probes.browser.folder import PrivateFolder
from probes.browser.record import Record
from probes.browser.sessions import Sessions
from probes.browser.worker.desk import Desk
from probes.result import Artefact, Outcome, Result


class Here(Browsers):
    """One browser below us; errands need not be picklable, and are travelled one by one."""

    def __init__(self) -> None:
        super().__init__(slots=1)
        self._private = PrivateFolder()
        self.inside = self._private.make()
        self._desk = Desk(find_browser(), self.inside, time.monotonic)
        self._remembered = Sessions()
        self.told: list[Mapping[str, Any]] = []
        """What was said of the last run."""

    async def run(self, errand: Errand) -> Result:
        record = Record(scrubber_of(errand), errand.timeout, notes=errand.notes)
        self.told = []

        def tell(message: Mapping[str, Any]) -> None:
            self.told.append(message)
            with suppress(BrowserTrouble):
                record.take(message, time.monotonic())

        state = "" if errand.fresh else self._remembered[errand.session]
        await self._desk.run(replace(errand, remembered=state), tell)
        result = record.result(time.monotonic())
        if result.outcome is Outcome.FAIL:
            self._remembered.forget(errand.session, state)
        seen = record.seen or {}
        self._remembered.keep(errand.session, seen.get("kept", ""))
        trace_id = errand.traceparent.split("-")[1] if errand.traceparent else ""
        return replace(result, artefacts=self._artefacts(seen), trace_id=trace_id)

    async def close(self) -> None:
        await self._desk.close()
        self._private.remove()

    def _artefacts(self, seen: Mapping[str, Any]) -> tuple[Artefact, ...]:
        return tuple(
            Artefact(name, media_type, (self.inside / "out" / file).read_bytes())
            for name, media_type, file in seen.get("artefacts", ())
        )
