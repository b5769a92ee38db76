"""A target that lists orders, and a configuration that learns from it."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.clock import SystemClock, to_us
from monitor.store import Writer, baselines, records
from monitor.store.incidents import NewIncident, open_incident
from monitor.store.records import ProbeRow

ORDERS = {"account": {"name": "A. Person"}, "items": [{"id": 1}, {"id": 2}, {"id": 3}]}
WHAT = "$.items[*]"
BASELINE = f'expect.json."{WHAT}".baseline = "30%"\n'


@dataclass
class Shop:
    """A target, and a folder with a configuration of `orders` and `web` beside it."""

    folder: Path
    address: str = ""
    says: list[tuple[int, Any]] = field(default_factory=lambda: [(200, ORDERS)])
    asked: int = 0

    async def answer(self, _: Request) -> JSONResponse:
        self.asked += 1
        status, body = self.says[0] if len(self.says) == 1 else self.says.pop(0)
        return JSONResponse(body, status)

    def expects(self, lines: str = 'expect.shape = "learn"\n') -> None:
        probe = f'kind = "http"\nurl = "{self.address}/orders"\nconfirm = []\n'
        (self.folder / "probes.toml").write_text(
            f"[probe.orders]\n{probe}{lines}[probe.web]\n{probe}"
        )

    def learn(self, *words: str) -> Result:
        return self.trueup("learn", *words)

    def trueup(self, *words: str) -> Result:
        config = str(self.folder / "probes.toml")
        environment = {"COLUMNS": "200", "TERM": "dumb", "SUDO_USER": "ana"}
        return CliRunner(env=environment).invoke(app, (*words, "--config", config))

    def pin(self) -> Any:
        return json.loads((self.folder / "pins" / "orders.json").read_text())

    def history(self, *counts: int) -> None:
        """Good runs of an hour ago that found so many."""
        (self.folder / "var").mkdir(exist_ok=True)
        at = SystemClock().now() - timedelta(hours=1)

        def remember(db: Any) -> None:
            keys = records.sync_probes(db, [ProbeRow("orders", "orders", "http")], at)
            for count in counts:
                baselines.add(db, keys["orders"], at, {WHAT: count})

        with closing(Writer(self.folder / "var" / "trueup.db")) as writer:
            writer.submit(remember).result(20)

    def incident(self, *, over: bool = False) -> int:
        """Opens one of `orders`, or ends all there are; its number."""
        (self.folder / "var").mkdir(exist_ok=True)
        at = SystemClock().now() - timedelta(minutes=5)

        def happen(db: Any) -> int:
            key = records.sync_probes(db, [ProbeRow("orders", "orders", "http")], at)["orders"]
            if over:
                db.execute("UPDATE incident SET resolved_at = ?", [to_us(at)])
                return 0
            new = NewIncident(
                probe=key,
                location="",
                began_at=at,
                opened_at=at,
                reason="json_shape",
                summary="account is gone",
                failed_step="",
                failures=2,
            )
            return open_incident(db, new, instance="here")[0]

        with closing(Writer(self.folder / "var" / "trueup.db")) as writer:
            return writer.submit(happen).result(20)
