"""What the public reads. One door: a `Page` in, files out.

What draws is brought in when it is asked for: most commands only name what there is.
"""

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    if name not in {"Renderer", "render"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from status_page import site  # noqa: PLC0415 - see above

    return getattr(site, name)
