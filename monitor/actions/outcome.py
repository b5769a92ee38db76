"""What became of asking for something to be done."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.store.action_words import State


@dataclass(frozen=True, slots=True)
class Answer:
    """`state` is never STARTED. `again`: it was not asked, for certain, and may be a moment later.
    Neither text is scrubbed yet.
    """

    state: State
    said: str
    output: str = ""
    again: bool = False


def not_asked(why: str, *, again: bool = True) -> Answer:
    return Answer(State.UNSENT, why, again=again)
