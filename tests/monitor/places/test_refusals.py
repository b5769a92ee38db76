"""A place that does not want us: a sentence with a remedy, and no secret in it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from monitor.places import Bringing, PlaceTrouble, bring, read
from tests.monitor.places import servers, shells
from tests.monitor.places.conftest import PAGE
from tests.monitor.places.far import PASSWORD, Far, tree
from tests.support.clock import NIGHT

WRONG = "wrong-and-secret-too"


def refusal(to: str, options: dict[str, Any], state: Path) -> str:
    target = read(to, options)
    with pytest.raises(PlaceTrouble) as trouble:
        bring(Bringing(id="place", target=target, state=state, files=PAGE, at=NIGHT))
    said = str(trouble.value)
    assert said.startswith(to)
    assert WRONG not in said
    assert PASSWORD not in said
    return said.removeprefix(f"{to}: ")


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    with shells.sftp(tmp_path_factory.mktemp("sftp")) as far:
        yield far


@pytest.fixture(scope="module")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    with servers.webdav(tmp_path_factory.mktemp("webdav")) as far:
        yield far


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_wrong_password(sftp: Far, webdav: Far, tmp_path: Path) -> None:
    said = refusal(sftp.place("page"), {**sftp.options, "password": WRONG}, tmp_path)
    assert said == "it does not let us in; look at the user in the address, password and key"
    said = refusal(webdav.place("page"), {**webdav.options, "password": WRONG}, tmp_path)
    assert said == "it does not let us in; look at username and password"


def test_nobody_is_there(nobody: int, tmp_path: Path) -> None:
    for to, options in (
        (f"sftp://status@127.0.0.1:{nobody}/page", {"password": WRONG}),
        (f"webdav://127.0.0.1:{nobody}/page", {}),
        (f"git+http://127.0.0.1:{nobody}/page.git", {"password": WRONG}),
        (
            "s3://page",
            {"endpoint_url": f"http://127.0.0.1:{nobody}", "key": "AK", "secret": WRONG},
        ),
    ):
        said = refusal(to, options, tmp_path)
        assert said == "nobody listens there; is the server running, and the port right?"


def test_a_host_whose_key_nobody_knows_learns_nothing(sftp: Far, tmp_path: Path) -> None:
    hosts = tmp_path / "known_hosts"
    hosts.write_text("")
    options = {"password": PASSWORD, "known_hosts": str(hosts)}
    said = refusal(sftp.place("page"), options, tmp_path)
    assert said.startswith("its key is not known (ssh-ed25519 SHA256:")
    assert f'write host_key = "{sftp.options["host_key"]}"' in said


def test_a_host_with_another_key_learns_nothing(sftp: Far, tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    said = refusal(sftp.place("page"), {**sftp.options, "host_key": other}, tmp_path)
    assert said.startswith("its key is another than the one known")


def test_the_known_hosts_of_a_file_are_believed(sftp: Far, tmp_path: Path) -> None:
    port = sftp.to.rpartition(":")[2]
    hosts = tmp_path / "known_hosts"
    hosts.write_text(f"[127.0.0.1]:{port} {sftp.options['host_key']}\n")
    target = read(sftp.place("known"), {"password": PASSWORD, "known_hosts": str(hosts)})
    bring(Bringing(id="place", target=target, state=tmp_path, files=PAGE, at=NIGHT))
    assert sftp.read("known") == PAGE


def test_no_such_bucket_and_a_key_that_may_not(tmp_path: Path) -> None:
    with servers.s3() as bucket:
        options = dict(bucket.options)
        said = refusal("s3://another.example.org/page", options, tmp_path)
        assert said == "there is no such bucket; make it, or correct its name"
        bucket.breaks_at = "style.css"
        said = refusal(bucket.place("page"), options, tmp_path)
        assert said.startswith("the key may not do that; allow it s3:PutObject")
        bucket.breaks_with = "SignatureDoesNotMatch"
        said = refusal(bucket.place("page"), options, tmp_path)
        assert said == "the key is not known or does not fit; look at key and secret"
        bucket.breaks_with = "SomethingNew"
        said = refusal(bucket.place("page"), options, tmp_path)
        assert said == "it was refused; look at the log of the storage"


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = refusal(str(tmp_path / "file" / "page"), {}, tmp_path)
    assert said == "a file stands where a folder belongs; move it away"


def test_a_full_disk_keeps_the_page_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = read(str(tmp_path / "page"), {})
    work = Bringing(id="place", target=target, state=tmp_path, files=PAGE, at=NIGHT)
    bring(work)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    next_page = {**PAGE, "index.html": b"new", "as-of.json": b"new"}
    with monkeypatch.context() as patch:
        patch.setattr("monitor.places.folder.os.fsync", full)
        with pytest.raises(PlaceTrouble, match="the disk is full; make room on it"):
            bring(replace(work, files=next_page))
    assert tree(tmp_path / "page") == PAGE
    bring(replace(work, files=next_page))
    assert tree(tmp_path / "page") == next_page


def test_what_a_killed_writer_left_in_a_folder_is_swept_up(tmp_path: Path) -> None:
    target = read(str(tmp_path / "page"), {})
    work = Bringing(id="place", target=target, state=tmp_path, files=PAGE, at=NIGHT)
    bring(work)
    old, young = (tmp_path / "page" / f".index.html.1-{c * 16}.new" for c in "ab")
    for left in (old, young, tmp_path / "page" / ".htaccess"):
        left.touch()
    for left in (old, tmp_path / "page" / ".htaccess"):
        os.utime(left, (0, 0))
    bring(work)
    assert tree(tmp_path / "page").keys() - PAGE.keys() == {young.name, ".htaccess"}


def test_names_that_lead_elsewhere_go_nowhere(tmp_path: Path) -> None:
    target = read(str(tmp_path / "page"), {})
    for name in ("../x.html", "/etc/x", "a/../../x", ".htaccess", "a\\b", "a b", "x\n", "a//b", ""):
        work = Bringing(id="p", target=target, state=tmp_path, files={name: b""}, at=NIGHT)
        with pytest.raises(PlaceTrouble, match="no name for a file of a page"):
            bring(work)
    assert not (tmp_path / "page").exists()
