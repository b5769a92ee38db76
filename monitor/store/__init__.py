"""The owner of SQLite: one writer, read-only readers, and the questions they answer."""

from monitor.store.reader import Reader, open_read_only
from monitor.store.writer import StoreTrouble, Writer

__all__ = ["Reader", "StoreTrouble", "Writer", "open_read_only"]
