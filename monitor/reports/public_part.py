"""The part of a post-mortem that the public reads: what stands in it at first, and what an author
made of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor.reports import prose
from monitor.reports.account import Account
from monitor.reports.markdown import Hours, brief, text
from status_page.markdown import to_text

HEADING: Final = "For the public"
BLANK: Final = re.compile(r"\[FILL IN\b[^\]]*\]?", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TITLE: Final = re.compile(r"^#{1,2} +(.+?) *#*$")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")


class NotReady(Exception):
    """Why nothing can be published, as a sentence."""


def public_part(found: Account, hours: Hours) -> Iterator[str]:
    """Nothing in it says more than the public page did already."""
    yield (
        "<!-- This section, and nothing else of the document, is put on the incident's page by:"
        f" trueup postmortem {found.name} --publish FILE -->"
    )
    yield ""
    yield _what(found, hours)
    yield ""
    yield "**Why it happened.** [FILL IN: the cause, in words that your users understand]"
    yield ""
    yield "**What we do about it.** [FILL IN: what is being done so that it does not happen again]"
    said = [each for each in found.told.updates if not each.withdrawn]
    said = [each for each in said if each.status != "postmortem"]
    if said:
        yield ""
        yield "**What we said meanwhile.**"
        yield ""
        for each in said:
            words = text(to_text(each.words))
            yield f"- {hours.near(each.at, found.began_at)}: {words}"


def _what(found: Account, hours: Hours) -> str:
    began, ended = found.began_at, found.ended_at
    who = prose.audience(found)
    whom = f" It concerned {text(who)}." if who else ""
    said = _in_public(found)
    if ended is None:
        when = f"Since {hours.time(began)} {hours.name(began)} on {hours.day(began)}"
        return f"**What happened.** {when}: {said}.{whom}"
    when = (
        f"On {hours.day(began)}, from {hours.time(began)} to {hours.near(ended, began)}"
        f" {hours.name(began)}, for {brief(found.lasted)}"
    )
    return f"**What happened.** {when}: {said}.{whom}"


def _in_public(found: Account) -> str:
    """What a page says, or for want of that what people have to say themselves."""
    if found.page is not None or found.told.title:
        return text(prose.headline(found))
    return "[FILL IN: what people could not do]"


def written_part(document: str) -> str:
    """What an author made of it: the section up to the next one of its kind, without comments.
    Raises NotReady where it is missing, empty, or not filled in.
    """
    lines = _section(document)
    if lines is None:
        raise NotReady(
            f'there is no section "## {HEADING}" in it: that is the part that is published'
        )
    words = _COMMENT.sub("", "\n".join(lines)).strip()
    if not words:
        raise NotReady(f'the section "## {HEADING}" is empty')
    if blanks := BLANK.findall(words):
        raise NotReady(
            f"{len(blanks)} place{'' if len(blanks) == 1 else 's'} in it"
            f" {'is' if len(blanks) == 1 else 'are'} not filled in yet: {blanks[0]}"
        )
    return words


def _section(document: str) -> list[str] | None:
    """A line that looks like a heading inside a fence is none."""
    found: list[str] | None = None
    fence = ""
    for line in document.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence[:1] * len(fence)):
            fence = ""
        title = None if fence else _TITLE.match(line)
        if title and found is not None:
            return found
        if title and title[1].casefold() == HEADING.casefold():
            found = []
        elif found is not None:
            found.append(line)
    return found
