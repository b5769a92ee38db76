"""What one run is given: plain data, so that another process can be handed all of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from probes.browser.options import BrowserOptions
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from probes.browser.visit import Visit
    from probes.injection import Fault

Journey: TypeAlias = "Callable[[Visit], Awaitable[None]]"
AS_IT_IS: Final = BrowserOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`journey` can be pickled: a function of a module, or a partial of one.

    `secrets` are all that must not be told, by the names a journey asks for them with.
    `hosts` are those of the target, with a port where it is not the usual one: only they are sent
    what `options` and `traceparent` add to requests.
    """

    journey: Journey
    url: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: timedelta
    options: BrowserOptions = AS_IT_IS
    hidden: frozenset[str] = field(default=frozenset(), repr=False)
    """What else must not be told, and no journey may ask for: the secrets of other probes."""
    hosts: frozenset[str] = frozenset()
    traceparent: str = ""
    keeps_trace: bool = False
    """Whether Playwright's trace is kept if it fails; it costs a quarter more."""
    session: str = ""
    """What a sign-in is remembered by, for runs of the same name; empty: it is not."""
    entrance: str = ""
    """Where one signs in, for a journey that does so first."""
    fresh: bool = False
    """Whether it begins without what was remembered, and only adds to it."""
    remembered: str = field(default="", repr=False)
    """What `Visit.remember` kept in an earlier run: cookies and storage, as JSON."""
    fault: Fault | None = None
    """What is to break between the browser and the hosts of the target; None in ordinary runs."""
    writes: bool = True
    """Whether what may change something there is let through to the target."""
    notes: bool = False
    """Whether what the target answers is kept for the result, as an ordinary run never does."""


def scrubber_of(errand: Errand) -> Scrubber:
    """For everything that is told of its run."""
    return _knowing(errand.hidden, frozenset(errand.secrets.values()) - errand.hidden)


# Few, for they are large; what is the same for all probes is looked at once.
@lru_cache(maxsize=8)
def _knowing(hidden: frozenset[str], own: frozenset[str]) -> Scrubber:
    return _scrubber(hidden).and_also(own)


@lru_cache(maxsize=2)
def _scrubber(secrets: frozenset[str]) -> Scrubber:
    return Scrubber(secrets)
