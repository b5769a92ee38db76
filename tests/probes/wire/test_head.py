"""The door through which every request is written lets no second one through."""

from __future__ import annotations

import httpx
import pytest

from probes.wire import Terms, write_question
from probes.wire.head import read_headers, write_head

BREAKS = ["\r", "\n", "\r\n", "\0", "\x0b", "\x1b", "\x7f"]
HOST = [(b"Host", b"example.org")]


def test_a_head_is_written_and_can_be_read_again() -> None:
    headers = [(b"Host", b"example.org"), (b"X-Empty", b""), (b"X-Odd", "kä: se".encode())]
    head = write_head("GET", b"/a?b", headers)
    assert head.startswith(b"GET /a?b HTTP/1.1\r\nHost: example.org\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert read_headers(head) == headers


@pytest.mark.parametrize("broken", BREAKS, ids=repr)
def test_nothing_hides_another_line(broken: str) -> None:
    odd = broken.encode()
    with pytest.raises(ValueError, match="method"):
        write_head(f"GET{broken}", b"/", HOST)
    with pytest.raises(ValueError, match="address"):
        write_head("GET", b"/" + odd, HOST)
    with pytest.raises(ValueError, match="name of a header"):
        write_head("GET", b"/", [(b"X" + odd, b"a")])
    with pytest.raises(ValueError, match="the header X holds a line end"):
        write_head("GET", b"/", [(b"X", b"a" + odd)])


@pytest.mark.parametrize("method", ["", "get", "GET /", "GÉT"])
def test_a_method_is_a_word_in_capitals(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        write_head(method, b"/", HOST)


@pytest.mark.parametrize("target", [b"", b"/a b", "/ä".encode(), b"/" + b"a" * 65536])
def test_an_address_is_written_as_it_has_to_be(target: bytes) -> None:
    with pytest.raises(ValueError, match="address"):
        write_head("GET", target, HOST)


def test_a_question_says_whatever_was_not_said() -> None:
    asked = write_question("POST", httpx.URL("http://example.org:81/a"), [], b"body", Terms())
    assert asked.headers == [
        (b"Host", b"example.org:81"),
        (b"Content-Length", b"4"),
        (b"Connection", b"close"),
    ]
    assert (asked.host, asked.port, asked.secure) == ("example.org", 81, False)


def test_a_question_is_never_sent_in_chunks() -> None:
    given = [(b"Transfer-Encoding", b"chunked"), (b"host", b"other.example.org")]
    asked = write_question("PUT", httpx.URL("https://example.org"), given, b"", Terms(reuse=True))
    assert asked.headers == [(b"host", b"other.example.org"), (b"Content-Length", b"0")]
