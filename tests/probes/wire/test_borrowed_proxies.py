"""Asking through decent proxies."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from probes import Reason
from probes.wire.report import Terms, report_of
from tests.support.borrowed import (
    NAME,
    ON_BOTH_LOOPS,
    WAYS,
    LoopFactory,
    borrow,
    borrow_trouble,
    by_way_of,
    running,
)
from tests.support.http2 import http2, offering
from tests.support.proxies import Proxy
from tests.support.targets import Certificates, answering, hold, ok, target

SIGN_IN = "the proxy wants a user name and a password, or other ones"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@ON_BOTH_LOOPS
@WAYS
def test_a_secure_target_is_asked_through_a_tunnel(
    way: str, loop_factory: LoopFactory, certificates: Certificates
) -> None:
    with ExitStack() as stack, asyncio.Runner(loop_factory=loop_factory) as runner:
        body = b"hello " * 20_000
        there = stack.enter_context(answering(ok(body), certificates.good(NAME)))
        proxy = Proxy(there.port)
        at = running(stack, way, proxy, certificates)
        response = runner.run(
            borrow(
                f"https://{NAME}:{there.port}/a?b=c", by_way_of(at, way, certificates), b"x" * 99
            )
        )

    report = report_of(response)
    assert response.read() == body
    assert response.reason_phrase == "OK"
    assert list(report.phases) == ["resolve", "connect", "tls", "send", "wait", "receive"]
    assert report.address == f"127.0.0.1:{at.port}"
    assert (report.http_version, report.status) == ("1.1", 200)
    assert report.received == len(ok(body))
    assert report.tls
    assert f"{NAME}:{there.port}".encode() in proxy.asked[0]
    head, _, sent = there.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nConnection: close" in head
    assert sent == b"x" * 99


async def test_a_plain_target_is_asked_by_the_proxy(certificates: Certificates) -> None:
    with ExitStack() as stack:
        there = stack.enter_context(answering(ok(b"hello")))
        proxy = Proxy(there.port)
        at = running(stack, "http", proxy, certificates)
        response = await borrow(f"http://{NAME}:81/a?b=c", by_way_of(at, "http", certificates))
        assert response.read() == b"hello"
        assert proxy.asked[0].startswith(f"GET http://{NAME}:81/a?b=c HTTP/1.1\r\n".encode())
        socks = running(stack, "socks5", proxy, certificates)
        response = await borrow(f"http://{NAME}/", by_way_of(socks, "socks5h", certificates))
        assert response.read() == b"hello"
        assert proxy.asked[1] == f"{NAME}:80".encode()


@WAYS
async def test_http2_goes_through_a_tunnel_too(way: str, certificates: Certificates) -> None:
    with ExitStack() as stack:
        script = http2(lambda spoken: spoken.answer(b"hello"))
        there = stack.enter_context(target(script, offering(certificates.good(NAME))))
        at = running(stack, way, Proxy(there.port), certificates)
        terms = by_way_of(at, way, certificates, http2=True)
        response = await borrow(f"https://{NAME}/", terms)
        assert response.read() == b"hello"
        assert report_of(response).http_version == "2"
        plain = stack.enter_context(target(script))
        at = running(stack, way, Proxy(plain.port), certificates)
        response = await borrow(f"http://{NAME}/", by_way_of(at, way, certificates, http2=True))
        assert report_of(response).http_version == "2"


@pytest.mark.parametrize("host", ["[2001:db8::7]", "192.0.2.7"])
async def test_an_address_in_place_of_the_name(host: str, certificates: Certificates) -> None:
    bare = host.strip("[]")
    with ExitStack() as stack:
        there = stack.enter_context(answering(ok(b"hello"), certificates.good(NAME)))
        proxy = Proxy(there.port)
        for way in ("http", "socks5"):
            at = running(stack, way, proxy, certificates)
            named = by_way_of(at, way, certificates, server_name=NAME)
            assert (await borrow(f"https://{host}/", named)).read() == b"hello"
    assert proxy.asked[0].startswith(f"CONNECT {host}:443 HTTP/1.1\r\n".encode())
    assert proxy.asked[1] == f"{bare}:443".encode()
    assert f"\r\nHost: {host}\r\n".encode() in there.asked[0]


@WAYS
async def test_who_signs_in_at_the_proxy_and_who_does_not(
    way: str, certificates: Certificates
) -> None:
    secret = "canary:sing!" if way == "socks5" else "Basic Y2FuYXJ5OnNpbmch"
    with ExitStack() as stack:
        there = stack.enter_context(answering(ok(b"hello"), certificates.good(NAME)))
        at = running(stack, way, Proxy(there.port, credentials=secret), certificates)
        url = f"https://{NAME}/"
        good = by_way_of(at, way, certificates, user="canary:sing%21@")
        assert (await borrow(url, good)).read() == b"hello"
        for user in ("canary:wrong@", ""):
            error = await borrow_trouble(url, by_way_of(at, way, certificates, user=user))
            assert (error.reason, str(error)) == (Reason.PROXY_REFUSED, SIGN_IN)
            assert list(error.report.phases) == ["resolve", "connect"]
    assert b"authorization" not in there.asked[0].lower()


async def test_who_signs_in_at_a_proxy_that_asks_by_itself(certificates: Certificates) -> None:
    with ExitStack() as stack:
        there = stack.enter_context(answering(ok(b"hello")))
        proxy = Proxy(there.port, credentials="Basic Y2FuYXJ5OnNpbmch")
        at = running(stack, "http", proxy, certificates)
        good = by_way_of(at, "http", certificates, user="canary:sing%21@")
        assert (await borrow(f"http://{NAME}/", good)).read() == b"hello"
        error = await borrow_trouble(f"http://{NAME}/", by_way_of(at, "http", certificates))
        assert (error.reason, str(error)) == (Reason.PROXY_REFUSED, SIGN_IN)


async def test_behind_the_proxy_troubles_are_the_targets_again(
    certificates: Certificates,
) -> None:
    with ExitStack() as stack:
        there = stack.enter_context(target(hold, certificates.good("other.example.org")))
        at = running(stack, "http", Proxy(there.port), certificates)
        error = await borrow_trouble(f"https://{NAME}/", by_way_of(at, "http", certificates))
        assert error.reason is Reason.TLS_WRONG_NAME
        assert error.report.tls
        for answer, reason, said in (
            (b"garbage\r\n\r\n", Reason.MALFORMED_ANSWER, "the answer is not HTTP/1.1: illegal"),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel",
                Reason.CLOSED_EARLY,
                "the connection was closed in the middle of the answer, after 41 bytes",
            ),
            (b"", Reason.CLOSED_EARLY, "the connection was closed without an answer"),
            (
                b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000,
                Reason.ANSWER_TOO_LARGE,
                "the headers are longer than 64 KiB",
            ),
        ):
            there = stack.enter_context(answering(answer, certificates.good(NAME)))
            at = running(stack, "socks5", Proxy(there.port), certificates)
            error = await borrow_trouble(f"https://{NAME}/", by_way_of(at, "socks5", certificates))
            assert error.reason is reason
            assert str(error).startswith(said)


async def test_nothing_in_the_surroundings_leads_through_a_proxy(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with target(http2(lambda spoken: spoken.answer(b"hello"))) as there:
        terms = Terms(http2=True, ca=certificates.file)
        assert (await borrow(f"http://127.0.0.1:{there.port}/", terms)).read() == b"hello"
