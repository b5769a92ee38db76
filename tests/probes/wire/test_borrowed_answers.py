"""Answers over HTTP/2 that no decent server gives."""

from __future__ import annotations

import pytest

from probes import Reason
from tests.support.borrowed import speaking, trouble
from tests.support.http2 import OK, Act, Spoken
from tests.support.targets import Certificates, hold, reset


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def raw(data: bytes) -> Act:
    return lambda spoken: spoken.connection.sendall(data)


def frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
    head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head + payload


def headed(*headers: tuple[str, str]) -> Act:
    def act(spoken: Spoken) -> None:
        spoken.answer(b"hello", list(headers))

    return act


def gives_up(spoken: Spoken) -> None:
    spoken.h2.reset_stream(1, 7)
    spoken.flush()
    hold(spoken.connection)


def says_goodbye(spoken: Spoken) -> None:
    spoken.h2.close_connection(error_code=11, last_stream_id=0)
    spoken.flush()
    hold(spoken.connection)


def leaves_in_the_middle(spoken: Spoken) -> None:
    spoken.h2.send_headers(1, OK)
    spoken.h2.send_data(1, b"hel")
    spoken.flush()


def breaks_in_the_middle(spoken: Spoken) -> None:
    leaves_in_the_middle(spoken)
    spoken.connection.recv(65536)
    reset(spoken.connection)


def falls_short(spoken: Spoken) -> None:
    spoken.answer(b"hello", [*OK, ("content-length", "9")])


def pings_without_end(spoken: Spoken) -> None:
    while True:
        spoken.connection.sendall(frame(6, 0, b"pingpong", 0) * 1000)


def sends_nothing_without_end(spoken: Spoken) -> None:
    spoken.h2.send_headers(1, OK)
    spoken.flush()
    while True:
        spoken.connection.sendall(frame(0, 0, b"") * 1000)


def sends_without_end(spoken: Spoken) -> None:
    spoken.answer(b"x" * 10_000_000)


def hints_without_end(spoken: Spoken) -> None:
    for _ in range(2):  # the second time both sides know it by heart
        spoken.h2.send_headers(1, [(":status", "103"), ("link", "</a>; rel=preload" * 100)])
        hint = spoken.h2.data_to_send()
        spoken.connection.sendall(hint)
    while True:
        spoken.connection.sendall(hint * 1000)


def continues_without_end(spoken: Spoken) -> None:
    spoken.connection.sendall(frame(1, 0, b""))
    while True:
        spoken.connection.sendall(frame(9, 0, b"\x00\x01a\x01b") * 1000)


def heads_too_long(spoken: Spoken) -> None:
    spoken.h2.send_headers(1, [*OK, *((f"x-{n}", "y" * 1000) for n in range(100))])
    spoken.flush()
    hold(spoken.connection)


HEADERS = "the headers are longer than 64 KiB"
RESET, CLOSED, MALFORMED, TOO_LARGE = (
    Reason.CONNECTION_RESET,
    Reason.CLOSED_EARLY,
    Reason.MALFORMED_ANSWER,
    Reason.ANSWER_TOO_LARGE,
)


NOT_HTTP2 = "the answer is not HTTP/2: "
CUT_SHORT = "in the middle of the answer, after "
CASES: dict[str, tuple[Act, Reason, str]] = {
    "leaves": (lambda _: None, CLOSED, "the connection was closed without an answer"),
    "gives up": (gives_up, RESET, "the server gave up without an answer, for refused stream"),
    "says goodbye": (
        says_goodbye,
        CLOSED,
        "the server ended the connection without an answer, for enhance your calm",
    ),
    "leaves in the middle": (
        leaves_in_the_middle,
        CLOSED,
        f"the connection was closed {CUT_SHORT}",
    ),
    "breaks in the middle": (breaks_in_the_middle, RESET, f"the connection broke {CUT_SHORT}"),
    "breaks": (
        lambda spoken: reset(spoken.connection),
        RESET,
        "the connection broke without an answer",
    ),
    "garbage": (raw(b"\xff" * 100_000), TOO_LARGE, HEADERS),
    "frames of garbage": (raw(frame(5, 255, b"\xff" * 100)), MALFORMED, NOT_HTTP2),
    "headers of garbage": (raw(frame(1, 5, b"\xff\xff\xff\xff")), MALFORMED, NOT_HTTP2),
    "no status": (headed(("content-type", "text/plain")), MALFORMED, NOT_HTTP2),
    "status of letters": (
        headed((":status", "abc")),
        MALFORMED,
        f"{NOT_HTTP2}its status is no number",
    ),
    "status 99": (headed((":status", "99")), MALFORMED, f"{NOT_HTTP2}its status is 99"),
    "status 99999": (headed((":status", "99999")), MALFORMED, f"{NOT_HTTP2}its status is 99999"),
    "status -200": (headed((":status", "-200")), MALFORMED, f"{NOT_HTTP2}its status is -200"),
    "capitals": (headed(*OK, ("Upper", "case")), MALFORMED, NOT_HTTP2),
    "line end in a header": (headed(*OK, ("x", "a\r\nb: c")), MALFORMED, NOT_HTTP2),
    "NUL in a header": (headed(*OK, ("x", "a\x00b")), MALFORMED, NOT_HTTP2),
    "header of 1.1": (headed(*OK, ("connection", "close")), MALFORMED, NOT_HTTP2),
    "falls short": (falls_short, MALFORMED, NOT_HTTP2),
    "pings without end": (pings_without_end, TOO_LARGE, HEADERS),
    "empty frames without end": (sends_nothing_without_end, TOO_LARGE, HEADERS),
    "hints without end": (hints_without_end, TOO_LARGE, HEADERS),
    "headers without end": (continues_without_end, MALFORMED, NOT_HTTP2),
    "too many headers": (heads_too_long, TOO_LARGE, HEADERS),
    "body without end": (sends_without_end, TOO_LARGE, "the body is longer than 100000 bytes"),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_is_no_decent_answer_is_told_apart(
    case: str, certificates: Certificates
) -> None:
    act, reason, said = CASES[case]
    with speaking(act, certificates) as there:
        error = await trouble(there, certificates)
    assert error.reason is reason
    assert str(error).startswith(said)
    assert error.report.tls
    assert there.taken == 1
