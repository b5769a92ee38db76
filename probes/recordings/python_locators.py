"""Locators as Playwright's Python has them: `page.get_by_role("listitem").nth(2)`."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from typing import Final

from probes.recordings.acts import joined, named, role

_PAGE: Final = re.compile(r"page\d*")
_BY: Final = {
    "get_by_label": "label",
    "get_by_text": "text",
    "get_by_placeholder": "placeholder",
    "get_by_title": "title",
    "get_by_alt_text": "alt",
}
_STATES: Final = ("checked", "disabled", "expanded", "level", "pressed", "selected")


class _Unsaid(ast.NodeTransformer):
    """What is quoted may be a password."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("…") if isinstance(node.value, str) else node


def said(node: ast.AST) -> str:
    """The code, without what it quotes."""
    return ast.unparse(_Unsaid().visit(copy.deepcopy(node)))[:80]


def called(node: ast.expr) -> tuple[ast.expr, str, ast.Call] | None:
    """What a method was called of, its name, and the call."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name)):
            return owner, name, node
    return None


def literal(node: ast.expr) -> object:
    """The value of a plain one. Raises ValueError for what would have to be run."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise ValueError(f"{said(node)} is not a plain value") from None


def strings(node: ast.expr) -> Iterator[str]:
    """The text, or texts of a list."""
    value = literal(node)
    yield from map(str, value) if isinstance(value, list | tuple) else (str(value),)


def options_of(node: ast.Call, known: Sequence[str]) -> dict[str, object]:
    """What was said by name. Raises ValueError for what is not *known*."""
    given: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg not in known:
            raise ValueError(f"{keyword.arg}= has no counterpart in a step; leave the line out")
        given[str(keyword.arg)] = _pattern(keyword.value) or literal(keyword.value)
    return given


def target_of(node: ast.expr) -> tuple[str, str]:
    """The page it is on, and the target; empty for the page itself."""
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        node, part = _step(node)
        if part == "frame" and parts:
            continue
        parts.insert(0, part)
    if not _PAGE.fullmatch(node.id):
        raise ValueError(f"{node.id} is not the page; paste what the recorder wrote as it is")
    framed = [*_framed(parts)]
    return node.id, joined(framed) if framed else ""


def _framed(parts: list[str]) -> Iterator[str]:
    """`locator("iframe")` before `content_frame` is a frame."""
    for at, part in enumerate(parts):
        following = parts[at + 1] if at + 1 < len(parts) else ""
        if following == "content_frame":
            yield part.replace("css=", "frame=", 1)
        elif part != "content_frame":
            yield part


def _step(node: ast.expr) -> tuple[ast.expr, str]:
    if isinstance(node, ast.Attribute):
        simple = {"first": "nth=0", "last": "nth=-1", "content_frame": "content_frame"}
        if node.attr in simple:
            return node.value, simple[node.attr]
    call = called(node)
    if call is None:
        raise ValueError(f"{said(node)} is not a locator that a step can have")
    owner, method, told = call
    return owner, _part(method, told)


def _part(method: str, told: ast.Call) -> str:
    match method:
        case "get_by_role":
            return _role(told)
        case "get_by_test_id":
            return f"testid={_one(told)}"
        case "locator":
            selector = _one(told)
            return selector if re.match(r"[a-z]+=", selector) else f"css={selector}"
        case "frame_locator":
            return f"frame={_one(told)}"
        case "nth":
            return f"nth={_one(told)}"
        case "filter":
            text = options_of(told, ("has_text",)).get("has_text", "")
            return _pattern_or_named("has_text", text, exact=False)
        case _ if method in _BY:
            exact = bool(options_of(told, ("exact",)).get("exact"))
            text = _pattern(told.args[0]) or literal(told.args[0])
            return _pattern_or_named(_BY[method], text, exact=exact)
    raise ValueError(f"{method}() has no counterpart in a step")


def _role(told: ast.Call) -> str:
    given = options_of(told, ("name", "exact", *_STATES))
    name = given.get("name", "")
    states = [(key, value) for key, value in given.items() if key in _STATES]
    word = str(literal(told.args[0]))
    if isinstance(name, re.Pattern):
        return f"role={word}[name={_written(name)}]"
    return role(word, str(name), exact=bool(given.get("exact")), states=states)


def _one(told: ast.Call) -> str:
    options_of(told, ())
    return str(literal(told.args[0]))


def _pattern_or_named(engine: str, text: object, *, exact: bool) -> str:
    if isinstance(text, re.Pattern):
        return f"{engine}={_written(text)}"
    return named(engine, str(text), exact=exact)


def _pattern(node: ast.expr) -> re.Pattern[str] | None:
    """Of `re.compile("…", re.IGNORECASE)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile"), args=[body, *_]):
            ignores = "IGNORECASE" in ast.unparse(node)
            try:
                return re.compile(str(literal(body)), re.IGNORECASE if ignores else 0)
            except re.error as error:
                raise ValueError(f"{said(node)} is no pattern: {error}") from None
    return None


def _written(pattern: re.Pattern[str]) -> str:
    return f"/{pattern.pattern}/{'i' if pattern.flags & re.IGNORECASE else ''}"
