"""Parsing JavaScript with tree-sitter, and the words of its syntax errors as V8 has them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import tree_sitter
import tree_sitter_javascript

Node = Any
"""A node of tree-sitter."""

KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "break case catch class const continue debugger default delete do else export extends "
        "finally for function if import in instanceof new return super switch this throw try "
        "typeof var void while with yield let static enum await null true false",
    )
)
MOST_STEPS = 3_000
MAX_SOURCE = 512 << 10
CLOSERS = {"}": "{", ")": "(", "]": "["}


class JsSyntaxError(Exception):
    """A source that V8 would refuse: its words, and where (line and column from 1)."""

    def __init__(self, message: str, line: int = 1, column: int = 1, width: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.width = message, line, column, max(1, width)


@lru_cache(maxsize=1)
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


def parse(text: str) -> Node:
    """Parse a source. Raises JsSyntaxError."""
    if len(text) > MAX_SOURCE:
        raise JsSyntaxError("Invalid or unexpected token")
    root = _tree(text.encode("utf-8", "replace"))
    if root.has_error:
        raise _explain(root, text)
    return root


def _tree(data: bytes) -> Node:
    """Parse within a budget; raises JsSyntaxError for what is wrong in too many ways.

    tree-sitter tells how far it is every hundred steps; a good source takes 1 for 45 bytes.
    """
    parser = _parser()
    steps = [0, MOST_STEPS + len(data) // 10]

    def told(offset: int, wrong: bool) -> bool:
        steps[0] += 1
        return steps[0] > steps[1]

    def read(offset: int, _: object) -> bytes:
        steps[0] += 1  # an open comment is looked for to the end of the source, again and again
        return data[offset : offset + 4096]

    try:
        tree = parser.parse(read, progress_callback=told)
    except ValueError:
        parser.reset()
        raise JsSyntaxError("Invalid or unexpected token") from None
    return tree.root_node


def refuse(node: Node, message: str) -> JsSyntaxError:
    """Make an error at a node."""
    row, column = node.start_point
    width = node.end_point[1] - column if node.end_point[0] == row else 1
    return JsSyntaxError(message, row + 1, column + 1, width)


def text_of(node: Node) -> str:
    """Give a node's text."""
    return node.text.decode("utf-8", "replace")  # type: ignore[no-any-return]


def _explain(root: Node, text: str) -> JsSyntaxError:
    """Find the token that V8 would stumble over.

    # Simplified: Where a JavaScript source has a syntax error, the token that is named and its
    column can differ from those that V8 names.
    """
    unbalanced, bracket = _brackets(root, text)
    found = _first_error(root)
    if unbalanced is not None and (found is None or found.end_point > bracket.start_point):
        return unbalanced
    if found is None:
        return JsSyntaxError("Invalid or unexpected token")
    if found.is_missing:
        return _missing(found, text)
    token = _culprit(found, root)
    return refuse(token, _words(token, text))


def _first_error(root: Node) -> Node | None:
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_missing or node.type == "ERROR":
            return node
        if node.has_error:
            todo.extend(reversed(node.children))
    return None


def _leaves(root: Node) -> list[Node]:
    leaves, todo = [], [root]
    while todo:
        node = todo.pop()
        if node.children and node.type not in ("string", "regex"):
            todo.extend(reversed(node.children))
        else:
            leaves.append(node)
    return leaves


def _brackets(root: Node, text: str) -> tuple[JsSyntaxError | None, Node]:
    """Look for a bracket that is never closed, or closed too often: the error, and the bracket."""
    open_: list[Node] = []
    for leaf in _leaves(root):
        kind = leaf.type
        if leaf.is_missing or leaf.is_named:
            continue
        if kind in ("{", "(", "[", "${"):
            open_.append(leaf)
        elif kind in CLOSERS:
            if not open_:
                return refuse(leaf, f"Unexpected token '{kind}'"), leaf
            last = open_.pop()
            if last.type.lstrip("$") != CLOSERS[kind]:
                if last.type == "(" and last.parent and last.parent.type == "arguments":
                    return refuse(leaf, "missing ) after argument list"), last
                return refuse(leaf, f"Unexpected token '{kind}'"), last
    if not open_:
        return None, None
    lines = text.rstrip("\n").split("\n")
    if open_[-1].type == "(" and _after_call(open_[-1]):
        error = JsSyntaxError("missing ) after argument list", len(lines), len(lines[-1]) + 1)
        return error, open_[-1]
    return JsSyntaxError("Unexpected end of input", len(lines) + 1, 1), open_[-1]


def _after_call(node: Node) -> bool:
    before = node.prev_sibling
    return bool(node.parent and node.parent.type == "arguments") or (
        before is not None and before.type in ("identifier", "member_expression")
    )


def _missing(node: Node, text: str) -> JsSyntaxError:
    row, column = node.start_point
    lines = text.split("\n")
    rest = lines[row][column:].strip() if row < len(lines) else ""
    if node.type == ")" and node.parent is not None and node.parent.type == "arguments":
        return refuse(node, "missing ) after argument list")
    if not rest and row >= len(lines) - 2:
        return JsSyntaxError("Unexpected end of input", row + 2, 1)
    token = re.match(r"\w+|=>|[=!]=+|\S", rest)
    word = token[0] if token else ""
    return JsSyntaxError(
        _named(word), row + 1, column + 1 + _indent(lines[row][column:]), len(word)
    )


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _culprit(error: Node, root: Node) -> Node:
    """Give the token of an error that could not follow: the last that was skipped, or the next.

    After an operator, and after a name that another name follows, it is the next.
    """
    leaves = _leaves(error)
    if not leaves:
        return error
    last = leaves[-1]
    after = next((leaf for leaf in _leaves(root) if leaf.start_byte >= last.end_byte), None)
    if after is None:
        return last
    name = last.type.endswith("identifier") and after.type.endswith("identifier")
    if name or (not last.is_named and not last.type.isalpha() and last.type not in CLOSERS):
        return after
    leaves = leaves[-20:]
    nested = [leaf for leaf in leaves if leaf.parent is not None and leaf.parent.type == "ERROR"]
    return (nested or leaves)[-1]


def _words(token: Node, text: str) -> str:
    shown = text_of(token)
    if token.type == "ERROR" and not shown.strip():
        return "Invalid or unexpected token"
    if token.type in ("string", "string_fragment") or shown[:1] in ("'", '"'):
        closed = len(shown) > 1 and shown[-1] == shown[0]
        return "Unexpected string" if closed else "Invalid or unexpected token"
    if token.type == "number":
        return "Unexpected number"
    if token.type in ("template_string", "`"):
        return "Unexpected template string" if shown.count("`") > 1 else "Unterminated template"
    return _named(shown)


def _named(word: str) -> str:
    if not word:
        return "Unexpected end of input"
    if word.isdigit():
        return "Unexpected number"
    if re.fullmatch(r"[A-Za-z_$][\w$]*", word):
        if word in ("let", "static", "yield"):
            return "Unexpected strict mode reserved word"
        if word in KEYWORDS:
            return f"Unexpected token '{word}'"
        return f"Unexpected identifier '{word}'"
    if word[0] in "#@\\" or ord(word[0]) > 126:
        return "Invalid or unexpected token"
    return f"Unexpected token '{word.split()[0]}'"
