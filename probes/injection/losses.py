"""Faults under which something is not there: an answer, a file, a link, a cookie, time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from probes.injection.exchange import Asked, Broken, Given
from probes.injection.pages import error_page

SLOWER: Final = 5
LAST_DAY: Final = timedelta(days=1)
_ASSETS: Final = {"script", "style"}
_FILES: Final = re.compile(
    r"multipart/form-data|.*octet-stream|(image|video|audio)/.*|.*/(pdf|zip)"
)
_SIGN_IN: Final = re.compile(
    r"/(sign-?_?in|log-?_?in|logon|auth|sso|saml|oauth2?|oidc|openid)\b", re.IGNORECASE
)


def refused(_: Asked) -> Broken:
    return Broken.REFUSED


def never_answered(_: Asked) -> Broken:
    return Broken.TIMEOUT


def failing(_: Asked) -> Given:
    return error_page(500, "Internal Server Error")


def failing_writes(asked: Asked) -> Given | None:
    return failing(asked) if asked.writes else None


def asset_missing(asked: Asked) -> Given | None:
    return error_page(404, "Not Found") if asked.resource in _ASSETS else None


def file_refused(asked: Asked) -> Given | None:
    carries = asked.writes and _FILES.fullmatch(asked.media_type)
    return error_page(413, "Request Entity Too Large") if carries else None


def slower(_: Asked, given: Given) -> Given:
    return replace(given, took=given.took * SLOWER)


def certificate_ending(_: Asked, given: Given) -> Given:
    left = given.certificate_left
    return given if left is None else replace(given, certificate_left=min(left, LAST_DAY))


def without_cookies(_: Asked, given: Given) -> Given:
    kept = tuple(each for each in given.headers if each[0].lower() != "set-cookie")
    return replace(given, headers=kept)


def leading_nowhere(asked: Asked, given: Given) -> Given:
    """Only what was looked up: a form that leads on to a page is no link."""
    to = given.said("location")
    if asked.method != "GET" or given.status // 100 != 3 or not to:
        return given
    try:
        here, there = urlsplit(asked.url), urlsplit(urljoin(asked.url, to))
    except ValueError:
        return given
    if _place(here) == _place(there) or _SIGN_IN.search(there.path):
        return given
    return replace(error_page(404, "Not Found"), took=given.took)


def _place(url: SplitResult) -> tuple[str, str]:
    """Without what only tidies an address up: another scheme, a slash at the end."""
    return (url.hostname or "").removeprefix("www."), url.path.rstrip("/")
