"""Expands words: variables, command substitution, arithmetic, field splitting and file names."""

from __future__ import annotations

import ast
import fnmatch
import operator
import posixpath
import re
from collections.abc import Callable
from typing import Any, Protocol

Word = list[list[Any]]

_SPECIAL = re.compile(r"[*?\[]")
"""What makes a word a pattern of file names."""
_BLANKS = re.compile(r"[ \t\n]+")


class Scope(Protocol):
    """What an expansion needs to know of the shell."""

    def get(self, name: str) -> str | None:
        """Give a variable's value, or None when it is not set."""

    def set(self, name: str, value: str) -> None:
        """Set a variable (`${x:=y}`)."""

    def args(self) -> list[str]:
        """Give the positional parameters."""

    def capture(self, script: str) -> str:
        """Run `$(script)` and give its output."""

    def glob(self, pattern: str) -> list[str]:
        """Give the files that match a pattern."""


class ExpansionError(Exception):
    """`${x?message}` of a variable that is not set, or wrong arithmetic."""


def expand(word: Word, scope: Scope) -> list[str]:
    """Expand a word into fields."""
    fields: list[str] = []
    current: list[str] | None = None
    pattern = False
    for part in word:
        if part[0] == "var" and part[1] in "@*" and not part[2]:
            args = scope.args()
            if part[4] and part[1] == "*":
                current = [*(current or []), " ".join(args)]
                continue
            for index, value in enumerate(args):
                if index:
                    fields.append("".join(current or []))
                    current = None
                current = [*(current or []), value]
            continue
        text, quoted = _part(part, scope)
        if quoted or part[0] == "lit":
            if quoted or text:
                current = [*(current or []), _shield(text) if quoted else text]
            pattern = pattern or (not quoted and bool(_SPECIAL.search(text)))
            continue
        pieces = _BLANKS.split(text)
        for index, piece in enumerate(pieces):
            if index and current is not None:
                fields.append("".join(current))
                current = None
            if piece:
                current = [*(current or []), piece]
                pattern = pattern or bool(_SPECIAL.search(piece))
    if current is not None:
        fields.append("".join(current))
    return [found for field in fields for found in _glob(field, pattern, scope)]


def expand_text(word: Word, scope: Scope) -> str:
    """Expand a word into one text, as in an assignment: no splitting, no file names."""
    parts: list[str] = []
    for part in word:
        if part[0] == "var" and part[1] in "@*" and not part[2]:
            parts.append(" ".join(scope.args()))
        else:
            parts.append(_part(part, scope)[0])
    text = "".join(parts)
    if word and word[0][0] == "lit" and not word[0][2] and (text == "~" or text.startswith("~/")):
        text = (scope.get("HOME") or "") + text[1:]
    return text


def expand_pattern(word: Word, scope: Scope) -> str:
    """Expand a `case` pattern: quoted characters lose their meaning in patterns."""
    found = ""
    for part in word:
        text, quoted = _part(part, scope)
        found += re.sub(r"([*?\[])", r"[\1]", text) if quoted else text
    return found


_SHIELDS = {"*": "\ue000", "?": "\ue001", "[": "\ue002", "~": "\ue003"}


def _shield(text: str) -> str:
    for char, stand_in in _SHIELDS.items():
        text = text.replace(char, stand_in)
    return text


def _bare(text: str) -> str:
    for char, stand_in in _SHIELDS.items():
        text = text.replace(stand_in, char)
    return text


def _glob(field: str, pattern: bool, scope: Scope) -> list[str]:
    if field == "~" or field.startswith("~/"):
        field = (scope.get("HOME") or "") + field[1:]
    if pattern and _SPECIAL.search(field):
        found = scope.glob(field)
        if found:
            return found
    return [_bare(field)]


def _part(part: list[Any], scope: Scope) -> tuple[str, bool]:
    if part[0] == "lit":
        return part[1], part[2]
    if part[0] == "cmd":
        script = re.sub(r"^\s*<", "cat ", part[1])  # bash's $(<file)
        return scope.capture(script).rstrip("\n"), part[2]
    if part[0] == "math":
        return str(arithmetic(part[1], scope)), part[2]
    return _variable(part, scope), part[4]


def _variable(part: list[Any], scope: Scope) -> str:
    _, name, op, word, _ = part
    if "[" in name:  # an element of one of bash's arrays
        base, _, index = name.removesuffix("]").partition("[")
        name = f"{base}[{arithmetic(index, scope)}]"
    value = scope.get(name)
    if not op:
        return value or ""
    if op == "length":
        return str(len(value or ""))
    missing = value is None or (op.startswith(":") and value == "")
    action = op[-1]
    if op[0] in "#%":
        return _trim(value or "", op, expand_text(word, scope))
    if action == "-":
        return expand_text(word, scope) if missing else value or ""
    if action == "+":
        return "" if missing else expand_text(word, scope)
    if action == "=":
        if missing:
            value = expand_text(word, scope)
            scope.set(name, value)
        return value or ""
    if missing:
        text = expand_text(word, scope) or "parameter not set"
        raise ExpansionError(f"{name}: {text}")
    return value or ""


def _trim(value: str, op: str, pattern: str) -> str:
    sizes = range(len(value) + 1)
    if op[0] == "#":
        order = sizes if len(op) == 1 else reversed(sizes)
        cut = next((n for n in order if fnmatch.fnmatchcase(value[:n], pattern)), None)
        return value if cut is None else value[cut:]
    order = sizes if len(op) == 2 else reversed(sizes)
    cut = next((n for n in order if fnmatch.fnmatchcase(value[n:], pattern)), None)
    return value if cut is None else value[:cut]


_MATHS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv, ast.Div: operator.floordiv, ast.Lt: operator.lt,
    ast.Gt: operator.gt, ast.LtE: operator.le, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}  # fmt: skip


def arithmetic(text: str, scope: Scope) -> int:
    """Work out `$((...))`; raises ExpansionError."""

    def value(match: re.Match[str]) -> str:
        found = (scope.get(match[1]) or "0").strip()
        return found if re.fullmatch(r"-?\d+", found) else "0"

    plain = re.sub(r"\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?", value, text)
    plain = re.sub(r"\b0+(\d)", r"\1", plain).strip()
    try:
        return _compute(ast.parse(plain or "0", mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, OverflowError) as error:
        raise ExpansionError(f"arithmetic expression: {text.strip()!r}") from error


def _compute(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return int(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _MATHS:
        return _wrap(_MATHS[type(node.op)](_compute(node.left), _compute(node.right)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_compute(node.operand)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _MATHS:
        return int(_MATHS[type(node.ops[0])](_compute(node.left), _compute(node.comparators[0])))
    raise ValueError("arithmetic")


def _wrap(value: int) -> int:
    """Keep 64 bits, as the shell's long does."""
    return (int(value) + (1 << 63)) % (1 << 64) - (1 << 63)


def glob_files(pattern: str, cwd: str, paths: list[str]) -> list[str]:
    """Match a pattern against absolute paths; the answers are as relative as the pattern."""
    full = posixpath.normpath(posixpath.join(cwd, _bare(pattern)))
    depth = full.count("/")
    # Most paths are out by how the pattern begins, up to its first special character.
    plain = _SPECIAL.split(full, maxsplit=1)[0]
    near = [path for path in paths if path.startswith(plain) and path.count("/") == depth]
    wishes = full.split("/")
    found = [path for path in near if _same_shape(path, wishes)]
    if pattern.startswith("/"):
        return sorted(found)
    cut = len(cwd.rstrip("/")) + 1
    return sorted(path[cut:] for path in found)


def _same_shape(path: str, wishes: list[str]) -> bool:
    for name, wish in zip(path.split("/"), wishes, strict=True):
        if not _SPECIAL.search(wish):
            if name != wish:
                return False
        elif not fnmatch.fnmatchcase(name, wish) or (name.startswith(".") and wish[:1] != "."):
            return False
    return True
