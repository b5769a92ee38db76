"""Answers that say which environment they are of, and then another one."""

from __future__ import annotations

import pytest

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
