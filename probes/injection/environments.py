"""The fault under which another environment answers, and says so wherever this one does."""

from __future__ import annotations

import re
from dataclasses import replace
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


def another_environment(_: Asked, given: Given) -> Given:
    headers = tuple(_header(*each) for each in given.headers)
    changed = given if headers == given.headers else replace(given, headers=headers)
    return _page(changed) if given.media_type == "text/html" else altered(changed, _fields)


def _header(name: str, value: str) -> tuple[str, str]:
    if not _HEADERS.fullmatch(name):
        return name, value
    word = _WORD.fullmatch(value)
    return name, other(word[1]) if word else value


def other(environment: str) -> str:
    """Production for everything else, and staging for production."""
    return "staging" if environment.lower() in _OURS else "production"


def _fields(value: Any) -> Any:
    match value:
        case list():
            return [_fields(entry) for entry in value]
        case dict():
            return {key: _field(key, inner) for key, inner in value.items()}
    return value


def _field(key: str, value: Any) -> Any:
    if not isinstance(value, str) or not _KEYS.fullmatch(key):
        return _fields(value)
    word = _WORD.fullmatch(value)
    return other(word[1]) if word else value


def _page(given: Given) -> Given:
    body = _META.sub(lambda tag: _CONTENT.sub(_other, tag[0]), given.body)
    body = _TEXT.sub(_other, _DATA.sub(_other, body))
    return given if body == given.body else replace(given, body=body)


def _other(said: re.Match[bytes]) -> bytes:
    return said[1] + other(said[2].decode("ascii", "replace")).encode()
