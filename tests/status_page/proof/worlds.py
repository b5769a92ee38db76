"""A page with everything on it, in every language, as the strictest reader meets it."""

from __future__ import annotations

from dataclasses import replace

from status_page import LANGUAGES, Asset, Component, Condition, Look, Page
from tests.status_page.pages import lives

LOGO = Asset(
    "logo.svg",
    b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="32">'
    b'<rect width="80" height="32" rx="6" fill="#3b5bdb"/></svg>',
    "image/svg+xml",
)
LOOK = Look(
    logo=LOGO,
    logo_dark=replace(LOGO, name="logo-dark.svg"),
    footer="Run by **Example**. [Terms](https://example.org/terms)",
    links=(("Help", "https://example.org/help"),),
)
MORE = (Condition.DEGRADED, Condition.MAINTENANCE, Condition.UNKNOWN)
"""Besides those that are down, up and not watched."""
SHOWN = 100
"""Days: enough for four months of history."""


def rich(**facts: object) -> Page:
    """One component of each condition, every kind of incident and of work, a look of its own."""
    found = lives.lived_in(
        languages=LANGUAGES,
        environment="staging",
        look=LOOK,
        subscribe="https://watch.example.org/subscribe/",
        description="Whether Example works.",
    )
    others = tuple(
        lives.component(f"Thing {condition}", id=f"thing-{condition}", condition=condition)
        for condition in MORE
    )
    whole = replace(found, components=tuple(map(shortened, (*found.components, *others))))
    return replace(whole, **facts)  # type: ignore[arg-type]  # any of its fields


def shortened(found: Component) -> Component:
    """With as much of its past as is needed to show any."""
    days = found.days[-SHOWN:]
    return replace(found, days=days, months=found.months[:4], first_seen=days[0].day)
