"""Placeholders in what is carried out. A version comes from whoever recorded a deploy, so it is
taken for hostile: one that does not look like a version is put nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import quote

from monitor.config.changes import Action

NAMES: Final = ("service", "version", "previous", "environment", "incident", "probe")
_PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(NAMES) + r")\}")
_VERSION: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+:@/=~-]{0,199}")
_OWN_ROOM: Final = 200
_BACK: Final = re.compile(r"(?:^|[-_.])(?:roll[-_]?back|revert|undo)(?:[-_.]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What placeholders stand for."""

    service: str
    version: str
    previous: str
    """Empty when nobody knows."""
    environment: str
    incident: str
    probe: str


def used(action: Action) -> frozenset[str]:
    """The placeholders that *action* has somewhere."""
    return frozenset(name for text in _texts(action) for name in _PLACEHOLDER.findall(text))


def _texts(action: Action) -> Iterator[str]:
    yield from action.command
    yield action.url
    yield from action.parameters.values()


def goes_back(action: Action) -> bool:
    """Whether the version before is what it is about."""
    return "previous" in used(action) or bool(_BACK.search(action.id))


def is_safe(action: Action, values: Values) -> bool:
    """Whether no value can be taken for anything but what it is."""
    hostile = [value for value in (values.version, values.previous) if value]
    if not all(_VERSION.fullmatch(v) and ".." not in re.split("[/:]", v) for v in hostile):
        return False
    own = [values.service, values.environment, values.incident, values.probe]
    if not all(value.isprintable() and len(value) <= _OWN_ROOM for value in own):
        return False
    return not action.command or _stays_an_argument(action.command, values)


def _stays_an_argument(command: tuple[str, ...], values: Values) -> bool:
    """The program is none that a deploy names, and no value makes an option of its argument."""
    if _PLACEHOLDER.search(command[0]):
        return False
    known = asdict(values)
    return not any(
        known[name].startswith("-") for part in command[1:] for name in _PLACEHOLDER.findall(part)
    )


def filled(text: str, values: Values) -> str:
    return _filled(text, values, str)


def filled_url(url: str, values: Values) -> str:
    """Each value is percent-encoded, so that it stays one part of a path or one parameter."""
    return _filled(url, values, lambda value: quote(value, safe=""))


def _filled(text: str, values: Values, write: Callable[[str], str]) -> str:
    known: Mapping[str, str] = asdict(values)
    return _PLACEHOLDER.sub(lambda found: write(known[found[1]]), text)
