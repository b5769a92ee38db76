"""Places that pages go to: by name or by address, and what is refused before anything is sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.config.toys import A_PROBE, read, refused, warned

BUCKET = """
[publish.bucket]
to = "s3://status.example.org"
key = "AKEY"
secret = "${env:WORD}"
every = "10m"
"""


def test_a_page_goes_to_places_by_name_and_by_address(tmp_path: Path) -> None:
    text = f'{A_PROBE}[page]\npublish = ["bucket", "www/status"]\n{BUCKET}'
    config = read(tmp_path, text, {"WORD": "a secret of the bucket"})
    assert [place.to for place in config.places.values()] == [
        "s3://status.example.org",
        str(tmp_path / "www" / "status"),
    ]
    assert "a secret of the bucket" in config.secrets
    assert "a secret" not in repr(config.places)


def test_a_page_is_stale_no_sooner_than_its_slowest_place_may_be(tmp_path: Path) -> None:
    text = f'{A_PROBE}[page]\npublish = ["bucket"]\n{BUCKET}[pages.other]\n'
    config = read(tmp_path, text, {"WORD": "a secret of the bucket"})
    assert config.page.fresh_for == timedelta(minutes=30)
    assert config.pages["other"].fresh_for == timedelta(minutes=3)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('[page]\npublish = ["bukcet"]', "page.publish[0]: unknown place 'bukcet'; did you mean"),
        ('[page]\npublish = ["ftp://x/y"]', "page.publish[0]: begins with ftp://, which is no ki"),
        ('[page]\npublish = ["sftp://a:b@x/y"]', "page.publish[0]: holds a password; leave it ou"),
        ('[publish.x]\nto = "gopher://x"', "publish.x.to: begins with gopher://, which is no kin"),
        ('[publish.x]\nto = "s3://x"\nkeyy = "a"', "publish.x.keyy: unknown key of a place of th"),
        ('[publish.x]\nto = "s3://x"\nkey = "a"', "publish.x: key and secret belong together"),
        ('[publish.x]\nto = "s3://x"\nsecret = "${env:NO}"', "publish.x.secret: the environment "),
        ("[publish.x]\nevery = '1m'", "publish.x.to: is missing"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused(lines: str, sentence: str, tmp_path: Path) -> None:
    told = refused(tmp_path, f"{A_PROBE}{BUCKET}{lines}\n", {"WORD": "a secret of the bucket"})
    assert any(sentence in line for line in told), told


def test_a_place_that_no_page_goes_to_is_warned_of(tmp_path: Path) -> None:
    config = read(tmp_path, f"{A_PROBE}channels = []\n{BUCKET}", {"WORD": "a secret of it"})
    (only,) = warned(config, tmp_path)
    assert 'no page goes there; write publish = ["bucket"] in [page]' in only


def test_whoever_publishes_a_page_with_a_password_hears_that_nobody_is_asked_for_it_there(
    tmp_path: Path,
) -> None:
    text = (
        f'{A_PROBE}channels = []\n[pages.acme]\npassword = "quite long"\npublish = ["/srv/www"]\n'
    )
    (only,) = warned(read(tmp_path, text), tmp_path)
    assert "nobody is asked for the password there; protect each of these places itself" in only
