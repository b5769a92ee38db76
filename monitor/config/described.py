"""What the docstrings of attributes say of the keys of a table, for JSON Schema.

pydantic could collect them itself, as each class is made; but that is to find and parse the source
of every class whenever any command starts, for the sake of the one that prints them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent

from pydantic import BaseModel


def described(table: type[BaseModel]) -> dict[str, str]:
    """By attribute; of what is inherited, what the nearest class says."""
    return {
        name: text
        for each in reversed(table.__mro__)
        if issubclass(each, BaseModel) and each is not BaseModel
        for name, text in _said(each)
    }


def _said(table: type[BaseModel]) -> Iterator[tuple[str, str]]:
    [found] = ast.parse(dedent(inspect.getsource(table))).body
    assert isinstance(found, ast.ClassDef)  # noqa: S101 - it is the source of a class
    for attribute, after in pairwise(found.body):
        match attribute, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
