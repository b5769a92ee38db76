"""A collector of traces on loopback: takes OTLP over HTTP, as protobuf, and understands it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.probes.test_http import head_of
from tests.support.targets import Target, answering, ok


@dataclass
class Taken:
    """What came over so far, in its order."""

    spans: list[Span] = field(default_factory=list)
    about: dict[str, str | int] = field(default_factory=dict)
    heads: list[dict[str, str]] = field(default_factory=list)

    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    def take(self, request: bytes) -> None:
        head, body = head_of(request), request.partition(b"\r\n\r\n")[2]
        self.heads.append(head)
        plain = gzip.decompress(body) if head.get("content-encoding") == "gzip" else body
        for resource in ExportTraceServiceRequest.FromString(plain).resource_spans:
            self.about |= attributes(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += scope.spans


@contextmanager
def collecting(answer: Callable[[], bytes] = ok) -> Iterator[tuple[Target, Taken]]:
    taken = Taken()

    def take(request: bytes) -> bytes:
        taken.take(request)
        return answer()

    with answering(take) as there:
        yield there, taken


def attributes(found: object) -> dict[str, str | int]:
    """As a plain mapping; numbers stay numbers."""
    read: dict[str, str | int] = {}
    for each in found:  # type: ignore[attr-defined] # a container that protobuf does not name
        assert isinstance(each, KeyValue)
        value = each.value
        read[each.key] = value.int_value if value.HasField("int_value") else value.string_value
    return read


def failed(span: Span) -> str:
    """What its status says; empty when that is no error."""
    return span.status.message if span.status.code == Status.STATUS_CODE_ERROR else ""
