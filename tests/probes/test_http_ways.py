"""The ways to a web address: which address, through whom, and who we say that we are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from probes import KINDS, Outcome, Reason
from probes.http_settings import AGENT, HttpSettings
from probes.result import Facts
from tests.probes.test_http import moved, refusal
from tests.support.http2 import Spoken, http2, offering
from tests.support.proxies import Proxy
from tests.support.targets import Certificates, answering, ok, target
from tests.support.tools import ask, settings_of

NAMED = "http://shop.example.org/"


def settings(**table: Any) -> HttpSettings:
    found = settings_of(KINDS["http"], {"url": "https://example.org/"} | table)
    assert isinstance(found, HttpSettings)
    return found


async def test_a_pinned_address_is_connected_to_and_the_host_still_asked_for() -> None:
    with answering(ok(b"hello")) as there:
        result = await ask("http://shop.example.org:81/a", connect_to=f"127.0.0.1:{there.port}")
    assert result.outcome is Outcome.PASS
    assert "resolve" not in result.phases
    assert result.facts.address == f"127.0.0.1:{there.port}"
    assert there.asked[0].startswith(b"GET /a HTTP/1.1\r\nHost: shop.example.org:81\r\n")


async def test_the_certificate_has_to_be_for_the_host_and_not_for_where_it_was_pinned(
    tmp_path: Path,
) -> None:
    certificates = Certificates(tmp_path)
    with answering(ok(), certificates.good("shop.example.org")) as there:
        way: dict[str, Any] = {
            "connect_to": f"127.0.0.1:{there.port}",
            "tls": {"ca": str(certificates.file)},
        }
        right = await ask("https://shop.example.org/", **way)
        wrong = await ask("https://other.example.org/", **way)
    assert right.outcome is Outcome.PASS
    assert wrong.reason is Reason.TLS_WRONG_NAME


async def test_a_pinned_name_is_looked_up_in_the_place_of_the_host() -> None:
    with answering(ok()) as there:
        result = await ask(NAMED, connect_to=f"localhost:{there.port}")
    assert result.outcome is Outcome.PASS
    assert "resolve" in result.phases


async def test_what_was_pinned_holds_for_the_host_and_for_no_other() -> None:
    with answering(ok(b"other")) as other:
        ways = {
            b"GET / ": moved("/here"),
            b"GET /h": moved(f"http://127.0.0.1:{other.port}/"),
        }
        with answering(lambda request: ways[request[:6]]) as there:
            result = await ask(NAMED, connect_to=f"127.0.0.1:{there.port}")
    assert (result.outcome, result.facts.redirects) == (Outcome.PASS, 2)
    assert len(there.asked) == 2
    assert len(other.asked) == 1


@asynccontextmanager
async def on_both(six: bytes) -> AsyncIterator[int]:
    """A port where this machine's two addresses answer, the newer one with *six*."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        is_six = ":" in str(writer.get_extra_info("sockname")[0])
        writer.write(six if is_six else ok(b"four"))
        writer.close()

    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        port: int = free.getsockname()[1]
    async with (
        await asyncio.start_server(serve, "127.0.0.1", port),
        await asyncio.start_server(serve, "::1", port),
    ):
        yield port


@pytest.mark.parametrize(
    ("ip", "address"), [("4", "127.0.0.1:{}"), ("6", "[::1]:{}"), ("both", "")]
)
async def test_it_is_asked_over_the_kind_of_address_that_is_wished_for(
    ip: str, address: str
) -> None:
    async with on_both(ok(b"six")) as port:
        result = await ask(f"http://localhost:{port}/", ip=ip)
    assert result.outcome is Outcome.PASS
    if address:
        assert result.facts.address == address.format(port)
    else:
        assert "over IPv4: status 200 in " in result.summary
        assert "over IPv6: status 200 in " in result.summary


async def test_of_both_the_worse_one_counts_and_is_named_first() -> None:
    async with on_both(ok(status="503 Away")) as port:
        result = await ask(f"http://localhost:{port}/", ip="both")
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STATUS)
    assert result.summary.startswith("over IPv6: status 503, expected 2xx; over IPv4: status 200")
    assert result.facts.address == f"[::1]:{port}"
    assert list(result.phases) == ["resolve", "connect", "send", "wait", "receive"]


async def test_a_connection_can_be_kept_from_run_to_run() -> None:
    assert settings(reuse_connection=True).questions[0].terms.reuse
    assert b"Connection" not in settings(reuse_connection=True).questions[0].head
    assert b"Connection: close" in settings().questions[0].head


async def test_http2_is_spoken_where_it_is_asked_for(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    seen: list[dict[str, str]] = []

    def answer(spoken: Spoken) -> None:
        seen.append(spoken.headers)
        spoken.answer(b"hello")

    tls = {"ca": str(certificates.file)}
    with target(http2(answer), offering(certificates.good())) as there:
        result = await ask(there.url, http2=True, tls=tls, expect={"contains": "hello"})
    with answering(ok(), certificates.good()) as there:
        refused = await ask(there.url, http2=True, tls=tls)
    assert result.outcome is Outcome.PASS, result.summary
    assert (result.facts.http_version, result.facts.body_bytes) == ("2", 5)
    assert list(result.phases) == ["connect", "tls", "send", "wait", "receive"]
    assert sum(result.phases.values(), timedelta()) <= result.took
    assert seen[0]["user-agent"] == AGENT
    assert refused.reason is Reason.TLS_PROTOCOL


async def test_the_way_leads_through_a_proxy_whose_password_is_never_told() -> None:
    with answering(ok(b"hello")) as there:
        proxy = Proxy(there.port, "name:s3cret-word")
        with target(proxy.socks) as at:
            way = f"127.0.0.1:{at.port}"
            result = await ask(NAMED, proxy=f"socks5://name:s3cret-word@{way}")
            refused = await ask(NAMED, proxy=f"socks5://name:wrong-word@{way}")
    assert result.outcome is Outcome.PASS, result.summary
    assert proxy.asked == [b"shop.example.org:80"]
    assert there.asked[0].startswith(b"GET / HTTP/1.1\r\nHost: shop.example.org\r\n")
    assert refused.outcome is Outcome.FAIL
    assert "wrong-word" not in refused.summary
    assert result.took > timedelta()


async def test_a_run_tells_what_it_learnt(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    with answering(ok(b"hello"), certificates.good(left=timedelta(days=20))) as there:
        passed = await ask(there.url, tls={"ca": str(certificates.file)})
        refused = await ask(there.url)
    assert passed.facts.certificate_ends_at == refused.facts.certificate_ends_at
    assert passed.facts == Facts(
        address=f"127.0.0.1:{there.port}",
        status=200,
        http_version="1.1",
        body_bytes=5,
        tls_version="TLSv1.3",
        tls_cipher=passed.facts.tls_cipher,
        certificate_ends_at=passed.facts.certificate_ends_at,
        traits=passed.facts.traits,
    )
    assert passed.facts.tls_cipher
    assert (refused.outcome, refused.reason) == (Outcome.FAIL, Reason.TLS_UNTRUSTED)
    assert (refused.facts.status, refused.facts.body_bytes) == (None, None)
    assert refused.facts.tls_version == "TLSv1.3"


async def test_an_answer_that_falls_short_tells_its_facts_too() -> None:
    with answering(ok(b"oops", status="500 Oops")) as there:
        facts = (await ask(there.url)).facts
    assert (facts.status, facts.body_bytes, facts.http_version) == (500, 4, "1.1")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"ip": "5"}, "Input should be 'any', '4', '6' or 'both'"),
        ({"url": "http://192.0.2.1/", "ip": "both"}, "is an address already; leave out ip"),
        ({"connect_to": "[2001:db8::1]", "ip": "6"}, "is an address already; leave out ip"),
        ({"url": "http://192.0.2.1/", "resolver": "192.0.2.53"}, "needs no resolver"),
        ({"resolver": "dns.example.org"}, "not a resolver; write its address"),
        ({"resolver": "192.0.2.53:0"}, "not a resolver"),
        ({"connect_to": "http://192.0.2.7/"}, "not a place to connect to"),
        ({"connect_to": "192.0.2.7:99999"}, "not a place to connect to"),
        ({"connect_to": "[inner.example.org]"}, "not a place to connect to"),
        ({"connect_to": "a b"}, "not a place to connect to"),
        ({"connect_to": 443}, "not a place to connect to"),
        ({"connect_to": "192.0.2.7", "proxy": "http://p.example.org"}, "keep one of them"),
        ({"reuse_connection": True, "http2": True}, "does not go with http2 or proxy"),
        ({"proxy": "proxy.example.org:3128"}, "not a proxy"),
        ({"proxy": "ftp://proxy.example.org"}, "not a proxy"),
        ({"proxy": "http://proxy.example.org/path"}, "not a proxy"),
        ({"proxy": "http://proxy.example.org:0"}, "not a proxy"),
        ({"proxy": 8080}, "not a proxy"),
        ({"url": "http://example.org:0/"}, "not a web address"),
        ({"tls": {"key": __file__}}, "of no use without tls.certificate"),
        ({"tls": {"certificate": __file__}}, "hold no certificate, no key, or a key with a"),
        ({"tls": {"certificate": "nowhere.pem"}}, "no such file or directory"),
        ({"tls": {"server_name": "a b"}}, "not the name of a server"),
        ({"url": "http://example.org/", "tls": {"server_name": "a"}}, "begins with https"),
    ],
)
def test_what_leads_nowhere_is_refused_with_a_remedy(table: dict[str, Any], said: str) -> None:
    assert said in refusal(**table)


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("192.0.2.7", "192.0.2.7", 443),
        ("192.0.2.7:8443", "192.0.2.7", 8443),
        ("[2001:db8::1]:8443", "2001:db8::1", 8443),
        ("[2001:db8::1]", "2001:db8::1", 443),
        ("2001:db8::1", "2001:db8::1", 443),
        ("inner.example.org", "inner.example.org", 443),
        ("inner.example.org:8443", "inner.example.org", 8443),
    ],
)
def test_a_place_can_be_written_in_many_ways(written: str, host: str, port: int) -> None:
    asked = settings(connect_to=written).questions[0]
    assert (asked.where, asked.port, asked.host) == (host, port, "example.org")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("192.0.2.53", "192.0.2.53"),
        ("192.0.2.53:5353", "192.0.2.53:5353"),
        ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ("[2001:db8::53]", "2001:db8::53"),
        ("system", "system"),
    ],
)
def test_a_resolver_of_its_own(written: str, asked: str) -> None:
    lookup = settings(resolver=written).questions[0].lookup
    assert lookup
    assert lookup.server == asked


def test_the_two_files_of_ours_belong_together(tmp_path: Path) -> None:
    authority = trustme.CA()
    one, other = authority.issue_cert("us@example.org"), authority.issue_cert("them@example.org")
    both, certificate, key = (tmp_path / name for name in ("both.pem", "a.pem", "b.key"))
    one.private_key_and_cert_chain_pem.write_to_path(str(both))
    one.cert_chain_pems[0].write_to_path(str(certificate))
    other.private_key_pem.write_to_path(str(key))
    assert settings(tls={"certificate": str(both)}).questions[0].terms.certificate == both
    tls = {"certificate": str(certificate), "key": str(key)}
    assert refusal(tls=tls).startswith("tls.key does not belong to tls.certificate")


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    key = tmp_path / "us.pem"
    key.write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    assert "the key without a password" in refusal(tls={"certificate": str(key)})


def test_a_proxy_with_a_password_is_a_secret_and_another_is_not() -> None:
    secret = settings(proxy="socks5://name:s3cret@proxy.example.org:1080")
    assert "s3cret" not in f"{secret!r} {secret.questions[0]!r}"
    proxy = secret.questions[0].terms.proxy
    assert proxy
    assert (proxy.username, proxy.password) == ("name", "s3cret")
    assert "proxy.example.org" in repr(settings(proxy="http://proxy.example.org:3128").proxy)


def test_equal_ways_share_their_terms() -> None:
    one, other = (settings(url=f"https://{name}.example.org/") for name in "ab")
    assert one.questions[0].terms is other.questions[0].terms
