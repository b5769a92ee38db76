"""What the program says about itself: one line an event, to standard error, scrubbed.

Python's own logging is the one way out, so that what libraries log gets the same treatment.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

Scrub = Callable[[str], str]

LENGTH_MAX: Final = 2_000
"""Characters of one value."""
SELDOM: Final = timedelta(minutes=1)
_ITEMS_MAX: Final = 50
_DEPTH_MAX: Final = 3
_OURS: Final = ("monitor", "probes", "status_page", "practice")
_ROOT: Final = Path(__file__).parents[1]
_NAME: Final = "trueup"
_SELF_WILLED: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")


def get_logger() -> structlog.stdlib.BoundLogger:
    """`get_logger().info("what happened", probe="signin", took_ms=412)`: a fixed phrase, and
    everything that varies as a named value. Silent until `configure` ran.
    """
    return structlog.stdlib.get_logger(_NAME)


class Seldom:
    """Says one thing once a minute at most; whoever uses it counts the rest."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: dict[str, float] = {}

    def warning(self, event: str, **values: object) -> None:
        now = self._monotonic()
        if now - self._said.get(event, float("-inf")) >= SELDOM.total_seconds():
            self._said[event] = now
            get_logger().warning(event, **values)


JOURNEYS: Final = "probes.journey"
"""Where what a journey prints is heard."""


def configure(*, json: bool, scrub: Scrub, level: str = "INFO") -> None:
    """May be called again, as after a reload; the newest call holds.

    *scrub* takes secrets out of text. *level* is for our own events; libraries are heard from
    WARNING upward.
    """
    out = _Out()
    out.setFormatter(_formatter(json=json, scrub=scrub, colours=sys.stderr.isatty()))
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _Out)]:
        root.removeHandler(handler)
    root.addHandler(out)
    root.setLevel(logging.WARNING)
    logging.getLogger(_NAME).setLevel(level)
    logging.getLogger(JOURNEYS).setLevel(level)
    for name in _SELF_WILLED:
        _make_ordinary(logging.getLogger(name))
    logging.captureWarnings(capture=True)


def is_detailed() -> bool:
    """Whether anybody asked for every detail: what is dear to put into words may be left out."""
    return logging.getLogger(_NAME).isEnabledFor(logging.DEBUG)


def _make_ordinary(logger: logging.Logger) -> None:
    """Undoes what a library arranged for its own logger, so that ours are the only rules."""
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True
    logger.disabled = False


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
logging.getLogger(_NAME).addHandler(logging.NullHandler())  # else Python prints them unscrubbed


class _Out(logging.Handler):
    """Standard error, flushed at every line. A line that cannot be made or written leaves its
    place of origin, for its words may be unscrubbed; it never stops anything.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - a line of log is worth no crash
            line = f"log line lost ({record.name} line {record.lineno}): {type(error).__name__}"
        with suppress(OSError, ValueError):  # nobody reads it any more, or it is closed
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


def _formatter(*, json: bool, scrub: Scrub, colours: bool) -> logging.Formatter:
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, sort_keys=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            _name_the_library,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_in_one_line,
            _Cleaner(scrub),
            last,
        ]
    )


def _name_the_library(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if not event["_from_structlog"]:
        event["logger"] = event["_record"].name
    return event


def _exception_in_one_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event.pop("stack_info", None)
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["error"] = raised
    return event


def error_in_one_line(error: BaseException) -> str:
    """`KeyError: 'slot' (monitor/recorder.py:41)`: type, message, and our innermost own line."""
    others = 0
    while isinstance(error, BaseExceptionGroup):
        others += len(error.exceptions) - 1
        error = error.exceptions[0]
    more = f" and {others} more" if others else ""
    return f"{type(error).__name__}: {error} ({_place(error.__traceback__)}){more}"


def _place(traceback: TracebackType | None) -> str:
    place = "nowhere of ours"
    for frame, line in walk_tb(traceback):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS:
            place = f"{path.relative_to(_ROOT)}:{line}"
    return place


class _Cleaner:
    """Makes every value plain, scrubbed, one line and of bounded length, in a steady order."""

    def __init__(self, scrub: Scrub) -> None:
        self._scrub = scrub

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        first = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
        return {key: self._clean(value) for key, value in (first | dict(event)).items()}

    def _clean(self, value: object, depth: int = 0) -> Any:
        match value:
            case None | bool() | int() | float():
                return value
            case BaseException():
                return self._words(error_in_one_line(value))
            case Mapping() if depth < _DEPTH_MAX:
                items = islice(value.items(), _ITEMS_MAX)
                return {self._words(str(key)): self._clean(each, depth + 1) for key, each in items}
            case list() | tuple() | set() | frozenset() if depth < _DEPTH_MAX:
                return [self._clean(each, depth + 1) for each in islice(value, _ITEMS_MAX)]
            case _:
                return self._words(str(value))

    def _words(self, text: str) -> str:
        """Scrubbed before it is cut, for half a secret would not be recognised."""
        scrubbed = self._scrub(text[: LENGTH_MAX * 50])
        line = "".join(c if c.isprintable() else " " for c in scrubbed[:LENGTH_MAX])
        return line if len(scrubbed) <= LENGTH_MAX else line[:-1] + "…"
