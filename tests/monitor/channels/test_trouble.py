"""What is said of a broken way: short, in words, and without the address."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.trouble import host_name, way_trouble


def from_cause(cause: BaseException) -> BaseException:
    outer = RuntimeError("could not reach sesame.example.org")
    outer.__cause__ = cause
    return outer


def expired() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate for sesame.example.org")
    error.verify_code = 10
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ECONNREFUSED, "sesame"), "connection refused"),
        (from_cause(OSError(errno.EHOSTUNREACH, "sesame")), "no route to host"),
        (ExceptionGroup("sesame", [OSError(errno.ENETDOWN, "")]), "network is down"),
        (from_cause(socket.gaierror(-2, "sesame")), "the name could not be looked up"),
        (from_cause(expired()), "the certificate has expired"),
        (ssl.SSLError(1, "sesame"), "the TLS handshake failed"),
        (TimeoutError(), "no answer in time"),
        (RuntimeError("sesame"), "the connection failed"),
    ],
)
def test_the_most_telling_cause_is_said_in_words(error: BaseException, said: str) -> None:
    assert way_trouble(error) == said


def test_causes_that_run_in_a_ring_come_to_an_end() -> None:
    one, other = RuntimeError(), RuntimeError()
    one.__cause__, other.__cause__ = other, one
    assert way_trouble(one) == "the connection failed"


@pytest.mark.parametrize(
    "name", ["mail.example.org", "localhost", "127.0.0.1", "::1", "bücher.example"]
)
def test_a_name_that_can_be_looked_up_is_a_host(name: str) -> None:
    assert host_name(name) == name


@given(st.text())
def test_any_other_text_is_refused_in_one_way(name: str) -> None:
    said = ""
    try:
        assert host_name(name) == name
    except ValueError as refusal:
        said = str(refusal)
    assert said in ("", "this cannot be the name of a host; write it as mail.example.org")
