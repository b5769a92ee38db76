"""A content management system, watched from its sign-in to its documents by configuration alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from probes import KINDS, Outcome, Reason, Result
from tests.support.serve import free_port
from tests.support.tools import borrowed_tools, settings_of
from tests.support.waiting import until

USER, PASSWORD = "canary", "sings-in-the-mine"
SETTINGS = """
from canary.settings.dev import *
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEBUG_PROPAGATE_EXCEPTIONS = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
"""
PATIENCE = 60


@pytest.fixture(scope="module")
def wagtail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new site with one account; its address."""
    folder = tmp_path_factory.mktemp("wagtail")
    pytest.importorskip("wagtail")
    here = {"PYTHONDONTWRITEBYTECODE": "1", "DJANGO_SETTINGS_MODULE": "canary.settings.ours"}
    surroundings = os.environ | here | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}

    def manage(*words: str) -> None:
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=folder, env=surroundings, check=True, timeout=PATIENCE)

    start = "from wagtail.bin.wagtail import main; main()"
    command = [sys.executable, "-c", start, "start", "canary", "."]
    subprocess.run(command, cwd=folder, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
    (folder / "canary/settings/ours.py").write_text(SETTINGS)
    manage("migrate", "--verbosity", "0")
    manage("createsuperuser", "--noinput", "--username", USER, "--email", "canary@example.org")
    with running(folder, surroundings) as address:
        yield address


@contextmanager
def running(folder: Path, surroundings: dict[str, str]) -> Iterator[str]:
    """The site as its developers run it, for as long as a block lasts."""
    port = free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=surroundings, stdout=log, stderr=log)
    try:
        until(lambda: answers(f"{address}/admin/login/"), "the site answers", within=PATIENCE)
        yield address
    finally:
        server.kill()
        server.wait(PATIENCE)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


async def travelled(address: str, text: str) -> Result:
    """The one probe of a configuration, run once."""
    tables = tomllib.loads(text.replace("https://cms.example.org", address))
    (table,) = tables["probe"].values()
    kind = KINDS[table.pop("kind")]
    async with borrowed_tools() as tools:
        return await kind.run(settings_of(kind, table), tools)


SIGN_IN = """
[probe.editors]
kind = "journey"
journey = "login"
url = "https://cms.example.org/admin/login/"
username = "canary"
password = "sings-in-the-mine"
expect_text = "Documents"
"""

UPLOAD = """
[probe.documents]
kind = "journey"
journey = "upload"
url = "https://cms.example.org/admin/documents/add/"
list_url = "https://cms.example.org/admin/documents/"

[probe.documents.login]
url = "https://cms.example.org/admin/login/"
username = "canary"
password = "sings-in-the-mine"
"""


async def test_an_editor_signs_in(wagtail: str) -> None:
    result = await travelled(wagtail, SIGN_IN)
    assert result.outcome is Outcome.PASS, result


async def test_an_editor_with_a_wrong_password_is_refused_in_its_own_words(wagtail: str) -> None:
    result = await travelled(wagtail, SIGN_IN.replace(PASSWORD, "whistles"))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED), result
    assert "Your username and password didn't match" in result.summary


async def test_a_document_is_uploaded_listed_compared_and_deleted(wagtail: str) -> None:
    result = await travelled(wagtail, UPLOAD)
    assert result.outcome is Outcome.PASS, result
    told = ["sign in", "open", "upload", "see", "get back", "remove"]
    assert [step.name for step in result.steps] == told
