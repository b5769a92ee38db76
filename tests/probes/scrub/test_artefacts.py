"""The last gate: evidence of every sort, before it is kept."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from probes.result import Artefact
from probes.scrub import STARS, Scrubber
from probes.scrub.artefacts import clean
from tests.support.canaries import ODD, told

SCRUB = Scrubber([ODD])
PNG = b"\x89PNG\r\n\x1a\n\0\0"


def test_evidence_without_secrets_passes_as_it_is() -> None:
    trace = _trace({"type": "log", "message": "hello"})
    for artefact in (
        Artefact("screenshot.png", "image/png", PNG),
        Artefact("console.txt", "text/plain", "grüß Gott".encode()),
        Artefact("page.json", "application/json", b'{"title": "Sorry"}'),
        Artefact("trace.zip", "application/zip", trace),
    ):
        assert clean(artefact, SCRUB) is artefact


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/plain", f"error: {ODD}".encode()),
        ("text/plain", f"error: {ODD}".encode("utf-16")),
        ("application/json", json.dumps({"title": ODD, "of": [json.dumps(ODD)]}).encode()),
        ("application/json", f"no JSON {ODD}".encode()),
    ],
)
def test_a_secret_in_a_text_is_hidden(media_type: str, content: bytes) -> None:
    found = clean(Artefact("console.txt", media_type, content), SCRUB)
    assert found is not None
    assert STARS.encode() in found.content
    assert not SCRUB.shows(found.content)
    assert told(found.content, (ODD,)) == []


def test_a_summary_of_requests_stays_json_and_loses_its_cookies() -> None:
    header = {"name": "Set-Cookie", "value": "sid=9a8b7c6d5e; Path=/"}
    har = {"log": {"entries": [{"request": {"url": "/?s=9a8b7c6d5e"}, "headers": [header]}]}}
    found = clean(Artefact("har.json", "application/json", json.dumps(har).encode()), SCRUB)
    assert found is not None
    (entry,) = json.loads(found.content)["log"]["entries"]
    assert entry["request"]["url"] == f"/?s={STARS}"
    assert entry["headers"][0]["value"] == STARS


def test_a_trace_that_tells_is_rewritten() -> None:
    trace = _trace({"type": "log", "message": ODD})
    found = clean(Artefact("trace.zip", "application/zip", trace), SCRUB)
    assert found is not None
    assert told(found.content, (ODD,)) == []


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", PNG + ODD.encode()),
        ("image/png", b"\0\1\2\3"),
        ("application/octet-stream", b"\x1f\x8b\x08\0"),
        ("application/zip", b"PK\3\4 and nothing else"),
        ("application/json", b"[" * 100_000),
    ],
)
def test_what_cannot_be_made_clean_is_not_kept(media_type: str, content: bytes) -> None:
    assert clean(Artefact("odd.bin", media_type, content), SCRUB) is None


def test_the_name_of_a_file_tells_nothing_either() -> None:
    found = clean(Artefact("my-swordfish-1.png", "image/png", PNG), Scrubber(["swordfish"]))
    assert found is not None
    assert found.name == "my-_-1.png"


def _trace(*lines: object) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("trace.trace", "\n".join(map(json.dumps, lines)))
    return packed.getvalue()
