"""From what the store knows to what a page may say."""

from monitor.pages.builder import Builder, build
from monitor.pages.verdict import standing
from monitor.pages.waits import worst_to_notice

__all__ = ["Builder", "build", "standing", "worst_to_notice"]
