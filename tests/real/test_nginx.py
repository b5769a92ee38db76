"""The http kind against a real nginx, in the clear and behind TLS."""

from __future__ import annotations

from typing import Any

import pytest

from probes import Outcome, Reason
from tests.real.conftest import Nginx
from tests.support.tools import ask


@pytest.mark.parametrize(
    ("path", "table"),
    [
        (
            "/",
            {
                "expect": {
                    "contains": ["Welcome", "more"],
                    "header": {"Server": {"pattern": "^nginx/"}},
                }
            },
        ),
        ("/", {"expect": {"header": {"Content-Encoding": "gzip"}}}),
        ("/", {"method": "HEAD"}),
        ("/old", {"expect": {"contains": "Welcome"}}),
        ("/old", {"expect": {"status": 301, "header": {"Location": {"pattern": "/$"}}}}),
        (
            "/items.json",
            {"expect": {"json": {"$.items[*].id": {"count_min": 2, "type": "integer"}}}},
        ),
        ("/private/", {"auth": {"username": "canary", "password": "sing"}}),
        ("/gone", {"expect": {"status": [410]}}),
    ],
)
async def test_what_works(nginx: Nginx, path: str, table: dict[str, Any]) -> None:
    trusted = table | {"tls": {"ca": str(nginx.authority)}}
    for result in (
        await ask(nginx.plain + path, **table),
        await ask(nginx.secure + path, **trusted),
    ):
        assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize(
    ("path", "reason", "said"),
    [
        ("/missing", Reason.STATUS, "status 404, expected 2xx"),
        ("/private/", Reason.STATUS, "status 401, expected 2xx"),
        ("/hang-up", Reason.CLOSED_EARLY, "the connection was closed without an answer"),
        ("/large.bin", Reason.ANSWER_TOO_LARGE, "the body is longer than 1048576 bytes"),
        ("/upgrade", Reason.TLS_UNTRUSTED, "redirected to https://127.0.0.1:"),
    ],
)
async def test_what_does_not(nginx: Nginx, path: str, reason: Reason, said: str) -> None:
    result = await ask(nginx.plain + path)
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason)
    assert result.summary.startswith(said)


async def test_behind_tls_every_phase_takes_its_time(nginx: Nginx) -> None:
    result = await ask(
        nginx.secure,
        tls={"ca": str(nginx.authority)},
        expect={"certificate_valid_for": "1d", "within": "4s"},
    )
    assert result.outcome is Outcome.PASS
    assert list(result.phases) == ["connect", "tls", "send", "wait", "receive"]


async def test_in_the_clear_the_secure_port_says_so_itself(nginx: Nginx) -> None:
    result = await ask(nginx.secure.replace("https", "http"))
    assert result.summary == "status 400, expected 2xx"
