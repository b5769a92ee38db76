"""Places of every kind, and pages to bring there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.places import Bringing, Brought, bring, read
from tests.monitor.places import servers, shells
from tests.monitor.places.far import Far
from tests.support.clock import NIGHT

PAGE = {
    "index.html": b"<!doctype html><title>All is well</title>",
    "de/index.html": b"<!doctype html><title>Alles gut</title>",
    "about/index.html": b"<!doctype html><title>About</title>",
    "components/web/index.html": b"<!doctype html><title>Web</title>",
    "as-of.json": b'{"as_of": "02:00"}',
    "style.css": b"body{}",
    "api/v2/summary.json": b"{}",
}


class Post:
    """Brings pages to one place, as the daemon would, minute after minute."""

    def __init__(self, far: Far, name: str, state: Path) -> None:
        self.far, self.name, self.state = far, name, state
        self.target = read(far.place(name), far.options)
        self.at: datetime = NIGHT

    def bring(self, files: Mapping[str, bytes], **more: Any) -> Brought:
        self.far.wrote.clear()
        return bring(self.work(files, **more))

    def work(self, files: Mapping[str, bytes], **more: Any) -> Bringing:
        about: dict[str, Any] = {"id": self.name, "target": self.target, "state": self.state}
        return Bringing(**{**about, "files": files, "at": self.at, **more})

    def wait(self, span: timedelta) -> None:
        self.at += span

    @property
    def there(self) -> dict[str, bytes]:
        return self.far.read(self.name)

    @property
    def wrote(self) -> list[str]:
        return [name.removeprefix(f"{self.name}/") for name in self.far.wrote]


@pytest.fixture(scope="module", params=["folder", "s3", "sftp", "webdav", "rsync"])
def far(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    """One server for all tests of a module."""
    root = tmp_path_factory.mktemp(request.param)
    match request.param:
        case "folder":
            yield Far(str(root), root)
        case "s3":
            with servers.s3() as found:
                yield found
        case "sftp":
            with shells.sftp(root) as found:
                yield found
        case "rsync" if shutil.which("rsync") is None:
            pytest.skip("rsync is not installed")
        case kind:
            with getattr(servers, kind)(root) as found:
                yield found


@pytest.fixture
def post(far: Far, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    far.breaks_at = ""
    number = sum(map(ord, request.node.name))
    yield Post(far, f"page-{number}", tmp_path)
    far.breaks_at = ""
