"""The pages that only show something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from practice.accounts import broken
from practice.api import files_of, messages_document
from practice.records import Account, File
from practice.visit import Visit


@dataclass(frozen=True, slots=True)
class LibraryPage:
    files: Sequence[File]
    token: str
    """For the API."""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    name: str
    """Of the account, as the messages API gives it."""
    messages: int
    own: int
    """How many of them the account wrote."""


def home(visit: Visit) -> Response:
    return visit.page("home.html", "Welcome")


def about(visit: Visit) -> Response:
    return visit.page("about.html", "About the archive")


def library(visit: Visit, account: Account) -> Response:
    page = LibraryPage(files_of(visit.site, account), account.token)
    return visit.page("library.html", "Your library", page)


def activity(visit: Visit, account: Account) -> Response:
    """A screen made from what the messages API answers, and as frail as such screens are."""
    document = messages_document(visit.site, account)
    if "account" not in document:
        return broken(visit, "Cannot read property 'name' of undefined in activity.qll:12")
    items = document["items"]
    own = sum(item["from"] == account.name for item in items)
    page = ActivityPage(document["account"]["name"], len(items), own)
    return visit.page("activity.html", "Activity", page)
