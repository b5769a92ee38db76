"""From what was written of a place to a target, or to everything that is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from monitor.places.place import PlaceKind, Target, sha256
from monitor.places.registry import PLACES

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|(file):")
_LIKE_SSH: Final = re.compile(r"[^/\s@]+@[^/\s:]+:.*")
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_NAME_LONGEST: Final = 48
_MARK: Final = 6


class BadPlace(ValueError):
    """What is wrong with a place: the key, empty for all of it, and what to write instead."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{key}: {text}" if key else text for key, text in self.faults))


def kind_of(to: str) -> PlaceKind[Any]:
    """By what the address begins with; a path is a folder. Raises ValueError."""
    if _LIKE_SSH.fullmatch(to) and "://" not in to:
        return PLACES["rsync"]
    found = _SCHEME.match(to)
    scheme = (found[1] or found[2]).lower() if found else ""
    for kind in PLACES.values():
        if scheme in kind.begins:
            return kind
    known = ", ".join(f"{begin}://" for kind in PLACES.values() for begin in kind.begins if begin)
    raise ValueError(
        f"begins with {scheme[:20]}://, which is no kind of place; write the path of a folder, or"
        f" begin with one of {known}"
    )


def read(to: str, options: Mapping[str, Any], folder: Path = Path()) -> Target:
    """*folder* is where relative paths start from. Raises BadPlace."""
    try:
        kind = kind_of(to)
    except ValueError as trouble:
        raise BadPlace([("to", str(trouble))]) from None
    try:
        settings = kind.settings.model_validate_json(
            json.dumps({**options, "to": to}), context={"folder": folder}
        )
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise BadPlace(_fault(kind, each) for each in found) from None
    return Target(kind, settings)


def _fault(kind: PlaceKind[Any], each: Any) -> tuple[str, str]:
    key = str(each["loc"][0]) if each["loc"] else ""
    if each["type"] == "extra_forbidden":
        keys = [name for name in kind.settings.model_fields if name != "to"]
        near = "".join(f"; did you mean {each!r}?" for each in get_close_matches(key, keys, 1))
        known = f"; it has {', '.join(keys) or 'none'}"
        return key, f"unknown key of a place of the kind {kind.name}{near or known}"
    return key, str(each["msg"]).removeprefix("Value error, ")


def name_of(to: str) -> str:
    """An id for an address that has no table of its own, unlike that of any other address."""
    readable = _NO_NAME.sub("-", to.lower()).strip("-")[:_NAME_LONGEST].rstrip("-")
    return f"{readable}-{sha256(to.encode())[:_MARK]}".lstrip("-")
