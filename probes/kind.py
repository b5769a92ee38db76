"""The whole contract of a kind of probe: a name, the settings it reads, and one function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from probes.result import Result
from probes.settings import Settings
from probes.tools import Tools

S = TypeVar("S", bound=Settings)

Refuse: TypeAlias = Callable[[str, str, str, str], None]
"""Given the id of a probe, its key with dots in it, the id of another probe that stands there, and
what is wrong with that one. Where there is no such probe, that is told instead.
"""


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """How to ask one question of one target, once.

    `settings` is a Settings class, or a union of them that pydantic can tell apart.
    `run` makes one try. It ends inside `settings.timeout`, tells the target's trouble as a
    FAIL result, and raises only for trouble of its own.
    `grace` is how long a run may need past its timeout to tidy up before it is cut off.
    `complete` is given the settings of all probes of the kind by id, and gives back those that
    change by what they say of each other; what they must not say it refuses.
    `prepare` does beforehand what the first of many runs would have to wait for. It raises nothing
    and holds nobody up for long.
    """

    name: str
    settings: Any
    run: Callable[[S, Tools], Awaitable[Result]]
    grace: timedelta = timedelta(seconds=2)
    complete: Callable[[Mapping[str, S], Refuse], Mapping[str, S]] | None = None
    prepare: Callable[[Sequence[S], Tools], Awaitable[None]] | None = None
