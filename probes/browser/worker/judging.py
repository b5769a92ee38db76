"""From what ended a journey to whose trouble it was, with a reason and one line about it."""

from __future__ import annotations

import asyncio
import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.browser import api
from probes.browser.troubles import BrowserTrouble, Failure, JourneyBroken
from probes.result import Outcome, Reason

if TYPE_CHECKING:
    from probes.browser.breaking import Breaking


@dataclass(frozen=True, slots=True)
class Finding:
    """The judgement on one run; `summary` is not yet scrubbed."""

    outcome: Outcome
    reason: Reason | None = None
    summary: str = ""


# Chromium's names for what went wrong on the way, and ours.
_NET: Final = {
    "NAME_NOT_RESOLVED": Reason.NAME_NOT_FOUND,
    "CONNECTION_REFUSED": Reason.CONNECT_REFUSED,
    "CONNECTION_FAILED": Reason.CONNECT_FAILED,
    "CONNECTION_TIMED_OUT": Reason.CONNECT_TIMEOUT,
    "CONNECTION_RESET": Reason.CONNECTION_RESET,
    "CONNECTION_CLOSED": Reason.CLOSED_EARLY,
    "CONNECTION_ABORTED": Reason.CLOSED_EARLY,
    "EMPTY_RESPONSE": Reason.CLOSED_EARLY,
    "ADDRESS_UNREACHABLE": Reason.UNREACHABLE,
    "INTERNET_DISCONNECTED": Reason.UNREACHABLE,
    "TIMED_OUT": Reason.TIMEOUT,
    "TOO_MANY_REDIRECTS": Reason.TOO_MANY_REDIRECTS,
    "INVALID_HTTP_RESPONSE": Reason.MALFORMED_ANSWER,
    "CERT_DATE_INVALID": Reason.TLS_EXPIRED,
    "CERT_COMMON_NAME_INVALID": Reason.TLS_WRONG_NAME,
    "CERT_AUTHORITY_INVALID": Reason.TLS_UNTRUSTED,
}
_NET_ERROR: Final = re.compile(r"net::ERR_(\w+)(?: at (\S+))?")
_BAD_LOCATOR: Final = re.compile(
    r"not a valid selector|while parsing|Unexpected token|Unexpected end|Unknown engine"
)
_PASSED_BY: Final = "the journey asks by page.request, where no fault can be put in its way"
_CRASHED: Final = re.compile(r"\b(?:Page|Target) crashed\b")
_WAITED_FOR: Final = re.compile(r"^\s*-\s*(?:\d+ × )?(waiting for .+)$", re.MULTILINE)


def judge(error: BaseException) -> Finding:
    """What *error*, raised by a journey, says about the target or about us."""
    match error:
        case Failure():
            return Finding(Outcome.FAIL, error.reason, str(error))
        case JourneyBroken():
            return Finding(Outcome.ERROR, Reason.JOURNEY_BROKEN, str(error))
        case BrowserTrouble():
            return Finding(Outcome.ERROR, error.reason, str(error))
        case api.Error():
            return _by_playwright(error)
        case TimeoutError():
            return Finding(Outcome.FAIL, Reason.STEP_TIMEOUT, str(error) or "not done in time")
        case AssertionError():
            return Finding(Outcome.FAIL, Reason.STEP_FAILED, _first_line(error) or _place(error))
        case BaseExceptionGroup():
            return judge(error.exceptions[0])
    return Finding(Outcome.ERROR, Reason.JOURNEY_BROKEN, f"{_place(error)}: {named(error)}")


def named(error: BaseException) -> str:
    """`NameError: name 'x' is not defined`, on one line."""
    if isinstance(error, asyncio.CancelledError):
        return "the journey cancelled itself"
    return f"{type(error).__name__}: {_first_line(error)}".rstrip(": ")


def _by_playwright(error: api.Error) -> Finding:
    text = str(error)
    if isinstance(error, api.TimeoutError):
        return Finding(Outcome.FAIL, Reason.STEP_TIMEOUT, _what_was_awaited(text))
    if _CRASHED.search(text):
        return Finding(Outcome.FAIL, Reason.PAGE_CRASHED, "the page crashed")
    if _NET_ERROR.search(text):
        return Finding(Outcome.FAIL, net_reason(text), _did_not_load(text))
    if _BAD_LOCATOR.search(text):
        return Finding(Outcome.ERROR, Reason.JOURNEY_BROKEN, _first_line(error))
    # A page that crashes or closes itself does so by its own doing. Whether instead the
    # whole browser died is asked of the browser, before this is believed.
    return Finding(Outcome.FAIL, Reason.STEP_FAILED, _first_line(error))


def as_evidence(finding: Finding, breaking: Breaking | None) -> Finding:
    """An ERROR where the fault of a run did not strike as it should have."""
    if breaking is not None and breaking.trouble:
        return Finding(Outcome.ERROR, Reason.CRASHED, breaking.trouble)
    if breaking is not None and breaking.is_passed_by and finding.outcome is not Outcome.FAIL:
        return Finding(Outcome.ERROR, Reason.JOURNEY_BROKEN, _PASSED_BY)
    return finding


def net_reason(text: str) -> Reason:
    """The reason in a text of Chromium's such as `net::ERR_CONNECTION_REFUSED`."""
    found = _NET_ERROR.search(text)
    name = found[1] if found else ""
    if name.startswith(("SSL_", "CERT_")):
        return _NET.get(name, Reason.TLS_FAILED)
    return _NET.get(name, Reason.PAGE_NOT_LOADED)


def _did_not_load(text: str) -> str:
    name, url = _NET_ERROR.findall(text)[0]
    return f"{url or 'the page'} did not load: {name.lower().replace('_', ' ')}"


def _what_was_awaited(text: str) -> str:
    awaited = _WAITED_FOR.search(text)
    return f"{text.splitlines()[0]} {awaited[1]}" if awaited else text.splitlines()[0]


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "the journey"
