"""How sure it is that a target is still what it became. Pure.

A page for something that is over is a false page: what is told was there in the newest runs.
"""

from __future__ import annotations

from enum import Enum, auto, unique

from monitor.fingerprints.learning import Known, State
from monitor.fingerprints.past import FLASH
from monitor.fingerprints.settling import Settling


@unique
class Evidence(Enum):
    NONE = auto()
    """The newest runs did not show it, or not for long enough: it waits."""
    FAILING = auto()
    """They did, and failed each time: an incident of theirs may say it, and nothing else."""
    SEEN = auto()
    NEVER = auto()
    """Nothing more will be learned of it."""


def evidence_of(known: Known | None, became: str, *, newest: bool = False) -> Evidence:
    """*newest*: the newest run of any probe that asks the target shows it."""
    if known is None or known.state is not State.PINNED:
        return Evidence.NEVER
    guess, fresh = known.guess, known.fresh
    if guess is not None and guess.value == became:
        return Evidence.FAILING if became and _is_there(guess, newest) else Evidence.NONE
    if became not in known.values:
        return Evidence.NEVER
    if fresh is None or (fresh.is_there and fresh.lasts):
        return Evidence.SEEN  # with what it became since, if anything
    stays = became in fresh.others if became != fresh.value else _is_there(fresh, newest)
    return Evidence.SEEN if stays else Evidence.NONE


def _is_there(value: Settling, newest: bool) -> bool:
    """Where several probes ask and one of them sees it, the last run is often another one's. What
    is asked seldom may stand for long as the newest that its probe saw, and be over.
    """
    return value.lasts and (value.is_there or (newest and value.seen_at - value.at >= FLASH))
