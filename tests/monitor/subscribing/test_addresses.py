"""What people type, and where it would lead."""

from __future__ import annotations

import pytest

from monitor.store.subscribers import Kind
from monitor.subscribing.addresses import (
    Bad,
    BadAddress,
    hook_address,
    mail_address,
    masked,
)
from monitor.subscribing.outward import is_public


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a@example.org", "a@example.org"),
        (" A.b+c@EXAMPLE.org ", "A.b+c@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_as_it_is_written_to(typed: str, kept: str) -> None:
    assert mail_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "a@",
        "@example.org",
        "a@b@example.org",
        "a@example",
        "a b@example.org",
        "A <a@example.org>",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@[127.0.0.1]",
        '"a"@example.org',
        "é@example.org",
        "a@example.org\x00",
        f"{'a' * 250}@example.org",
        f"a@{'b' * 300}.org",
        "a@" + "x." * 200 + "org",
        "\ud800@example.org",
        "a@\u202e.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        mail_address(typed)
    assert refused.value.bad is Bad.NO_MAIL


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", Bad.NO_LINK),
        ("hook", Bad.NO_LINK),
        ("ftp://example.org/", Bad.NO_LINK),
        ("file:///etc/passwd", Bad.NO_LINK),
        ("https://user:sesame@example.org/", Bad.NO_LINK),
        ("https://", Bad.NO_LINK),
        ("https://example.org:99999999/", Bad.NO_LINK),
        (f"https://example.org/{'a' * 2000}", Bad.NO_LINK),
        ("http://example.org/", Bad.NOT_ENCRYPTED),
        ("https://127.0.0.1/", Bad.NOT_PUBLIC),
        ("https://[::1]/", Bad.NOT_PUBLIC),
        ("https://localhost/", Bad.NOT_PUBLIC),
        ("https://169.254.169.254/latest/", Bad.NOT_PUBLIC),
        ("https://db.internal/", Bad.NOT_PUBLIC),
    ],
)
def test_what_a_webhook_may_not_be_is_refused(typed: str, why: Bad) -> None:
    with pytest.raises(BadAddress) as refused:
        hook_address(typed, nearby=False)
    assert refused.value.bad is why


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::7f00:1", False),
        ("fec0::1", False),
        ("::ffff:0:7f00:1", False),
        ("::ffff:0:5db8:d822", False),
        ("::7f00:1", False),
        ("::5db8:d822", False),
        ("5f00::1", False),
        ("3fff::1", False),
    ],
)
def test_only_the_open_internet_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_log_shows_enough_to_tell_two_apart() -> None:
    assert masked(Kind.EMAIL, "ada@example.org") == "a***@example.org"
    assert masked(Kind.WEBHOOK, "https://example.org/hook/secret") == "https://example.org/***"
