"""Pages that are answered instead of the target's own."""

from __future__ import annotations

from typing import Final

from probes.injection.exchange import Given

_HTML: Final = (("Content-Type", "text/html; charset=utf-8"),)
_PAGE: Final = (
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8"><title>{}</title></head>\n'
    "<body>\n{}\n</body></html>\n"
)


def _page(status: int, title: str, body: str) -> Given:
    return Given(status, _HTML, _PAGE.format(title, body).encode())


def error_page(status: int, phrase: str) -> Given:
    """As web servers write it when the application cannot."""
    return _page(status, f"{status} {phrase}", f"<h1>{phrase}</h1>\n<hr><p>nginx</p>")


PARKED: Final = _page(
    200,
    "This domain is parked",
    "<h1>This domain is parked</h1>\n<p>Its owner has not put anything here yet.</p>",
)

SIGN_IN: Final = _page(
    200,
    "Sign in",
    '<h1>Sign in</h1>\n<form method="post" action="/sign-in">\n'
    '<label for="name">E-mail</label> <input id="name" name="email" type="email">\n'
    '<label for="password">Password</label>'
    ' <input id="password" name="password" type="password">\n'
    '<button type="submit">Sign in</button>\n</form>',
)
