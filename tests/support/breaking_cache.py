"""A cache between a site and those who ask: good on one day, and stuck on the next.

It stands behind what puts cookies and the tokens of forms into pages, as one inside an application
does: so whoever comes can send a form still, and sees what was there yesterday.
"""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

from tests.support.breaking_answers import Answer, Question
from tests.support.breaking_ways import Ask

_KEPT = {200, 404}
_TOKEN = re.compile(rb'(?<=name="csrf" value=")[^"]*')
Page = tuple[str, str]


class Cache:
    """By address, and by what one is known to be: somebody with such cookies."""

    def __init__(self) -> None:
        self._pages: dict[Page, Answer] = {}

    def fills(self, asked: Question, ask: Ask) -> Answer:
        """Everything is asked for anew, and remembered."""
        given = ask(asked)
        if asked.method == "GET" and given.status in _KEPT:
            self._pages[_page(asked)] = given
        return given

    def is_stuck(self, asked: Question, ask: Ask) -> Answer:
        """What is remembered stays as it was; anything else is, from now on."""
        given = ask(asked)
        page = _page(asked)
        if asked.method != "GET" or (page not in self._pages and given.status not in _KEPT):
            return given
        return _dressed(self._pages.setdefault(page, given), given)


def _page(asked: Question) -> Page:
    names = ",".join(sorted(SimpleCookie(asked.header("cookie"))))
    return asked.target, f"{names} {asked.header('authorization')}"


def _dressed(old: Answer, new: Answer) -> Answer:
    cookies = tuple(pair for pair in new.headers if pair[0].lower() == "set-cookie")
    token = _TOKEN.search(new.body)
    body = _TOKEN.sub(token[0], old.body) if token else old.body
    plain = old.without("set-cookie")
    return Answer(plain.status, (*plain.headers, *cookies), body, new.took_s)
