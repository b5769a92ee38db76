"""Reads what `playwright codegen` writes as Python, without running any of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from probes.recordings.acts import Act, Kind, NotUnderstood
from probes.recordings.python_locators import (
    called,
    literal,
    options_of,
    said,
    strings,
    target_of,
)

_ACTIONS: Final[dict[str, Kind]] = {
    "goto": "goto",
    "click": "click",
    "dblclick": "click",
    "hover": "hover",
    "fill": "fill",
    "press": "press",
    "select_option": "select",
    "check": "check",
    "uncheck": "uncheck",
    "set_input_files": "upload",
    "to_be_visible": "expect_visible",
    "to_contain_text": "expect_text",
    "to_have_text": "expect_text",
    "to_have_value": "expect_value",
    "to_be_empty": "expect_value",
    "to_be_checked": "expect_checked",
    "not_to_be_checked": "expect_unchecked",
    "close": "close",
    "wait_for_timeout": "wait",
}
_BESIDE: Final = re.compile(r"(browser|context|playwright|p|asyncio|main|run)\b")
_LIST_OF_ITS_OWN: Final = "is nothing that a step can do; leave it out, or write it as a journey"


def from_python(text: str) -> Iterator[Act | NotUnderstood]:
    """Raises nothing: a statement that is not understood is said so in its place."""
    try:
        tree = ast.parse(_dedented(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        yield NotUnderstood(line, "neither lines of JSON nor Python")
        return
    yield from _Reader().body(tree.body)


def _dedented(text: str) -> str:
    """A few lines copied from the midst of a script are indented all the same."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(indent) for line in text.splitlines())


class _Reader:
    def __init__(self) -> None:
        self._asks = False

    def body(self, statements: list[ast.stmt]) -> Iterator[Act | NotUnderstood]:
        for statement in statements:
            try:
                yield from self._statement(statement)
            except (ValueError, TypeError, IndexError, RecursionError) as error:
                yield NotUnderstood(statement.lineno, str(error))

    def _statement(self, statement: ast.stmt) -> Iterator[Act | NotUnderstood]:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Pass():
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self.body(statement.body)
            case ast.With() | ast.AsyncWith():
                yield from self._with(statement)
            case ast.Expr(value=value):
                yield from self._expression(_awaited(value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from self._assignment(name, _awaited(value))
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                return
            case _:
                raise ValueError(_said(statement, _LIST_OF_ITS_OWN))

    def _with(self, statement: ast.With | ast.AsyncWith) -> Iterator[Act | NotUnderstood]:
        item = statement.items[0]
        source = ast.unparse(item.context_expr)
        if "playwright()" in source:
            yield from self.body(statement.body)
            return
        if not re.fullmatch(r"page\d*\.expect_(popup|download)\(\)", source):
            raise ValueError(_said(item.context_expr, _LIST_OF_ITS_OWN))
        acts = list(self.body(statement.body))
        if len(acts) != 1 or not isinstance(acts[0], Act):
            raise ValueError(_said(item.context_expr, "holds something else than one action"))
        opens = ""
        if "expect_popup" in source and isinstance(item.optional_vars, ast.Name):
            opens = item.optional_vars.id.removesuffix("_info")
        yield _with_signals(acts[0], opens, downloads="expect_download" in source)

    def _assignment(self, name: str, value: ast.expr) -> Iterator[Act]:
        source = ast.unparse(value)
        if source.endswith(".new_page()"):
            yield Act(line=value.lineno, kind="open", page=name)
        elif not source.endswith("_info.value") and not _BESIDE.match(source):
            raise ValueError(_said(value, _LIST_OF_ITS_OWN))

    def _expression(self, value: ast.expr) -> Iterator[Act]:
        source = ast.unparse(value)
        if isinstance(value, ast.Constant) or _BESIDE.match(source) or source.endswith(".pause()"):
            return
        if re.match(r"page\d*\.once\('dialog'", source):
            self._asks = True
            return
        call = called(value)
        if call is None:
            raise ValueError(_said(value, _LIST_OF_ITS_OWN))
        asks, self._asks = self._asks, False
        yield _act(call, asks=asks)


def _act(call: tuple[ast.expr, str, ast.Call], *, asks: bool) -> Act:
    owner, method, node = call
    if method not in _ACTIONS:
        raise ValueError(_said(node, _LIST_OF_ITS_OWN))
    expected = called(owner)
    if expected is None and isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name):
        owner = owner.args[0]  # expect(…)
    if isinstance(owner, ast.Attribute) and owner.attr == "keyboard":
        owner = owner.value
    page, target = target_of(owner)
    options = options_of(node, ("click_count",))
    return Act(
        line=node.lineno,
        kind=_ACTIONS[method],
        page=page,
        target=target,
        values=_values(method, node),
        times=2 if method == "dblclick" else int(str(options.get("click_count", 1))),
        asks=asks,
    )


def _values(method: str, node: ast.Call) -> tuple[str, ...]:
    if method == "wait_for_timeout":
        return (f"{round(float(str(literal(node.args[0]))))}ms",)
    if method == "to_be_empty":
        return ("",)
    return tuple(each for argument in node.args for each in strings(argument))


def _with_signals(act: Act, opens: str, *, downloads: bool) -> Act:
    return Act(
        line=act.line,
        kind=act.kind,
        page=act.page,
        target=act.target,
        values=act.values,
        times=act.times,
        opens=opens,
        downloads=downloads,
        asks=act.asks,
    )


def _awaited(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.Await) else value


def _said(node: ast.AST, why: str) -> str:
    return f"{said(node)} {why}"
