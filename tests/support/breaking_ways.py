"""The ways in which a site is broken, each by the name that people give it."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.support.breaking_answers import JSON, PAGE, Answer, Question

Ask = Callable[[Question], Answer]
Way = Callable[[Question, Ask], Answer]

_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_ERROR = Answer(500, _HTML, b"<html><title>500</title><h1>Internal Server Error</h1></html>")
_NOT_FOUND = Answer(404, _HTML, b"<html><title>404</title><h1>Not Found</h1></html>")
_TOO_LARGE = Answer(413, _HTML, b"<html><title>413</title><h1>Too Large</h1></html>")
_PARKED = Answer(
    200,
    _HTML,
    b"<!doctype html><html><head><title>example.org</title></head><body><h1>This domain is parked"
    b"</h1><p>Buy it from its owner.</p></body></html>",
)
_GATE = Answer(
    200,
    _HTML,
    b"<!doctype html><html><head><title>Please sign in</title></head><body><h1>Please sign in</h1>"
    b"<form method=post action=/gate><label>Name <input name=who></label><label>Password "
    b"<input type=password name=word></label><button>Enter</button></form></body></html>",
)
_ASSETS = ("text/css", "text/javascript", "application/javascript")
_ROWS = re.compile(
    rb"<li\b.*?</li>|<tr\b(?:(?!</tr>).)*?<td.*?</tr>|<d[td]\b.*?</d[td]>", re.DOTALL
)
_MAIN = re.compile(rb"<main\b.*?</main>", re.DOTALL)
_BODY = re.compile(rb".*", re.DOTALL)
_KEPT = re.compile(rb"(<(script|nav|header|footer)\b.*?</\2>)", re.DOTALL)


def healthy(asked: Question, ask: Ask) -> Answer:
    return ask(asked)


def refusing(_: Question, __: Ask) -> Answer:
    raise ConnectionResetError


def mute(_: Question, __: Ask) -> Answer:
    raise ConnectionResetError


HEALTHY: Way = healthy
REFUSING: Way = refusing
MUTE: Way = mute


def _always(given: Answer) -> Way:
    return lambda _, __: given


def _writes_fail(asked: Question, ask: Ask) -> Answer:
    return ask(asked) if asked.reads else _ERROR


def _slow(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    time.sleep(4 * given.took_s)
    return given


def _empty(asked: Question, ask: Ask) -> Answer:
    return replace(ask(asked), status=200, body=b"").without("location")


def _instead(page: Answer) -> Way:
    """For whatever is not a script, a style or a picture."""

    def way(asked: Question, ask: Ask) -> Answer:
        return ask(asked) if _is_part_of_a_page(asked) else page

    return way


def _is_part_of_a_page(asked: Question) -> bool:
    wanted = asked.header("sec-fetch-dest") in {"script", "style", "image", "font"}
    return wanted or asked.path.endswith((".js", ".css", ".svg", ".ico"))


def _half(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    return given.saying(given.body[: len(given.body) // 2])


def _in_json(change: Callable[[Any], Any]) -> Way:
    def way(asked: Question, ask: Ask) -> Answer:
        given = ask(asked)
        if given.media_type != JSON or given.status != 200:
            return given
        return given.saying(json.dumps(change(json.loads(given.body))).encode())

    return way


def _no_entries(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _no_entries(each) for key, each in value.items()}
    return [] if isinstance(value, list) else value


def _no_rows(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    if given.media_type != PAGE:
        return given
    found = _MAIN.search(given.body) or _BODY.match(given.body)
    if found is None:
        return given
    begins, ends = found.span()
    parts = _KEPT.split(given.body[begins:ends])  # text, what is kept, the name of its tag, text
    left = b"".join((_ROWS.sub(b"", part), part, b"")[at % 3] for at, part in enumerate(parts))
    return given.saying(given.body[:begins] + left + given.body[ends:])


def _as_staging(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    headers = tuple((n, v.replace("production", "staging")) for n, v in given.headers)
    told = given.media_type in (PAGE, JSON)
    body = given.body.replace(b"production", b"staging") if told else given.body
    return replace(given, headers=headers, body=body)


def _no_assets(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    return _NOT_FOUND if given.media_type in _ASSETS else given


def _no_files(asked: Question, ask: Ask) -> Answer:
    sends = asked.header("content-type").startswith("multipart/form-data")
    return _TOO_LARGE if sends else ask(asked)


def _no_links(asked: Question, ask: Ask) -> Answer:
    given = ask(asked)
    leads_on = asked.reads and 300 <= given.status < 400 and given.header("location")
    return _NOT_FOUND if leads_on and "sign-in" not in given.header("location") else given


def _no_cookies(asked: Question, ask: Ask) -> Answer:
    return ask(asked).without("set-cookie")


_WAYS: dict[str, Callable[[], Way]] = {
    "refused": lambda: REFUSING,
    "timeout": lambda: MUTE,
    "status-500": lambda: _always(_ERROR),
    "writes-500": lambda: _writes_fail,
    "slow": lambda: _slow,
    "empty-body": lambda: _empty,
    "another-page": lambda: _instead(_PARKED),
    "sign-in-page": lambda: _instead(_GATE),
    "truncated": lambda: _half,
    "empty-lists": lambda: _in_json(_no_entries),
    "empty-tables": lambda: _no_rows,
    "wrong-environment": lambda: _as_staging,
    "assets-missing": lambda: _no_assets,
    "upload-refused": lambda: _no_files,
    "link-lost": lambda: _no_links,
    "cookies-dropped": lambda: _no_cookies,
}
WAYS = frozenset(_WAYS)


def way_of(name: str) -> Way:
    """A new one, which remembers nothing."""
    return _WAYS[name]()


def losing(fields: Mapping[str, str], *, renamed: bool = False) -> Way:
    """JSON answers without the field, or with it renamed, that *fields* names by the path of the
    address: `{"/api/files": "$.items[*].id"}`.
    """
    ways = {path: _in_json(functools.partial(_lost, at, renamed)) for path, at in fields.items()}
    return lambda asked, ask: ways.get(asked.path, HEALTHY)(asked, ask)


def losing_all(*, renamed: bool = False) -> Way:
    """JSON answers without any field, or with all of them renamed."""
    return _in_json(functools.partial(_bare, renamed))


def _bare(renamed: bool, value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(renamed, each) for each in value]
    if isinstance(value, dict) and renamed:
        return {f"nobodyKnows{key}": _bare(renamed, each) for key, each in value.items()}
    return {} if isinstance(value, dict) else value


def _lost(at: str, renamed: bool, document: Any) -> Any:
    *inner, last = at.removeprefix("$.").split(".")
    for holder in _holders(document, inner):
        if last in holder:
            value = holder.pop(last)
            if renamed:
                holder["nobodyKnows"] = value
    return document


def _holders(value: Any, inner: list[str]) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _holders(each, inner)
    elif isinstance(value, dict) and inner:
        yield from _holders(value.get(inner[0].removesuffix("[*]")), inner[1:])
    elif isinstance(value, dict):
        yield value
