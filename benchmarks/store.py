"""What the database takes in, how large a year makes it, and how quickly it answers for the page.

A day of runs is written as the daemon writes them; a year of them is made from it; housekeeping
folds and forgets until nothing is left to do; and the questions of the status page are asked.
Prints one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3  # noqa: TID251 - asks how large each table is
import statistics
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvloop
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; the store opens it

from benchmarks._program import document, number, parser
from benchmarks._scribe import scribe
from benchmarks._year import DAY, Written, fold, make
from monitor import pages
from monitor.config import Config, load
from monitor.pages.builder import KEPT
from monitor.pages.history import History
from monitor.state import DATABASE
from monitor.store import Reader, acts, public
from monitor.store.acts import Kind

EVERY_S: Final = 60
ENDS_AT: Final = datetime(2026, 7, 1, tzinfo=UTC)
TIMES: Final = 20
EXAMPLES: Final = ("", "--probes 10 --days 40", "--keep /tmp/year")
_HEAD: Final = """\
[trueup]
state = "state"
[defaults]
every = "{every}s"
channels = ["oncall"]
[channel.oncall]
kind = "webhook"
url = "https://example.org/hook"
"""
_PROBE: Final = """\
[probe.probe-{number}]
kind = "http"
url = "https://example.org/{number}"
[component.component-{number}]
name = "Component {number}"
probes = ["probe-{number}"]
"""


def main() -> None:
    given = _arguments()
    document("store", lambda folder: _measured(given.keep or folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("store", __doc__ or "", EXAMPLES)
    words.add_argument("--probes", type=number(int, 1), default=100, help="(%(default)s)")
    words.add_argument("--days", type=number(int, 2), default=365, help="(%(default)s)")
    words.add_argument("--keep", type=Path, help="a folder for the database, to look at")
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    config = _configured(folder, given.probes)
    written, left = uvloop.run(_made(config, given.days))
    database = config.state / DATABASE
    runs = given.probes * given.days * int(DAY.total_seconds()) // EVERY_S
    size = database.stat().st_size
    return {
        "rows_per_s": round(written.rows / written.took_s),
        "cpu_us_per_row": round(written.cpu_us / written.rows, 1),
        "bytes_per_run": round(size / runs, 2),
        **asyncio.run(_asked(config, database)),
        "probes": given.probes,
        "days": given.days,
        "database_mb": round(size / 1e6, 1),
        "tables": _tables(database),
        "left_to_fold_or_forget": left,
    }


def _configured(folder: Path, probes: int) -> Config:
    """A component for each probe: no page asks more."""
    path = folder / "probes.toml"
    tables = (_PROBE.format(number=number) for number in range(probes))
    path.write_text(_HEAD.format(every=EVERY_S) + "".join(tables))
    return load(path)


async def _made(config: Config, days: int) -> tuple[Written, bool]:
    """What the first day cost, and whether housekeeping has anything left to do in the end."""
    written = await make(config, ENDS_AT - days * DAY, days, _say)
    _say("housekeeping")
    async with scribe(config, ENDS_AT) as last:
        await fold(last.writer, config, ENDS_AT)
        return written, await fold(last.writer, config, ENDS_AT) > 2


async def _asked(config: Config, database: Path) -> dict[str, float]:
    """In milliseconds: the first page after a start, which reads all of the year; then, the median
    of some times, what is asked for each further page alone, and with the page made of the answers.
    """
    _say("the page's questions")
    reader = Reader(database)
    history, builder = History(config.probes, config.location), pages.Builder(config.page)
    questions = partial(_questions, history=history)
    build = partial(builder.build, config=config, at=ENDS_AT)
    try:
        first_ms = await _took_ms(reader, build)
        await reader.ask(questions)
        return {
            "year_page_first_ms": round(first_ms, 2),
            "year_page_query_ms": await _median_ms(reader, questions),
            "year_page_build_ms": await _median_ms(reader, build),
        }
    finally:
        reader.close()


def _questions(db: Database, history: History) -> None:
    """Those of monitor/pages."""
    history.read(db, ENDS_AT)
    public.told(db, since=ENDS_AT - KEPT)
    acts.spans(db, Kind.MAINTENANCE, ENDS_AT)


async def _took_ms(reader: Reader, question: Any) -> float:
    began = time.perf_counter()
    await reader.ask(question)
    return (time.perf_counter() - began) * 1e3


async def _median_ms(reader: Reader, question: Any) -> float:
    return round(statistics.median([await _took_ms(reader, question) for _ in range(TIMES)]), 2)


def _tables(database: Path) -> dict[str, dict[str, float]]:
    """Rows, and bytes a row; without bytes where SQLite was built without `dbstat`."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as db:
        sizes: dict[str, int] = {}
        with contextlib.suppress(sqlite3.OperationalError):
            sizes = dict(db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        return {name: _table(db, name, sizes) for name in ("run", *_ROLLUPS)}


_ROLLUPS: Final = ("rollup_5m", "rollup_1h", "rollup_1d")


def _table(db: sqlite3.Connection, name: str, sizes: dict[str, int]) -> dict[str, float]:
    rows = int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
    each = {"bytes_per_row": round(sizes[name] / max(rows, 1), 1)} if name in sizes else {}
    return {"rows": rows, **each}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
