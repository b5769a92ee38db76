"""Detours: what is carried along, what comes back, and what is refused before it can go wrong."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from probes import Outcome, Reason
from probes.wire import Wire
from tests.probes.test_http import head_of, moved, refusal
from tests.probes.test_http_ways import NAMED, settings
from tests.support.targets import Certificates, answering, deaf, hold, ok, target
from tests.support.tools import ask, failed

PASSWORD = "p@ss/word!"
QUOTED = "p%40ss%2Fword%21"


async def test_who_comes_back_from_signing_in_finds_the_place_that_was_pinned() -> None:
    with answering(lambda _: moved("http://shop.example.org:81/back")) as sign_in:
        ways = {
            b"GET / ": moved(f"http://127.0.0.1:{sign_in.port}/"),
            b"GET /b": ok(b"at home"),
        }
        with answering(lambda request: ways[request[:6]]) as there:
            result = await ask("http://shop.example.org:81/", connect_to=f"127.0.0.1:{there.port}")
    assert result.outcome is Outcome.PASS, result.summary
    assert (len(there.asked), len(sign_in.asked)) == (2, 1)


async def test_our_certificate_is_shown_to_the_same_host_and_port_only(tmp_path: Path) -> None:
    certificates, ours, shown = Certificates(tmp_path), trustme.CA(), list[bool]()
    us = tmp_path / "us.pem"
    ours.issue_cert("us.example.org").private_key_and_cert_chain_pem.write_to_path(str(us))

    def script(to: Callable[[], str]) -> Any:
        def say(connection: ssl.SSLSocket) -> None:
            connection.recv(65536)
            shown.append(bool(connection.getpeercert()))
            connection.sendall(moved(to()) if to() else ok())

        return say

    context = certificates.good()
    context.verify_mode = ssl.CERT_OPTIONAL
    ours.configure_trust(context)
    tls = {"ca": str(certificates.file), "certificate": str(us)}
    with (
        target(script(lambda: ""), context) as other,
        target(script(lambda: other.url), context) as there,
    ):
        result = await ask(there.url, tls=tls)
    assert result.outcome is Outcome.PASS, result.summary
    assert shown == [True, False]


async def test_a_host_that_was_written_by_hand_goes_along_to_the_next_page() -> None:
    ways = {b"GET / ": moved("/login"), b"GET /l": ok()}
    with answering(lambda request: ways[request[:6]]) as there:
        await ask(there.url, headers={"Host": "shop.example.org"})
    assert [head_of(each)["host"] for each in there.asked] == ["shop.example.org"] * 2


async def test_the_dot_at_the_end_of_a_name_is_for_resolvers_only(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    with answering(ok(), certificates.good("localhost")) as there:
        url = f"https://localhost.:{there.port}/"
        plain = await ask(url, tls={"ca": str(certificates.file)})
        other = {"ca": str(certificates.file), "server_name": "localhost."}
        named = await ask(there.url, tls=other)
    assert (plain.reason, named.reason) == (None, None), plain.summary


def test_a_zone_is_this_machines_own_affair() -> None:
    for written in ("fe80::1%25lo", "fe80::1%lo"):
        asked = settings(url=f"https://[{written}]:8443/").questions[0]
        assert asked.addresses == ("fe80::1%lo",)
        assert asked.server_name == "fe80::1"
        assert b"Host: [fe80::1]:8443\r\n" in asked.head
    pinned = settings(connect_to="[fe80::1%lo]:80").questions[0]
    assert (pinned.addresses, pinned.port) == (("fe80::1%lo",), 80)


@pytest.mark.parametrize("status", ["200 OK", "502 Bad Gateway"])
async def test_a_password_of_a_proxy_is_not_told_in_any_form(status: str) -> None:
    def echo(request: bytes) -> bytes:
        said = head_of(request)["proxy-authorization"]
        exact = next(line for line in request.split(b"\r\n") if said in line.decode().lower())
        return ok(exact, f"X-Said: {exact.decode()} {PASSWORD} {QUOTED}", status=status)

    with answering(echo) as there:
        way = f"http://user:{QUOTED}@127.0.0.1:{there.port}"
        result = await ask(NAMED, proxy=way, expect={"header": {"X-Said": "x"}})
    told = f"{result.summary} {result.excerpt}"
    assert result.outcome is Outcome.FAIL
    basic = b64encode(f"user:{PASSWORD}".encode()).decode()
    assert not [form for form in (PASSWORD, QUOTED, basic) if form in told], told


async def test_a_deadline_names_whom_we_waited_for() -> None:
    with target(hold) as silent, deaf() as full:
        proxied = await ask(
            "https://x.example.org/", proxy=f"http://127.0.0.1:{silent.port}", timeout="200ms"
        )
        pinned = await ask(NAMED, connect_to=f"127.0.0.1:{full.port}", timeout="200ms")
    whom = f"the proxy 127.0.0.1:{silent.port}"
    said = failed(proxied, Reason.CONNECT_TIMEOUT)
    assert said == f"{whom} did not take the connection within 200ms"
    said = failed(pinned, Reason.CONNECT_TIMEOUT)
    assert said == f"127.0.0.1:{full.port} did not take the connection within 200ms"


async def test_a_silent_resolver_is_named() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    server = "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])
    try:
        result = await ask(NAMED, resolver=server, timeout="100ms")
    finally:
        transport.close()
    said = failed(result, Reason.RESOLVE_TIMEOUT)
    assert said == f"shop.example.org was not resolved by {server} within 100ms"


@pytest.mark.parametrize(
    "location", ["https://a..b/", f"https://{'a' * 70}.example/", f"https://{'a.' * 182}b/"]
)
async def test_a_redirect_to_no_name_is_refused_before_a_proxy_is_asked_for_it(
    location: str,
) -> None:
    with answering(moved(location)) as there:
        result = await ask(NAMED, proxy=f"http://127.0.0.1:{there.port}")
    assert failed(result, Reason.MALFORMED_ANSWER) == "redirected to what is no address"
    assert len(there.asked) == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"proxy": "http://p.example.org", "ip": "both"}, "is about the way to the proxy"),
        ({"proxy": "http://192.0.2.1", "resolver": "192.0.2.53"}, "needs no resolver"),
        ({"proxy": "http://192.0.2.1", "ip": "4"}, "is an address already; leave out ip"),
        ({"http2": True, "headers": {"TE": "gzip"}}, "HTTP/2 has no header te; leave it out"),
        ({"http2": True, "headers": {"Upgrade": "h2c"}}, "HTTP/2 has no header upgrade"),
        ({"http2": True, "headers": {"Keep-Alive": "5"}}, "HTTP/2 has no header keep-alive"),
        ({"reuse_connection": True, "method": "POST"}, "might send a POST twice; leave it out"),
        ({"reuse_connection": True, "method": "PATCH"}, "might send a PATCH twice"),
        ({"proxy": f"socks5://{'u' * 256}:p@p.example.org"}, "255 bytes at most"),
        ({"proxy": f"socks5://u:{'p' * 256}@p.example.org"}, "255 bytes at most"),
        ({"url": "http://127.1/"}, "is an address in another form; write 127.0.0.1"),
        ({"url": "http://0x7f000001/"}, "is an address in another form; write 127.0.0.1"),
        ({"url": "http://192.0.2.1./"}, "is an address in another form; write 192.0.2.1"),
        ({"connect_to": "127.1"}, "not a place to connect to"),
    ],
)
def test_what_would_only_fail_later_is_refused_at_once(table: dict[str, Any], said: str) -> None:
    assert said in refusal(**table)


async def test_what_the_first_run_would_wait_for_is_made_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = Certificates(tmp_path)
    away = tmp_path / "away.pem"
    away.write_bytes(certificates.file.read_bytes())
    ways: list[dict[str, Any]] = [
        {"tls": {"ca": str(certificates.file)}},
        {"tls": {"ca": str(away)}},
        {"http2": True},
        {"proxy": "https://proxy.example.org"},
        {"url": "http://192.0.2.1/"},
    ]
    wire = Wire()
    questions = [settings(**way).questions[0] for way in ways]
    away.unlink()
    await wire.prepare(questions)
    monkeypatch.setattr("probes.wire.trust.new_context", lambda *_, **__: pytest.fail("made late"))
    with answering(ok(), certificates.good()) as there:
        question = settings(url=there.url, tls=ways[0]["tls"]).questions[0]
        assert (await wire.ask(question, 5)).status == 200
    await wire.aclose()
