"""A page of a few components asks of their probes, and not of the ten thousand others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.store import views
from tests.monitor.store.history import a_store
from tests.support.clock import NIGHT


def test_only_those_that_were_named_are_told_of(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        for probe in ("a", "b"):
            store.runs(NIGHT, probe=probe)
        since = (NIGHT - timedelta(days=1)).date()

        assert store.do(lambda db: set(views.days(db, since=since))) == {"a", "b"}
        assert store.do(lambda db: set(views.days(db, since=since, of=["b"]))) == {"b"}
        assert store.do(lambda db: set(views.days(db, since=since, of=[]))) == set()
        assert store.do(lambda db: set(views.first_days(db, of=["a"]))) <= {"a"}
        assert store.do(lambda db: set(views.probes(db, "here", of=["a", "c"]))) <= {"a"}
