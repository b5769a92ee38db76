"""What may be written of a place, and what is said of the rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.places import PLACES, BadPlace, kind_of, name_of, read
from tests.support.checkout import examples, sections

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("/srv/www/status", "folder"),
        ("public", "folder"),
        ("file:///srv/www/status", "folder"),
        ("s3://status.example.org/here", "s3"),
        ("sftp://status@www.example.org:2222/srv/www", "sftp"),
        ("webdavs://dav.example.org/status", "webdav"),
        ("rsync://www.example.org/pages", "rsync"),
        ("status@www.example.org:pages", "rsync"),
        ("git+ssh://git@git.example.org/status.git", "git"),
        ("git+https://git.example.org/status.git", "git"),
    ],
)
def test_the_beginning_of_an_address_tells_what_it_is(to: str, kind: str) -> None:
    assert kind_of(to).name == kind


def test_a_folder_is_relative_to_the_configuration(tmp_path: Path) -> None:
    assert read("www/./status", {}, tmp_path).to == f"{tmp_path}/www/status"
    assert read("/srv/www", {}, tmp_path).to == "/srv/www"


@pytest.mark.parametrize(
    ("to", "options", "fault"),
    [
        ("ftp://example.org/", {}, "to: begins with ftp://, which is no kind of place"),
        ("sftp://u:word@example.org/x", {}, 'password = "${env:STATUS_PASSWORD}"'),
        ("sftp:///x", {}, "to: names no host; write it as sftp://host/folder"),
        ("sftp://-oProxyCommand=x/x", {}, "to: names no host"),
        ("sftp://example.org:99999/x", {}, "to: is no address"),
        ("s3://bucket/../other", {}, 'to: holds ".."'),
        ("s3://bucket/%2e%2e/other", {}, 'to: holds ".."'),
        ("s3://bucket/a b", {}, "to: holds a space"),
        ("s3://bucket?x=1", {}, "to: holds a ? or a #"),
        ("s3://bucket", {"key": "AK"}, "key and secret belong together"),
        (
            "s3://bucket",
            {"secrets": "x"},
            "secrets: unknown key of a place of the kind s3; did you",
        ),
        (
            "s3://bucket",
            {"colour": "x"},
            "colour: unknown key of a place of the kind s3; it has key",
        ),
        ("s3://bucket", {"timeout": 30}, "timeout: 30 is not a duration; write it with a unit"),
        ("sftp://example.org/x", {"host_key": "abc"}, "host_key: is no key of a host"),
        ("sftp://example.org/x", {"key": "nowhere"}, "key: is no file"),
        ("git+https://me@example.org/x", {}, "to: names a user; leave it out and write username"),
        ("git+https://example.org/x", {"branch": "a..b"}, "branch: "),
        ("git+https://example.org/x", {"author": "me"}, "author: "),
        ("git+https://example.org/x", {"cname": "no host"}, "cname: "),
        ("webdav://example.org/x", {"cname": "x.org"}, "cname: unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(
    to: str, options: dict[str, Any], fault: str
) -> None:
    with pytest.raises(BadPlace) as bad:
        read(to, options)
    assert fault in str(bad.value)
    assert "word@" not in str(bad.value)


@pytest.mark.parametrize(
    ("to", "module", "extra"),
    [
        ("s3://bucket", "s3fs", "s3"),
        ("sftp://example.org/x", "paramiko", "sftp"),
        ("webdavs://example.org/x", "webdav4", "webdav"),
        ("git+https://example.org/x", "dulwich", "git"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(
    to: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "monitor.places.extras.find_spec", lambda name: None if name == module else 1
    )
    with pytest.raises(BadPlace) as bad:
        read(to, {})
    said = f"to: needs an extra that is not installed: pip install 'trueup[{extra}]'"
    assert str(bad.value) == said


def test_a_program_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    for to in ("rsync://example.org/x", "git+ssh://git@example.org/x"):
        with pytest.raises(BadPlace, match="which is not installed here; install it"):
            read(to, {})


def test_reading_imports_no_library_that_is_not_used_yet() -> None:
    code = (
        "import sys; from monitor import places; places.read('git+file:///x', {});"
        "places.read('s3://b', {}); places.read('sftp://h/x', {}); places.read('webdav://h/x', {});"
        "print([m for m in ('s3fs', 'paramiko', 'webdav4', 'dulwich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_target_is_the_same_when_it_is_read_again_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "id").touch()
    options = {"key": "id", "password": "word-of-ours", "timeout": "5s"}
    for target in (
        read("sftp://example.org/x", options, tmp_path),
        read("www", {}, tmp_path),
        read("git+https://example.org/x", {"nojekyll": False, "password": "word"}),
    ):
        again = read(target.to, target.options)
        assert again.settings == target.settings


def test_a_secret_shows_nowhere() -> None:
    target = read("s3://bucket", {"key": "AK", "secret": "word-of-ours", "token": "word-of-ours"})
    assert "word-of-ours" not in f"{target} {target.settings} {target!r}"


def test_addresses_have_names_of_their_own() -> None:
    names = [name_of(to) for to in ("s3://a/b", "s3://a-b", "s3://A/b", "/" + "x" * 90, "/")]
    assert len(set(names)) == len(names)
    assert names[0].startswith("s3-a-b-")
    assert all(len(name) < 60 for name in names)


def test_pages_go_where_each_publish_costs_no_more_often_than_is_good() -> None:
    git, folder = read("git+file:///x", {}), read("/srv/www", {})
    assert git.every(None, MINUTE) == timedelta(minutes=15)
    assert git.every(timedelta(minutes=2), MINUTE) == timedelta(minutes=2)
    assert folder.every(None, MINUTE) == MINUTE
    assert folder.every(timedelta(seconds=10), MINUTE) == MINUTE


@pytest.mark.parametrize("name", PLACES)
def test_every_kind_is_described_with_all_its_keys_and_an_example(name: str) -> None:
    section = sections("publishing.md")[name]
    keys = PLACES[name].settings.model_fields.keys() - {"to"}
    shown = [tomllib.loads(example)["publish"] for example in examples(section)]
    assert shown
    for place in (place for tables in shown for place in tables.values()):
        assert kind_of(place["to"]).name == name
        assert place.keys() - {"to"} <= keys
    assert not [key for key in keys if f"| `{key}` |" not in section]
