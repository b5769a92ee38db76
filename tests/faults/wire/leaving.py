"""Leaving: connections that are closed, torn, half open, or never taken."""

from __future__ import annotations

import socket
import time

from probes import Reason
from tests.faults.wire.case import (
    CHUNKED,
    HELLO,
    NO_LENGTH,
    OK,
    SOON,
    Act,
    Case,
    Due,
    hangs_up,
    is_done,
    plays,
    says,
)
from tests.support.targets import hold, reset

CLOSED = Reason.CLOSED_EARLY
RESET = Reason.CONNECTION_RESET
EITHER = frozenset({CLOSED, RESET})
LATE = Reason.RECEIVE_TIMEOUT

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
STAGES: tuple[tuple[str, bytes], ...] = (
    ("within the version", b"HTTP/1."),
    ("within the status", b"HTTP/1.1 2"),
    ("after the status line", OK),
    ("within a header", OK + b"Content-Le"),
    ("before the last line of the head", HEAD[:-2]),
    ("after the head", HEAD),
    ("within the body", HEAD + b"hello"),
    ("within a chunk's size", CHUNKED + b"f"),
    ("within a chunk", CHUNKED + b"ff\r\nhello"),
    ("after a chunk", CHUNKED + b"5\r\nhello\r\n"),
    ("before the last line of the trailers", CHUNKED + b"5\r\nhello\r\n0\r\nX: odd\r\n"),
)


def never_reads(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    time.sleep(2)


def stops_reading(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RD)


def at_each_stage(how: str, due: Due, *acts: Act) -> tuple[Case, ...]:
    """What the server does once that much of its answer was sent."""
    return tuple(Case(f"{how} {stage}", says(sent, *acts), due) for stage, sent in STAGES)


CASES = (
    *at_each_stage("closes", CLOSED),
    *at_each_stage("resets", RESET, SOON, reset),
    *at_each_stage("resets in the same breath", RESET, reset),
    *at_each_stage("falls silent", LATE, hold),
    *at_each_stage("half closes", CLOSED, is_done, hold),
    Case("closes at once", hangs_up, EITHER, phase=""),
    Case("resets at once", reset, RESET, phase=""),
    Case("resets once it was asked", says(reset), RESET, phase="wait"),
    Case("closes once it was asked", says(), CLOSED, phase="wait", said="without an answer"),
    Case("half closes once it was asked", says(is_done, hold), CLOSED, phase="wait"),
    Case("half closes at once, then answers nothing", plays(is_done, hold), CLOSED, phase=""),
    Case("stops reading, then answers", says(stops_reading, HELLO), None),
    Case("answers, then resets", says(HELLO, SOON, reset), None),
    Case("a body that ends in a reset", says(NO_LENGTH, b"hello", SOON, reset), RESET),
    Case(
        "reads and never answers",
        hold,
        Reason.ANSWER_TIMEOUT,
        phase="wait",
        said="did not answer within",
    ),
    Case(
        "takes the connection and not the request",
        never_reads,
        Reason.SEND_TIMEOUT,
        phase="send",
        keys={"method": "POST", "body": "x" * (4 << 20)},
    ),
    Case(
        "answers before it took the request",
        plays(HELLO, never_reads),
        None,
        phase="",
        keys={"method": "POST", "body": "x" * (4 << 20)},
    ),
    Case(
        "refuses what is sent, and resets",
        plays(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", SOON, reset),
        frozenset({Reason.STATUS, RESET}),
        phase="",
        keys={"method": "POST", "body": "x" * (4 << 20)},
    ),
    Case(
        "a queue that is full",
        hold,
        Reason.CONNECT_TIMEOUT,
        phase="connect",
        deaf_at=("127.0.0.2",),
        url="http://127.0.0.2:{port}/",
        said="did not take the connection within",
    ),
    Case(
        "nobody there",
        hold,
        Reason.CONNECT_REFUSED,
        phase="connect",
        url="http://127.0.0.3:{port}/",
        said="refused the connection",
    ),
)
