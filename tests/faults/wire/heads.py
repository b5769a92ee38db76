"""Heads: what an answer begins with, or instead of."""

from __future__ import annotations

from probes import Reason
from tests.faults.wire.case import HELLO, OK, Case, drips, for_ever, plays, says

MALFORMED = Reason.MALFORMED_ANSWER
TOO_LARGE = Reason.ANSWER_TOO_LARGE
EMPTY = b"Content-Length: 0\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
NEVER_DONE = Reason.RECEIVE_TIMEOUT


def status(line: bytes) -> bytes:
    return line + b"\r\n" + EMPTY


def header(line: bytes) -> bytes:
    return OK + line + b"\r\n" + EMPTY


def says_only(name: str, answer: bytes) -> Case:
    """A case in which the answer is not HTTP/1.1."""
    return Case(name, says(answer), MALFORMED)


INSTEAD = (
    says_only("an SSH server", b"SSH-2.0-OpenSSH_9.2\r\n"),
    says_only("a mail server", b"220 mail.example.org ESMTP\r\n"),
    says_only("HTTP/0.9", b"<html>hello</html>\n"),
    says_only("HTTP/2 settings", b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
    says_only("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    says_only("a TLS record where none was asked for", b"\x15\x03\x03\x00\x02\x02\x28"),
    says_only("a request instead of an answer", b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"),
    says_only("zeros", bytes(4096)),
    says_only("every byte there is", bytes(range(256)) * 16),
    says_only("RTSP", status(b"RTSP/1.0 200 OK")),
    says_only("a radio station", status(b"ICY 200 OK")),
)

STATUS = (
    says_only("a status of two digits", status(b"HTTP/1.1 99 Odd")),
    says_only("a status of four digits", status(b"HTTP/1.1 1000 Odd")),
    says_only("a status in letters", status(b"HTTP/1.1 abc Odd")),
    says_only("a negative status", status(b"HTTP/1.1 -200 OK")),
    says_only("a status without end", status(b"HTTP/1.1 " + b"2" * 4096)),
    says_only("no status", status(b"HTTP/1.1")),
    says_only("a version in small letters", status(b"http/1.1 200 OK")),
    says_only("a version that does not exist", status(b"HTTP/3.7 200 OK")),
    says_only("HTTP/2 in letters", status(b"HTTP/2.0 200 OK")),
    says_only("two spaces before the status", status(b"HTTP/1.1  200 OK")),
    says_only("a space before the status line", status(b" HTTP/1.1 200 OK")),
    Case("a status that nobody defined", says(status(b"HTTP/1.1 799 Odd")), Reason.STATUS),
    Case("status 000", says(status(b"HTTP/1.1 000 Odd")), frozenset({MALFORMED, Reason.STATUS})),
    Case("a NUL in the words", says(status(b"HTTP/1.1 200 O\x00K")), frozenset({None, MALFORMED})),
    Case("a status without words", says(status(b"HTTP/1.1 200")), None),
    Case("words in invalid UTF-8", says(status(b"HTTP/1.1 200 \xff\xfe\xc3")), None),
    Case(
        "words without end",
        plays(says(b"HTTP/1.1 200 "), for_ever(b"O" * 4096)),
        TOO_LARGE,
        big=True,
    ),
    Case("blank lines without end", says(for_ever(b"\r\n" * 4096)), TOO_LARGE, big=True),
)

HEADERS = (
    says_only("a header without a colon", header(b"X-Odd")),
    says_only("a header without a name", header(b": odd")),
    says_only("a space before the colon", header(b"X-Odd : odd")),
    says_only("a NUL in a header", header(b"X-Odd: o\x00dd")),
    says_only("a NUL in the name of a header", header(b"X\x00Odd: odd")),
    says_only("a bare CR in a header", header(b"X-Odd: o\rSet-Cookie: dd")),
    says_only("invalid UTF-8 in the name of a header", header(b"X-\xff\xfe: odd")),
    says_only("a folded header", header(b"X-Odd: o\r\n dd")),
    says_only("a head that begins folded", header(b" X-Odd: odd")),
    says_only("lines that end in a bare LF", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    Case("invalid UTF-8 in a header", says(header(b"X-Odd: \xff\xfe\xc3\x28")), None),
    Case("10,000 headers", says(OK + b"X-Odd: odd\r\n" * 10_000 + EMPTY), TOO_LARGE, big=True),
    Case("a header of a mebibyte", says(header(b"X: " + b"o" * (1 << 20))), TOO_LARGE, big=True),
    Case("headers without end", says(OK, for_ever(b"X: odd\r\n" * 500)), TOO_LARGE, big=True),
    Case("a header without end", says(OK, b"X: ", for_ever(b"o" * 4096)), TOO_LARGE, big=True),
    Case("a name without end", says(OK, for_ever(b"O" * 4096)), TOO_LARGE, big=True),
    Case("headers one after the other", says(OK, for_ever(b"X: odd\r\n", 0.05)), NEVER_DONE),
    Case("one byte a second", says(drips(HELLO, 1.0)), NEVER_DONE, said="1 bytes received"),
    Case("one byte after the other", says(drips(HELLO * 9)), NEVER_DONE),
)

INTERIMS = (
    Case("10,000 times 100 Continue", says(INTERIM * 10_000), TOO_LARGE, big=True),
    Case("100 Continue without end", says(for_ever(INTERIM * 99)), TOO_LARGE, big=True),
    Case("100 Continue now and then", says(for_ever(INTERIM, 0.05)), NEVER_DONE),
    Case("100 Continue and silence", says(INTERIM, 5.0), NEVER_DONE),
    Case("100 Continue and the end", says(INTERIM), Reason.CLOSED_EARLY),
    Case("100 Continue and nonsense", says(INTERIM, b"nonsense\r\n"), MALFORMED),
    Case("a hundred times 100 Continue, then an answer", says(INTERIM * 100, HELLO), None),
    Case(
        "early hints, whose headers are not the answer's",
        says(b"HTTP/1.1 103 Early Hints\r\nX-Odd: odd\r\n\r\n", HELLO),
        Reason.HEADER,
        keys={"expect": {"header": {"X-Odd": "odd"}}},
    ),
    Case(
        "an upgrade that nobody asked for",
        says(b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\n", 5.0),
        frozenset({Reason.STATUS, MALFORMED}),
    ),
    Case(
        "an upgrade to HTTP/2 that nobody asked for",
        says(
            b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
            for_ever(bytes(4096)),
        ),
        frozenset({Reason.STATUS, MALFORMED}),
        big=True,
    ),
)

CASES = (*INSTEAD, *STATUS, *HEADERS, *INTERIMS)
