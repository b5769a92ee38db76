"""What the public reads. One door: a `Page` in, files out."""

from status_page.page import (
    Component,
    Condition,
    DayBar,
    Incident,
    Maintenance,
    Page,
    Stage,
    Update,
)
from status_page.render import render

__all__ = [
    "Component",
    "Condition",
    "DayBar",
    "Incident",
    "Maintenance",
    "Page",
    "Stage",
    "Update",
    "render",
]
