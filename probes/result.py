"""What a run found: an outcome, a reason from a closed list, and where the time went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, unique
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from probes.traits import Trait

if TYPE_CHECKING:
    from probes.expect.shape import Shape
    from probes.injection.yesterday import Kept


@unique
class Outcome(StrEnum):
    """PASS and SLOW are up, FAIL is the target's trouble, ERROR is ours and is no evidence."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    SLOW = "SLOW"
    FAIL = "FAIL"
    ERROR = "ERROR"


@unique
class Reason(StrEnum):
    """Why a run did not simply pass. Closed, so that pages, tests and SQL can count it."""

    # The way to the target
    NAME_NOT_FOUND = "name_not_found"
    RESOLVER_FAILED = "resolver_failed"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_FAILED = "connect_failed"
    UNREACHABLE = "unreachable"
    CONNECTION_RESET = "connection_reset"
    CLOSED_EARLY = "closed_early"
    PROXY_REFUSED = "proxy_refused"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_WRONG_NAME = "tls_wrong_name"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_PROTOCOL = "tls_protocol"
    TLS_FAILED = "tls_failed"
    # Time ran out, by phase
    RESOLVE_TIMEOUT = "resolve_timeout"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_TIMEOUT = "tls_timeout"
    SEND_TIMEOUT = "send_timeout"
    ANSWER_TIMEOUT = "answer_timeout"
    RECEIVE_TIMEOUT = "receive_timeout"
    STEP_TIMEOUT = "step_timeout"
    TIMEOUT = "timeout"
    # The answer
    MALFORMED_ANSWER = "malformed_answer"
    ANSWER_TOO_LARGE = "answer_too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_REFUSED = "redirect_refused"
    # What was expected of it
    STATUS = "status"
    HEADER = "header"
    TEXT_MISSING = "text_missing"
    TEXT_PRESENT = "text_present"
    PATTERN = "pattern"
    NOT_JSON = "not_json"
    JSON_VALUE = "json_value"
    JSON_COUNT = "json_count"
    JSON_SCHEMA = "json_schema"
    JSON_SHAPE = "json_shape"
    WRONG_ENVIRONMENT = "wrong_environment"
    BELOW_BASELINE = "below_baseline"
    CERTIFICATE_EXPIRES_SOON = "certificate_expires_soon"
    TOO_SLOW = "too_slow"
    # A journey in a browser
    PAGE_NOT_LOADED = "page_not_loaded"
    PAGE_CRASHED = "page_crashed"
    ELEMENT_MISSING = "element_missing"
    SIGN_IN_REFUSED = "sign_in_refused"
    FILE_MISSING = "file_missing"
    FILE_DIFFERS = "file_differs"
    WRONG_TARGET = "wrong_target"
    MESSAGE_MISSING = "message_missing"
    STEP_FAILED = "step_failed"
    CLEANUP_FAILED = "cleanup_failed"
    # Ours: no evidence about the target
    BROWSER_UNAVAILABLE = "browser_unavailable"
    BROWSER_CRASHED = "browser_crashed"
    JOURNEY_BROKEN = "journey_broken"
    OVERRAN = "overran"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"
    NETWORK_GONE = "network_gone"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Step:
    """One named part of a journey; the last one of a failed run is the one that failed."""

    name: str
    took: timedelta
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Artefact:
    """Evidence kept from a run. `name` is a plain file name made by us, never from the target."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a run learnt of the target beside its verdict: for figures and for the operator, never
    for the public. What it did not get to know stays empty.
    """

    address: str = ""
    """Host and port that were connected to, or tried last."""
    status: int | None = None
    http_version: str = ""
    """`1.0`, `1.1` or `2`."""
    redirects: int = 0
    body_bytes: int | None = None
    """Of the last answer, unpacked."""
    tls_version: str = ""
    tls_cipher: str = ""
    certificate_ends_at: datetime | None = None
    """The earliest end in the chain that was shown, also when it was refused."""
    traits: Mapping[Trait, str] = field(default_factory=lambda: MappingProxyType({}))
    """Its fingerprint; only of answers with a wanted status."""
    shape: Shape | None = None
    """Of a JSON answer, where one is to be learned."""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many entries each JSONPath selected that a baseline is kept of."""
    touched: int = 0
    """How many requests an injected fault has met; 0 in ordinary runs."""
    added: timedelta = timedelta()
    """How long an injected fault kept the run waiting, at most; what was waited for side by side
    counts once.
    """
    held_back: int = 0
    """How many that would have changed something at the target were not let through to it."""
    answers: tuple[Kept, ...] = field(default=(), repr=False)
    """What a browser was answered, where it was to keep that; empty in ordinary runs."""


NO_FACTS: Final = Facts()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page as a journey's user felt it: the web vitals. What the browser did not tell is None.

    `address` has no query and is never public; `step` is the one in which the page was opened.
    """

    address: str
    step: str
    ttfb: timedelta | None = None
    """From asking until the first byte of the answer."""
    fcp: timedelta | None = None
    """Until the first text or picture was drawn."""
    lcp: timedelta | None = None
    """Until the largest one was drawn."""
    cls: float | None = None
    """How much moved about by itself, without a unit; above 0.1 people notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`phases` uses resolve, connect, tls, send, wait, receive; empty where a kind has none.

    `summary` is one line for the operator and may quote the target; it is never public. Nor is
    `excerpt`: the first lines of what was answered, or shown, when a run failed.
    """

    outcome: Outcome
    took: timedelta
    reason: Reason | None = None
    summary: str = ""
    phases: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    steps: tuple[Step, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    tries: int = 1
    excerpt: str = ""
    facts: Facts = NO_FACTS
    views: tuple[View, ...] = ()
    warnings: tuple[str, ...] = ()
    """What went wrong beside the point, a line each: test data that could not be removed."""
    trace_id: str = ""
    """What the target's own tracing knows this run by: 32 hexadecimal digits, or empty."""
