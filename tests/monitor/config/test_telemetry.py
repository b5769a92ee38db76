"""How a run is found again in the target's own tracing, as it is configured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.config.model import Telemetry
from tests.monitor.config.toys import A_PROBE, read, refused, warned

OTLP = 'otlp = "http://127.0.0.1:4318"\n'


def loaded(folder: Path, lines: str) -> Telemetry:
    text = f"[telemetry]\n{lines}\n{A_PROBE}"
    return read(folder, text, {"TOKEN": "0123456789abcdef"}).telemetry


def test_without_a_word_targets_are_told_and_nothing_is_sent(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == Telemetry() == read(tmp_path, A_PROBE).telemetry
    assert (Telemetry().trace_context, Telemetry().otlp) == (True, "")
    assert not loaded(tmp_path, "trace_context = false").trace_context


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://otlp.example.org/otlp/", "https://otlp.example.org/otlp/v1/traces"),
        ("https://otlp.example.org/v1/traces", "https://otlp.example.org/v1/traces"),
    ],
)
def test_the_address_of_a_collector_is_the_beginning_of_the_one_for_traces(
    written: str, full: str, tmp_path: Path
) -> None:
    assert loaded(tmp_path, f'otlp = "{written}"').otlp == full


def test_a_header_may_be_a_reference_and_is_a_secret_then(tmp_path: Path) -> None:
    text = f'[telemetry]\n{OTLP}headers.Authorization = "Bearer ${{env:TOKEN}}"\n{A_PROBE}'
    config = read(tmp_path, text, {"TOKEN": "0123456789abcdef"})

    assert config.telemetry.headers == {"Authorization": "Bearer 0123456789abcdef"}
    assert "0123456789abcdef" in config.secrets
    assert "0123456789abcdef" not in repr(config.telemetry)


def test_a_link_has_the_id_in_its_place(tmp_path: Path) -> None:
    wanted = loaded(tmp_path, 'trace_url = "https://traces.example.org/{trace_id}?of=all"')

    assert wanted.link("4bf9") == "https://traces.example.org/4bf9?of=all"
    assert (wanted.link(""), Telemetry().link("4bf9")) == ("", "")


def test_without_the_extra_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)

    (only,) = refused(tmp_path, f"[telemetry]\n{OTLP}{A_PROBE}")

    assert only == (
        "probes.toml:2: telemetry.otlp: needs an extra that is not installed: "
        "pip install 'trueup[otel]'"
    )


def test_what_is_only_for_a_collector_is_of_no_use_without_one(tmp_path: Path) -> None:
    text = f'[telemetry]\nsample = "all"\nheaders.X = "y"\n{A_PROBE}'

    told = [line.partition(";")[0] for line in warned(read(tmp_path, text), tmp_path)]
    assert [line for line in told if "telemetry" in line] == [
        "probes.toml:2: telemetry.sample: is of no use without a collector",
        "probes.toml:3: telemetry.headers: is of no use without a collector",
    ]


def test_only_headers_may_hold_references(tmp_path: Path) -> None:
    told = refused(tmp_path, f"[telemetry]\notlp = '${{env:TOKEN}}'\n{A_PROBE}")

    assert told[0].startswith("probes.toml:2: telemetry.otlp: references work in probe, ch")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("trace_url = 'https://traces.example.org/'", "trace_url: does not say where the id goes"),
        ("trace_url = '{trace_id}'", "trace_url: is not a web address; write it in full"),
        ("otlp = 'localhost:4318'", "otlp: is not a web address; write it in full"),
        ("otlp = 'https://a:b@otlp.example.org'", "otlp: holds credentials, which belong into a"),
        ("otlp = 'https://otlp.example.org?a=b'", "otlp: ends in a query or a fragment; leave"),
        ("sample = 'some'", "sample: unknown choice 'some'; the choices are failing"),
        ("trace_context = 'no'", "trace_context: expected true or false, found text"),
        ("headers = 'x'", "headers: expected a table, found text"),
        ("headers.X = '${env:NONE}'", "headers.X: the environment variable NONE is not set"),
        ('headers.X = "a\\nb"', "headers: the header X holds a line end or a control character"),
        ("oltp = 'x'", "oltp: unknown key 'oltp'; did you mean 'otlp'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(line: str, told: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"[telemetry]\n{line}\n{A_PROBE}", {"TOKEN": "0123456789"})

    assert only.startswith(f"probes.toml:2: telemetry.{told}")
