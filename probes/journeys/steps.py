"""A journey without code: steps in the configuration, each a table with one verb."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from probes.browser import Errand, Visit
from probes.journeys import steps_acting as acting
from probes.journeys import steps_choosing as choosing
from probes.journeys import steps_files as files
from probes.journeys import steps_looking as looking
from probes.journeys import steps_waiting as waiting
from probes.journeys.credentials import SignsInFirst
from probes.journeys.listing import unique
from probes.journeys.ready import JourneySettings, ReadyMade
from probes.journeys.sight import Sight
from probes.journeys.signing_in import sign_in_first
from probes.journeys.steps_acting import Action
from probes.journeys.steps_values import LISTED, Filling, looks_secret, names_of_codes
from probes.journeys.steps_walk import Walk
from probes.journeys.totp import code
from probes.scrub.telling import is_peculiar
from probes.settings import Duration, Secret, Strict

_MOST: Final = 100
_VERBS: Final[dict[str, type[Action]]] = {
    verb.VERB: verb
    for verb in (
        acting.Goto,
        acting.Click,
        acting.Fill,
        acting.Press,
        choosing.Select,
        choosing.Check,
        choosing.Uncheck,
        acting.Hover,
        acting.CloseTab,
        files.Upload,
        files.GetFile,
        looking.ExpectText,
        looking.ExpectNoText,
        waiting.ExpectVisible,
        waiting.ExpectHidden,
        looking.ExpectUrl,
        looking.ExpectCount,
        looking.ExpectValue,
        looking.ExpectChecked,
        looking.ExpectUnchecked,
        files.ExpectDownload,
        files.Screenshot,
        waiting.Wait,
    )
}
VERBS: Final = tuple(_VERBS)
_GROUP: Final = "do"
_EXAMPLE: Final = 'as { click = "Sign in" }'
_EXAMPLES: Final = {
    "download": 'as { download = "Export" }',
    "new_tab": 'as { click = "Help", new_tab = true }',
}
_OF: Final = "a step with "  # no key of a table, so that a place in it is not taken for one


def _tag_of(value: Any) -> str:
    if isinstance(value, Action):
        return _OF + value.VERB
    if isinstance(value, Group):
        return _OF + _GROUP
    return _OF + next(word for word in (_GROUP, *VERBS) if word in value)


def _has_one_verb(value: Any) -> Any:
    """Says kindly what a union of tables would refuse in as many sentences as it has branches."""
    if isinstance(value, BaseModel):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"is no step; write a table with one verb, {_EXAMPLE}")
    found = [word for word in (*VERBS, _GROUP) if word in value]
    if len(found) > 1:
        raise ValueError(f"{found[0]} cannot stand beside {found[1]}; make two steps of it")
    if not found:
        for key in value:
            if near := difflib.get_close_matches(str(key).lower(), VERBS, n=1):
                raise ValueError(f"{key} is no verb; did you mean {near[0]!r}?")
        raise ValueError(f"a step needs one of the verbs {', '.join(VERBS)}; {_EXAMPLE}")
    return value


def _is_no_group(value: Any) -> Any:
    if isinstance(value, dict) and _GROUP in value:
        raise ValueError("do is inside of another do; write its steps one after the other")
    return value


def _some(steps: tuple[Any, ...]) -> tuple[Any, ...]:
    if not steps:
        raise ValueError(f"is empty; write at least one step, {_EXAMPLE}")
    return steps


def _tagged(*more: Any) -> Any:
    verbs = [Annotated[verb, Tag(_OF + name)] for name, verb in _VERBS.items()]
    union = reduce(or_, [*verbs, *more])
    return Annotated[union, Discriminator(_tag_of), BeforeValidator(_has_one_verb)]


_Action: Any = Annotated[_tagged(), BeforeValidator(_is_no_group)]


class Group(Strict):
    """Several steps under one name, timed together."""

    name: str = Field(min_length=1, max_length=100, examples=["sign in"])
    within: Duration | None = None
    """Slower makes the run SLOW."""
    do: Annotated[tuple[_Action, ...], LISTED, AfterValidator(_some)] = Field(
        examples=[[{"goto": "/login"}]]
    )

    def title(self) -> str:
        return self.name


_Step: Any = _tagged(Annotated[Group, Tag(_OF + _GROUP)])


class StepJourney(SignsInFirst, JourneySettings):
    """A journey of steps. It begins at `url`, unless the first step goes elsewhere."""

    steps: Annotated[tuple[_Step, ...], LISTED, AfterValidator(_some)] = Field(
        examples=[[{"click": "Sign in"}, {"expect_text": "Your library"}]],
    )
    """What is done and looked for, one after the other; 100 at most."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """What steps write by `with_secret`, or make one-time codes of by `{totp:NAME}`."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if faults := [*self._faults()]:
            raise ValidationError.from_exception_data("steps", faults)
        return self

    def _faults(self) -> Iterator[InitErrorDetails]:
        before: set[str] = set()
        for count, (place, action) in enumerate(self._actions(), start=1):
            if count > _MOST:
                text = f"is step number {_MOST + 1}; at most {_MOST} fit into one journey"
                yield _fault(text, place)
                return
            if action.NEEDS and action.NEEDS not in before:
                remedy = f"write one, {_EXAMPLES[action.NEEDS]}"
                yield _fault(f"needs a {action.NEEDS} before it; {remedy}", (*place, action.VERB))
            if isinstance(action, acting.Fill):
                yield from self._unknown_secrets(place, action)
            before |= action.brings()

    def _unknown_secrets(
        self, place: tuple[str | int, ...], action: acting.Fill
    ) -> Iterator[InitErrorDetails]:
        typed = action.with_.get_secret_value() if action.with_ else ""
        named = [("with", name) for name in names_of_codes(typed)]
        if action.with_secret:
            named.append(("with_secret", action.with_secret))
        for key, name in named:
            if name not in self.secrets:
                near = difflib.get_close_matches(name, self.secrets, n=1)
                write = f'write secrets.{name} = "${{env:…}}" beside steps'
                remedy = f"did you mean {near[0]!r}?" if near else write
                yield _fault(f"there is no secret {name!r}; {remedy}", (*place, key))

    def _actions(self) -> Iterator[tuple[tuple[str | int, ...], Action]]:
        """With the place of each."""
        for index, step in enumerate(self.steps):
            if isinstance(step, Group):
                for number, action in enumerate(step.do):
                    yield ("steps", index, _GROUP, number), action
            else:
                yield ("steps", index), step

    def errand(self) -> Errand:
        errand = _READY.errand(self)
        own = {name: value.get_secret_value() for name, value in self.secrets.items()}
        return replace(errand, secrets={**errand.secrets, **self._typed(), **own})

    def confidential(self) -> Iterator[str]:
        return filter(is_peculiar, self._typed().values())

    def _typed(self) -> dict[str, str]:
        """What is written into fields and had better not be seen."""
        fills = [action for _, action in self._actions() if isinstance(action, acting.Fill)]
        typed = [(fill.fill, fill.with_.get_secret_value()) for fill in fills if fill.with_]
        secret = [text for target, text in typed if text and looks_secret(target, text)]
        return {f"steps.{number}": text for number, text in enumerate(secret)}


def _fault(text: str, place: tuple[str | int, ...]) -> InitErrorDetails:
    # the text is no template for pydantic to fill in
    return InitErrorDetails(
        type=PydanticCustomError("step", "{said}", {"said": text}), loc=place, input=None
    )


async def travel(visit: Visit, settings: StepJourney) -> None:
    sight = Sight(visit)
    secrets = {name: value.get_secret_value() for name, value in settings.secrets.items()}
    walk = Walk(visit, sight, Filling(unique(), secrets, code))
    await sign_in_first(sight, settings.login)
    if not _goes_somewhere(settings.steps[0]):
        async with visit.step("open"):
            await walk.open(settings.url)
    for step in settings.steps:
        async with visit.step(step.title(), within=step.within):
            for action in step.do if isinstance(step, Group) else (step,):
                async with walk.readable(action.says()):
                    await action.do(walk)


def _goes_somewhere(step: Any) -> bool:
    return isinstance(step.do[0] if isinstance(step, Group) else step, acting.Goto)


_READY: Final = ReadyMade("steps", StepJourney, travel)
