"""Uploading where a page takes, lists and removes files in its own way."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from probes import Outcome, Reason, Result
from probes.journeys import choosing, listing, sight, upload
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.uploads import OTHERS, Depot

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def uploaded(travel: Travel, depot: Depot, **more: Any) -> Result:
    with serving(depot.app) as address:
        return await travel(journey="upload", url=f"{address}/", **more)


@pytest.mark.parametrize(
    "depot",
    [
        Depot("drop", "dialog"),
        Depot("button", "inline"),
        Depot("menu", "menu"),
        Depot("many", "tick"),
        Depot("drop", "other", opens="button"),
        Depot("button", "native", lists="slow"),
        Depot("button", "native", lists="reload"),
        Depot("drop", "native", lists="paged"),
    ],
    ids=lambda depot: f"{depot.takes}-{depot.removes}-{depot.lists}",
)
async def test_a_page_is_taken_as_it_is(
    travel: Travel, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "LOOK_AGAIN", timedelta(milliseconds=700))
    monkeypatch.setattr(choosing, "FOR_A_FIELD", timedelta(milliseconds=600))
    if depot.lists == "reload":
        monkeypatch.setattr(sight, "PATIENCE", timedelta(seconds=1.5))
    result = await uploaded(travel, depot)
    assert result.outcome is Outcome.PASS, result
    assert not result.warnings
    assert depot.names == OTHERS


async def test_the_place_to_drop_it_on_can_be_named(travel: Travel) -> None:
    result = await uploaded(travel, Depot("drop"), file_field="css=#box")
    assert result.outcome is Outcome.PASS, result


@pytest.mark.usefixtures("impatient")
async def test_a_page_that_takes_no_file_is_told_with_what_is_there(travel: Travel) -> None:
    depot = Depot("drop")
    depot.takes = "nothing"
    result = await uploaded(travel, depot)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.ELEMENT_MISSING), result
    assert (
        "looked for a field for a file, a button that asks for one, and a place" in result.summary
    )
    assert 'the page "A site" has none' in result.summary


async def test_the_file_is_asked_for_as_the_browser_asks(travel: Travel) -> None:
    named = b64encode(b"canary:sings").decode()
    depot = Depot("many", "native", credentials=f"Basic {named}", wants={"x-canary": "sings"})
    credentials = {"username": "canary", "password": "sings"}
    result = await uploaded(
        travel, depot, http_credentials=credentials, headers={"X-Canary": "sings"}
    )
    assert result.outcome is Outcome.PASS, result


@pytest.mark.usefixtures("impatient")
async def test_a_file_that_cannot_be_removed_is_a_warning(travel: Travel) -> None:
    depot = Depot("button", "none")
    result = await uploaded(travel, depot)
    assert (result.outcome, result.reason) == (Outcome.PASS, None), result
    assert [step.outcome for step in result.steps] == [Outcome.PASS] * 5
    (warning,) = result.warnings
    assert "could not be removed: there is nothing to remove it with" in warning


async def test_a_file_that_came_back_spoilt_is_removed_all_the_same(travel: Travel) -> None:
    depot = Depot("button", spoils=True)
    result = await uploaded(travel, depot)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.FILE_DIFFERS), result
    assert result.steps[-1].name == "get back"
    assert not result.warnings
    assert depot.names == OTHERS


async def test_what_killed_runs_left_behind_is_removed_a_few_at_a_time(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot, now = Depot("button"), listing._minute_now()
    with monkeypatch.context() as yesterday:
        yesterday.setattr(listing, "_minute_now", lambda: now - 1440)
        left = [f"canary-{listing.unique()}.txt" for _ in range(4)]
    new = f"canary-{listing.unique()}.txt"
    for name in (*left, new, "canary-tubergardens0.txt", "holiday.txt"):
        depot.put(name)
    result = await uploaded(travel, depot)
    assert result.outcome is Outcome.PASS, result
    assert depot.names == (*OTHERS, left[3], new, "canary-tubergardens0.txt", "holiday.txt")


QUEUE = """<title>Files</title><input type=file id=file><ul id=queue></ul><script>
file.onchange = async () => { const item = document.createElement("li");
  item.innerHTML = `<a href="#">${file.files[0].name}</a> sending`; queue.append(item);
  await fetch("/files?token=x", {method: "POST", body: file.files[0]}); item.append(", done"); };
</script>"""


@pytest.mark.usefixtures("impatient")
async def test_a_list_of_what_was_refused_is_no_list_of_files(travel: Travel) -> None:
    routes = [
        Route("/", lambda _: HTMLResponse(QUEUE)),
        Route("/files", lambda _: Response("no", 403), methods=["POST"]),
    ]
    with serving(Starlette(routes=routes)) as address:
        result = await travel(journey="upload", url=f"{address}/")
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.FILE_MISSING), result
    assert result.summary == f"the upload was refused: POST {address}/files answered 403"
    assert [step.name for step in result.steps] == ["open", "upload", "see"]
