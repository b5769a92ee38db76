"""Uploading a file at sites that keep it, spoil it, lose it, or never took it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from probes import KINDS, Outcome, Reason, Result
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.tools import settings_of
from tests.support.webapps import UploadSite

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERS = {0: ("somebody-elses.txt", b"not yours")}


async def uploaded(travel: Travel, site: UploadSite, path: str = "/", **more: Any) -> Result:
    with serving(site.app) as address:
        keys = {key: value.replace("SITE", address) for key, value in more.items()}
        return await travel(journey="upload", url=f"{address}{path}", **keys)


@pytest.mark.parametrize("path", ["/", "/auto"])
async def test_a_file_goes_there_and_back_and_is_removed(travel: Travel, path: str) -> None:
    site = UploadSite()
    result = await uploaded(travel, site, path)
    assert result.outcome is Outcome.PASS, result
    told = ["open", "upload", "see", "get back", "remove"]
    assert [step.name for step in result.steps] == told
    assert site.files == OTHERS


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        ("differs", Reason.FILE_DIFFERS, "different from byte 0"),
        ("cut", Reason.FILE_DIFFERS, "bytes came back"),
        ("gone", Reason.FILE_MISSING, "answers 404"),
        ("unlisted", Reason.FILE_MISSING, "is not listed"),
        ("broken", Reason.STATUS, "answered 502"),
    ],
)
async def test_what_becomes_of_a_file_is_told(
    travel: Travel, fault: str, reason: Reason, said: str
) -> None:
    result = await uploaded(travel, UploadSite(fault))
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result
    assert said in result.summary
    assert result.artefacts


async def test_a_file_that_cannot_be_removed_is_a_warning_and_no_more(travel: Travel) -> None:
    result = await uploaded(travel, UploadSite("stuck"))
    assert (result.outcome, result.reason) == (Outcome.PASS, None), result
    assert (result.steps[-1].name, result.steps[-1].outcome) == ("remove", Outcome.PASS)
    (warning,) = result.warnings
    assert "could not be removed: it is still listed" in warning


async def test_the_list_may_be_on_another_page_and_everything_be_named(travel: Travel) -> None:
    site = UploadSite()
    result = await uploaded(
        travel,
        site,
        list_url="SITE/",
        list_entry='li:has-text("{name}")',
        remove_locator='li:has-text("{name}") >> button',
        file_field="css=input[name=file]",
        title_field="label=Title",
        submit="text=Upload",
    )
    assert result.outcome is Outcome.PASS, result
    assert site.files == OTHERS


async def test_a_file_of_ones_own_is_sent_as_it_is(travel: Travel, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(bytes(range(256)) * 40)
    with serving(UploadSite().app) as address:
        table = {"journey": "upload", "url": address, "file": "plan.pdf"}
        result = await travel(tmp_path, **table)
    assert result.outcome is Outcome.PASS, result


@pytest.mark.parametrize(
    ("keys", "name", "size"),
    [
        ({}, "canary-1f.txt", None),
        ({"file_name": "plan.tar.gz", "size_bytes": 5000}, "plan.tar-1f.gz", 5000),
        ({"file_name": "README", "content": "abc"}, "README-1f", 3),
    ],
)
async def test_every_run_sends_a_name_of_its_own(
    keys: dict[str, Any], name: str, size: int | None
) -> None:
    table = {"journey": "upload", "url": "https://example.org/"} | keys
    payload = settings_of(KINDS["journey"], table).payload("1f")
    assert payload["name"] == name
    assert size is None or len(payload["buffer"]) == size
