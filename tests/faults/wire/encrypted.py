"""Encrypted: certificates with a fault, and TLS that is broken off, garbled, or none."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from functools import partial

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from probes import Reason
from tests.faults.wire import odd_contexts
from tests.faults.wire.case import (
    CHUNKED,
    HELLO,
    NO_LENGTH,
    OK,
    SOON,
    Act,
    Case,
    Due,
    drips,
    for_ever,
    hangs_up,
    plays,
    says,
)
from tests.faults.wire.certificates import (
    DAY,
    NOW,
    Shown,
    Wish,
    alone,
    below,
    good,
    leaf,
    of_a_stranger,
)
from tests.support.targets import Script, hold, reset

UNTRUSTED = Reason.TLS_UNTRUSTED
EXPIRED = Reason.TLS_EXPIRED
EARLY = Reason.TLS_NOT_YET_VALID
WRONG_NAME = Reason.TLS_WRONG_NAME
NO_TLS = Reason.TLS_FAILED
NONE_IN_COMMON = Reason.TLS_PROTOCOL
EITHER = frozenset({NO_TLS, NONE_IN_COMMON})
LATE = Reason.TLS_TIMEOUT
BETWEEN = Wish(subject="between", names=(), authority=True)
NAMES = tuple(x509.DNSName(f"a{number}.shop.example.org") for number in range(5000))
PAST = Wish(begins=NOW - 9 * DAY, ends=NOW - 2 * DAY)
FUTURE = Wish(begins=NOW + 2 * DAY, ends=NOW + 9 * DAY)


def hears(connection: socket.socket) -> None:
    """Takes the first words of the other side."""
    connection.recv(65536)


def past_it(data: bytes) -> Script:
    """Goes past the encryption."""

    def script(connection: socket.socket) -> None:
        os.write(connection.fileno(), data)

    return script


def record(kind: int, data: bytes) -> bytes:
    """One TLS record, in the clear: 21 is an alert, 22 a handshake, 23 data."""
    return bytes([kind, 3, 3]) + len(data).to_bytes(2, "big") + data


def shown(name: str, due: Due, context: Shown, said: str = "") -> Case:
    """A server that is well, but for its certificate."""
    phase = "tls" if due else "receive"
    return Case(name, says(HELLO), due, phase=phase, tls=context, said=said)


def halts(name: str, due: Due, *acts: Act) -> Case:
    """A server that does so in the place of agreeing on TLS."""
    return Case(name, plays(*acts), due, phase="tls", url="https://127.0.0.1:{port}/")


agreed = partial(Case, tls=good)
SERVER_HELLO = record(22, b"\x02\x00\x00\x46\x03\x03" + bytes(32) + b"\x20" + bytes(32))

CERTIFICATES = (
    shown("a certificate that is good", None, good),
    shown("expired", EXPIRED, leaf(PAST), "the certificate expired on"),
    shown("not yet valid", EARLY, leaf(FUTURE), "it begins on"),
    shown(
        "for another name",
        WRONG_NAME,
        leaf(Wish(names=(x509.DNSName("shop.example.org"),))),
        "is for shop.example.org, not for 127.0.0.1",
    ),
    shown("for 5,000 other names", WRONG_NAME, leaf(Wish(names=NAMES[:3000])), "and more"),
    shown("longer than OpenSSL takes", NO_TLS, leaf(Wish(names=NAMES))),
    shown("for no name", WRONG_NAME, leaf(Wish(names=()))),
    shown(
        "for a name that is only its subject's",
        WRONG_NAME,
        leaf(Wish(subject="127.0.0.1", names=())),
    ),
    shown(
        "for an address written as a name",
        WRONG_NAME,
        leaf(Wish(names=(x509.DNSName("127.0.0.1"),))),
    ),
    shown("for any name", WRONG_NAME, leaf(Wish(names=(x509.DNSName("*"),)))),
    shown(
        "with a NUL in the name",
        WRONG_NAME,
        leaf(Wish(names=(x509.DNSName("127.0.0.1\0.example.org"),))),
    ),
    shown("signed by itself", UNTRUSTED, alone),
    shown("signed by a stranger", UNTRUSTED, of_a_stranger),
    shown("an intermediate that is good", None, below(BETWEEN)),
    shown(
        "an intermediate that expired",
        EXPIRED,
        below(replace(PAST, subject="between", names=(), authority=True)),
    ),
    shown(
        "an intermediate that is not yet valid",
        EARLY,
        below(replace(FUTURE, subject="between", names=(), authority=True)),
    ),
    shown("an intermediate that is not shown", UNTRUSTED, below(BETWEEN, whole=False)),
    shown("an intermediate that is no authority", UNTRUSTED, below(Wish(subject="between"))),
    shown("for clients only", UNTRUSTED, leaf(Wish(purpose=ExtendedKeyUsageOID.CLIENT_AUTH))),
    shown("with a demand that nobody knows", UNTRUSTED, leaf(Wish(unheard_of=True))),
    shown("with a key of 1024 bits", UNTRUSTED, odd_contexts.with_a_short_key),
    shown("valid until the end of time", None, odd_contexts.until_the_end_of_time),
)

VERSIONS = (
    shown("TLS 1.0 and 1.1 only", NONE_IN_COMMON, odd_contexts.old),
    shown("a protocol that was not offered", NONE_IN_COMMON, odd_contexts.picks_h2),
    Case(
        "a client certificate demanded", says(HELLO), NO_TLS, phase="", tls=odd_contexts.demanding
    ),
    shown(
        "a client certificate demanded, in TLS 1.2",
        EITHER,
        odd_contexts.demanding_early,
    ),
    shown("weak ciphers only", NONE_IN_COMMON, odd_contexts.weak),
)

HALTS = (
    halts("never says a word of TLS", LATE, hold),
    halts("half a word of TLS, then silence", LATE, hears, SERVER_HELLO[:40], hold),
    halts("half a word of TLS, then the end", NO_TLS, hears, SERVER_HELLO[:40]),
    halts(
        "half a word of TLS, then a reset",
        frozenset({NO_TLS, Reason.CONNECTION_RESET}),
        hears,
        SERVER_HELLO[:40],
        SOON,
        reset,
    ),
    halts("TLS byte by byte", LATE, hears, drips(SERVER_HELLO)),
    halts("TLS in empty records", NO_TLS, hears, for_ever(record(22, b"") * 99)),
    halts(
        "a word of TLS without end",
        NO_TLS,
        hears,
        b"\x16\x03\x03\x40\x00\x02\xff\xff\xff",
        for_ever(bytes(4096)),
    ),
    halts(
        "a record longer than records are",
        NO_TLS,
        hears,
        b"\x16\x03\x03\xff\xff",
        for_ever(bytes(4096)),
    ),
    halts("refuses at once", NONE_IN_COMMON, hears, record(21, b"\x02\x28"), hold),
    halts("no protocol in common", NONE_IN_COMMON, hears, record(21, b"\x02\x78"), hold),
    halts("an alert nobody defined", NO_TLS, hears, record(21, b"\x02\xfe"), hold),
    halts("a farewell at once", NO_TLS, hears, record(21, b"\x01\x00"), hold),
    halts("warnings without end", NO_TLS, hears, for_ever(record(21, b"\x01\x5a") * 99)),
    halts("an echo", NO_TLS, lambda c: c.sendall(c.recv(65536)), hold),
    halts("closes on TLS", NO_TLS, hears),
    halts("resets on TLS", frozenset({NO_TLS, Reason.CONNECTION_RESET}), hears, reset),
    halts(
        "plain HTTP where TLS was asked for",
        NONE_IN_COMMON,
        hears,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ),
    halts(
        "a mail server where TLS was asked for",
        NONE_IN_COMMON,
        b"220 mail.example.org ESMTP\r\n",
        hold,
    ),
    halts("noise where TLS was asked for", NONE_IN_COMMON, hears, for_ever(bytes(range(256)) * 16)),
)

AFTERWARDS = (
    agreed("a farewell in the place of an answer", says(), Reason.CLOSED_EARLY, phase="wait"),
    agreed("no farewell and no answer", says(hangs_up), Reason.CLOSED_EARLY, phase="wait"),
    agreed("half an answer and a farewell", says(HELLO[:-2]), Reason.CLOSED_EARLY),
    agreed("half an answer and no farewell", says(HELLO[:-2], hangs_up), Reason.CLOSED_EARLY),
    agreed("a length and no farewell", says(HELLO, hangs_up), None),
    agreed("chunks and no farewell", says(CHUNKED + b"0\r\n\r\n", hangs_up), None),
    agreed("no length and a farewell", says(NO_LENGTH + b"hello"), None),
    agreed("no length and no farewell", says(NO_LENGTH + b"hello", hangs_up), Reason.CLOSED_EARLY),
    agreed("half an answer and a reset", says(HELLO[:-2], SOON, reset), Reason.CONNECTION_RESET),
    agreed(
        "half an answer, and at once a reset",
        says(HELLO[:-2], reset),
        Reason.CONNECTION_RESET,
        phase="",
    ),
    agreed("silence once TLS is agreed on", says(hold), Reason.ANSWER_TIMEOUT, phase="wait"),
    agreed("byte by byte, encrypted", says(drips(HELLO)), Reason.RECEIVE_TIMEOUT),
    agreed("in the clear once TLS is agreed on", says(past_it(HELLO), hold), NO_TLS, phase="wait"),
    agreed(
        "garbled once TLS is agreed on",
        says(past_it(record(23, bytes(99))), hold),
        NO_TLS,
        phase="wait",
    ),
    agreed(
        "garbled within the answer",
        says(HELLO[:-2], SOON, past_it(record(23, bytes(99))), hold),
        NO_TLS,
    ),
    agreed("a second agreement", says(past_it(record(22, bytes(4))), hold), NO_TLS, phase="wait"),
    agreed(
        "HTTP/2 although nobody agreed on it",
        says(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
        Reason.MALFORMED_ANSWER,
    ),
    agreed(
        "a body without end, encrypted",
        says(NO_LENGTH, for_ever(bytes(65536))),
        Reason.ANSWER_TOO_LARGE,
        big=True,
    ),
    agreed(
        "headers without end, encrypted",
        says(OK, for_ever(b"X: odd\r\n" * 500)),
        Reason.ANSWER_TOO_LARGE,
        big=True,
    ),
)

CASES = (*CERTIFICATES, *VERSIONS, *HALTS, *AFTERWARDS)
