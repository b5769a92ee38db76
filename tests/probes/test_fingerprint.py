"""What an answer gives away of what stands behind it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from probes import Outcome
from probes.fingerprint import LONGEST, LONGEST_KEYS, Reader, keys_of
from probes.traits import Trait
from tests.support.targets import Certificates, answering, ok
from tests.support.tools import ask

PAGE = (
    b"<!doctype html><html><head><title>Quill &amp; friends</title>"
    b'<meta name="generator" content="Quill/5.6.40"><meta name="version" content="1.4.2">'
    b"</head><body data-env='production'></body></html>"
)


def read(content: bytes = b"", /, **headers: str) -> dict[Trait, str]:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return dict(Reader().read(fields, content, b"", "", lambda: ["s3cret"]))


@pytest.mark.parametrize(
    ("headers", "traits"),
    [
        ({"Server": "nginx/1.25.3"}, {Trait.SERVER: "nginx/1.25.3"}),
        (
            {"Server": "nginx", "Via": "1.1 varnish, 2 9f8e7d6c5b4a.edge.example.org (Edge)"},
            {Trait.SERVER: "nginx, varnish, (Edge)"},
        ),
        (
            {"X_Powered_By": "PHP/5.6.40", "x_aspnet_version": "4.0", "X_Runtime": "0.013"},
            {Trait.RUNTIME: "PHP/5.6.40, 4.0"},
        ),
        ({"X_App_Version": "1.4.2"}, {Trait.VERSION: "1.4.2"}),
        ({"X_Environment": "production"}, {Trait.ENVIRONMENT: "production"}),
        ({"Date": "now", "X_Request_Id": "1", "Set_Cookie": "a=b"}, {}),
        ({"Server": "a\tb\x07 \u202ec s3cret"}, {Trait.SERVER: "a b c ***"}),
        ({"Server": "x" * 5000}, {Trait.SERVER: "x" * (LONGEST - 1) + "…"}),
    ],
)
def test_headers_tell(headers: dict[str, str], traits: dict[Trait, str]) -> None:
    assert read(b"", **headers) == traits


def test_a_page_tells_its_title_and_what_it_was_made_by_and_headers_count_more() -> None:
    told = {
        Trait.TITLE: "Quill & friends",
        Trait.RUNTIME: "Quill/5.6.40",
        Trait.VERSION: "1.4.2",
        Trait.ENVIRONMENT: "production",
    }
    assert read(PAGE) == told
    assert read(PAGE, X_App_Version="1.5.0") == told | {Trait.VERSION: "1.5.0"}
    assert read(PAGE + b" " * 20_000) == told


def test_a_json_answer_tells_its_version_and_its_keys() -> None:
    answer = {"version": "1.4.2", "env": "production", "items": [{"id": 1, "tags": ["x"]}]}
    assert read(json.dumps(answer).encode()) == {
        Trait.VERSION: "1.4.2",
        Trait.ENVIRONMENT: "production",
        Trait.JSON_KEYS: "env, items, items[].id, items[].tags, version",
    }
    assert read(b"{" + b" " * 20_000 + b"}") == read(b"{") == read(b"\xff\x00") == {}


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ({"items": []}, ""),
        ([{"id": 1}, {"id": 2, "note": "x"}], "[].id, [].note"),
        ({"users": {"17": {"n": 1}, "18": {"n": 2}}}, "users, users.*, users.*.n"),
        ({"2026-11-21": 1, "a\x00b": 2}, "*"),
        ({"a": [[[[[[[[[[1]]]]]]]]]]}, "a"),
        (7, ""),
    ],
)
def test_keys_that_are_data_and_lists_without_entries_make_no_difference(
    document: Any, keys: str
) -> None:
    assert keys_of(document) == keys


def test_many_keys_end_in_a_hash_of_all_of_them() -> None:
    document = {f"key_{chr(97 + n % 26)}{chr(97 + n // 26)}": n for n in range(200)}
    one = read(json.dumps(document).encode())[Trait.JSON_KEYS]
    document.popitem()
    other = read(json.dumps(document).encode())[Trait.JSON_KEYS]
    assert one != other
    assert len(one) <= LONGEST_KEYS
    assert one[:400] == other[:400]


LONG_SECRET = "Zq" + "abcdefghijKLMNOPQRSTuvwxyz" * 4
CUT_KEYS = {f"{'k' * 45}{chr(97 + n)}": 1 for n in range(10)} | {"kzzz" + "QrStUvWxYz" * 4: 1}


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ([(b"X-Environment", LONG_SECRET.encode())], b""),
        ([(b"Server", b"x" * 190 + LONG_SECRET.encode())], b""),
        ([(b"Via", b"1.1 " + b"x" * 950 + LONG_SECRET.encode())], b""),
        ([], json.dumps({"environment": LONG_SECRET}).encode()),
        ([], f"<!doctype html><meta name=environment content={LONG_SECRET}>".encode()),
        ([], f"<!doctype html><title>{'x' * 980}{LONG_SECRET}</title>".encode()),
        ([], f"<!doctype html>{' ' * 4000}<title>{LONG_SECRET}</title>{' ' * 20_000}".encode()),
        (
            [],
            f"<!doctype html>{LONG_SECRET * 36}<title>{LONG_SECRET * 4}{' ' * 20_000}".encode(),
        ),
        ([], json.dumps(CUT_KEYS).encode()),
    ],
)
def test_a_secret_is_hidden_before_anything_is_cut(
    fields: list[tuple[bytes, bytes]], content: bytes
) -> None:
    secrets = [LONG_SECRET, "QrStUvWxYz" * 4]
    told = " ".join(Reader().read(fields, content, b"", "", lambda: secrets).values())
    assert "abcdefgh" not in told
    assert "QrSt" not in told


def test_a_number_that_is_a_secret_leaves_the_json_readable() -> None:
    told = Reader().read([], b'{"pin": 481516, "at": 1}', b"", "", lambda: ["481516"])
    assert told == {Trait.JSON_KEYS: "at, pin"}


def test_content_that_changes_all_the_time_is_looked_at_once_a_minute() -> None:
    reader = Reader()

    def look(at_s: float, content: bytes, **headers: str) -> dict[Trait, str]:
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        return dict(reader.read(fields, content, b"", "", tuple, at_s))

    assert look(1000, b'{"a": 1}', server="x") == {Trait.SERVER: "x", Trait.JSON_KEYS: "a"}
    assert look(1059, b'{"b": 1}', server="x") == {Trait.SERVER: "x", Trait.JSON_KEYS: "a"}
    assert look(1060, b'{"c": 1}', server="x") == {Trait.SERVER: "x", Trait.JSON_KEYS: "c"}
    assert look(1070, b'{"d": 1}', server="y") == {Trait.SERVER: "y", Trait.JSON_KEYS: "d"}
    assert look(1071, b'{"e": 1}', server="y", via="1.1 4f8e7d6c5b4a") == {
        Trait.SERVER: "y",
        Trait.JSON_KEYS: "d",
    }
    assert look(5, b'{"f": 1}', server="y") == {Trait.SERVER: "y", Trait.JSON_KEYS: "f"}


def test_what_came_last_is_not_looked_at_again() -> None:
    asked = []

    def secrets() -> list[str]:
        asked.append(1)
        return []

    reader = Reader()
    fields = [(b"Server", b"nginx"), (b"Date", b"1")]
    first = reader.read(fields, PAGE, b"", "192.0.2.1:443", secrets)
    later = [(b"Server", b"nginx"), (b"Date", b"2")]
    again = reader.read(later, PAGE, b"", "192.0.2.1:443", secrets)
    assert again is first
    assert len(asked) == 1

    other = reader.read(fields, PAGE + b"<p>12:01", b"", "192.0.2.1:443", secrets)
    moved = reader.read(fields, PAGE, b"", "[2001:db8::1]:443", secrets)
    assert other == first
    assert moved == {**first, Trait.ADDRESS: "2001:db8::1"}


def test_a_certificate_that_nobody_can_read_tells_nothing() -> None:
    assert Reader().read([], b"", b"no certificate", "", list) == {}


async def test_a_run_tells_the_key_and_its_issuer_and_another_certificate_is_another_key(
    tmp_path: Path,
) -> None:
    certificates = Certificates(tmp_path)
    told = []
    for _ in range(2):
        with answering(ok(PAGE, "Server: quill"), certificates.good()) as there:
            result = await ask(there.url, tls={"ca": str(certificates.file)})
            told.append(result.facts.traits)
    one, other = told
    assert one[Trait.SERVER] == "quill"
    assert one[Trait.ADDRESS] == "127.0.0.1"
    assert len(one[Trait.TLS_KEY]) == 16
    assert one[Trait.TLS_KEY] != other[Trait.TLS_KEY]
    assert one[Trait.TLS_ISSUER] == other[Trait.TLS_ISSUER] != ""


async def test_only_answers_that_were_wanted_tell_and_no_secret_is_told() -> None:
    with answering(ok(b"oops", "Server: proxy", status="502 Bad Gateway")) as there:
        down = await ask(there.url)
        wanted = await ask(there.url, expect={"status": 502, "contains": "well"})
    with answering(ok(b"", "Server: s3cret-word/1")) as there:
        repeated = await ask(there.url, auth={"bearer": "s3cret-word"})
    assert down.facts.traits == {}
    assert (wanted.outcome, wanted.facts.traits[Trait.SERVER]) == (Outcome.FAIL, "proxy")
    assert repeated.facts.traits[Trait.SERVER] == "***/1"
