"""A branch of a git repository: always one commit, and never more sent than is new."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cheroot import wsgi
from dulwich.objects import Commit
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.server import BackendRepo, DictBackend
from dulwich.web import HTTPGitApplication

from monitor.places import Bringing, PlaceTrouble, bring, read
from tests.monitor.places import shells
from tests.monitor.places.conftest import PAGE
from tests.support.clock import NIGHT

EXTRAS = {".nojekyll": b""}


class Branch:
    """What a repository has on the branch."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    @property
    def commit(self) -> Commit:
        found = self.repo[self.repo.refs[Ref(b"refs/heads/pages")]]
        assert isinstance(found, Commit)
        return found

    @property
    def files(self) -> dict[str, bytes]:
        tree = self.repo.object_store.iter_tree_contents(self.commit.tree)
        return {entry.path.decode(): self.repo[entry.sha].as_raw_string() for entry in tree}

    @property
    def objects(self) -> set[bytes]:
        return set(self.repo.object_store)


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    (tmp_path / "status.git").mkdir()
    with Repo.init_bare(str(tmp_path / "status.git")) as made:
        yield made


@pytest.fixture(params=["file", "http"])
def to(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"git+file://{tmp_path}/status.git"
        return
    known: dict[bytes, BackendRepo] = {b"/status.git": repo}
    app = HTTPGitApplication(DictBackend(known))
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"git+http://127.0.0.1:{server.bind_addr[1]}/status.git"
    server.stop()
    thread.join(10)


def work(to: str, state: Path, files: dict[str, bytes], minutes: int = 0, **more: Any) -> Bringing:
    at = NIGHT + timedelta(minutes=minutes)
    target = read(to, more)
    return Bringing(id="site", target=target, state=state, files=files, at=at)


def test_a_page_is_one_commit_and_the_next_one_takes_its_place(
    to: str, repo: Repo, tmp_path: Path
) -> None:
    branch = Branch(repo)
    bring(work(to, tmp_path, PAGE))
    assert branch.files == {**PAGE, **EXTRAS}
    first, had = branch.commit, branch.objects
    bring(work(to, tmp_path, {**PAGE, "as-of.json": b"02:15"}, minutes=15))
    assert branch.files["as-of.json"] == b"02:15"
    assert branch.commit.id != first.id
    assert branch.commit.parents == []
    assert branch.commit.message == b"The page as of 2026-03-14 02:15 UTC\n"
    assert len(branch.objects - had) == 3, "a blob, a tree and a commit"


def test_nothing_is_pushed_when_nothing_changed(repo: Repo, tmp_path: Path) -> None:
    to, branch = f"git+file://{tmp_path}/status.git", Branch(repo)
    bring(work(to, tmp_path, PAGE))
    first = branch.commit.id
    bring(work(to, tmp_path, PAGE, minutes=15))
    assert branch.commit.id == first


def test_what_somebody_else_pushed_is_written_over_with_all_that_belongs_there(
    repo: Repo, tmp_path: Path
) -> None:
    to, branch = f"git+file://{tmp_path}/status.git", Branch(repo)
    bring(work(to, tmp_path, PAGE))
    bring(work(to, tmp_path / "..", {"index.html": b"another"}, minutes=1))
    bring(work(to, tmp_path, PAGE, minutes=2))
    assert branch.files == {**PAGE, **EXTRAS}


def test_the_author_and_the_name_of_the_site_are_as_configured(repo: Repo, tmp_path: Path) -> None:
    to, branch = f"git+file://{tmp_path}/status.git", Branch(repo)
    said: dict[str, Any] = {
        "author": "Ops <ops@example.org>",
        "cname": "status.example.org",
        "nojekyll": False,
    }
    bring(work(to, tmp_path, PAGE, **said))
    assert branch.files == {**PAGE, "CNAME": b"status.example.org\n"}
    assert branch.commit.author == b"Ops <ops@example.org>"


def test_a_repository_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaceTrouble, match="there is no repository that this user may write to"):
        bring(work(f"git+file://{tmp_path}/nowhere.git", tmp_path, PAGE))


@pytest.mark.skipif(not (shutil.which("ssh") and shutil.which("git")), reason="needs both")
def test_a_page_goes_by_ssh_with_a_key_to_a_host_that_is_known(repo: Repo, tmp_path: Path) -> None:
    branch = Branch(repo)
    with shells.git_by_ssh(tmp_path) as known:
        to = f"{known.pop('to')}/status.git"
        bring(work(to, tmp_path, PAGE, **known))
        assert branch.files == {**PAGE, **EXTRAS}
        bring(work(to, tmp_path, {**PAGE, "as-of.json": b"02:15"}, minutes=15, **known))
        assert branch.files["as-of.json"] == b"02:15"
        (tmp_path / "known_hosts").write_text("")
        with pytest.raises(PlaceTrouble, match="the host's key is not known"):
            bring(work(to, tmp_path, PAGE, minutes=30, **known))
