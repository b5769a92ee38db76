"""The fault under which another environment answers, and says so wherever this one does."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any, Final

from probes.injection.documents import altered
from probes.injection.exchange import Asked, Given

_HEADERS: Final = re.compile(
    r"(x-)?((app|application|deploy|deployment|server|service|runtime)-)?"
    r"(env|environment|stage|tier)(-name)?",
    re.IGNORECASE,
)
_KEYS: Final = re.compile(
    r"((app|deploy|deployment)[_.-]?)?(env|environment)([_.-]?name)?", re.IGNORECASE
)
_NAME: Final = r"[A-Za-z][\w-]{1,30}"
_WORD: Final = re.compile(rf"\s*({_NAME})\s*", re.ASCII)
_KNOWN: Final = (
    "production|prod|live|staging|stage|pre-?production|preprod|testing|test|qa|uat"
    "|development|dev|integration|sandbox|demo"
)
_TEXTS: Final = re.compile(r"text/|.*\b(json|xml|javascript)\b|$")
_OURS: Final = {"production", "prod", "live"}
# Every repetition has a bound: what is searched may have been written to take long.
_META: Final = re.compile(
    rb"""<meta\s[^<>]{0,400}?name\s?=\s?["']?(?:app(?:lication)?-|x-)?env(?:ironment)?["'\s]"""
    rb"[^<>]{0,400}>",
    re.IGNORECASE,
)
_CONTENT: Final = re.compile(
    rb"""(?<=content)(\s?=\s?["']?\s?)([A-Za-z][\w-]{1,30})""", re.IGNORECASE
)
_DATA: Final = re.compile(
    rb"""(?<=\sdata-env)((?:ironment)?\s?=\s?["']?\s?)([A-Za-z][\w-]{1,30})""", re.IGNORECASE
)
_TAGS: Final = r"(?:\s{0,9}</?[a-z][^<>]{0,200}>){%s,6}\s{0,9}"
_TEXT: Final = re.compile(
    rf"(?<![\w-])(env(?:ironment)?(?:\s?[:=]{_TAGS % 0}|{_TAGS % 1}))({_KNOWN})(?![\w-])".encode(),
    re.IGNORECASE,
)


def another_environment(ours: str, _: Asked, given: Given) -> Given:
    """In the usual places; and wherever *ours* stands alone, which may be empty."""
    headers = tuple(_header(ours, *each) for each in given.headers)
    changed = given if headers == given.headers else replace(given, headers=headers)
    if given.media_type == "text/html":
        return _words(ours, _page(changed))
    told = altered(changed, partial(_fields, ours))
    return told if told is not changed else _words(ours, changed)


def _header(ours: str, name: str, value: str) -> tuple[str, str]:
    if _is(ours, value):
        return name, other(value.strip())
    if not _HEADERS.fullmatch(name):
        return name, value
    word = _WORD.fullmatch(value)
    return name, other(word[1]) if word else value


def other(environment: str) -> str:
    """Production for everything else, and staging for production."""
    return "staging" if environment.lower() in _OURS else "production"


def _is(ours: str, value: str) -> bool:
    return bool(ours) and value.strip().casefold() == ours.strip().casefold()


def _words(ours: str, given: Given) -> Given:
    """Of a text: a pattern may find it anywhere."""
    if not ours or not _TEXTS.match(given.media_type):
        return given
    word = re.compile(rb"(?<![\w-])()(%s)(?![\w-])" % re.escape(ours.encode()), re.IGNORECASE)
    body = word.sub(_other, given.body)
    return given if body == given.body else replace(given, body=body)


def _fields(ours: str, value: Any) -> Any:
    match value:
        case list():
            return [_fields(ours, entry) for entry in value]
        case dict():
            return {key: _field(ours, key, inner) for key, inner in value.items()}
        case str() if _is(ours, value):
            return other(value.strip())
    return value


def _field(ours: str, key: str, value: Any) -> Any:
    if not isinstance(value, str) or not _KEYS.fullmatch(key):
        return _fields(ours, value)
    word = _WORD.fullmatch(value)
    return other(word[1]) if word else value


def _page(given: Given) -> Given:
    body = _META.sub(lambda tag: _CONTENT.sub(_other, tag[0]), given.body)
    body = _TEXT.sub(_other, _DATA.sub(_other, body))
    return given if body == given.body else replace(given, body=body)


def _other(said: re.Match[bytes]) -> bytes:
    return said[1] + other(said[2].decode("ascii", "replace")).encode()
