"""What follows from a deploy, and from an incident that a deploy may have caused: a closer look,
change events, logs that are fetched, what is undone, budgets that burn. And what runs teach: the
shapes of answers, and that a target is not what it was though nobody deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from starlette.routing import Route

from monitor.actions.acting import Actions
from monitor.acts.desk import Desk
from monitor.burning import Burning
from monitor.captures.capturing import Capturing
from monitor.channels import Outside
from monitor.config import Config
from monitor.config.changes import Deploys
from monitor.context import Context
from monitor.deploys.letters import ChangeLetters
from monitor.deploys.vigil import Vigil
from monitor.fingerprints import Fingerprints
from monitor.pins import Pins
from monitor.runner import Run
from monitor.server import deploying
from monitor.store import Reader, Writer

Serve = Callable[[], Coroutine[Any, Any, None]]


class Response:
    """Each part serves on its own and finds what is to be done in the store."""

    def __init__(  # noqa: PLR0913 - what its parts take, each from another one
        self,
        store: tuple[Writer, Reader],
        outside: Outside,
        scrub: Callable[[str], str],
        *,
        context: Callable[[], Context],
        again: Callable[[str, timedelta], None],
        lately: Callable[[str, timedelta], bool],
        told: Callable[[], None],
        reload: Callable[[], None],
        doubt: Callable[[], bool],
    ) -> None:
        """*again* has a probe asked once more, after so long; *lately* says whether one was asked
        within so long; *told* is called after a commit that put something into the outbox; *reload*
        when a file of the configuration was written; *doubt* says whether our own network may be
        gone.
        """
        clock = outside.clock
        self._context = context
        self.vigil = Vigil(store[1], clock, again, lately)
        self._letters = ChangeLetters(store, outside, scrub, clock)
        self._captures = Capturing(store, clock, outside, scrub, told)
        self._actions = Actions(
            store, clock, outside, context, scrub, told, self.vigil.hurry, doubt=doubt
        )
        self._burning = Burning(store[0], clock, context, told)
        self._pins = Pins(clock, reload)
        self._fingerprints = Fingerprints(store[0], clock, context, told)
        self._parts = (
            self.vigil,
            self._letters,
            self._captures,
            self._actions,
            self._burning,
            self._fingerprints,
        )

    @property
    def parts(self) -> Sequence[tuple[Serve, str]]:
        """What goes to work, by name."""
        return (
            (self.vigil.serve, "deploys"),
            (self._letters.serve, "change events"),
            (self._captures.serve, "captures"),
            (self._actions.serve, "actions"),
            (self._burning.serve, "budgets"),
            (self._fingerprints.serve, "fingerprints"),
            (self._pins.serve, "pins"),
        )

    def routes(self, desk: Desk) -> Sequence[Route]:
        """For the server."""
        return deploying.routes(desk, self._deploys)

    def configure(self, config: Config) -> None:
        """Changes nothing that can fail."""
        self._pins.configure(config)
        for part in self._parts:
            part.configure(config)

    def saw(self, run: Run) -> None:
        """Every run, once it was made. Returns at once."""
        self.vigil.saw(run)
        self._pins.saw(run)
        self._fingerprints.saw(run)

    def wake(self) -> None:
        """After whatever may have changed what is to be done."""
        for part in self._parts:
            part.wake()

    def _deploys(self) -> Deploys:
        return self._context().config.changes.deploys
