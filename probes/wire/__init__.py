"""The HTTP engine: one request, one fresh connection, and the time that every part of it took."""

from probes.wire.certificates import Certificate, Tls
from probes.wire.inflate import ACCEPTED, inflate
from probes.wire.question import Question, write_question
from probes.wire.redirects import origin
from probes.wire.report import Answered, Place, Report, Terms, WireError, report_of
from probes.wire.trail import Trail
from probes.wire.transport import Wire

__all__ = [
    "ACCEPTED",
    "Answered",
    "Certificate",
    "Place",
    "Question",
    "Report",
    "Terms",
    "Tls",
    "Trail",
    "Wire",
    "WireError",
    "inflate",
    "origin",
    "report_of",
    "write_question",
]
