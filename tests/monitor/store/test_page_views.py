"""Web vitals in the store: as many as there are runs, and no more pages than can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store import page_views
from probes.result import View
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT

MS = timedelta(milliseconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def add(store: Store, *views: View, minutes: int = 0) -> None:
    at = NIGHT + timedelta(minutes=minutes)
    store.do(lambda db: page_views.add(db, store.keys["a"], "here", at, views))


def a_view(address: str = "https://example.org/login", step: str = "sign in") -> View:
    return View(address=address, step=step, ttfb=40 * MS, fcp=90 * MS, lcp=120 * MS, cls=0.0125)


def test_a_view_reads_as_a_person_would_write_it_down(store: Store) -> None:
    for _ in range(2):
        add(store, a_view(), View(address="https://example.org/", step="open"))
    assert store.ask("SELECT * FROM page_views") == [
        ("a", "here", "2026-03-14T02:00:00.000Z", 1, "sign in", "https://example.org/login",
         40.0, 90.0, 120.0, 0.0125),
        ("a", "here", "2026-03-14T02:00:00.000Z", 2, "open", "https://example.org/",
         None, None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "lasts"),
    [
        ("https://example.org/items/8231", "https://example.org/items/*"),
        ("https://example.org:8443/v2/login", "https://example.org:8443/v2/login"),
        ("https://example.org/f/0b9c42ee-1f/edit", "https://example.org/f/0b9c42ee-1f/edit"),
        ("https://example.org/f/a1234b/edit", "https://example.org/f/*/edit"),
        ("https://example.org/" + "x" * 30, "https://example.org/*"),
        ("about:blank", "about:blank"),
        ("", ""),
    ],
)
def test_what_changes_in_an_address_is_not_remembered(address: str, lasts: str) -> None:
    assert page_views.lasting(address) == lasts


def test_addresses_without_end_fill_no_table(store: Store) -> None:
    for n in range(150):
        add(store, a_view(f"https://example.org/{'a' * (n % 20)}/{n % 7}b{n}"), minutes=n)
        add(store, a_view(step=f"step {n}"), minutes=n)
    assert store.ask("SELECT count(*) FROM page")[0][0] <= 2 * page_views.PAGES_MAX + 1
    assert store.ask("SELECT count(*) FROM page_view") == [(150,)]


def test_a_run_with_a_hundred_pages_leaves_twenty(store: Store) -> None:
    add(store, *[a_view()] * 100)
    assert store.ask("SELECT count(*) FROM page_view") == [(page_views.VIEWS_MAX,)]


def test_they_are_forgotten_with_their_runs(store: Store) -> None:
    for minute in range(5):
        add(store, a_view(), minutes=minute)
    before = NIGHT + timedelta(minutes=3)
    assert store.do(lambda db: page_views.forget(db, before, 2)) == 2
    assert store.do(lambda db: page_views.forget(db, before, 2)) == 1
    assert store.ask("SELECT count(*) FROM page_view") == [(2,)]
