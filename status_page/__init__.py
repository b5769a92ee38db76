"""What the public reads. One door: a `Page` in, files out."""

from status_page.changes import Capture, Deed, Deploy, Objective
from status_page.component import (
    WINDOWS,
    Component,
    Condition,
    DayBar,
    Month,
    Note,
    Point,
    Series,
    Speed,
    Uptime,
    together,
)
from status_page.incident import Impact, Incident, Maintenance, Stage, Update
from status_page.page import LANGUAGES, Asset, Font, Look, Page
from status_page.site import Renderer, render

__all__ = [
    "LANGUAGES",
    "WINDOWS",
    "Asset",
    "Capture",
    "Component",
    "Condition",
    "DayBar",
    "Deed",
    "Deploy",
    "Font",
    "Impact",
    "Incident",
    "Look",
    "Maintenance",
    "Month",
    "Note",
    "Objective",
    "Page",
    "Point",
    "Renderer",
    "Series",
    "Speed",
    "Stage",
    "Update",
    "Uptime",
    "render",
    "together",
]
