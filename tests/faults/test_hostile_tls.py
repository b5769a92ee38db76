"""Certificates with faults, TLS that is none, and redirects that lead astray."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import uvloop

from probes import Reason, Result
from tests.support.targets import Certificates, Script, answering, hold, ok, reset, target
from tests.support.tools import ask_on, failed

Ask = Callable[..., Result]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Asks on both loops: the daemon's, and Python's own."""
    return partial(ask_on, request.param)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/again", Reason.TOO_MANY_REDIRECTS),
        ("ftp://example.org/", Reason.REDIRECT_REFUSED),
        ("javascript:alert(1)", Reason.REDIRECT_REFUSED),
        ("file:///etc/passwd", Reason.REDIRECT_REFUSED),
        ("https:///nowhere", Reason.MALFORMED_ANSWER),
        ("http://[::1", Reason.MALFORMED_ANSWER),
        ("http://example.org:99999999/", Reason.MALFORMED_ANSWER),
    ],
)
def test_a_redirect_that_leads_nowhere(location: str, reason: Reason, ask: Ask) -> None:
    with answering(ok(b"", f"Location: {location}", status="302 Found")) as there:
        failed(ask(there.url), reason)
    assert len(there.asked) == (6 if reason is Reason.TOO_MANY_REDIRECTS else 1)


def test_a_redirect_away_from_encryption(ask: Ask, certificates: Certificates) -> None:
    answer = ok(b"", "Location: http://127.0.0.1/", status="301 Moved")
    with answering(answer, certificates.good()) as there:
        result = ask(there.url, tls={"ca": str(certificates.file)})
    failed(result, Reason.REDIRECT_REFUSED)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)  # noqa: TID251 - TLS looks at the real clock


@pytest.mark.parametrize(
    ("begins", "ends", "names", "reason", "said"),
    [
        (ago(days=9), ago(days=2), (), Reason.TLS_EXPIRED, "the certificate expired on "),
        (ago(days=-2), ago(days=-9), (), Reason.TLS_NOT_YET_VALID, "not valid yet: it begins on "),
        (
            ago(days=9),
            ago(days=-9),
            ("shop.example.org", "example.org"),
            Reason.TLS_WRONG_NAME,
            "is for shop.example.org, example.org, not for 127.0.0.1",
        ),
    ],
)
def test_a_certificate_with_a_fault(  # noqa: PLR0917 - one argument for each column
    begins: datetime,
    ends: datetime,
    names: tuple[str, ...],
    reason: Reason,
    said: str,
    ask: Ask,
    certificates: Certificates,
) -> None:
    with answering(ok(), certificates.spanning(begins, ends, *names)) as there:
        result = ask(there.url, tls={"ca": str(certificates.file)})
    assert said in failed(result, reason)


def test_a_certificate_of_an_authority_that_nobody_knows(
    ask: Ask, certificates: Certificates
) -> None:
    with answering(ok(), certificates.good()) as there:
        failed(ask(there.url), Reason.TLS_UNTRUSTED)


def test_a_target_that_takes_the_connection_and_never_answers_tls(ask: Ask) -> None:
    with target(hold) as there:
        result = ask(f"https://127.0.0.1:{there.port}/", timeout="500ms")
    assert "; connected after " in failed(result, Reason.TLS_TIMEOUT)


def listens_and_resets(connection: socket.socket) -> None:
    connection.recv(1)
    reset(connection)


def in_plain_words(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("script", [in_plain_words, listens_and_resets, lambda c: c.recv(1)])
def test_a_target_that_does_not_speak_tls(script: Script, ask: Ask) -> None:
    with target(script) as there:
        failed(ask(f"https://127.0.0.1:{there.port}/"), Reason.TLS_FAILED)
