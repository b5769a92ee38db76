"""Secrets come from elsewhere, and are told to nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config import BadConfiguration
from tests.monitor.config.toys import A_PROBE, problems, read, refused, warned

SECRET = "s3cr3t-w0rd/&é"
ENVIRON = {"WORD": SECRET, "SHORT": "xyz", "EMPTY": "", "BYTES": "a\udcff"}


def url_of(folder: Path, url: str) -> str:
    probe = A_PROBE.replace("https://example.org/", url)
    value = read(folder, probe, ENVIRON).probes["web"].settings.model_dump()["url"]
    return str(value)


def test_a_reference_is_filled_in_wherever_it_stands_in_a_text(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("from-a-file\n\n")

    assert url_of(tmp_path, "${env:WORD}") == SECRET
    assert url_of(tmp_path, "a${env:WORD}b${env:WORD}") == f"a{SECRET}b{SECRET}"
    assert url_of(tmp_path, f"${{file:{tmp_path}/word}}") == "from-a-file\n"
    assert url_of(tmp_path, "${file:word}") == "from-a-file\n"


def test_two_dollars_stand_for_the_characters_themselves(tmp_path: Path) -> None:
    assert url_of(tmp_path, "$${env:WORD}") == "${env:WORD}"
    assert url_of(tmp_path, "$5{}$$") == "$5{}$$"
    assert url_of(tmp_path, "$$${env:WORD}") == "$${env:WORD}"


def test_what_references_held_and_what_settings_declare_secret_is_known_afterwards(
    tmp_path: Path,
) -> None:
    (tmp_path / "word").write_text("from-a-file")
    text = A_PROBE + (
        'secret = "written-in-the-file"\nheaders.Accept = "text/html"\n'
        'headers.Authorization = "Bearer ${env:WORD}"\nfile = "${file:word}"'
    )
    config = read(tmp_path, text, ENVIRON)

    assert config.secrets == {SECRET, "from-a-file", "written-in-the-file"}
    assert config.files == (tmp_path / "probes.toml", tmp_path / "word")


def test_the_password_in_a_secret_address_is_a_secret_in_the_form_in_which_it_is_used(
    tmp_path: Path,
) -> None:
    address = "http://user:p%40ss%2Fword@proxy.example.org"
    config = read(tmp_path, f'{A_PROBE}secret = "{address}"')

    assert config.secrets == {address, "p@ss/word"}


def test_what_a_reference_held_is_in_no_text_about_the_configuration(tmp_path: Path) -> None:
    config = read(tmp_path, f'{A_PROBE}name = "${{env:WORD}}"', ENVIRON)

    assert SECRET not in repr(config)
    assert SECRET not in str(config.warnings)
    assert SECRET not in repr(read(tmp_path, A_PROBE + "secret = '${env:WORD}'", ENVIRON).probes)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("${env:ABSENT}", "the environment variable ABSENT is not set; set it, or correct it"),
        ("${env:EMPTY}", "the environment variable EMPTY is empty; set it, or correct it"),
        ("${env:BYTES}", "the environment variable BYTES is not usable text; correct it"),
        ("${env:1A}", "${env:1A} is not a reference; write ${env:NAME} or ${file:PATH}, or $${"),
        ("${envv:WORD}", "${envv:WORD} is not a reference; write ${env:NAME}"),
        ("${WORD}", "${WORD} is not a reference; write ${env:NAME}"),
        ("${file:}", "${file:} is not a reference; write ${env:NAME}"),
        ("${env:WORD", "a reference is not closed; write ${env:NAME} or ${file:PATH}"),
        ("${file:absent}", "the file absent cannot be used: there is no such file; correct its"),
        ("${file:.}", "the file  cannot be used: it is a folder; name a file"),
        ("${file:pipe}", "the file pipe cannot be used: it is not a regular file; name one"),
        ("${file:large}", "the file large cannot be used: it is larger than 64 KiB; make it sm"),
        ("${file:latin}", "the file latin cannot be used: byte 2, in line 1, is not UTF-8"),
        ("${file:empty}", "the file empty holds no usable text; write the value into it"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_problem_of_its_own_and_the_only_one(
    url: str, told: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * 65537)
    (tmp_path / "latin").write_bytes(b"a\xe4")
    (tmp_path / "empty").write_bytes(b"\n")
    (only,) = refused(tmp_path, A_PROBE.replace("https://example.org/", url + " b"), ENVIRON)

    assert only.replace(str(tmp_path), "").startswith(f"probes.toml:3: probe.web.url: {told}")


def test_a_missing_reference_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    told = refused(tmp_path, f"{A_PROBE}file = '${{env:ABSENT}}'\ntimeout = 3\nkid = 1")
    assert [problem.split(": ")[1] for problem in told] == [
        "probe.web.file",
        "probe.web.timeout",
        "probe.web.kid",
    ]


PUBLIC = (
    *("page.title", "page.url", "component.x.name", "component.x.group", "component.x.says"),
    *("maintenance.x.title", "trueup.environment"),
)


@pytest.mark.parametrize(
    "table", ["trueup.location", "defaults.playbook", "tag.x.playbook", "hours.x.timezone", *PUBLIC]
)
def test_tables_without_secrets_take_no_reference(table: str, tmp_path: Path) -> None:
    told = refused(tmp_path, f"{table} = '${{env:WORD}}'\n{A_PROBE}", ENVIRON)
    sentence = (
        "references work in probe, channel and publish tables, in the password of a page, in "
        "trueup.heartbeat, trueup.metrics_token and telemetry.headers, and where deploys, captures "
        "and actions hold secrets; write the value"
    )
    assert f"probes.toml:1: {table}: {sentence}" in told
    assert SECRET not in str(told)


def test_a_secret_too_short_to_be_kept_out_of_logs_is_warned_of(tmp_path: Path) -> None:
    config = read(tmp_path, A_PROBE + "channels = []\nsecret = '${env:SHORT}'", ENVIRON)
    (only,) = warned(config, tmp_path)

    assert only.startswith("probes.toml:5: probe.web.secret: what ${env:SHORT} holds is shorter")
    assert "xyz" not in only


WRONG = (
    "url = '${env:W} x'",
    "timeout = '${env:W}'",
    "method = '${env:W}'",
    "kind = '${env:W}'",
    "renamed_from = '${env:W}'",
    "name = '${env:W}\\u0007'",
    "playbook = '${env:W}'",
    "channels = ['${env:W}']",
    "tags = ['${env:W}']",
    "expect.json.'$.a'.type = '${env:W}'",
    "headers = '${env:W}'",
    "confirm = ['${env:W}']",
    "unknown = '${env:W}'",
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    secret=st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), min_size=10, max_size=30
    ).filter(lambda text: len(set(text)) > 6)
)
def test_no_problem_whatever_its_sort_quotes_a_secret(tmp_path: Path, secret: str) -> None:
    for line in WRONG:
        key = line.split(" ")[0]
        kept = [each for each in A_PROBE.splitlines() if not each.startswith(f"{key} ")]
        text = "\n".join([*kept, line.replace("'$", '"$').replace("}'", '}"')])
        told = str(BadConfiguration(problems(tmp_path, text, {"W": secret})))
        assert secret not in told
        assert repr(secret)[1:-1] not in told
