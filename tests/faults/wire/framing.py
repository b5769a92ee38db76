"""Framing: where a body ends, according to a server that lies about it."""

from __future__ import annotations

from probes import Reason
from tests.faults.wire.case import (
    CHUNKED,
    HELLO,
    NO_LENGTH,
    OK,
    Case,
    drips,
    for_ever,
    plays,
    says,
)

MALFORMED = Reason.MALFORMED_ANSWER
TOO_LARGE = Reason.ANSWER_TOO_LARGE
CLOSED = Reason.CLOSED_EARLY
MIB = 1 << 20
HOLDS = {"expect": {"contains": "hello"}}


def length(value: bytes, body: bytes = b"hello") -> bytes:
    return OK + b"Content-Length: " + value + b"\r\n\r\n" + body


def coded(value: bytes) -> bytes:
    return OK + b"Transfer-Encoding: " + value + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


def refused(name: str, answer: bytes) -> Case:
    return Case(name, says(answer), MALFORMED)


LENGTHS = (
    Case("a length that is too long", says(length(b"99")), CLOSED, said="middle of the answer"),
    Case(
        "a length that is too short", says(length(b"2")), None, keys={"expect": {"pattern": "^he$"}}
    ),
    Case("a length past counting, and five bytes", says(length(b"9" * 18)), CLOSED),
    Case("a length, and silence", says(length(b"99"), 5.0), Reason.RECEIVE_TIMEOUT),
    Case("spaces around the length", says(length(b"  5  ")), None, keys=HOLDS),
    refused("a length of more than 64 bits", length(b"9" * 40)),
    refused("a negative length", length(b"-1", b"")),
    refused("a length with a plus", length(b"+5")),
    refused("a length with a space inside", length(b"5 5")),
    refused("a length in hexadecimal", length(b"0x5")),
    refused("a length with a fraction", length(b"5.0")),
    refused("a length in words", length(b"five")),
    refused("no length where one is named", length(b"")),
    refused("a list of lengths", length(b"5, 5")),
    refused("digits of another script", length("٥".encode())),
    refused("two lengths that differ", length(b"2\r\nContent-Length: 5")),
    refused("a length, and chunks", length(b"5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n")),
    refused("chunks, and a length", coded(b"chunked\r\nContent-Length: 5")),
)

CHUNKS = (
    refused("a chunk without a size", CHUNKED + b"zz\r\nhello\r\n"),
    refused("a chunk with a negative size", CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"),
    refused("a chunk with a sign", CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n"),
    refused("a chunk in 0x notation", CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n"),
    refused("a chunk of more than 64 bits", CHUNKED + b"1" + b"0" * 16 + b"\r\nhello"),
    refused("a chunk longer than it says", CHUNKED + b"2\r\nhello\r\n0\r\n\r\n"),
    refused("a chunk without a line end", CHUNKED + b"5\r\nhello0\r\n\r\n"),
    refused("a chunk that ends in a bare LF", CHUNKED + b"5\nhello\n0\n\n"),
    refused("a bare CR in a chunk's extension", CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
    Case("a chunk shorter than it says", says(CHUNKED + b"ff\r\nhello\r\n"), CLOSED),
    Case("chunks without a last one", says(CHUNKED + b"5\r\nhello\r\n"), CLOSED),
    Case("a last chunk without a last line", says(CHUNKED + b"5\r\nhello\r\n0\r\n"), CLOSED),
    Case(
        "trailers that would be headers",
        says(CHUNKED + b"5\r\nhello\r\n0\r\nX-Odd: odd\r\n\r\n"),
        Reason.HEADER,
        keys={"expect": {"header": {"X-Odd": "odd"}}},
    ),
    Case(
        "chunks now and then", says(CHUNKED, for_ever(b"1\r\nx\r\n", 0.05)), Reason.RECEIVE_TIMEOUT
    ),
    Case("an encoding of its own", says(coded(b"odd")), MALFORMED),
    Case("gzip as a transfer encoding", says(coded(b"gzip, chunked")), MALFORMED),
    Case("chunks, twice", says(coded(b"chunked, chunked")), MALFORMED),
    Case("chunks that are not the last encoding", says(coded(b"chunked, gzip")), MALFORMED),
)

ENDLESS = (
    Case("a body without end", says(NO_LENGTH, for_ever(bytes(65536))), TOO_LARGE, big=True),
    Case(
        "a body of a gibibyte",
        says(length(b"1073741824", b""), for_ever(bytes(MIB))),
        TOO_LARGE,
        said="the body is longer than 1048576 bytes",
        big=True,
    ),
    Case(
        "chunks without end",
        says(CHUNKED, for_ever(b"1000\r\n" + b"x" * 4096 + b"\r\n")),
        TOO_LARGE,
        big=True,
    ),
    Case(
        "one chunk without end",
        says(CHUNKED, b"7fffffffffffffff\r\n", for_ever(bytes(65536))),
        TOO_LARGE,
        big=True,
    ),
    Case(
        "a chunk's size without end",
        says(CHUNKED, for_ever(b"0" * 4096)),
        frozenset({TOO_LARGE, MALFORMED}),
        big=True,
    ),
    Case(
        "a chunk's extension without end",
        says(CHUNKED, b"1;", for_ever(b"x" * 4096)),
        TOO_LARGE,
        big=True,
    ),
    Case(
        "extensions without end",
        says(CHUNKED, for_ever(b"1;" + b"x" * 999 + b"\r\nx\r\n")),
        TOO_LARGE,
        big=True,
    ),
    Case(
        "trailers without end",
        says(CHUNKED, b"0\r\n", for_ever(b"X: odd\r\n" * 500)),
        TOO_LARGE,
        big=True,
    ),
    Case(
        "a trailer without end",
        says(CHUNKED, b"0\r\nX: ", for_ever(b"o" * 4096)),
        TOO_LARGE,
        big=True,
    ),
    Case("a body byte by byte", says(NO_LENGTH, drips(b"x" * 99)), Reason.RECEIVE_TIMEOUT),
    Case(
        "a mebibyte in chunks of one byte",
        says(CHUNKED, b"1\r\nx\r\n" * MIB, b"0\r\n\r\n"),
        frozenset({None, TOO_LARGE, Reason.RECEIVE_TIMEOUT}),
        big=True,
    ),
    Case("a body of as much as may be", says(length(b"1048576", b"x" * MIB)), None, big=True),
    Case(
        "a body of one byte more", says(length(b"1048577", b"x" * (MIB + 1))), TOO_LARGE, big=True
    ),
)

BODYLESS = (
    Case("204 with a body", says(b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\nhello"), None),
    Case(
        "204 in chunks",
        says(b"HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"),
        None,
    ),
    Case(
        "304 with a body",
        says(b"HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\nhello", 5.0),
        Reason.STATUS,
    ),
    Case("HEAD with a body", says(HELLO, 5.0), None, keys={"method": "HEAD"}),
    Case(
        "HEAD with a body without end",
        says(HELLO, for_ever(bytes(65536))),
        None,
        keys={"method": "HEAD"},
        big=True,
    ),
    Case(
        "HEAD with nonsense for a body", says(OK + b"\r\n\xff\xfe"), None, keys={"method": "HEAD"}
    ),
    Case("two answers at once", says(HELLO + HELLO.replace(b"200", b"500")), None, keys=HOLDS),
    Case("nonsense behind the answer", says(HELLO + b"\xff\x00" * 999), None, keys=HOLDS),
    Case(
        "a flood behind the answer", says(HELLO, for_ever(bytes(65536))), None, keys=HOLDS, big=True
    ),
    Case("no body, and nobody hangs up", says(NO_LENGTH, 5.0), Reason.RECEIVE_TIMEOUT),
    Case("no body at all", says(NO_LENGTH), None),
    Case("an answer before the request", plays(HELLO, 5.0), None, phase=""),
    Case("nonsense before the request", plays(b"hello\r\n", 5.0), MALFORMED, phase=""),
    Case("a decent answer, and nobody hangs up", says(HELLO, 5.0), None, keys=HOLDS),
)

CASES = (*LENGTHS, *CHUNKS, *ENDLESS, *BODYLESS)
