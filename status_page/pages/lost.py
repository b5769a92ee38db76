"""What a server shows for an address that leads to nothing: `404.html`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from status_page.frame import frame
from status_page.kept import Kept
from status_page.page import Page
from status_page.pages.mold import around
from status_page.templates import template
from status_page.tongue import Tongue

PATH: Final = "404.html"


class Lost:
    """It is shown at any address, so that its links are absolute: from ours, or from the top of the
    server where ours is not known.
    """

    def __init__(self) -> None:
        self._pages: Kept[tuple[object, ...], bytes] = Kept()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        yield PATH, self._pages.get(tongue.code, around(page), partial(_made, page, tongue))


def _made(page: Page, tongue: Tongue, _: object) -> bytes:
    title = tongue.say("This page does not exist")
    outside = frame(page, tongue, path=PATH, title=title, top=page.url or "/", whole=True)
    return template("lost.html", tongue).render(frame=outside).encode()
