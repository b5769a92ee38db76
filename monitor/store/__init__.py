"""The owner of SQLite: one writer, read-only readers, and the questions they answer."""

from monitor.store.doors import Answers, Takes
from monitor.store.pieces import apart
from monitor.store.reader import Reader, open_read_only
from monitor.store.writer import StoreTrouble, Writer

__all__ = ["Answers", "Reader", "StoreTrouble", "Takes", "Writer", "apart", "open_read_only"]
