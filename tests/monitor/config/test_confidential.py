"""What the configuration holds in confidence, wherever it stands, is known; ordinary words not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.config import load
from monitor.config.scrubber import Scrubber

OWN = """
[probe.own]
kind = "journey"
journey = "own.py"
url = "https://canary:pw%2Fin-address@example.org/"
"""
STEPS = """
[probe.steps]
kind = "journey"
url = "https://example.org/"
"""
LOGIN = """
[probe.login]
kind = "journey"
journey = "login"
url = "https://example.org/"
password = "of-the-canary"
expect_text = "Your library"
"""
HTTP = """
[probe.http]
kind = "http"
url = "https://canary:in-address@example.org/"
"""
GO = 'steps = [{ click = "Go" }]'
KEY = "JBSWY3DPEHPK3PXP"


def secrets(folder: Path, text: str, environ: Mapping[str, str] = {}) -> set[str]:
    (folder / "own.py").write_text("async def journey(visit):\n    pass\n")
    (folder / "probes.toml").write_text(text)
    return set(load(folder / "probes.toml", environ=environ).secrets)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (OWN, {"pw/in-address"}),
        (OWN + 'secrets.word = "any word"', {"pw/in-address", "any word"}),
        (OWN + 'headers.X-Key = "hdr-42-abc"', {"pw/in-address", "hdr-42-abc"}),
        (OWN + 'params.token = "${env:TOKEN}"', {"pw/in-address", "of the world"}),
        (STEPS + 'proxy = "http://me:p%40ss@proxy.example.org:1"\n' + GO, {"p@ss"}),
        (
            STEPS + 'http_credentials = { username = "me", password = "basic-55" }\n' + GO,
            {"basic-55"},
        ),
        (STEPS + 'steps = [{ fill = "Password", with = "Tr0ub4dor" }]', {"Tr0ub4dor"}),
        (
            STEPS + 'steps = [{ name = "x", do = [{ fill = "PIN", with = "884422" }] }]',
            {"884422"},
        ),
        (LOGIN + f'totp_secret = "{KEY}"', {"of-the-canary", KEY}),
        (
            LOGIN + f'totp_secret = "otpauth://totp/me?secret={KEY}"',
            {"of-the-canary", KEY, f"otpauth://totp/me?secret={KEY}"},
        ),
        (HTTP, {"in-address"}),
        (
            HTTP + 'method = "POST"\nform = { password = "sesame", go = "a1b2c3d4e5" }',
            {"in-address", "sesame", "a1b2c3d4e5"},
        ),
    ],
)
def test_what_is_written_down_as_a_secret_is_known_wherever_it_stands(
    text: str, held: set[str], tmp_path: Path
) -> None:
    assert secrets(tmp_path, text, {"TOKEN": "of the world"}) == held


@pytest.mark.parametrize(
    "text",
    [
        'headers = { Accept-Language = "de-AT,de;q=0.9", X-Forwarded-For = "192.0.2.7" }\n' + GO,
        'headers = { X-Tenant = "frankfurt", X-Api-Version = "2024-01-01" }\n' + GO,
        'headers = { X-Page = "https://example.org/page", X-From = "canary@example.org" }\n' + GO,
        'steps = [{ fill = "Search", with = "annual report 2024" }]',
        'steps = [{ fill = "Password", with = "wrong" }, { fill = "PIN", with = "1234" }]',
        'steps = [{ fill = "Email", with = "canary@example.org" }]',
    ],
)
def test_words_that_everybody_says_are_no_secrets_in_what_is_told_of_others(
    text: str, tmp_path: Path
) -> None:
    assert secrets(tmp_path, STEPS + text) == set()


def test_what_a_collector_is_told_in_a_header_is_known(tmp_path: Path) -> None:
    text = LOGIN + '[telemetry]\nheaders.Authorization = "Bearer for-the-collector"\n'
    assert "for-the-collector" in secrets(tmp_path, text)


def test_what_is_known_of_one_probe_is_hidden_in_what_another_tells(tmp_path: Path) -> None:
    scrub = Scrubber(secrets(tmp_path, OWN + 'secrets.word = "canary & co"'))
    assert scrub("the page says canary &amp; co, at /canary%20%26%20co") == (
        "the page says ***, at /***"
    )
