"""What subscribers are told, and the words of the pages on which people subscribe."""

from status_page.subscribing.letter import Letter, Links, confirming, known_already, telling
from status_page.subscribing.news import (
    About,
    Found,
    Heard,
    News,
    Said,
    What,
    about,
    baseline,
    news,
)

__all__ = [
    "About",
    "Found",
    "Heard",
    "Letter",
    "Links",
    "News",
    "Said",
    "What",
    "about",
    "baseline",
    "confirming",
    "known_already",
    "news",
    "telling",
]
