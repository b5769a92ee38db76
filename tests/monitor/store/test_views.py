"""What readers ask of probes and incidents."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.store import views
from tests.monitor.store.history import a_store
from tests.support.clock import NIGHT


def test_only_probes_that_were_named_are_told_of(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        for probe in ("a", "b"):
            store.runs(NIGHT, probe=probe)
        assert store.do(lambda db: set(views.probes(db, "here"))) == {"a", "b"}
        assert store.do(lambda db: set(views.probes(db, "here", of=["b", "c"]))) == {"b"}
        assert store.do(lambda db: set(views.probes(db, "here", of=[]))) == set()


def test_incidents_are_found_without_looking_at_every_one(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(db: Database) -> list[str]:
        with db.tracer(lambda sql, _: asked.append(sql)):
            views.incidents(db, since=NIGHT)
        [sql] = asked
        plan = db.execute(f"EXPLAIN QUERY PLAN {sql}", [0] * sql.count("?"))
        return [str(row[3]) for row in plan.fetchall()]

    with a_store(tmp_path / "t.db") as store:
        assert not [step for step in store.do(ask) if step.startswith("SCAN incident")]
