"""Reasons in words, for people who are woken by them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name_not_found": "the name does not exist",
        "resolver_failed": "the name servers gave no usable answer",
        "connect_refused": "connection refused",
        "connect_failed": "no connection could be made",
        "unreachable": "no route to the host",
        "connection_reset": "the connection was reset",
        "closed_early": "the connection was closed before the answer was complete",
        "proxy_refused": "the proxy did not let the request through",
        "tls_expired": "the certificate has expired",
        "tls_not_yet_valid": "the certificate is not valid yet",
        "tls_wrong_name": "the certificate is for another name",
        "tls_untrusted": "the certificate comes from an authority that is not trusted",
        "tls_protocol": "the two sides have no TLS in common",
        "tls_failed": "the TLS handshake failed",
        "resolve_timeout": "looking up the name took too long",
        "connect_timeout": "connecting took too long",
        "tls_timeout": "the TLS handshake took too long",
        "send_timeout": "sending the request took too long",
        "answer_timeout": "no answer in time",
        "receive_timeout": "the answer began but did not end in time",
        "step_timeout": "a step took too long",
        "timeout": "it took too long",
        "malformed_answer": "the answer is not valid HTTP",
        "answer_too_large": "the answer is larger than allowed",
        "too_many_redirects": "too many redirects",
        "redirect_refused": "a redirect to a place that is not allowed",
        "status": "unexpected status",
        "header": "a header is not as expected",
        "text_missing": "expected text is missing",
        "text_present": "text that must not be there",
        "pattern": "the answer does not match the pattern",
        "not_json": "the answer is not JSON",
        "json_value": "a value in the JSON is not as expected",
        "json_count": "the JSON holds too few or too many items",
        "json_schema": "the JSON does not follow its schema",
        "json_shape": "a field of the JSON is gone, or is of another type",
        "wrong_environment": "another environment answers than expected",
        "below_baseline": "there are far fewer entries than usual",
        "certificate_expires_soon": "the certificate expires soon",
        "too_slow": "slower than allowed",
        "page_not_loaded": "the page did not load",
        "page_crashed": "the page crashed in the browser",
        "element_missing": "something is missing from the page",
        "sign_in_refused": "signing in was refused",
        "file_missing": "the uploaded file is not there",
        "file_differs": "the uploaded file came back different",
        "wrong_target": "the short address leads to the wrong place",
        "message_missing": "the message did not arrive",
        "step_failed": "a step failed",
        "cleanup_failed": "tidying up afterwards failed",
        "browser_unavailable": "our browser could not be started",
        "browser_crashed": "our browser crashed",
        "journey_broken": "the journey's script is broken",
        "overran": "the run did not stop at its deadline",
        "crashed": "the probe itself crashed",
        "interrupted": "the run was interrupted",
        "network_gone": "our own network was gone",
        "stalled": "we stood still ourselves while it ran",
    }
)


_PLAIN: Final = frozenset(("json_shape", "wrong_environment"))
"""What is seen says these by itself."""


def told_once(reason: str, summary: str) -> tuple[str, str]:
    """The reason in words and what was seen, without a reason that would only say it twice."""
    if summary and reason in _PLAIN:
        return "", summary.removeprefix("JSON: ")
    return in_words(reason), summary


def in_words(reason: str) -> str:
    """A phrase without a full stop; the reason itself, readably, when it is not a known one."""
    return WORDS.get(reason) or reason.replace("_", " ")
