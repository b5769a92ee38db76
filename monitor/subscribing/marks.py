"""What is written down of a letter once it was tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from monitor.store import subscriber_letters as letters
from monitor.store.subscriber_letters import Due
from monitor.store.subscribers import forget_wish

Mark = Callable[[Any], Any]
"""Runs inside the writer's transaction."""


def dropped(due: Due) -> Mark:
    return partial(letters.drop, letter=due.id)


def not_wanted(due: Due) -> Mark:
    """A letter that asked in vain. Whoever confirmed meanwhile stays."""
    return both(dropped(due), partial(forget_wish, handle=due.to.handle))


def both(first: Mark, second: Mark | None) -> Mark:
    def work(db: Any) -> None:
        first(db)
        if second is not None:
            second(db)

    return work
