"""From what the store knows to what a page may say."""

from monitor.config.detection import worst_to_notice
from monitor.pages.builder import Builder, build
from monitor.pages.verdict import standing

__all__ = ["Builder", "build", "standing", "worst_to_notice"]
