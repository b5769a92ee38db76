"""A toy name server on loopback, over UDP and TCP, that says whatever a test wants it to say."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from tests.support.targets import PATIENCE

A: Final = 1
CNAME: Final = 5
SOA: Final = 6
AAAA: Final = 28
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
AN_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What a resolver asked for. `name` is in lower case, without a dot at the end."""

    name: str
    kind: int
    over_tcp: bool
    id: int
    asked: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """Its owner is the name that was asked for, unless it says otherwise."""

    kind: int
    data: bytes
    ttl: int = 300
    owner: str = ""


Script = Callable[[Question], bytes | None]
"""An answer, or None for silence."""


def address(text: str, ttl: int = 300) -> Record:
    """A or AAAA, as the address is."""
    parsed = ip_address(text)
    return Record(A if parsed.version == 4 else AAAA, parsed.packed, ttl)


def alias(target: str, ttl: int = 300) -> Record:
    return Record(CNAME, _name(target), ttl)


def says(
    question: Question,
    records: Sequence[Record] = (),
    code: int = NOERROR,
    *,
    truncated: bool = False,
    number: int | None = None,
) -> bytes:
    """An answer. Without records, it allows to be remembered for an hour."""
    negative = () if records else (Record(SOA, _soa(), AN_HOUR),)
    flags = 0x8180 | code | (0x0200 if truncated else 0)
    number = question.id if number is None else number
    head = struct.pack("!6H", number, flags, 1, len(records), len(negative), 0)
    rows = b"".join(_row(record, question.name) for record in (*records, *negative))
    return head + question.asked + rows


def zone(names: Mapping[str, Sequence[Record]]) -> Script:
    """Knows these names and no other; follows aliases as a resolver of a provider does. The
    mapping may change meanwhile.
    """

    def script(question: Question) -> bytes:
        if question.name not in names:
            return says(question, code=NXDOMAIN)
        return says(question, list(_chain(names, question.name, question.kind)))

    return script


def silent(_: Question) -> None:
    """Takes questions and never says anything."""


@dataclass(slots=True)
class Nameserver:
    """Where it listens, as `Lookup.server` takes it, and what it was asked."""

    port: int
    asked: list[Question] = field(default_factory=list)

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def names(self) -> list[str]:
        """What was asked for, each once, in order."""
        return list(dict.fromkeys(question.name for question in self.asked))

    def times(self, name: str, kind: int = A) -> int:
        return sum((each.name, each.kind) == (name, kind) for each in self.asked)


@contextmanager
def nameserver(script: Script) -> Iterator[Nameserver]:
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        there = Nameserver(int(listener.getsockname()[1]))
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", there.port))
        for serve, sock in ((_over_udp, datagrams), (_over_tcp, listener)):
            thread = threading.Thread(target=serve, args=(sock, script, there), daemon=True)
            thread.start()
            stack.callback(thread.join, PATIENCE)
        stack.callback(datagrams.sendto, b"", ("127.0.0.1", there.port))
        stack.callback(_shut, listener)
        yield there


@contextmanager
def nobody() -> Iterator[str]:
    """A `Lookup.server` where nothing listens, and nothing else begins to meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield f"127.0.0.1:{held.getsockname()[1]}"


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is not connected, and wakes up all the same
        sock.shutdown(socket.SHUT_RDWR)


def _over_udp(sock: socket.socket, script: Script, there: Nameserver) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, sender = sock.recvfrom(4096)
            if not data:
                return
            if (answer := _answer(data, script, there, over_tcp=False)) is not None:
                sock.sendto(answer, sender)


def _over_tcp(listener: socket.socket, script: Script, there: Nameserver) -> None:
    """One connection after the other, one question in each."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.settimeout(PATIENCE)
            with contextlib.suppress(OSError, struct.error), connection:
                while size := connection.recv(2):
                    data = connection.recv(struct.unpack("!H", size)[0])
                    answer = _answer(data, script, there, over_tcp=True) or b""
                    connection.sendall(struct.pack("!H", len(answer)) + answer)


def _answer(data: bytes, script: Script, there: Nameserver, *, over_tcp: bool) -> bytes | None:
    name, after = _read_name(data, 12)
    kind = struct.unpack_from("!H", data, after)[0]
    number = struct.unpack_from("!H", data)[0]
    question = Question(name.lower(), kind, over_tcp, number, data[12 : after + 4])
    there.asked.append(question)
    return script(question)


def _read_name(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode("ascii"))
        at += 1 + length
    return ".".join(labels), at + 1


def _name(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"


def _row(record: Record, asked: str) -> bytes:
    fixed = struct.pack("!HHIH", record.kind, 1, record.ttl, len(record.data))
    return _name(record.owner or asked) + fixed + record.data


def _soa() -> bytes:
    times = struct.pack("!5I", 1, AN_HOUR, AN_HOUR, AN_HOUR, AN_HOUR)
    return _name("ns.example.org") + _name("hostmaster.example.org") + times


def _chain(names: Mapping[str, Sequence[Record]], name: str, kind: int) -> Iterator[Record]:
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        records = names.get(name, ())
        for record in records:
            if record.kind in {kind, CNAME}:
                yield Record(record.kind, record.data, record.ttl, name)
        onward = [record for record in records if record.kind == CNAME]
        if not onward:
            return
        name, _ = _read_name(onward[0].data, 0)
