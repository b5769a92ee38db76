"""Faults of JSON answers: lists that are empty, fields that are gone or called otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from probes.injection.exchange import Asked, Given
from probes.injection.fault import Fault
from probes.injection.fields import Breaking, break_all, break_at, places, read, written

_BEGINS: Final = (b"{", b"[")


def document_of(given: Given) -> Any:
    """Raises ValueError where an answer is no JSON object and no JSON list."""
    looks = given.body.lstrip()[:1] in _BEGINS
    if not looks or given.media_type in {"text/html", "text/css", "text/javascript"}:
        raise ValueError("no JSON")
    try:
        return json.loads(given.body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def altered(given: Given, alter: Callable[[Any], Any]) -> Given:
    """The same object where nothing changes, and for what is no JSON."""
    try:
        document = document_of(given)
        changed = alter(document)
    except (ValueError, RecursionError):
        return given
    if changed == document:
        return given
    return replace(given, body=_said(changed))


def _said(document: Any) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character, which can be written by its number only
        return json.dumps(document).encode()


def empty_lists(_: Asked, given: Given) -> Given:
    return altered(given, _emptied)


def _emptied(value: Any) -> Any:
    match value:
        case list():
            return []
        case dict():
            return {key: _emptied(inner) for key, inner in value.items()}
    return value


def field_broken(fault: Fault, breaking: Breaking, _: Asked, given: Given) -> Given:
    """Of all answers of the run that have it."""
    place = read(fault.at)
    if place:
        return altered(given, lambda document: break_at(document, place, breaking))
    return altered(given, partial(break_all, breaking=breaking))


def one_for_each_field(fault: Fault, given: Given) -> tuple[Fault, ...]:
    if fault.at:
        return (fault,)
    try:
        return tuple(replace(fault, at=written(each)) for each in places(document_of(given)))
    except (ValueError, RecursionError):
        return ()
