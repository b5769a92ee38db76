"""Hands spans over to a collector, in batches and from a thread of its own (OTLP over HTTP).

Imported only where a collector is configured: it brings OpenTelemetry with it, which is an extra.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Final

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from monitor.log import Seldom
from monitor.telemetry.spans import Span

WAITING_MAX: Final = 4096
"""Spans that wait for the collector; beyond that the oldest make room."""
BATCH_MAX: Final = 512
GATHER_MS: Final = 2000
ANSWER_S: Final = 5.0
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_UNSET: Final = Status(StatusCode.UNSET)
_US: Final = 1000  # nanoseconds


class Sink:
    """Takes spans as they come and returns at once. *about* tells whose spans they are."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], about: Mapping[str, str]) -> None:
        self._ears = _Ears(endpoint)
        self._resource = Resource.create(dict(about))
        self._scope = InstrumentationScope("trueup", about["service.version"])
        session = requests.Session()
        session.trust_env = False  # no proxy, and no password of somebody's for that host
        self._exporter = OTLPSpanExporter(
            endpoint,
            headers=headers,
            timeout=ANSWER_S,
            compression=Compression.Gzip,
            session=session,
        )
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=WAITING_MAX,
            schedule_delay_millis=GATHER_MS,
            max_export_batch_size=BATCH_MAX,
        )

    def take(self, trace_id: str, spans: Iterable[Span]) -> None:
        for span in spans:
            self._processor.on_end(self._made(int(trace_id, 16), span))

    def close(self) -> None:
        """Sends what waits; may take as long as the collector does."""
        self._processor.shutdown()  # type: ignore[no-untyped-call] # the library forgot it

    def give_up(self) -> None:
        """Makes a `close` that is under way end without being heard."""
        self._ears.setLevel(logging.CRITICAL + 1)
        self._exporter.shutdown()  # type: ignore[no-untyped-call] # as above

    def _made(self, trace_id: int, span: Span) -> ReadableSpan:
        """Made by hand, for a tracer takes fifteen times as long, and thinks of the present."""
        began_ns = span.began_us * _US
        return ReadableSpan(
            span.name,
            context=_context(trace_id, span.id),
            parent=_context(trace_id, span.parent) if span.parent else None,
            resource=self._resource,
            attributes=span.attributes,
            kind=SpanKind.CLIENT if span.asks else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, span.said) if span.said else _UNSET,
            start_time=began_ns,
            end_time=began_ns + span.lasted_us * _US,
            instrumentation_scope=self._scope,
        )


def _context(trace_id: int, span_id: str) -> SpanContext:
    return SpanContext(trace_id, int(span_id, 16), is_remote=False, trace_flags=_SAMPLED)


class _Ears(logging.Handler):
    """Hears what the library logs, which would be several lines for every batch, and says it once
    a minute.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__(logging.WARNING)
        self._endpoint = endpoint
        self._seldom = Seldom(time.monotonic)
        logger = logging.getLogger("opentelemetry")
        logger.handlers, logger.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        self._seldom.warning(
            "traces are not taken", collector=self._endpoint, why=record.getMessage()
        )
