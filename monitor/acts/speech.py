"""What a person may say in public: words under an incident, one that they write down by hand, and
how an incident is told.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from monitor.acts.terms import BRIEF_MAX, WORDS_MAX, Asked, Names, Title, Which, Words
from status_page import Impact, Stage

Number = Annotated[int, Field(ge=1, le=2**53)]


class _Telling(Asked):
    """How an incident is told. None leaves it as it is; empty is what follows by itself."""

    title: Title | None = None
    audience: Title | None = None
    """Whom it concerns: `everyone who uploads`."""
    impact: Impact | Literal[""] | None = None
    components: Names | None = None
    hidden: bool | None = None
    began_at: AwareDatetime | None = None
    """Only of one that was written by hand, as is its end."""
    ended_at: AwareDatetime | None = None


class Retell(_Telling):
    """Nothing but how it is told."""

    do: Literal["retell"] = "retell"
    incident: Which


class _Speech(_Telling):
    status: Stage
    words: Words
    at: AwareDatetime | None = None
    """When it was said, or was true; None: now."""

    @model_validator(mode="after")
    def _brief(self) -> Self:
        demand_brief(self.status, self.words)
        return self


class Say(_Speech):
    """Words for the public page, under an incident."""

    do: Literal["say"] = "say"
    incident: Which


class Announce(_Speech):
    """An incident that no probe has seen, and its first words. Without components: all of them,
    if `everything` says that it is meant.
    """

    do: Literal["announce"] = "announce"
    everything: bool = False


class Correct(_Telling):
    """Other words in the place of an update. None leaves what was said."""

    do: Literal["correct"] = "correct"
    incident: Which
    number: Number
    status: Stage | None = None
    words: Words | None = None
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _brief(self) -> Self:
        if self.status is not None and self.words is not None:
            demand_brief(self.status, self.words)
        return self


class Unsay(Asked):
    """An update that is not to be read any more."""

    do: Literal["unsay"] = "unsay"
    incident: Which
    number: Number


Telling = Retell | Say | Announce | Correct
Spoken = Telling | Unsay


def demand_brief(status: Stage, words: str) -> None:
    """Raises ValueError."""
    if status is not Stage.POSTMORTEM and len(words) > BRIEF_MAX:
        raise ValueError(
            f"words should have at most {BRIEF_MAX} characters; only a postmortem may have"
            f" {WORDS_MAX}"
        )
