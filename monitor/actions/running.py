"""Running a program of one's own for an action, and what its end means."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Final

from monitor.actions import filling
from monitor.actions.asking import Task
from monitor.actions.outcome import Answer, not_asked
from monitor.config.changes import Action
from monitor.programs import Running, Tail, ended, reason, surroundings
from monitor.store.action_words import State

SAID_MAX: Final = 150
GRACE: Final = 2.0
"""Seconds from the wish that a program ends to its end."""
_AT_ONCE: Final = timedelta(0)
_COMES_BY: Final = frozenset((errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOENT))
"""What may be otherwise a moment later: a program is away while it is replaced, too."""


async def run(action: Action, task: Task) -> Answer:
    """What became of it. Nothing that it began is left of its group afterwards; of one that did not
    end in time, nothing at all.
    """
    argv = tuple(filling.filled(part, task.values) for part in action.command)
    try:
        environment = _environment(action, task)
        running = await Running.start(argv, environment, action.folder, pursued=True)
    except OSError as error:
        said = f"the program could not be started: {reason(error)}"
        return not_asked(said, again=error.errno in _COMES_BY)
    except ValueError:  # a zero character
        return not_asked("this cannot be the command of a program", again=False)
    tail = Tail()
    try:
        if not await tail.follow(running, action.timeout):
            running.ask()
            await tail.follow(running, timedelta(seconds=GRACE))
            why = "the program did not end in time and was ended"
            return Answer(State.UNKNOWN, why, tail.text())
        running.spare()
    finally:
        await running.end(_AT_ONCE)
    return _judge(running.status, tail)


def _environment(action: Action, task: Task) -> Mapping[str, str]:
    facts = {"ACTION": action.id, "KEY": task.key, "REASON": task.reason}
    facts |= {name.upper(): value for name, value in asdict(task.values).items()}
    ours = {f"TRUEUP_{name}": fact for name, fact in facts.items()}
    return surroundings(ours | dict(action.environment))


def _judge(status: int | None, tail: Tail) -> Answer:
    said = tail.text()
    if status == 0:
        return Answer(State.DONE, "the program ended well", said)
    how, last = ended(status), tail.last_line(SAID_MAX)
    return Answer(State.FAILED, f"{how}: {last}" if last else how, said)
