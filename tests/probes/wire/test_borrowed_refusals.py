"""What proxies do instead of letting a request through."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from probes import Reason
from probes.wire.resolve import Lookup
from tests.support.borrowed import NAME, PROXY, WAYS, borrow_trouble, by_way_of
from tests.support.targets import Certificates, Script, Target, hold, ok, reset, target

SIGN_IN = "the proxy wants a user name and a password, or other ones"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def says(*pieces: bytes) -> Script:
    """One piece for each that is heard."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.recv(65536)
            connection.sendall(piece)
        connection.recv(65536)

    return script


def resets(connection: socket.socket) -> None:
    connection.recv(65536)
    reset(connection)


BROKE = "the proxy broke the connection"
NOT_HTTP = "the proxy did not answer in HTTP/1.1, or not at all"
NOT_SOCKS = "the proxy does not speak SOCKS 5"
CASES: dict[str, tuple[str, Script, str]] = {
    "502": (
        "http",
        says(b"HTTP/1.1 502 No such name\r\nContent-Length: 0\r\n\r\n"),
        "the proxy answered with status 502 instead of a tunnel",
    ),
    "a page instead": (
        "http",
        says(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example.org/\r\n\r\n"),
        "the proxy answered with status 302 instead of a tunnel",
    ),
    "garbage": ("http", says(b"\xff" * 200_000), NOT_HTTP),
    "a head without end": ("http", says(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000), NOT_HTTP),
    "leaves": ("http", says(), NOT_HTTP),
    "resets": ("http", resets, BROKE),
    "socks leaves": ("socks5", says(), "the proxy closed the connection"),
    "socks resets": ("socks5", resets, BROKE),
    "socks leaves later": ("socks5", says(b"\x05\x00"), "the proxy closed the connection"),
    "socks of another kind": ("socks5", says(b"\x00\x5a\x00\x00"), NOT_SOCKS),
    "no socks": ("socks5", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), NOT_SOCKS),
    "no kind of address": ("socks5", says(b"\x05\x00", b"\x05\x00\x00\x07" * 9), NOT_SOCKS),
    "an unheard of answer": (
        "socks5",
        says(b"\x05\x00", b"\x05\x63\x00\x01" + bytes(6)),
        NOT_SOCKS,
    ),
    "refused to the proxy": (
        "socks5",
        says(b"\x05\x00", b"\x05\x05\x00\x01" + bytes(6)),
        "the proxy made no connection: the connection was refused to it",
    ),
    "no such name": (
        "socks5",
        says(b"\x05\x00", b"\x05\x04\x00\x04" + bytes(18)),
        "the proxy made no connection: it cannot reach that host",
    ),
    "failed": (
        "socks5",
        says(b"\x05\x00", b"\x05\x01\x00\x01" + bytes(6)),
        "the proxy made no connection: it failed",
    ),
    "chooses a method not offered": ("socks5", says(b"\x05\x02"), SIGN_IN),
    "none will do": ("socks5", says(b"\x05\xff"), SIGN_IN),
    "wants no TLS": (
        "https",
        lambda connection: connection.sendall(ok()),
        "no way to the proxy: what answers there does not speak TLS",
    ),
    "leaves before TLS": ("https", resets, f"no way to the proxy: {BROKE}"),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_a_proxy_does_is_blamed_on_the_proxy(
    case: str, certificates: Certificates
) -> None:
    way, script, said = CASES[case]
    with target(script) as at:
        error = await borrow_trouble(f"https://{NAME}/", by_way_of(at, way, certificates))
    assert (error.reason, str(error)) == (Reason.PROXY_REFUSED, said)
    assert error.report.address == f"127.0.0.1:{at.port}"


@WAYS
async def test_a_proxy_that_hangs_takes_no_longer_than_agreed(
    way: str, certificates: Certificates
) -> None:
    with target(hold) as at:
        terms = by_way_of(at, way, certificates, within=timedelta(milliseconds=200))
        error = await borrow_trouble(f"https://{NAME}/", terms)
    assert error.reason is Reason.CONNECT_TIMEOUT
    assert str(error).startswith(f"the proxy 127.0.0.1:{at.port} ")


async def test_a_proxy_that_is_not_there(certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    terms = by_way_of(Target(port, "http"), "http", certificates)
    error = await borrow_trouble(f"https://{NAME}/", terms)
    assert error.reason is Reason.PROXY_REFUSED
    assert str(error) == f"no way to the proxy: 127.0.0.1:{port} refused the connection"

    async def nothing(_: Lookup) -> list[str]:
        return []

    error = await borrow_trouble(f"https://{NAME}/", terms, nothing)
    assert error.reason is Reason.PROXY_REFUSED
    assert str(error) == f"no way to the proxy: {PROXY} has no address"


async def test_a_proxy_that_cannot_prove_who_it_is(certificates: Certificates) -> None:
    with target(hold, certificates.good("other.example.org")) as at:
        error = await borrow_trouble(f"https://{NAME}/", by_way_of(at, "https", certificates))
    assert error.reason is Reason.PROXY_REFUSED
    assert str(error) == (
        "no way to the proxy: the certificate is for other.example.org, not for proxy.example.org"
    )
    assert error.report.tls is None
