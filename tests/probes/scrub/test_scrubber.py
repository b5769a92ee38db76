"""A secret is hidden in every form it takes on the way out."""

from __future__ import annotations

import base64
import html
import json
import quopri
import time
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from probes.scrub import STARS, Scrubber

WORD = "pä ss/w\"o'rd+<&>%\n😀"
TOKEN = "tok_zm9v-8.1~x"
ENCODERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "repr": lambda text: repr(text)[1:-1],
    "bytes": lambda text: repr(text.encode())[2:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JavaScript": lambda text: "".join(f"\\u{{{ord(char):X}}}" for char in text),
    "UTF-16 units": lambda text: "".join(
        f"\\u{unit:04X}" for unit in memoryview(text.encode("utf-16-le")).cast("H")
    ),
    "address": quote,
    "part of an address": lambda text: quote(text, safe=""),
    "as encodeURIComponent": lambda text: quote(text, safe="!'()*"),
    "form": quote_plus,
    "small digits": lambda text: quote(text, safe="").replace("%C3%A4", "%c3%a4").lower(),
    "every letter": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "twice": lambda text: quote(quote(text)),
    "HTML": html.escape,
    "HTML text": lambda text: html.escape(text, quote=False),
    "markup": lambda text: str(escape(text)),
    "decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexadecimal": lambda text: "".join(f"&#x{ord(char):06X};" for char in text),
    "named": lambda text: html.escape(text).replace("ä", "&auml;").replace("/", "&sol;"),
    "mail": lambda text: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in an address": lambda text: quote_plus(base64.b64encode(text.encode()).decode()),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps(text)[1:-1].encode()).decode(),
    "other accents": lambda text: unicodedata.normalize("NFD", text),
    "blanks run together": lambda text: " ".join(text.split()),
}
NESTING = ["JSON", "JSON in UTF-8", "address", "form", "HTML", "markup", "decimal"]


@pytest.mark.parametrize("secret", [WORD, TOKEN, "0123"])
@pytest.mark.parametrize("name", ENCODERS)
def test_every_form_is_hidden_and_what_stands_around_it_stays(name: str, secret: str) -> None:
    form = ENCODERS[name](secret)
    scrub = Scrubber([secret])

    assert scrub.shows(f"before {form} after")
    hidden = scrub(f"before {form} after")
    assert form.rstrip("=") not in hidden
    assert hidden.startswith(f"before {STARS}")
    assert hidden.endswith(" after")
    unsure = 8  # what base64 leaves of the last byte
    assert len(hidden) <= len(f"before {STARS} after") + unsure
    assert not scrub.shows(hidden)


@given(
    secret=st.text(min_size=4, max_size=12),
    names=st.lists(st.sampled_from(NESTING), min_size=1, max_size=3),
    around=st.sampled_from(["", " - ", "=", '"', "Straße ", "\n"]),
)
def test_one_encoding_in_another_hides_nothing_from_us(
    secret: str, names: list[str], around: str
) -> None:
    form = secret
    for name in names:
        form = ENCODERS[name](form)
    hidden = Scrubber([secret])(f"x{around}{form}{around}x")
    assert hidden == f"x{around}{STARS}{around}x"


@given(user=st.text(max_size=9), word=st.text(min_size=6, max_size=30))
def test_a_password_in_a_basic_authorization_header_is_hidden_at_any_alignment(
    user: str, word: str
) -> None:
    words = base64.b64encode(f"{user}:{word}".encode()).decode()
    hidden = Scrubber([word])(f"Basic {words}")

    before, after = hidden.removeprefix("Basic ").rsplit(STARS, maxsplit=1)
    unsure = 3  # characters that hold bits of the neighbour, on either side
    assert len(before) <= len(f"{user}:".encode()) * 4 / 3 + unsure
    assert len(after) <= unsure


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "utf-16-be", "utf-16"])
def test_bytes_in_other_encodings_are_looked_through_as_well(encoding: str) -> None:
    secret = "gärtner & söhne"
    content = b"\x00\xff" + f"<{secret}>".encode(encoding) + b"\x89\x00"
    scrub = Scrubber([secret])
    assert scrub.shows(content)
    assert scrub.bytes(content).count(STARS.encode()) == 1
    assert not scrub.shows(scrub.bytes(content))
    assert scrub.bytes(b"\x00\xff\x89") == b"\x00\xff\x89"


def test_each_line_of_a_long_secret_is_one_too() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqh\nkiG9w0BAQEFAASCB\n-----END KEY-----\n"
    scrub = Scrubber([key])
    assert scrub("line 2: kiG9w0BAQEFAASCB") == f"line 2: {STARS}"
    assert scrub("-----END KEY-----") == "-----END KEY-----"
    assert scrub(" ".join(key.split())) == STARS


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert Scrubber(["abcd", "abcdefgh"])("xabcdefghx abcd") == f"x{STARS}x {STARS}"


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    assert Scrubber(["abcdef", "defghi"])("-abcdefghi-") == f"-{STARS}-"
    assert Scrubber(["aaaa"])("-aaaaaaa-") == f"-{STARS}-"
    assert Scrubber(["ab cdef", "cdef ghi"])("-ab%20cdef%20ghi-") == f"-{STARS}-"


def test_what_is_too_short_stays_or_no_sentence_would_survive() -> None:
    assert Scrubber(["abc", ""])("abc") == "abc"
    assert Scrubber(["%41%42"])("AB") == "AB"


def test_no_secret_is_shown_by_the_scrubber_itself() -> None:
    scrub = Scrubber(["hidden-word"])
    assert "hidden-word" not in f"{scrub!r} {scrub.and_also(['other-word'])!r}"


def test_more_secrets_are_hidden_beside_those_known() -> None:
    assert Scrubber(["first-one"]).and_also(["second-one"])("first-one, second-one") == (
        f"{STARS}, {STARS}"
    )


@given(st.text(), st.frozensets(st.text(min_size=4), max_size=5))
def test_no_secret_survives_in_any_text(text: str, secrets: frozenset[str]) -> None:
    hidden = Scrubber(secrets)(text.join(secrets))
    assert not [s for s in secrets if s in hidden.replace(STARS, "\x00") and STARS not in s]


@given(st.text(), st.binary())
def test_a_text_without_secrets_comes_back_itself(text: str, content: bytes) -> None:
    scrub = Scrubber(["a secret that is far too long to be found by chance"])
    assert scrub(text) is text
    assert scrub.bytes(content) is content


@pytest.mark.parametrize(
    "text",
    [
        "connection refused by 203.0.113.7:443, after 3 tries " * 20_000,
        "%25" * 100_000 + "41",
        "\\" * 500_000,
        "&#" * 300_000,
        "&amp;" * 100_000,
        "=\n" * 200_000,
        "\\u00e4" * 100_000,
    ],
    ids=["words", "percent", "backslashes", "half", "entities", "soft ends", "units"],
)
def test_no_text_keeps_it_busy(text: str) -> None:
    scrub = Scrubber([f"secret-number-{n}" for n in range(100)])
    began = time.process_time()
    assert scrub(text) == text
    assert time.process_time() - began < 5  # measured: at most 0.3


def test_one_that_knows_more_hides_what_the_one_before_hid_and_leaves_that_one_as_it_was() -> None:
    first = Scrubber(["swordfish", "tiny"])
    more = first.and_also(["catfish & co", "four", "another swordfish"])
    said = "swordfish, tiny, catfish%20%26%20co, four, another swordfish"
    assert more(said) == "***, ***, ***, ***, ***"
    assert first(said) == "***, ***, catfish%20%26%20co, four, another ***"
    assert more.and_also(["swordfish"]) is more
    assert more.knows("tiny")
    assert more.knows("four")
