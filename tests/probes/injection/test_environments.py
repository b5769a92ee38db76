"""Answers that say which environment they are of, and then another one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from probes.expect.environment import HEADERS, KEYS
from probes.injection import BY_NAME, Asked, Given, Injection

ASKED = Asked("GET", "https://archive.example.org/")
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")


def moved(given: Given) -> Given:
    injection = Injection(BY_NAME["wrong-environment"])
    found = injection.after(ASKED, given)
    assert injection.touched == (found is not given)
    return found


@pytest.mark.parametrize(
    "name", ["X-Environment", "x-env", "X-App-Environment", "X-Deployment-Env"]
)
@pytest.mark.parametrize(
    ("value", "then"), [("production", "staging"), ("Live", "staging"), ("qa", "production")]
)
def test_a_header_says_another_name(name: str, value: str, then: str) -> None:
    assert moved(Given(200, (HTML, (name, value)))).headers == (HTML, (name, then))


@pytest.mark.parametrize(
    ("body", "then"),
    [
        (b'{"environment": "production", "n": 1}', b'{"environment": "staging", "n": 1}'),
        (b'{"app": {"env": "dev"}}', b'{"app": {"env": "production"}}'),
        (b'[{"app_env": "prod"}]', b'[{"app_env": "staging"}]'),
    ],
)
def test_a_document_says_another_name(body: bytes, then: bytes) -> None:
    assert moved(Given(200, (JSON,), body)).body == then


@pytest.mark.parametrize(
    ("body", "then"),
    [
        ('<meta name="environment" content="production">',) * 2,
        ('<meta content=live name="app-env" >',) * 2,
        ('<body data-environment="production">',) * 2,
        ("<body data-env=production>",) * 2,
        ("<p>Environment: production</p>",) * 2,
        ("<p>Env: <b>production</b></p>",) * 2,
        ("<dt>Environment:</dt><dd><b>production</b></dd>",) * 2,
        ("<dt>Environment</dt> <dd>live</dd>",) * 2,
    ],
    ids=lambda text: text[:45],
)
def test_a_page_says_another_name(body: str, then: str) -> None:
    expected = then.replace("production", "staging").replace("live", "staging")
    assert moved(Given(200, (HTML,), f"<title>é</title>{body}".encode())).body.decode() == (
        f"<title>é</title>{expected}"
    )


@pytest.mark.parametrize(
    "given",
    [
        Given(200, (HTML,), b"<p>The production of cheese. Our environment: green.</p>"),
        Given(200, (HTML,), b"<p>An environment test of the sea.</p>"),
        Given(200, (HTML,), b'<meta name="description" content="production">'),
        Given(200, (JSON,), b'{"status": "production", "environment": {"air": "good"}}'),
        Given(200, (JSON,), b'{"environment": "a sentence about nature"}'),
        Given(200, (HTML, ("X-Powered-By", "production"))),
    ],
)
def test_an_answer_that_says_none_is_not_touched(given: Given) -> None:
    assert moved(given) is given


@pytest.mark.parametrize("name", HEADERS)
def test_wherever_a_probe_reads_it_in_a_header_another_one_is_said(name: str) -> None:
    assert moved(Given(200, (HTML, (name, "production")))).headers == (HTML, (name, "staging"))


@pytest.mark.parametrize("key", KEYS)
def test_wherever_a_probe_reads_it_in_a_document_another_one_is_said(key: str) -> None:
    found = moved(Given(200, (JSON,), json.dumps({key: "production"}).encode()))
    assert json.loads(found.body) == {key: "staging"}


@pytest.mark.parametrize(
    ("given", "then"),
    [
        (Given(200, (HTML, ("X-Foo", "Blue"))), Given(200, (HTML, ("X-Foo", "production")))),
        (
            Given(200, (JSON,), b'{"on": ["blue", "bluebell"], "blue": 1}'),
            Given(200, (JSON,), b'{"on": ["production", "bluebell"], "blue": 1}'),
        ),
        (
            Given(200, (HTML,), b"<!-- on blue --><p>blueish blue-ish</p>"),
            Given(200, (HTML,), b"<!-- on production --><p>blueish blue-ish</p>"),
        ),
        (
            Given(200, (("Content-Type", "text/plain"),), b"stack=blue"),
            Given(200, (("Content-Type", "text/plain"),), b"stack=production"),
        ),
    ],
)
def test_told_its_name_it_strikes_wherever_that_stands_alone(given: Given, then: Given) -> None:
    injection = Injection(replace(BY_NAME["wrong-environment"], word="blue"))
    assert injection.after(ASKED, given) == then
    assert moved(given) is given, "nobody said that this is the name of an environment"
