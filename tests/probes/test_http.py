"""The http kind, against real servers that behave."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from probes import KINDS, Outcome, Reason
from probes.http_settings import AGENT
from probes.wire import ACCEPTED
from tests.support.targets import Certificates, answering, ok
from tests.support.tools import ask, settings_of

PHASES = ["connect", "send", "wait", "receive"]


def refusal(**table: Any) -> str:
    """The sentence with which a configuration is refused."""
    with pytest.raises(ValidationError) as refused:
        settings_of(KINDS["http"], {"url": "https://example.org/"} | table)
    said: str = refused.value.errors()[0]["msg"]
    return said.removeprefix("Value error, ")


def moved(location: str, status: str = "302 Found") -> bytes:
    return ok(b"", f"Location: {location}", status=status)


def head_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return dict(line.lower().split(": ", 1) for line in lines)


async def test_a_good_answer_passes_and_says_where_the_time_went() -> None:
    with answering(ok(b"hello")) as there:
        result = await ask(there.url, expect={"contains": "hello"})

    assert (result.outcome, result.reason) == (Outcome.PASS, None)
    assert list(result.phases) == PHASES
    assert timedelta() < sum(result.phases.values(), timedelta()) <= result.took
    assert result.summary.startswith("status 200 in ")


async def test_a_name_is_resolved_and_that_takes_a_time_of_its_own() -> None:
    with answering(ok()) as there:
        result = await ask(f"http://localhost:{there.port}/")
    assert result.outcome is Outcome.PASS
    assert list(result.phases) == ["resolve", *PHASES]


async def test_the_request_is_plain_http_and_says_who_asks() -> None:
    with answering(ok()) as there:
        await ask(f"{there.url}a%20b/%C3%A4?q=1%2F2#part", headers={"X-Tenant": "käse"})

    [request] = there.asked
    assert request.startswith(b"GET /a%20b/%C3%A4?q=1%2F2 HTTP/1.1\r\n")
    assert head_of(request) == {
        "host": f"127.0.0.1:{there.port}",
        "user-agent": AGENT,
        "accept": "*/*",
        "accept-encoding": ACCEPTED,
        "x-tenant": "käse",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("table", "body", "media_type"),
    [
        ({"body": "a=ü"}, "a=ü".encode(), None),
        ({"json": {"a": ["ü", None, 1.5]}}, '{"a": ["ü", null, 1.5]}'.encode(), "application/json"),
        ({"form": {"a b": "ü&"}}, b"a+b=%C3%BC%26", "application/x-www-form-urlencoded"),
        ({"json": [], "headers": {"Content-Type": "text/x"}}, b"[]", "text/x"),
        ({}, b"", None),
    ],
)
async def test_what_is_to_be_sent_is_sent(
    table: dict[str, Any], body: bytes, media_type: str | None
) -> None:
    with answering(ok()) as there:
        await ask(there.url, method="POST", **table)

    [request] = there.asked
    assert request.partition(b"\r\n\r\n")[2] == body
    assert head_of(request).get("content-type") == media_type
    assert head_of(request)["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("userinfo", "table", "sent"),
    [
        ("", {"auth": {"bearer": "t0ken"}}, "Bearer t0ken"),
        ("", {"auth": {"username": "käthe", "password": "pa:ss"}}, "käthe:pa:ss"),
        ("k%40e:p%3Ass@", {}, "k@e:p:ss"),
        ("", {"headers": {"Authorization": "Token abc"}}, "Token abc"),
    ],
)
async def test_credentials_are_sent_and_never_told(
    userinfo: str, table: dict[str, Any], sent: str
) -> None:
    def echo(request: bytes) -> bytes:
        return ok(request, status="403 Forbidden")

    with answering(echo) as there:
        url = f"http://{userinfo}127.0.0.1:{there.port}/"
        result = await ask(url, **table, expect={"contains": "Welcome", "lacks": "uthorization"})

    scheme, _, value = sent.partition(" ")
    if not value:
        value, scheme = base64.b64encode(scheme.encode()).decode(), "Basic"
    assert f"authorization: {scheme} {value}".encode().lower() in there.asked[0].lower()
    assert result.reason is Reason.STATUS
    assert "the answer begins " in result.summary
    for secret in (value, "pa:ss", "p:ss", "t0ken"):
        assert secret not in result.summary


async def test_a_body_that_comes_back_is_not_told() -> None:
    secret = "correct horse battery staple"
    tables: list[dict[str, Any]] = [{"body": secret}, {"form": {"a": secret}}, {"json": [secret]}]
    for table in tables:
        with answering(lambda request: ok(request.partition(b"\r\n\r\n")[2])) as there:
            result = await ask(there.url, method="POST", **table, expect={"contains": "Welcome"})
        assert result.reason is Reason.TEXT_MISSING
        assert "***" in result.summary
        assert "horse" not in result.summary


async def test_a_slow_answer_is_slow_and_not_a_failure() -> None:
    with answering(ok()) as there:
        result = await ask(there.url, expect={"within": "0ms"})
    assert (result.outcome, result.reason) == (Outcome.SLOW, Reason.TOO_SLOW)


async def test_a_slow_and_wrong_answer_fails_and_says_both() -> None:
    with answering(ok(status="500 Oops")) as there:
        result = await ask(there.url, expect={"within": "0ms"})
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STATUS)
    assert result.summary.startswith("status 500, expected 2xx; took ")


async def test_a_certificate_that_ends_soon_degrades(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    table: dict[str, Any] = {"tls": {"ca": str(certificates.file)}}
    table["expect"] = {"certificate_valid_for": "14d"}
    with answering(ok(), certificates.good(left=timedelta(days=20))) as there:
        good = await ask(there.url, **table)
        later = datetime.now(UTC) + timedelta(days=10)  # noqa: TID251 - TLS lives in real time
        soon = await ask(there.url, **table, now=later)

    assert good.outcome is Outcome.PASS
    assert list(good.phases) == ["connect", "tls", "send", "wait", "receive"]
    assert (soon.outcome, soon.reason) == (Outcome.SLOW, Reason.CERTIFICATE_EXPIRES_SOON)
    assert soon.summary == "the certificate is valid for 9 days more, expected 14d"


async def test_redirects_are_followed_and_their_times_added_up() -> None:
    ways = {b"GET / ": moved("/a"), b"GET /a": moved("?b"), b"GET /a?b": ok(b"there")}
    with answering(lambda request: ways[request.partition(b" HTTP")[0].ljust(6)]) as there:
        result = await ask(there.url, auth={"bearer": "t0ken"}, expect={"contains": "there"})
    assert result.outcome is Outcome.PASS
    assert ["authorization" in head_of(request) for request in there.asked] == [True] * 3


async def test_to_another_host_go_no_credentials() -> None:
    with (
        answering(ok(b"there")) as other,
        answering(moved(f"http://name:pw@127.0.0.1:{other.port}/b")) as there,
    ):
        keys = {"X-Api-Key": "k3y", "Cookie": "session=1", "Host": "inner.example.org"}
        result = await ask(there.url, auth={"bearer": "t0ken"}, headers=keys)
    assert result.outcome is Outcome.PASS
    assert set(head_of(there.asked[0])) > {"authorization", "x-api-key", "cookie"}
    assert head_of(other.asked[0]) == {
        "host": f"127.0.0.1:{other.port}",
        "user-agent": AGENT,
        "accept": "*/*",
        "accept-encoding": ACCEPTED,
        "connection": "close",
    }


async def test_a_body_does_not_follow_to_another_host() -> None:
    with answering(moved("http://127.0.0.1:1/", "307 Temporary Redirect")) as there:
        result = await ask(there.url, method="POST", body="secret")
    assert result.reason is Reason.REDIRECT_REFUSED


@pytest.mark.parametrize(
    ("status", "method", "again"),
    [
        ("301 Moved", "POST", b"GET / "),
        ("303 See Other", "PUT", b"GET / "),
        ("307 Temporary", "POST", b"POST / "),
        ("308 Permanent", "PUT", b"PUT / "),
    ],
)
async def test_a_redirect_says_how_to_ask_again(status: str, method: str, again: bytes) -> None:
    answers = [moved("/", status), ok()]
    with answering(lambda _: answers.pop(0)) as there:
        result = await ask(there.url, method=method, body="text")
    assert result.outcome is Outcome.PASS
    assert there.asked[1].startswith(again)
    assert there.asked[1].endswith(b"text") == (not again.startswith(b"GET"))


@pytest.mark.parametrize(
    ("redirects", "expected", "reason", "asked"),
    [
        ("follow", {}, Reason.TOO_MANY_REDIRECTS, 6),
        (2, {}, Reason.TOO_MANY_REDIRECTS, 3),
        (0, {}, Reason.REDIRECT_REFUSED, 1),
        ("refuse", {}, Reason.REDIRECT_REFUSED, 1),
        ("refuse", {"status": 302}, None, 1),
        ("follow", {"status": "3xx", "header": {"Location": "/round"}}, None, 1),
    ],
)
async def test_how_many_redirects_are_followed_is_configured(
    redirects: str | int, expected: dict[str, Any], reason: Reason | None, asked: int
) -> None:
    with answering(moved("/round")) as there:
        result = await ask(there.url, redirects=redirects, expect=expected)
    assert result.reason is reason
    assert len(there.asked) == asked


async def test_a_head_has_no_body_whatever_its_length() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n") as there:
        assert (await ask(there.url, method="HEAD")).outcome is Outcome.PASS


async def test_a_large_document_is_judged_beside_the_loop() -> None:
    document = json.dumps([{"id": number} for number in range(20_000)]).encode()
    with answering(ok(document)) as there:
        result = await ask(there.url, expect={"json": {"$[*].id": {"count_min": 20_001}}})
    assert result.summary == "JSON $[*].id: found 20000, expected at least 20001"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"url": "example.org"}, "not a web address"),
        ({"url": "ftp://example.org/"}, "not a web address"),
        ({"url": "https://"}, "not a web address"),
        ({"url": "https://example.org:99999/"}, "not a web address"),
        ({"url": "https://a b"}, "is not the name of a host; write letters, digits, - and dots"),
        ({"url": "https://exa%20mple.org/"}, "is not the name of a host"),
        ({"url": "https://a..b/"}, "is not the name of a host"),
        ({"url": f"https://{'a' * 64}.example.org/"}, "is not the name of a host"),
        ({"method": "POST", "body": "a", "form": {}}, "keep one"),
        ({"body": "a"}, 'write method = "POST"'),
        ({"auth": {"username": "a"}}, "write either username and password, or bearer"),
        ({"auth": {"username": "a", "password": "b", "bearer": "c"}}, "write either"),
        ({"auth": {"bearer": "a\r\nX: b"}}, "line end"),
        ({"auth": {"bearer": "a"}, "headers": {"authorization": "b"}}, "given twice"),
        ({"url": "https://a:b@example.org/", "auth": {"bearer": "a"}}, "given twice"),
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "line end"),
        ({"headers": {"A": "\n"}}, "line end"),
        ({"headers": {"X A": "b"}}, "cannot be the name of a header"),
        ({"headers": {"Content-Length": "3"}}, "leave it out"),
        ({"method": "HEAD", "expect": {"contains": "a"}}, "use GET"),
        ({"url": "http://example.org/", "expect": {"certificate_valid_for": "1d"}}, "https"),
        ({"expect": {"within": "10s"}}, "make it shorter"),
        ({"tls": {"ca": "nowhere.pem"}}, "give a file of certificates"),
        ({"tls": {"ca": __file__}}, "holds no certificate"),
        ({"tls": {"verify": False}}, "Extra inputs"),
        ({"redirects": "all"}, "'follow' or 'refuse'"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_a_remedy(
    table: dict[str, Any], said: str
) -> None:
    assert said in refusal(**table)


@pytest.mark.parametrize(
    "host", ["EXAMPLE.org", "a_b.example.org.", "bücher.example", "192.0.2.1:81", "[2001:db8::1]"]
)
def test_every_host_that_can_be_asked_is_taken(host: str) -> None:
    settings_of(KINDS["http"], {"url": f"https://name:word@{host}/"})


def test_settings_can_be_printed_without_telling_anything() -> None:
    table = {
        "url": "https://name:s3cret@example.org/",
        "method": "POST",
        "headers": {"X-Key": "s3cret"},
        "json": {"password": "s3cret"},
    }
    settings = settings_of(KINDS["http"], table)
    assert "s3cret" not in f"{settings!r} {settings}"
