"""Mail to a real server: encrypted, signed in, threaded, and refused in every way."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from pydantic import ValidationError

from monitor.channels import CHANNELS, Delivered, Delivery, Outside, Refused, Retry
from monitor.notices import Notice, Words, subject, text, to_json
from tests.support.mail import PASSWORD, USER, mail_server
from tests.support.notices import opened, resolved

EMAIL = CHANNELS["email"]
PLAIN = {
    "host": "127.0.0.1",
    "security": "none",
    "from": "trueup <trueup@example.org>",
    "to": ["oncall@example.org"],
}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="module")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def tell(outside: Outside, keys: Mapping[str, Any], notice: Notice | None = None) -> Delivery:
    notice = notice or opened()
    settings = EMAIL.settings.model_validate(PLAIN | {"timeout": "5s"} | dict(keys))
    return await EMAIL.send(settings, notice, to_json(notice), outside)


def part(letter: EmailMessage, kind: Literal["plain", "html"]) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    assert body.get_content_charset() == "utf-8"
    return str(body.get_content()).replace("\r\n", "\n")


async def test_somebody_on_call_gets_a_letter_they_can_read(outside: Outside) -> None:
    async with mail_server() as server:
        assert await tell(outside, {"port": server.port}) == Delivered()
    (letter,) = server.messages
    assert letter["Subject"] == subject(opened())
    assert letter["From"] == "trueup <trueup@example.org>"
    assert letter["To"] == "oncall@example.org"
    assert letter["Date"] == "Tue, 03 Mar 2026 02:15:05 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "multipart/alternative"
    assert part(letter, "plain") == text(opened())
    assert part(letter, "html").strip() == Words().html(opened()).strip()


async def test_every_recipient_is_told(outside: Outside) -> None:
    to = ["oncall@example.org", "Night shift <night@example.org>"]
    async with mail_server() as server:
        assert await tell(outside, {"port": server.port, "to": to}) == Delivered()
    assert server.recipients == [["oncall@example.org", "night@example.org"]]
    assert server.messages[0]["To"] == ", ".join(to)


async def test_a_letter_in_any_script_arrives_whole(outside: Outside) -> None:
    notice = opened(
        says=("Man kann sich nicht anmelden – 無法登入.",), environment="プロダクション"
    )
    async with mail_server() as server:
        keys = {"port": server.port, "from": "Überwachung <a@example.org>"}
        assert await tell(outside, keys, notice) == Delivered()
    letter = server.messages[0]
    assert letter["Subject"] == subject(notice)
    assert letter["From"] == "Überwachung <a@example.org>"
    assert part(letter, "plain") == text(notice)
    assert notice.says[0] in part(letter, "html")
    assert server.raw[0].isascii(), "old servers on the way may spoil anything else"


async def test_the_recovery_is_a_reply_to_the_outage(outside: Outside) -> None:
    async with mail_server() as server:
        await tell(outside, {"port": server.port}, opened())
        await tell(outside, {"port": server.port}, resolved())
    first, second = server.messages
    assert first["Message-ID"] == "<5f1c2e0a9b7d4c38.1@example.org>"
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


async def test_a_repetition_is_the_same_letter_to_the_byte(outside: Outside) -> None:
    async with mail_server() as server:
        await tell(outside, {"port": server.port})
        await tell(outside, {"port": server.port})
    assert server.raw[0] == server.raw[1]


async def test_a_hostile_target_cannot_add_a_header_or_a_recipient(outside: Outside) -> None:
    notice = opened(
        says=("Down\r\nBcc: all@example.org\r\n\r\nhello",),
        summary="a\r\n.\r\nMAIL FROM:<x>",
        probe="p\nq",
    )
    async with mail_server() as server:
        assert await tell(outside, {"port": server.port}, notice) == Delivered()
    assert len(server.messages) == 1
    assert server.messages[0]["Bcc"] is None
    assert server.recipients == [["oncall@example.org"]]


async def test_starttls_comes_before_the_password_and_the_letter(
    outside: Outside, certified: ssl.SSLContext, ca_file: Path
) -> None:
    async with mail_server("starttls", certified, sign_in=True) as server:
        keys = {"port": server.port, "ca": str(ca_file), "security": "starttls"}
        assert await tell(outside, {"username": USER, "password": PASSWORD, **keys}) == Delivered()
        wrong = await tell(outside, {"username": USER, "password": "wrong-4711", **keys})
    assert server.encrypted == [True]
    assert wrong == Refused("the mail server refused the sign-in (535)")


async def test_tls_from_the_first_byte(
    outside: Outside, certified: ssl.SSLContext, ca_file: Path
) -> None:
    async with mail_server("tls", certified) as server:
        keys = {"port": server.port, "ca": str(ca_file), "security": "tls"}
        assert await tell(outside, keys) == Delivered()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_from_an_unknown_authority_is_not_accepted(
    outside: Outside, certified: ssl.SSLContext, security: str
) -> None:
    async with mail_server(security, certified) as server:
        delivery = await tell(outside, {"port": server.port, "security": security})
    assert delivery == Retry("the certificate comes from an authority that is not trusted")
    assert server.messages == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_for_another_name_is_not_accepted(
    outside: Outside, authority: trustme.CA, ca_file: Path, security: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.example.org").configure_cert(context)
    async with mail_server(security, context) as server:
        delivery = await tell(
            outside, {"port": server.port, "security": security, "ca": str(ca_file)}
        )
    assert delivery == Retry("the certificate is for another name")
    assert server.messages == []


async def test_without_encryption_on_offer_nothing_is_sent(outside: Outside) -> None:
    async with mail_server() as server:
        delivery = await tell(outside, {"port": server.port, "security": "starttls"})
    assert isinstance(delivery, Refused)
    assert "no encryption" in delivery.why
    assert server.messages == []


@pytest.mark.parametrize(
    ("verb", "answer", "verdict"),
    [
        ("MAIL", "451 later", Retry("the mail server refused the sender (451)")),
        ("MAIL", "550 never", Refused("the mail server refused the sender (550)")),
        ("RCPT", "450 busy", Retry("the mail server refused every recipient (450)")),
        ("RCPT", "550 unknown", Refused("the mail server refused every recipient (550)")),
        ("DATA", "452 full", Retry("the mail server refused the message (452)")),
        ("DATA", "554 spam", Refused("the mail server refused the message (554)")),
        ("QUIT", "500 what", Delivered()),
    ],
)
async def test_what_the_server_answers_decides(
    outside: Outside, verb: str, answer: str, verdict: Delivery
) -> None:
    async with mail_server() as server:
        server.says[verb] = answer
        assert await tell(outside, {"port": server.port}) == verdict


async def test_one_recipient_that_may_work_later_is_worth_another_try(outside: Outside) -> None:
    async with mail_server() as server:
        server.says |= {"a@example.org": "550 gone", "b@example.org": "450 later"}
        delivery = await tell(
            outside, {"port": server.port, "to": ["a@example.org", "b@example.org"]}
        )
    assert delivery == Retry("the mail server refused every recipient (450, 550)")


async def test_one_recipient_of_two_is_enough(outside: Outside) -> None:
    async with mail_server() as server:
        server.says["a@example.org"] = "550 gone"
        delivery = await tell(
            outside, {"port": server.port, "to": ["a@example.org", "b@example.org"]}
        )
    assert delivery == Delivered()
    assert server.recipients == [["b@example.org"]]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_server_that_falls_silent_is_left_at_the_deadline(
    outside: Outside, verb: str
) -> None:
    async with mail_server() as server:
        server.hangs_at = verb
        began = time.monotonic()
        assert await tell(outside, {"port": server.port, "timeout": "300ms"}) == Retry(
            "no answer in time"
        )
        assert time.monotonic() - began < 5


async def test_a_server_that_never_says_goodbye_has_taken_the_letter_all_the_same(
    outside: Outside,
) -> None:
    async with mail_server() as server:
        server.hangs_at = "QUIT"
        assert await tell(outside, {"port": server.port, "timeout": "2s"}) == Delivered()
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "greeting", [b"", b"554 go away\r\n", b"421 later\r\n", b"HTTP/1.1 400\r\n\r\n", b"\xff" * 9000]
)
async def test_whatever_greets_us_is_an_answer_and_not_an_exception(
    outside: Outside, greeting: bytes
) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        delivery = await tell(outside, {"port": port, "timeout": "1s"})
    assert isinstance(delivery, Retry | Refused)
    assert "go away" not in delivery.why


async def test_nobody_listening_is_said_in_words(outside: Outside) -> None:
    assert await tell(outside, {"port": 1}) == Retry("connection refused")


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        ({"from": "trueup"}, "not a mail address"),
        ({"from": "a@b\nBcc: c@example.org"}, "not a mail address"),
        ({"from": "a@example.org, b@example.org"}, "not a mail address"),
        ({"from": "ü@example.org"}, "not a mail address"),
        ({"from": "a@"}, "not a mail address"),
        ({"from": "@example.org"}, "not a mail address"),
        ({"from": "a b@example.org"}, "not a mail address"),
        ({"to": []}, "at least 1"),
        ({"to": ["oncall@example.org", "nobody"]}, "not a mail address"),
        ({"host": "mail.example.org:587"}, "name of a host"),
        ({"host": "https://mail.example.org"}, "name of a host"),
        ({"host": ""}, "name of a host"),
        ({"port": 70000}, "65535"),
        ({"security": "ssl"}, "'starttls', 'tls' or 'none'"),
        ({"username": "a", "security": "tls"}, "go together"),
        ({"password": "sesame", "security": "tls"}, "go together"),
        ({"username": "a", "password": "sesame"}, "would send the password readable"),
        ({"ca": "absent.pem"}, "no such file"),
        ({"ca": "docs/channels.md"}, "cannot be used"),
        ({"ca": 5}, "path of a PEM file"),
    ],
)
def test_a_bad_setting_is_refused_with_the_remedy(keys: Mapping[str, object], remedy: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(remedy)) as raised:
        EMAIL.settings.model_validate(PLAIN | dict(keys))
    assert "sesame" not in str(raised.value)


def test_the_authority_file_stands_next_to_the_configuration(ca_file: Path) -> None:
    settings = EMAIL.settings.model_validate(
        PLAIN | {"ca": ca_file.name}, context={"folder": ca_file.parent}
    )
    assert settings.ca == ca_file
