"""Reads what a Python module assigns, without running it: the settings of a Django project.

Followed are assignments of literals, paths and environment variables, `if` by what is known, and
`from .base import *`. What cannot be followed is UNKNOWN; what would end the program is Failed.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

MAX_TEXT = 200_000
MAX_DEPTH = 6
MAX_SIZE = 100_000


class Unknown:
    """A value that cannot be told without running the module."""

    def __repr__(self) -> str:
        """Name it."""
        return "UNKNOWN"


UNKNOWN = Unknown()


class Failed(Exception):
    """The module ends with an error: its last line, and the line that raised it."""

    def __init__(self, words: str, line: int) -> None:
        """Keep both."""
        super().__init__(words)
        self.words, self.line = words, line


class Reader:
    """Reads modules. text_of gives a file's text or None; environ the environment variables."""

    def __init__(self, text_of: Callable[[str], str | None], environ: Mapping[str, str]) -> None:
        """Keep where texts come from."""
        self.text_of, self.environ = text_of, environ

    def read(self, path: str, depth: int = 0) -> dict[str, Any]:
        """Give the names that a module assigns; Failed when it ends with an error."""
        text = self.text_of(path)
        if text is None or len(text) > MAX_TEXT or depth > MAX_DEPTH:
            return {"": UNKNOWN}
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Failed("SyntaxError: invalid syntax", 1) from None
        names: dict[str, Any] = {"__file__": path}
        self._block(tree.body, names, path, depth)
        return names

    def _block(self, body: list[ast.stmt], names: dict[str, Any], path: str, depth: int) -> None:
        for node in body:
            try:
                self._statement(node, names, path, depth)
            except RecursionError:
                continue

    def _statement(self, node: ast.stmt, names: dict[str, Any], path: str, depth: int) -> None:
        if isinstance(node, ast.Assign):
            value = self.value(node.value, names)
            for target in node.targets:
                _assign(target, value, names)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            _assign(node.target, self.value(node.value, names), names)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            left, right = names.get(node.target.id, UNKNOWN), self.value(node.value, names)
            names[node.target.id] = _added(left, right)
        elif isinstance(node, ast.ImportFrom):
            self._import(node, names, path, depth)
        elif isinstance(node, ast.If):
            test = self.value(node.test, names)
            if isinstance(test, Unknown):
                self._block(node.body, names, path, depth)
            else:
                self._block(node.body if test else node.orelse, names, path, depth)
        elif isinstance(node, ast.Try):
            try:
                self._block(node.body, names, path, depth)
            except Failed:
                self._block([s for h in node.handlers for s in h.body], names, path, depth)
        elif isinstance(node, ast.Expr):
            self.value(node.value, names)

    def _import(self, node: ast.ImportFrom, names: dict[str, Any], path: str, depth: int) -> None:
        folder = posixpath.dirname(path)
        for _ in range(max(0, node.level - 1)):
            folder = posixpath.dirname(folder)
        if not node.level:
            return
        base = f"{folder}/{(node.module or '').replace('.', '/')}".rstrip("/")
        found = next((p for p in (f"{base}.py", f"{base}/__init__.py") if self.text_of(p)), None)
        if found is None:
            raise Failed(f"ModuleNotFoundError: No module named '{node.module}'", node.lineno)
        inner = self.read(found, depth + 1)
        for alias in node.names:
            if alias.name == "*":
                names.update({k: v for k, v in inner.items() if not k.startswith("_")})
            else:
                names[alias.asname or alias.name] = inner.get(alias.name, UNKNOWN)

    def value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        """Give an expression's value, or UNKNOWN."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return names.get(node.id, UNKNOWN)
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(one, names) for one in node.elts]
        if isinstance(node, ast.Dict):
            return {
                k.value: self.value(v, names)
                for k, v in zip(node.keys, node.values, strict=True)
                if isinstance(k, ast.Constant)
            }
        if isinstance(node, ast.BinOp):
            return self._binary(node, names)
        if isinstance(node, ast.JoinedStr):
            return self._text(node, names)
        if isinstance(node, ast.IfExp):
            test = self.value(node.test, names)
            if isinstance(test, Unknown):
                return UNKNOWN
            return self.value(node.body if test else node.orelse, names)
        if isinstance(node, (ast.BoolOp, ast.Compare, ast.UnaryOp)):
            return self._logic(node, names)
        if isinstance(node, ast.Subscript):
            return self._item(node, names)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, names)
        return self._call(node, names) if isinstance(node, ast.Call) else UNKNOWN

    def _binary(self, node: ast.BinOp, names: dict[str, Any]) -> Any:
        left, right = self.value(node.left, names), self.value(node.right, names)
        if isinstance(node.op, ast.Div) and isinstance(left, str) and isinstance(right, str):
            return posixpath.join(left, right)
        return _added(left, right) if isinstance(node.op, ast.Add) else UNKNOWN

    def _text(self, node: ast.JoinedStr, names: dict[str, Any]) -> Any:
        parts = [self.value(one.value if isinstance(one, ast.FormattedValue) else one, names)
                 for one in node.values]  # fmt: skip
        plain = all(isinstance(p, (str, int, float)) for p in parts)
        return "".join(map(str, parts)) if plain else UNKNOWN

    def _logic(self, node: ast.expr, names: dict[str, Any]) -> Any:
        if isinstance(node, ast.UnaryOp):
            value = self.value(node.operand, names)
            return UNKNOWN if isinstance(value, Unknown) or not isinstance(node.op, ast.Not) \
                else not value  # fmt: skip
        if isinstance(node, ast.BoolOp):
            last: Any = UNKNOWN
            for one in node.values:
                last = self.value(one, names)
                if isinstance(last, Unknown) or bool(last) is isinstance(node.op, ast.Or):
                    break
            return last
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.value(node.left, names), self.value(node.comparators[0], names)
            return _compared(node.ops[0], left, right)
        return UNKNOWN

    def _item(self, node: ast.Subscript, names: dict[str, Any]) -> Any:
        key = self.value(node.slice, names)
        if ast.unparse(node.value) in ("os.environ", "environ") and isinstance(key, str):
            if key not in self.environ:
                raise Failed(f"KeyError: {key!r}", node.lineno)
            return self.environ[key]
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            base = self.value(node.value.value, names)
            for _ in range(key + 1 if isinstance(key, int) and isinstance(base, str) else 0):
                base = posixpath.dirname(base)
            return base
        base = self.value(node.value, names)
        return base.get(key, UNKNOWN) if isinstance(base, dict) and isinstance(key, str) \
            else UNKNOWN  # fmt: skip

    def _attribute(self, node: ast.Attribute, names: dict[str, Any]) -> Any:
        base = self.value(node.value, names)
        return posixpath.dirname(base) if node.attr == "parent" and isinstance(base, str) \
            else UNKNOWN  # fmt: skip

    def _call(self, node: ast.Call, names: dict[str, Any]) -> Any:
        name = ast.unparse(node.func)
        args = [self.value(one, names) for one in node.args]
        words = {k.arg: self.value(k.value, names) for k in node.keywords if k.arg}
        last = name.rpartition(".")[2]
        if last in ("resolve", "absolute", "as_posix") and isinstance(node.func, ast.Attribute):
            return self.value(node.func.value, names)
        if name in ("Path", "pathlib.Path", "str", "os.path.abspath", "os.path.realpath",
                    "os.path.normpath", "environ.Path"):  # fmt: skip
            return posixpath.normpath(args[0]) if args and isinstance(args[0], str) else UNKNOWN
        if last in ("join", "joinpath"):
            return self._joined(node, args, names)
        if name in ("os.path.dirname", "dirname") and args and isinstance(args[0], str):
            return posixpath.dirname(args[0])
        if name in ("os.environ.get", "os.getenv", "environ.get", "getenv") and args:
            if not isinstance(args[0], str):
                return UNKNOWN
            return self.environ.get(args[0], args[1] if len(args) > 1 else None)
        if last in ("split", "lower", "strip", "upper", "replace") and isinstance(
            node.func, ast.Attribute
        ):
            return _of_text(self.value(node.func.value, names), last, args)
        if name in ("bool", "int") and len(args) == 1 and not isinstance(args[0], Unknown):
            return _number(args[0]) if name == "int" else bool(args[0])
        if name in ("config", "env", "env.str", "env.bool", "env.list", "env.int", "env.path"):
            return self._configured(node, name, args, words)
        return UNKNOWN

    def _joined(self, node: ast.Call, args: list[Any], names: dict[str, Any]) -> Any:
        parts = list(args)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
            parts.insert(0, self.value(node.func.value, names))
        elif not ast.unparse(node.func).endswith("path.join"):
            return UNKNOWN
        return posixpath.join(*parts) if parts and all(isinstance(p, str) for p in parts) \
            else UNKNOWN  # fmt: skip

    def _configured(self, node: ast.Call, name: str, args: list[Any], words: dict[str, Any]) -> Any:
        """Follow python-decouple's `config` and django-environ's `env`."""
        if not args or not isinstance(args[0], str):
            return UNKNOWN
        key = args[0]
        given = self.environ.get(key, words.get("default", args[1] if len(args) > 1 else Failed))
        if given is Failed and name == "config":
            raise Failed(f"decouple.UndefinedValueError: {key} not found. Declare it as envvar or "
                         "define a default value.", node.lineno)  # fmt: skip
        if given is Failed:
            return UNKNOWN  # Env(...) may have a default of its own
        if "bool" in name or any(k.arg == "cast" and ast.unparse(k.value) == "bool"
                                 for k in node.keywords):  # fmt: skip
            return isinstance(given, PLAIN) and str(given).lower() in (
                "1",
                "true",
                "yes",
                "on",
                "y",
                "t",
            )
        return given


def _assign(target: ast.expr, value: Any, names: dict[str, Any]) -> None:
    if isinstance(target, ast.Name):
        names[target.id] = value
    elif isinstance(target, ast.Tuple):
        for one in target.elts:
            _assign(one, UNKNOWN, names)


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) < MAX_SIZE else UNKNOWN
    if isinstance(left, list) and isinstance(right, list):
        return left + right if len(left) + len(right) < MAX_SIZE else UNKNOWN
    return UNKNOWN


PLAIN = (str, int, float, type(None))
"""Kinds of values that are compared and written out: none that holds others."""


def _compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    if not isinstance(left, PLAIN):
        return UNKNOWN
    if isinstance(op, (ast.Eq, ast.NotEq)) and isinstance(right, PLAIN):
        return (left == right) is isinstance(op, ast.Eq)
    if isinstance(op, (ast.Is, ast.IsNot)) and isinstance(right, PLAIN):
        return (left is right) is isinstance(op, ast.Is)
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (list, dict)):
        return (left in right) is isinstance(op, ast.In)
    return UNKNOWN


def _of_text(text: Any, name: str, args: list[Any]) -> Any:
    if not isinstance(text, str) or not all(isinstance(one, str) for one in args):
        return UNKNOWN
    if name == "split":
        return text.split(args[0] or None) if args else text.split()
    if name == "replace":
        return text.replace(args[0], args[1], 1_000)[:MAX_SIZE] if len(args) == 2 else UNKNOWN
    return {"lower": text.lower, "upper": text.upper, "strip": text.strip}[name]()


def _number(value: Any) -> Any:
    try:
        return int(str(value)[:20]) if isinstance(value, PLAIN) else UNKNOWN
    except ValueError:
        return UNKNOWN
