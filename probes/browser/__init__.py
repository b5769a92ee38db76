"""The browser engine: gives a journey a fresh page and takes everything back afterwards.

It cannot hang (every wait on the browser has a deadline of its own, and the last resort is to kill
it), it keeps nothing between runs, and what it tells has been cleared of secrets. Journeys see a
`Visit`; nobody else sees an object of Playwright's.
"""

from probes.browser.browsers import Browsers
from probes.browser.errand import Errand, Journey
from probes.browser.find import find_browser
from probes.browser.options import BrowserOptions
from probes.browser.troubles import BrowserTrouble, Failure, JourneyBroken
from probes.browser.visit import Visit
from probes.browser.worker.judging import net_reason

__all__ = [
    "BrowserOptions",
    "BrowserTrouble",
    "Browsers",
    "Errand",
    "Failure",
    "Journey",
    "JourneyBroken",
    "Visit",
    "find_browser",
    "net_reason",
]
