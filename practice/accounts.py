"""Signing up, in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from practice import passwords
from practice.visit import TICKET, Visit, keep, see

NAME_LENGTH: Final = 80
EMAIL_LENGTH: Final = 254
PASSWORD_LENGTHS: Final = (10, 200)
BROKEN_SIGN_IN: Final = "Call to undefined function match_secret_v1() in accounts/sign_in.qll:41"


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What was written already, to be corrected."""

    email: str = ""
    name: str = ""


def sign_in(visit: Visit) -> Response:
    if visit.request.method != "POST":
        notice = "Your account is ready. Please sign in." if visit.request.query_params else ""
        return visit.page("sign-in.html", "Sign in", AccountPage(), notice=notice)
    if "accidental-upgrade" in visit.site.switches:
        return broken(visit, BROKEN_SIGN_IN)
    return _sign_in(visit)


def _sign_in(visit: Visit) -> Response:
    account, kept = visit.site.data.account(visit.text("email")) or (None, "")
    if not passwords.matches(_password(visit), kept) or account is None:
        return visit.page(
            "sign-in.html",
            "Sign in",
            AccountPage(email=visit.text("email")),
            notice="The e-mail address or the password is not right.",
            status=403,
        )
    response = see("/library")
    keep(response, TICKET, visit.site.data.open_session(account))
    return response


def sign_up(visit: Visit) -> Response:
    if visit.request.method != "POST":
        return visit.page("sign-up.html", "Sign up", AccountPage())
    if problem := _problem(visit) or _add(visit):
        page = AccountPage(email=visit.text("email"), name=visit.text("name"))
        return visit.page("sign-up.html", "Sign up", page, notice=problem, status=422)
    return see("/sign-in?new")


def sign_out(visit: Visit) -> Response:
    visit.site.data.close_session(visit.request.cookies.get(TICKET, ""))
    response = see("/")
    response.delete_cookie(TICKET)
    return response


def broken(visit: Visit, error: str) -> Response:
    """The page of a stack that fell over."""
    return visit.page("broken.html", "Fatal error", error, status=500)


def _password(visit: Visit) -> str:
    """Not trimmed: a password may begin or end with a space."""
    return visit.exact_text("password")[: PASSWORD_LENGTHS[1] + 1]


def _problem(visit: Visit) -> str:
    """What is wrong with the form, for whom it was filled in by; empty if nothing is."""
    email, shortest, longest = visit.text("email"), *PASSWORD_LENGTHS
    if not 1 <= len(visit.text("name")) <= NAME_LENGTH:
        return f"Please give a name of at most {NAME_LENGTH} characters."
    if not all(email.partition("@")) or len(email) > EMAIL_LENGTH:
        return "That is not an e-mail address."
    if not shortest <= len(_password(visit)) <= longest:
        return f"Please choose a password of {shortest} to {longest} characters."
    return ""


def _add(visit: Visit) -> str:
    kept = passwords.stretch(_password(visit))
    if visit.site.data.add_account(visit.text("email"), visit.text("name"), kept):
        return ""
    return "There is an account with this e-mail address already."
