"""Does by itself what was configured about incidents that follow a deploy.

What is done is begun in the store and only then sent: a kill in between leaves a row that says so,
and nothing is ever sent for it again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from monitor import parts
from monitor.actions import asking, looking, running
from monitor.actions.looking import Begun
from monitor.actions.outcome import Answer, not_asked
from monitor.channels import Outside
from monitor.clock import Clock
from monitor.config import Config
from monitor.context import Context
from monitor.log import get_logger
from monitor.notices import one_line
from monitor.store import Answers, StoreTrouble, Takes, actions
from monitor.store.action_words import State
from monitor.store.actions import Ending, Verifying

LOOK_AGAIN: Final = timedelta(seconds=10)  # for what nobody announces, such as the end of a wait
NEXT_RUN: Final = timedelta(seconds=1)
SOONEST: Final = timedelta(milliseconds=100)
REST: Final = 4
"""So many times as long as a look takes, others have the store."""
AFTER_TROUBLE: Final = timedelta(seconds=2)
PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=20))
"""Before it is tried again to ask somebody who could not be reached at all."""
TRYING: Final = timedelta(minutes=1)
GRACE: Final = timedelta(seconds=5)
"""What is under way when trueup stops may take so long to end."""

Hurry = Callable[[Iterable[str], datetime, timedelta], None]
"""Has probes run every so often until then."""

log = get_logger()


class Actions:
    """`wake` after anything that happened to an incident, a deploy or the configuration."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it takes to act, each from another part
        self,
        store: tuple[Takes, Answers],
        clock: Clock,
        outside: Outside,
        context: Callable[[], Context],
        scrub: Callable[[str], str],
        told: Callable[[], None],
        hurry: Hurry,
        *,
        doubt: Callable[[], bool] = lambda: False,
    ) -> None:
        """*told* is called after a commit that put something into the outbox; *doubt* says whether
        our own network may be gone.
        """
        self._writer, self._reader = store
        self._clock = clock
        self._outside = outside
        self._context = context
        self._scrub = scrub
        self._told = told
        self._hurry = hurry
        self._doubt = doubt
        self._woken = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        """By the row of what they carry out."""
        self._ends: list[tuple[Begun, Ending]] = []
        """What the store has not taken yet."""
        self._hurried: set[int] = set()
        self._looked = False
        """The first look is for what the daemon before left behind."""

    def configure(self, config: Config) -> None:  # noqa: ARG002 - read anew with every look
        self._hurried.clear()
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled; what is under way then may still end."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._woken.clear()
                began = loop.time()
                pause = await self._turn()
                took = timedelta(seconds=loop.time() - began)
                await parts.rest(self._woken, pause)
                rest = min(max(SOONEST, took * REST), LOOK_AGAIN)
                await asyncio.sleep(rest.total_seconds())  # what comes together is one look
        finally:
            await parts.finish(list(self._tasks.values()), GRACE)
            with contextlib.suppress(StoreTrouble):
                await self._settle()

    async def _turn(self) -> timedelta:
        try:
            await self._settle()
            return await self._look()
        except StoreTrouble as trouble:
            log.error("actions wait for the store", why=str(trouble))
        except Exception:
            log.exception("deciding what to do stumbled and goes on")
        return AFTER_TROUBLE

    async def _look(self) -> timedelta:
        if self._looked and not await self._reader.ask(actions.anything_open):
            return LOOK_AGAIN
        work = partial(
            looking.look,
            context=self._context(),
            at=self._clock.now(),
            doubt=self._doubt(),
            busy=frozenset((*self._tasks, *(begun.task.row for begun, _ in self._ends))),
        )
        seen = await self._writer.do(work)
        self._looked = True
        for begun in seen.begun:
            self._tasks[begun.task.row] = asyncio.create_task(
                self._carry_out(begun), name=f"action {begun.action.id}"
            )
        for each in seen.verifying:
            self._watch_closely(each)
        if seen.told:
            self._told()
        ends = [each.until - self._clock.now() for each in seen.verifying]
        ends += [NEXT_RUN] if seen.soon else []
        return max(min([LOOK_AGAIN, *ends]), SOONEST)

    def _watch_closely(self, each: Verifying) -> None:
        if each.row in self._hurried:
            return
        self._hurried.add(each.row)
        changes = self._context().config.changes
        action = changes.actions.get(each.name)
        service = changes.services.get(action.service) if action else None
        if action and service:
            self._hurry(service.probes, each.until, action.verify_every)

    async def _carry_out(self, begun: Begun) -> None:
        row = begun.task.row
        try:
            answer = await self._asked(begun)
            self._ends.append((begun, self._ending(begun, answer)))
            with contextlib.suppress(StoreTrouble):  # tried again before anything else
                await self._settle()
        finally:
            del self._tasks[row]
            self.wake()

    async def _asked(self, begun: Begun) -> Answer:
        """Again only while it is certain that nothing of it was sent."""
        until = self._clock.monotonic() + TRYING.total_seconds()
        answer = await self._ask_once(begun)
        for pause in PAUSES:
            if not answer.again or self._clock.monotonic() + pause.total_seconds() > until:
                break
            await asyncio.sleep(pause.total_seconds())
            if not await self._is_wanted(begun):
                return not_asked(f"{answer.said}; then it was not needed any more")
            answer = await self._ask_once(begun)
        return answer

    async def _is_wanted(self, begun: Begun) -> bool:
        try:
            work = partial(
                looking.is_wanted,
                context=self._context(),
                begun=begun,
                at=self._clock.now(),
                doubt=self._doubt(),
            )
            wanted = await self._reader.ask(work)
        except StoreTrouble:
            return False
        return (
            wanted and self._context().config.changes.actions.get(begun.action.id) == begun.action
        )

    async def _ask_once(self, begun: Begun) -> Answer:
        try:
            if begun.action.command:
                return await running.run(begun.action, begun.task)
            return await asking.ask(begun.action, begun.task, self._outside)
        except Exception as trouble:  # noqa: BLE001 - its words may hold a secret
            log.error("an action stumbled", action=begun.action.id, why=type(trouble).__name__)
            return Answer(State.UNKNOWN, "trueup stumbled over it")

    def _ending(self, begun: Begun, answer: Answer) -> Ending:
        at = self._clock.now()
        log.warning(
            "acted", action=begun.action.id, incident=begun.incident, state=answer.state.value
        )
        return Ending(
            state=answer.state,
            answer=one_line(self._scrub(answer.said)),
            output=_plain(self._scrub(answer.output)),
            at=at,
            verify_until=at + begun.action.verify_for if answer.state is State.DONE else None,
        )

    async def _settle(self) -> None:
        """Raises StoreTrouble; what is not written down then is kept."""
        while self._ends:
            begun, ending = self._ends.pop(0)
            work = partial(looking.settle, context=self._context(), begun=begun, ending=ending)
            try:
                told = await self._writer.do(work)
            except StoreTrouble:
                self._ends.insert(0, (begun, ending))
                raise
            except Exception:  # then it counts as not known
                log.exception("the end of an action cannot be written", action=begun.action.id)
                continue
            if told:
                self._told()


def _plain(text: str) -> str:
    """Without what a terminal obeys."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
