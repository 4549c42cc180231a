"""Pieces of Python trees that both template languages are made of.

Each function of a template gets `c0`, a dict of the names that can be seen (under "" what is
common to the whole rendering), and `w`, the list of pieces of the page.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)


def name(word: str) -> ast.Name:
    """Load a name."""
    return ast.Name(word, ast.Load())


def const(value: Any) -> ast.Constant:
    """Give a constant."""
    return ast.Constant(value)


def call(function: str, *args: ast.expr, **words: ast.expr) -> ast.Call:
    """Call a helper."""
    return ast.Call(name(function), list(args), [ast.keyword(k, v) for k, v in words.items()])


def do(value: ast.expr, line: int) -> ast.Expr:
    """Make a statement of a call."""
    return at(ast.Expr(value), line)


def let(target: str, value: ast.expr, line: int) -> ast.Assign:
    """Give a variable of the function its value."""
    return at(ast.Assign([ast.Name(target, ast.Store())], value), line)


def put(context: str, key: str, value: ast.expr, line: int) -> ast.Assign:
    """Give a name of the template its value."""
    return at(ast.Assign([item(context, key, ast.Store())], value), line)


def item(context: str, key: str, mode: ast.expr_context) -> ast.Subscript:
    """Give the place of a template's name."""
    return ast.Subscript(name(context), const(key), mode)


def branch(test: ast.expr, body: list[ast.stmt], other: list[ast.stmt], line: int) -> ast.If:
    """Decide."""
    return at(ast.If(test, body or [ast.Pass()], other), line)


def loop(target: str, source: ast.expr, body: list[ast.stmt], line: int) -> ast.For:
    """Go through something."""
    store = ast.Name(target, ast.Store())
    return at(ast.For(store, source, body or [ast.Pass()], []), line)


def function(word: str, body: list[ast.stmt], line: int) -> ast.FunctionDef:
    """Make a function of a context and the list of pieces."""
    args = ast.arguments([], [ast.arg("c0"), ast.arg("w")], None, [], [], None, [])
    made = ast.FunctionDef(word, args, body or [ast.Pass()], [], None)
    return at(made, line)


def listed(values: Sequence[ast.expr]) -> ast.List:
    """Make a list."""
    return ast.List(list(values), ast.Load())


def at(node: Node, line: int) -> Node:
    """Say in which line of the template something is."""
    placed: Any = node
    placed.lineno = placed.end_lineno = line
    placed.col_offset = placed.end_col_offset = 0
    return node


def strings(values: Sequence[Any]) -> ast.List:
    """Make a list of constants."""
    return listed([const(one) for one in values])


def module(body: list[ast.stmt]) -> ast.Module:
    """Make the whole; every node gets the line of the statement around it."""
    tree = ast.Module(body, [])
    return ast.fix_missing_locations(tree)
