"""Leading on: redirects without end, to elsewhere, and with something in them."""

from __future__ import annotations

import socket
import time
from functools import partial

from probes import Reason
from tests.faults.wire.case import PORTS, Case, Due, for_ever, says
from tests.faults.wire.certificates import good
from tests.faults.wire.named import gives
from tests.support.targets import Script, ok, read_request

MALFORMED = Reason.MALFORMED_ANSWER
REFUSED = Reason.REDIRECT_REFUSED
NOWHERE = frozenset({MALFORMED, Reason.NAME_NOT_FOUND})
LOOP = Reason.TOO_MANY_REDIRECTS
SECRET = "c2VjcmV0"
BEARING = {"headers": {"Authorization": f"Bearer {SECRET}", "X-Secret": SECRET}}


def leads_to(location: str, *, after: float = 0.0) -> Script:
    """Whatever it is asked. `{here}` and `{well}` stand for ports."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(after)
        connection.sendall(_moved(location, connection))

    return script


def leads_home(location: str, *forbidden: bytes) -> Script:
    """From its first page to another of its own, where nothing *forbidden* may arrive."""

    def script(connection: socket.socket) -> None:
        request = read_request(connection)
        if request.startswith(b"GET / "):
            connection.sendall(_moved(location, connection))
        else:
            smuggled = [each for each in forbidden if each.lower() in request.lower()]
            connection.sendall(ok(b"hello", status="500 Smuggled" if smuggled else "200 OK"))

    return script


def counts(connection: socket.socket) -> None:
    """Leads from each page to the next, thirty times."""
    number = int(b"0" + read_request(connection).split(b" ")[1][1:])
    answer = ok(b"hello") if number == 30 else _moved(f"/{number + 1}", connection)
    connection.sendall(answer)


def tells(connection: socket.socket) -> None:
    """Whether it was told a secret."""
    told = SECRET.encode() in read_request(connection)
    connection.sendall(ok(b"hello", status="500 Told" if told else "200 OK"))


def _moved(location: str, connection: socket.socket) -> bytes:
    for name, port in (PORTS | {"here": connection.getsockname()[1]}).items():
        location = location.replace(f"{{{name}}}", str(port))
    return ok(b"", f"Location: {location}", status="302 Found")


def to(name: str, location: str, due: Due) -> Case:
    return Case(name, leads_to(location), due, phase="")


home = partial(Case, due=None)

ENDLESS = (
    to("to itself", "/", LOOP),
    to("to itself, in full", "http://127.0.0.1:{here}/", LOOP),
    to("to itself, with another query each time", "?again", LOOP),
    to("to nowhere", "", frozenset({LOOP, Reason.STATUS, MALFORMED})),
    to("to a place on the same page", "#there", LOOP),
    Case("thirty in a row", counts, LOOP, said="more than 5 redirects"),
    Case("thirty in a row, of which twenty may be", counts, LOOP, keys={"redirects": 20}),
    Case(
        "one slower than the other",
        leads_to("/", after=0.25),
        frozenset({Reason.ANSWER_TIMEOUT, Reason.TIMEOUT}),
        phase="",
    ),
    Case(
        "with a body without end",
        says(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", for_ever(bytes(65536))),
        frozenset({LOOP, Reason.ANSWER_TOO_LARGE}),
        big=True,
    ),
    Case("where none is wanted", leads_to("/"), REFUSED, keys={"redirects": "refuse"}),
)

ELSEWHERE = (
    to("to a file", "file:///etc/passwd", REFUSED),
    to("to FTP", "ftp://127.0.0.1:{well}/", REFUSED),
    to("to a script", "javascript:alert(1)", REFUSED),
    to("to data", "data:text/html,hello", REFUSED),
    to("to a scheme of its own", "odd://127.0.0.1:{well}/", REFUSED),
    to("to a scheme in capitals", "HTTP://127.0.0.1:{well}/", None),
    to("to another port of this machine", "http://127.0.0.1:{well}/", None),
    to("to another port, without a scheme", "//127.0.0.1:{well}/", None),
    to("to this machine in IPv6, where nobody is", "http://[::1]:{here}/", Reason.CONNECT_REFUSED),
    to("to port 0", "http://127.0.0.1:0/", MALFORMED),
    to("to a port past all ports", "http://127.0.0.1:65536/", MALFORMED),
    to("to a port in words", "http://127.0.0.1:http/", MALFORMED),
    to("to no host", "https:///nowhere", MALFORMED),
    to("to half an address", "http://[::1", MALFORMED),
    to("to nothing but slashes", "//", frozenset({MALFORMED, LOOP})),
    to("to a host with a space", "http://exam ple.org/", NOWHERE),
    to("to a host with a line end in it", "http://127.0.0.1%0d%0aX-Odd:%20odd/", MALFORMED),
    to("to a host of a thousand labels", f"http://{'a.' * 1000}example.org/", NOWHERE),
    to("to a label of a thousand letters", f"http://{'a' * 1000}.example.org/", NOWHERE),
    to("to a host in invalid UTF-8", "http://\xff\xfe/", NOWHERE),
    to("to half an international name", "http://xn--/", MALFORMED),
    to("to what is no international name", "http://xn--a/", MALFORMED),
    to("to a host without a label", "https://a..b/", MALFORMED),
    to("to a zone of nowhere", "http://[fe80::1%zz]:9/", Reason.UNREACHABLE),
    to("to a zone of nowhere, in other letters", "http://[fe80::1%25zz]:9/", Reason.UNREACHABLE),
    Case(
        "to an address of the other kind",
        leads_to("http://127.0.0.1:{well}/"),
        Reason.UNREACHABLE,
        said="127.0.0.1 is no IPv6 address",
        url="http://six.example.org:{port}/",
        keys={"ip": "6"},
        resolve=gives("127.0.0.1"),
        phase="",
    ),
    Case(
        "from https to http",
        leads_to("http://127.0.0.1:{well}/"),
        REFUSED,
        tls=good,
        said="without encryption",
    ),
)

INSIDE = (
    home(
        "to an address with credentials",
        leads_home("http://me:pw@127.0.0.1:{here}/in", b"Authorization:", b"pw@"),
    ),
    home("to a path with a line end in it", leads_home("/in%0d%0aX-Odd:%20odd", b"\r\nX-Odd")),
    home("to a query with a line end in it", leads_home("/in?%0aX-Odd:%20odd", b"\nX-Odd")),
    home("to a path with a space in it", leads_home("/in there HTTP/1.1", b"/in there")),
    home("to a path in UTF-8", leads_home("/in/caf\xc3\xa9", b"\xc3\xa9")),
    home("to a path with dots", leads_home("/in/../../../in", b"..")),
    home("to a long path", leads_home("/in" + "x" * 8000)),
    Case(
        "to a path with a tab in it",
        leads_home("/in\tthere", b"\t"),
        frozenset({MALFORMED, None}),
        phase="",
    ),
    Case("to a path with a control character", leads_to("/in\x01there"), MALFORMED),
    Case("to a path with a bare CR", leads_to("/in\rX-Odd: odd"), MALFORMED),
    Case(
        "to a path of a mebibyte",
        leads_to("/" + "x" * (1 << 20)),
        Reason.ANSWER_TOO_LARGE,
        big=True,
    ),
    Case(
        "to a path in invalid UTF-8",
        leads_home("/in\xff\xfe", b"\xff"),
        frozenset({MALFORMED, None}),
        phase="",
    ),
    Case(
        "to two places", leads_to("/one\r\nLocation: /two"), frozenset({MALFORMED, LOOP}), phase=""
    ),
    home("tell-tale", tells),
    Case(
        "to another origin, with all it was told",
        leads_to("http://127.0.0.1:{tell-tale}/"),
        None,
        keys=BEARING,
    ),
)

CASES = (*ENDLESS, *ELSEWHERE, *INSIDE)
