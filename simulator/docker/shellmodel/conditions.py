"""`test` and `[`: conditions on files, texts and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.docker.tree import Entry

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

BINARY = (
    "=",
    "==",
    "!=",
    "-eq",
    "-ne",
    "-lt",
    "-le",
    "-gt",
    "-ge",
    "-nt",
    "-ot",
    "-ef",
    "<",
    ">",
)


def test(shell: Shell, args: list[str]) -> int:
    """Evaluate a condition: 0 true, 1 false, 2 not understood."""
    try:
        value, rest = _or(shell, args, 0)
    except (ValueError, IndexError) as error:
        shell.complain(f"test: {error}")
        return 2
    if rest:
        shell.complain(f"[: {rest[0]}: unexpected operator")
        return 2
    return 0 if value else 1


def _or(shell: Shell, args: list[str], depth: int) -> tuple[bool, list[str]]:
    if not args:
        return False, []
    if depth > 30:
        raise ValueError("nested too deeply")
    left, args = _and(shell, args, depth)
    while args and args[0] == "-o":
        right, args = _and(shell, args[1:], depth)
        left = left or right
    return left, args


def _and(shell: Shell, args: list[str], depth: int) -> tuple[bool, list[str]]:
    left, args = _not(shell, args, depth)
    while args and args[0] == "-a":
        right, args = _not(shell, args[1:], depth)
        left = left and right
    return left, args


def _not(shell: Shell, args: list[str], depth: int) -> tuple[bool, list[str]]:
    if not args:
        raise ValueError("argument expected")
    if args[0] == "!" and len(args) > 1:
        value, rest = _not(shell, args[1:], depth + 1)
        return not value, rest
    if len(args) >= 3 and args[1] in BINARY:
        return _compare(args[0], args[1], args[2]), args[3:]
    if args[0] == "(":
        value, rest = _or(shell, args[1:], depth + 1)
        if not rest or rest[0] != ")":
            raise ValueError("closing paren expected")
        return value, rest[1:]
    if len(args) >= 2 and re.fullmatch(r"-[a-zA-Z]", args[0]):
        return _unary(shell, args[0], args[1]), args[2:]
    return bool(args[0]), args[1:]


def _compare(left: str, operator: str, right: str) -> bool:
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    if operator == "<":
        return left < right
    if operator == ">":
        return left > right
    if operator in ("-nt", "-ot", "-ef"):
        return False
    numbers = []
    for text in (left, right):
        if not re.fullmatch(r"\s*[-+]?\d{1,18}\s*", text):
            raise ValueError(f"Illegal number: {text}")
        numbers.append(int(text))
    a, b = numbers
    return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}[
        operator
    ]


def _unary(shell: Shell, operator: str, operand: str) -> bool:
    if operator == "-z":
        return not operand
    if operator == "-n":
        return bool(operand)
    if operator == "-t":
        return False
    if operator == "-v":
        return shell.get(operand) is not None
    if operator in ("-h", "-L"):
        real = shell.tree.resolve(operand, shell.cwd, follow=False)
        entry = shell.tree.files.get(real)
        return entry is not None and entry["type"] == "link"
    return _file_test(shell, operator, shell.tree.get(operand, shell.cwd) if operand else None)


def _file_test(shell: Shell, operator: str, entry: Entry | None) -> bool:
    if entry is None:
        return False
    if operator == "-d":
        return bool(entry["type"] == "dir")
    if operator == "-f":
        return bool(entry["type"] == "file")
    if operator == "-s":
        return bool(entry.get("size", 0) > 0 or entry["type"] == "dir")
    if operator == "-x":
        return bool(entry["mode"] & 0o111)
    if operator == "-w":
        return shell.uid == 0 or bool(entry["mode"] & 0o002) or entry["uid"] == shell.uid
    return operator in ("-e", "-r", "-a", "-O", "-G") or (
        operator in ("-b", "-c", "-p", "-S") and entry["type"] == operator[1:]
    )
