"""Travels a journey in a real browser: a ready-made one by its name, one of steps, or a file."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import timedelta
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
    model_validator,
)

from probes.browser import BrowserOptions, Errand, Journey
from probes.journeys import READY_MADE, JourneySettings, hosts_of, secrets_of
from probes.journeys.credentials import SignsInFirst
from probes.journeys.examining import examine
from probes.journeys.script import travel_by_script
from probes.journeys.sharing import share
from probes.journeys.signing_in import after_signing_in
from probes.journeys.steps import StepJourney
from probes.kind import Kind
from probes.result import Result
from probes.settings import Duration, Secret, Settings, folder_of
from probes.tools import Tools

_OWN: Final = "a path"
_STEPS: Final = "steps"
_LONGEST: Final = 64
# Past the deadline a run may take a screenshot, close its page and end a browser that hangs;
# before it begins, it may wait two minutes for its turn and twice half a minute for a browser.
_GRACE: Final = timedelta(seconds=195)


class OwnJourney(SignsInFirst, BrowserOptions, Settings):
    """A journey of one's own: a Python file with `async def journey(visit)`."""

    timeout: Duration = timedelta(seconds=60)
    """The deadline of one try."""
    journey: str
    """Path of the file, from the folder of the configuration."""
    url: str = ""
    """What the journey reads as `visit.url`."""
    params: dict[str, Any] = Field(default_factory=dict)
    """What the journey reads as `visit.params`."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """What the journey reads with `visit.secret("name")`."""
    _folder: Path = PrivateAttr()

    @model_validator(mode="after")
    def _loads(self, info: ValidationInfo) -> OwnJourney:
        self._folder = folder_of(info)
        examine(self._folder, self.journey)
        return self

    def errand(self) -> Errand:
        own = {name: value.get_secret_value() for name, value in self.secrets.items()}
        journey: Journey = partial(travel_by_script, folder=self._folder, path=self.journey)
        if self.login is not None:
            journey = partial(after_signing_in, settings=self.login, journey=journey)
        return Errand(
            journey=journey,
            url=self.url,
            params=self.params,
            secrets={**secrets_of(self), **own},
            timeout=self.timeout,
            options=self,
            hosts=hosts_of(self.url, self.login.url if self.login else None),
            session=getattr(self.login, "session", ""),
        )


def _name_of(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, "journey", None)
    return value.get("journey") if isinstance(value, dict) else None


def _has_steps(value: Any) -> bool:
    return isinstance(value, StepJourney) or (isinstance(value, dict) and _STEPS in value)


def _known(value: Any) -> Any:
    name = _name_of(value)
    if _has_steps(value):
        if name is not None:
            raise ValueError("journey cannot stand beside steps; leave out one of the two")
        return value
    if isinstance(name, str) and (name in READY_MADE or name.endswith(".py")):
        return value
    choice = f'{", ".join(READY_MADE)}, or the path of a file such as "journeys/checkout.py"'
    if name is None:
        raise ValueError(f"journey is missing; it is one of {choice}; or write steps = [...]")
    near = difflib.get_close_matches(str(name), READY_MADE, n=1)
    remedy = f'did you mean "{near[0]}"?' if near else "write one of these"
    raise ValueError(f"journey {str(name)[:_LONGEST]!r} is none of {choice}; {remedy}")


def _tag_of(value: Any) -> str:
    if _has_steps(value):
        return _STEPS
    name = str(_name_of(value))
    return name if name in READY_MADE else _OWN


def _settings() -> Any:
    tagged = [Annotated[ready.settings, Tag(name)] for name, ready in READY_MADE.items()]
    more = [Annotated[StepJourney, Tag(_STEPS)], Annotated[OwnJourney, Tag(_OWN)]]
    union = reduce(or_, [*tagged, *more])
    return Annotated[union, Discriminator(_tag_of), BeforeValidator(_known)]


def _errand(settings: JourneySettings | OwnJourney) -> Errand:
    if isinstance(settings, OwnJourney | StepJourney):
        return settings.errand()
    return READY_MADE[_tag_of(settings)].errand(settings)


async def run(settings: JourneySettings | OwnJourney, tools: Tools) -> Result:
    """Makes one try in a fresh context of a browser."""
    attempt = tools.attempt
    errand = replace(
        _errand(settings),
        traceparent=attempt.traceparent if settings.trace_context else "",
        keeps_trace=attempt.confirms,
    )
    if (
        tools.fault is not None or tools.notes or not tools.writes
    ):  # ordinary runs know nothing of it
        errand = replace(errand, fault=tools.fault, writes=tools.writes, notes=tools.notes)
        errand = replace(errand, session="", keeps_trace=False)
    return await tools.browsers.run(errand)


KIND: Kind[Any] = Kind("journey", _settings(), run, grace=_GRACE, complete=share)
