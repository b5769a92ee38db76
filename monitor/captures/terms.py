"""What stands in braces in a command, a path or an address, and what it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

_WORD: Final = re.compile(r"\{(since|until|since_epoch|until_epoch|service|probe|environment)\}")
_SAME_FOR_ALL: Final = frozenset(("since", "until", "since_epoch", "until_epoch", "environment"))


class CannotFetch(Exception):
    """Why not, for people. What was read before that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of one incident. `service` is empty where the probe watches none."""

    since_at: datetime
    until_at: datetime
    service: str
    probe: str
    environment: str

    def words(self) -> dict[str, str]:
        return {
            "since": _iso(self.since_at),
            "until": _iso(self.until_at),
            "since_epoch": str(int(self.since_at.timestamp())),
            "until_epoch": str(int(self.until_at.timestamp())),
            "service": self.service,
            "probe": self.probe,
            "environment": self.environment,
        }


def in_arguments(command: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    """Each argument stays one. Raises CannotFetch when a word would be taken for an option."""
    filled = tuple(_filled(argument, terms.words()) for argument in command)
    for written, said in zip(command, filled, strict=True):
        if said.startswith("-") and not written.startswith("-"):
            raise CannotFetch(f"{written} begins with a dash here, as an option does")
        if "\0" in said:
            raise CannotFetch(f"{written} holds a zero character here")
    return filled


def in_path(path: str, terms: Terms) -> str:
    """Raises CannotFetch when a word would lead to another folder."""
    words = terms.words()
    for name in _WORD.findall(path):
        word = words[name]
        if "/" in word or "\0" in word or word in ("", ".", ".."):
            raise CannotFetch(f"{{{name}}} is no part of a path here")
    return _filled(path, words)


def in_address(url: str, terms: Terms) -> str:
    return _filled(url, {name: quote(word, safe="") for name, word in terms.words().items()})


def told_apart_by(written: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    """What makes one fetch another one, apart from the time: the words in it that differ from
    probe to probe.
    """
    words = terms.words()
    names = {name for text in written for name in _WORD.findall(text)} - _SAME_FOR_ALL
    return tuple(f"{name}={words[name]}" for name in sorted(names))


def _filled(text: str, words: dict[str, str]) -> str:
    return _WORD.sub(lambda found: words[found[1]], text)


def _iso(at: datetime) -> str:
    """Whole seconds, as every log tool reads them."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
