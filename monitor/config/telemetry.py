"""The table [telemetry]: what targets hear of their traces, and who collects ours."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

from monitor.config.build import Builder, fill_only, read
from monitor.config.confidential import declared
from monitor.config.entries import Entry
from monitor.config.model import TRACE_ID, Telemetry
from monitor.config.sentences import Fault
from monitor.config.shape import Shape
from monitor.config.tables import TelemetryTable

_PATH: Final = "/v1/traces"
_EXTRA: Final = (
    "opentelemetry.sdk.trace.export",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
)


def read_telemetry(entry: Entry, builder: Builder) -> Telemetry:
    """What is wrong is reported. Imports what sending takes, if anything is to be sent."""
    shape: Shape[TelemetryTable] = Shape(TelemetryTable)
    filled = fill_only(entry, ("headers",), builder.references)
    table = read(shape, entry, filled, builder.references) or TelemetryTable()
    builder.secrets.update(declared(table))
    entry.report(builder.report, _faults(table))
    for fault in _idle(table):
        entry.warn(builder.report, fault)
    return Telemetry(
        trace_context=table.trace_context,
        trace_url=table.trace_url,
        otlp=_in_full(table.otlp),
        headers={name: value.get_secret_value() for name, value in table.headers.items()},
        sample=table.sample,
    )


def _faults(table: TelemetryTable) -> Iterator[Fault]:
    if table.trace_url and TRACE_ID not in table.trace_url:
        yield Fault(("trace_url",), f"does not say where the id goes; write {TRACE_ID} there")
    if not table.otlp:
        return
    parts = urlsplit(table.otlp)
    if "@" in parts.netloc:
        text = "holds credentials, which belong into a header"
        yield Fault(("otlp",), f'{text}; write headers.Authorization = "${{env:OTLP_TOKEN}}"')
    if parts.query or parts.fragment:
        yield Fault(("otlp",), "ends in a query or a fragment; leave that out")
    if not _is_installed():
        text = "needs an extra that is not installed"
        yield Fault(("otlp",), f"{text}: pip install 'trueup[otel]'")


def _idle(table: TelemetryTable) -> Iterator[Fault]:
    for key in sorted(table.model_fields_set & {"headers", "sample"}):
        if not table.otlp:
            yield Fault((key,), 'is of no use without a collector; write otlp = "http://…:4318"')


def _in_full(address: str) -> str:
    """The collector's address is the beginning of that for traces, as the protocol has it."""
    base = address.rstrip("/")
    return base if not base or base.endswith(_PATH) else base + _PATH


def _is_installed() -> bool:
    try:
        for name in _EXTRA:
            import_module(name)
    except ImportError:
        return False
    return True
