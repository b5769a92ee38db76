"""What is said where nobody wrote anything, in the page's own language."""

from __future__ import annotations

from status_page.incident import Incident, Maintenance
from status_page.machine.events import Event, Turn
from status_page.machine.facts import line
from status_page.tongue import Tongue

OF_WORK = {Turn.ANNOUNCED, Turn.BEGAN, Turn.ENDED}


def incident_name(incident: Incident, speaking: Tongue) -> str:
    return line(incident.sentence) or speaking.say("Something is down.")


def work_name(work: Maintenance, speaking: Tongue) -> str:
    return line(work.title) or speaking.say("Maintenance")


def name(event: Event, speaking: Tongue) -> str:
    """Of the incident or the work; never empty."""
    if event.turn in OF_WORK:
        return event.title or speaking.say("Maintenance")
    return event.title or speaking.say("Something is down.")


def unwritten(event: Event, speaking: Tongue) -> str:
    """The words of an event that has none."""
    if event.turn is Turn.RESOLVED:
        return speaking.say("This is resolved.")
    if event.turn is Turn.ENDED:
        return speaking.say("The work is done.")
    return name(event, speaking)
