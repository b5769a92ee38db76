"""One browser and the runs made in it: opened beforehand, renewed before it grows old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from probes.browser.errand import Errand
from probes.browser.line import unpacked
from probes.browser.troubles import BrowserTrouble
from probes.browser.worker.engine import Engine
from probes.browser.worker.travel import travel
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Playwright

Tell: TypeAlias = Callable[[Mapping[str, Any]], None]

RUNS: Final = 50
AGE: Final = 30 * 60.0  # seconds; a browser that lives long grows


class Desk:
    """`starting` is the driver on its way, where it was started before."""

    def __init__(
        self,
        executable: str,
        folder: Path,
        monotonic: Callable[[], float],
        starting: Awaitable[Playwright] | None = None,
    ) -> None:
        self._executable = executable
        self._folder = folder
        self._monotonic = monotonic
        self._starting = starting
        self._engine: Engine | None = None
        self._runs = 0
        self._born = 0.0

    async def prepare(self) -> None:
        """Starts the browser unless there is one. Raises BrowserTrouble."""
        if self._engine is None:
            starting, self._starting = self._starting, None
            self._engine = await Engine.start(self._executable, self._folder, starting)
            self._runs, self._born = 0, self._monotonic()

    async def run(self, errand: Errand | bytes, tell: Tell) -> bool:
        """Makes one run and tells all of it; whether the browser is worn or broken."""
        try:
            errand = unpacked(errand) if isinstance(errand, bytes) else errand
            await self.prepare()
            assert self._engine is not None  # noqa: S101 - prepared
            self._runs += 1
            return not await travel(errand, self._engine, tell, self._monotonic)
        except BrowserTrouble as trouble:
            reason, sentence = trouble.reason, str(trouble)
        except Exception as error:  # noqa: BLE001 - a defect of ours, or a driver that broke
            reason, sentence = Reason.CRASHED, f"{type(error).__name__}: {error}"
        tell({"say": "trouble", "reason": reason, "sentence": sentence})
        return True

    async def renew(self) -> None:
        """Another browser in the place of one that is old; its driver stays."""
        old = self._monotonic() - self._born >= AGE
        if self._engine is not None and (self._runs >= RUNS or old):
            await self._engine.relaunch()
            self._runs, self._born = 0, self._monotonic()

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.close()
            self._engine = None
