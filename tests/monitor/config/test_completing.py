"""Journeys that sign in as another probe does, as the configuration puts them together."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import BadConfiguration, Config, load

SIGNIN = """
[probe.signin]
kind = "journey"
journey = "login"
url = "https://example.org/login"
password = "correct horse"
expect_text = "Your library"
"""
WORDS = """
[probe.words]
kind = "journey"
journey = "message"
url = "https://example.org/"
"""
BOTH = """
sign_in = "signin"
login.url = "https://example.org/login"
login.password = "correct horse"
"""
WEB = """
[probe.web]
kind = "http"
url = "https://example.org/"
"""


def read(folder: Path, text: str) -> Config:
    (folder / "probes.toml").write_text(text)
    return load(folder / "probes.toml", environ={})


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadConfiguration) as caught:
        read(folder, text)
    return [str(problem).partition(": probe.")[2] for problem in caught.value.problems]


def test_a_probe_signs_in_as_the_one_it_names(tmp_path: Path) -> None:
    config = read(tmp_path, f'{WORDS}sign_in = "signin"\n{SIGNIN}')
    words, signin = (config.probes[id_].settings for id_ in ("words", "signin"))
    assert words.login.url == "https://example.org/login"  # type: ignore[attr-defined] # a journey's
    session = signin.session  # type: ignore[attr-defined] # of a kind made here
    assert words.login.session == session  # type: ignore[attr-defined] # of a kind made here
    assert session.startswith("signin ")
    assert "correct horse" in config.secrets
    assert "correct horse" not in repr(words)


def session_of(folder: Path, *changed: tuple[str, str]) -> str:
    text = SIGNIN
    for old, new in changed:
        text = text.replace(old, new)
    config = read(folder, f'{WORDS}sign_in = "signin"\n{text}')
    return str(config.probes["signin"].settings.session)  # type: ignore[attr-defined] # of a kind made here


@pytest.mark.parametrize(
    ("old", "new"),
    [("correct horse", "battery staple"), ("org/login", "org/enter"), ("library", "shelf")],
)
def test_a_session_lasts_until_anything_about_signing_in_changes(
    tmp_path: Path, old: str, new: str
) -> None:
    before = session_of(tmp_path)
    assert before == session_of(tmp_path)
    assert before != session_of(tmp_path, (old, new))
    assert "horse" not in before


def test_a_probe_that_nobody_names_remembers_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, SIGNIN).probes["signin"].settings.session == ""  # type: ignore[attr-defined] # of a kind made here


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f'{WORDS}sign_in = "singin"\n{SIGNIN}',
            "words.sign_in: there is no probe 'singin'; did you mean 'signin'?",
        ),
        (
            f'{WORDS}sign_in = "web"\n{WEB}{SIGNIN}',
            'words.sign_in: web is no probe with journey = "login"; name one that is, as signin',
        ),
        (
            f'{WORDS}sign_in = "words"\n',
            (
                'words.sign_in: words is no probe with journey = "login"; '
                "write one, or a login table here"
            ),
        ),
        (
            f"{WORDS}{BOTH}{SIGNIN}",
            "words.sign_in: cannot stand beside login; leave out one of the two",
        ),
    ],
)
def test_a_name_that_does_not_sign_in_is_refused_with_its_remedy(
    tmp_path: Path, text: str, told: str
) -> None:
    (only,) = refused(tmp_path, text)
    assert only == told


def test_a_login_cannot_sign_in_as_another(tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f'{SIGNIN}sign_in = "signin"\n')
    assert "signin.sign_in: unknown key" in only


def test_a_login_that_is_wrong_itself_is_told_once(tmp_path: Path) -> None:
    wrong = SIGNIN.replace("https://", "ftp://")
    (only,) = refused(tmp_path, f'{WORDS}sign_in = "signin"\n{wrong}')
    assert "signin.url" in only


def test_a_key_for_codes_that_is_none_is_refused_without_being_told(tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f'{SIGNIN}totp_secret = "not-base-32!"\n')
    assert "signin.totp_secret: is neither a key of letters" in only
    assert "base-32" not in only
