"""A notice for services that show one line, and a table of what else is known beside it."""

from __future__ import annotations

from typing import Final

from monitor.notices import Message, Notice, Words, one_line

_OURS: Final = Words()
_LABEL: Final = "Seen"


def headline(notice: Notice, room: int) -> str:
    """The subject, and what was seen if something is wrong: all that a phone shows. A user's
    template does not change it.
    """
    message = _OURS.message(notice)
    seen = next((fact.value for fact in message.facts if fact.label == _LABEL), "")
    new = seen if seen not in message.subject else ""
    return one_line(": ".join(part for part in (message.subject, new) if part), room)


def details(message: Message) -> dict[str, str]:
    """Label and fact, the most urgent first. What is quoted stands on lines of its own."""
    told = {"What": message.opening}
    for fact in message.facts:
        told[fact.label] = "\n".join((fact.value, *fact.quote))
    return {label: words for label, words in told.items() if words}
