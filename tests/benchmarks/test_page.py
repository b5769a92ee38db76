"""The benchmark of the page says what it promises. How fast is for people to judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks._paper import YEAR, changed, paper
from benchmarks.page import kinds
from status_page import Condition
from tests.benchmarks.programs import bench, document_of
from tests.status_page.browsing import needs_browser

AT = datetime(2026, 7, 1, 14, 3, 22, tzinfo=UTC)
PROMISED = [
    "render_one_of_100_ms",
    "render_one_of_1000_ms",
    "render_all_1000_ms",
    "index_kb_compressed",
    "lcp_ms",
    "cls",
    "axe_violations",
]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    sizes = ("--few", "3", "--many", "4", "--shown", "3")
    return document_of(tmp_path_factory.mktemp("bench"), "page", "--briefly", *sizes)


@needs_browser
def test_it_prints_every_figure_that_it_promises(document: dict[str, Any]) -> None:
    assert [key for key in document if key in PROMISED] == PROMISED
    for key in PROMISED[:5]:
        assert document[key] > 0, key
    assert 0 <= document["cls"] < 1
    assert document["axe_violations"] == len(document["axe"])


@needs_browser
def test_the_first_page_is_one_request_and_all_of_it_is_weighed(document: dict[str, Any]) -> None:
    assert document["requests_to_first_paint"] == 1
    assert document["index_kb_brotli"] <= document["index_kb_compressed"] < document["index_kb"]
    assert document["looked_at"] == ["index"]


def test_the_page_has_a_year_behind_it_and_is_the_same_every_time() -> None:
    page = paper(5, AT)
    assert page == paper(5, AT)
    assert {len(component.days) for component in page.components} == {YEAR}
    assert all(component.uptime and component.months for component in page.components)
    assert [incident.resolved_at is None for incident in page.incidents] == [True]
    assert len(paper(40, AT).incidents) == 10


def test_a_change_leaves_all_others_the_very_same_objects() -> None:
    page = paper(5, AT)
    after = changed(page, 3)
    same = [old is new for old, new in zip(page.components, after.components, strict=True)]
    assert same == [True, True, True, False, True]
    assert after.components[3].condition is Condition.DOWN
    assert after.made_at > page.made_at
    assert changed(replace(after, made_at=AT), 3).components[3].condition is Condition.UP


def test_one_page_of_each_kind_is_looked_at() -> None:
    names = ["index.html", "de/index.html", "about/index.html", "history/index.html",
             "history/2026-06/index.html", "components/a/index.html", "components/b/index.html",
             "incidents/x/index.html", "embed/index.html", "api/v2/status.json"]  # fmt: skip
    assert kinds(dict.fromkeys(names, b"")) == [
        "", "components/a/", "incidents/x/", "history/", "history/2026-06/", "about/", "embed/",
        "de/",
    ]  # fmt: skip


def test_a_browser_that_is_not_there_is_one_line() -> None:
    done = bench("page", "--browser", "/nowhere/chromium")
    assert done.returncode == 1
    assert done.stderr.startswith("page: ")
    assert "Traceback" not in done.stderr
