"""The owner of the folders that pages are written into."""

from monitor.publish.edition import Edition
from monitor.publish.folder import in_order, put, remove, sweep, write
from monitor.publish.publisher import Published, Publisher

__all__ = ["Edition", "Published", "Publisher", "in_order", "put", "remove", "sweep", "write"]
