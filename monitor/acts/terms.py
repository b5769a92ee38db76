"""What every order is made of: names, lines and words, tidied and bounded; and which incident."""

from __future__ import annotations

import re
from datetime import timedelta
from textwrap import dedent
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.notices import one_line

SOMEBODY: Final = "somebody"
"""Who acted, when nobody said."""
NAME_MAX: Final = 60
LINE_MAX: Final = 500
TITLE_MAX: Final = 200
WORDS_MAX: Final = 20_000
BRIEF_MAX: Final = 2_000
"""Of words, where they are no postmortem."""
TERM_MAX: Final = 200
ADDRESS_MAX: Final = 2_000
LISTED_MAX: Final = 1_000
LONGEST: Final = timedelta(days=366)

# Not what joins emoji or marks the direction of a name: those are part of the writing.
_UNSPEAKABLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ADDRESS: Final = re.compile(r"https?://(?![^/?#]*@)[!-~]+")


def _tidy(text: str) -> str:
    return one_line(text)


def _tidy_lines(text: str) -> str:
    """As it was written: indentation makes lists and code, and two spaces at the end a new line."""
    lines = _UNSPEAKABLE.sub("", text).expandtabs(4).splitlines()
    return dedent("\n".join(_trimmed(line) for line in lines)).strip()


def _trimmed(line: str) -> str:
    kept = line.rstrip()
    return f"{kept}  " if kept and line.endswith("  ") else kept


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("it says nothing")
    return text


def _web_address(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError("it is no address of a web page, or has a password in it; write https://…")
    return text


Name = Annotated[str, Field(max_length=NAME_MAX), AfterValidator(_tidy)]
Line = Annotated[str, Field(max_length=LINE_MAX), AfterValidator(_tidy)]
Title = Annotated[str, Field(max_length=TITLE_MAX), AfterValidator(_tidy)]
Said = Annotated[Line, AfterValidator(_not_empty)]
MaybeTerm = Annotated[str, Field(max_length=TERM_MAX), AfterValidator(_tidy)]
"""What programs call something: a service, a version, an environment."""
Term = Annotated[MaybeTerm, AfterValidator(_not_empty)]
Address = Annotated[str, Field(max_length=ADDRESS_MAX), AfterValidator(_web_address)]
Words = Annotated[
    str, Field(max_length=WORDS_MAX), AfterValidator(_tidy_lines), AfterValidator(_not_empty)
]
"""Markdown."""
Names = Annotated[tuple[str, ...], Field(max_length=LISTED_MAX)]
ByHand = Annotated[str, Field(pattern=r"^(?:n[1-9][0-9]{0,14}|[0-9a-f]{12})$")]
Which = Annotated[int, Field(ge=1, le=2**53)] | Literal["only", "last"] | ByHand
"""An incident by its number, the only open one, or the newest (open before over); one that was
written by hand as `n3`; or any by its key, which is in the address of its page.
"""


class Asked(BaseModel):
    """What all orders say."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    by: Name = ""
    """Who asks; empty for somebody who did not say."""
