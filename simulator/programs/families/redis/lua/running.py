"""Runs a Lua script that was read. Numbers are floats, tables `Table`s, functions Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .reader import Node

MOST_STEPS = 200_000
LONGEST = 4 << 20
DEEPEST = 60
Function = Callable[[list[Any]], list[Any]]


class LuaError(Exception):
    """An error that the script may catch; `value` is what was thrown."""

    def __init__(self, value: Any) -> None:
        super().__init__(str(value))
        self.value = value


class _Break(Exception):
    pass


class _Return(Exception):
    def __init__(self, values: list[Any]) -> None:
        super().__init__()
        self.values = values


class Table:
    """A Lua table."""

    __slots__ = ("read_only", "rows")

    def __init__(self, items: list[Any] | None = None) -> None:
        self.rows: dict[Any, Any] = {
            float(at): item for at, item in enumerate(items or (), 1) if item is not None
        }
        self.read_only = False

    def get(self, key: Any) -> Any:
        """Give the value of a key."""
        return self.rows.get(key if not isinstance(key, bool) else ("bool", key))

    def set(self, key: Any, value: Any) -> None:
        """Write the value of a key; nil takes it away."""
        key = key if not isinstance(key, bool) else ("bool", key)
        if value is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = value

    def size(self) -> int:
        """Count the items from 1 up to the first that is missing."""
        count = len(self.rows)
        if count and float(count) in self.rows:
            return count
        at = 0
        while float(at + 1) in self.rows:
            at += 1
        return at

    def items(self) -> list[Any]:
        """List the items from 1 on."""
        return [self.rows[float(at)] for at in range(1, self.size() + 1)]


class Scope:
    """Local variables, and those around them."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: Scope | None) -> None:
        self.names: dict[str, Any] = {}
        self.outer = outer


def kind(value: Any) -> str:
    """Name the type of a value."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "table" if isinstance(value, Table) else (
        "function")  # fmt: skip


def show(value: Any) -> str:
    """Write a value as tostring does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{float(value):.14g}"
    return "nil" if value is None else value if isinstance(value, str) else f"{kind(value)}: 0x1"


def number(value: Any) -> float | None:
    """Read a number, also from a text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        text = value.strip()
        if "_" in text or "n" in text.lower():
            return None
        try:
            return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)
        except (ValueError, OverflowError):
            return None
    return float(value)


class Run:
    """One run of a script."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.globals = names
        self.steps = 0
        self.depth = 0
        self.line = 1

    def fail(self, text: str, line: int | None = None) -> LuaError:
        """Make an error that says where it came from."""
        return LuaError(f"user_script:{line or self.line}: {text}")

    def script(self, block: list[Node]) -> Any:
        """Run a whole script; answers what it returns."""
        try:
            self.block(block, Scope(None), [])
        except _Return as found:
            return found.values[0] if found.values else None
        return None

    # Statements

    def block(self, block: list[Node], scope: Scope, more: list[Any]) -> None:
        """Run statements."""
        for node in block:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise LuaError("Script killed by user with SCRIPT KILL.")
            getattr(self, f"do_{node[0]}")(node, scope, more)

    def do_do_call(self, node: Node, scope: Scope, more: list[Any]) -> None:
        self.many(node[1], scope, more)

    def do_return(self, node: Node, scope: Scope, more: list[Any]) -> None:
        raise _Return(self.values(node[1], scope, more))

    def do_break(self, node: Node, scope: Scope, more: list[Any]) -> None:
        raise _Break

    def do_do(self, node: Node, scope: Scope, more: list[Any]) -> None:
        self.block(node[1], Scope(scope), more)

    def do_local(self, node: Node, scope: Scope, more: list[Any]) -> None:
        values = self.values(node[2], scope, more)
        for at, name in enumerate(node[1]):
            scope.names[name] = values[at] if at < len(values) else None

    def do_local_function(self, node: Node, scope: Scope, more: list[Any]) -> None:
        scope.names[node[1]] = None
        scope.names[node[1]] = self.one(node[2], scope, more)

    def do_assign(self, node: Node, scope: Scope, more: list[Any]) -> None:
        values = self.values(node[2], scope, more)
        for at, target in enumerate(node[1]):
            value = values[at] if at < len(values) else None
            if target[0] == "name":
                self._assign(target, value, scope)
                continue
            table, key = self.one(target[1], scope, more), self.one(target[2], scope, more)
            if not isinstance(table, Table):
                raise self.fail(f"attempt to index {_what(target[1], table)}", target[3])
            if table.read_only:
                raise self.fail("Attempt to modify a readonly table", target[3])
            if key is None or key != key:
                raise self.fail("table index is nil", target[3])
            table.set(_key(key), value)

    def _assign(self, target: Node, value: Any, scope: Scope) -> None:
        here: Scope | None = scope
        while here is not None:
            if target[1] in here.names:
                here.names[target[1]] = value
                return
            here = here.outer
        raise self.fail("Attempt to modify a readonly table", target[2])

    def do_if(self, node: Node, scope: Scope, more: list[Any]) -> None:
        for condition, block in node[1]:
            if _true(self.one(condition, scope, more)):
                self.block(block, Scope(scope), more)
                return
        if node[2] is not None:
            self.block(node[2], Scope(scope), more)

    def do_while(self, node: Node, scope: Scope, more: list[Any]) -> None:
        try:
            while _true(self.one(node[1], scope, more)):
                self.block(node[2], Scope(scope), more)
                self._count()
        except _Break:
            return

    def do_repeat(self, node: Node, scope: Scope, more: list[Any]) -> None:
        try:
            while True:
                inner = Scope(scope)
                self.block(node[1], inner, more)
                self._count()
                if _true(self.one(node[2], inner, more)):
                    return
        except _Break:
            return

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise LuaError("Script killed by user with SCRIPT KILL.")

    def do_for(self, node: Node, scope: Scope, more: list[Any]) -> None:
        ends = [number(self.one(end, scope, more)) for end in node[2]]
        words = ("initial", "limit", "step")
        for at, end in enumerate(ends):
            if end is None:
                what = f"'for' {words[at]} {'value ' if at == 0 else ''}must be a number"
                raise self.fail(what, node[4])
        value, last = float(ends[0] or 0), float(ends[1] or 0)
        step = float(ends[2] or 0) if len(ends) > 2 else 1.0
        try:
            while (value <= last) if step > 0 else (value >= last):
                self._count()
                inner = Scope(scope)
                inner.names[node[1]] = value
                self.block(node[3], inner, more)
                value += step
        except _Break:
            return

    def do_for_in(self, node: Node, scope: Scope, more: list[Any]) -> None:
        step, state, key = [*self.values(node[2], scope, more), None, None, None][:3]
        try:
            while True:
                self._count()
                values = self.call(step, [state, key], node[4], None)
                key = values[0] if values else None
                if key is None:
                    return
                inner = Scope(scope)
                for at, name in enumerate(node[1]):
                    inner.names[name] = values[at] if at < len(values) else None
                self.block(node[3], inner, more)
        except _Break:
            return

    # Expressions

    def values(self, nodes: list[Node], scope: Scope, more: list[Any]) -> list[Any]:
        """Evaluate a list: only the last may give several values."""
        if not nodes:
            return []
        found = [self.one(node, scope, more) for node in nodes[:-1]]
        return found + self.many(nodes[-1], scope, more)

    def one(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        """Evaluate to one value."""
        if node[0] in ("call", "method", "more"):
            found = self.many(node, scope, more)
            return found[0] if found else None
        return getattr(self, f"is_{node[0]}")(node, scope, more)

    def many(self, node: Node, scope: Scope, more: list[Any]) -> list[Any]:
        """Evaluate to any number of values."""
        if node[0] == "more":
            return list(more)
        if node[0] == "call":
            function = self.one(node[1], scope, more)
            return self.call(function, self.values(node[2], scope, more), node[3], node[1])
        if node[0] == "method":
            owner = self.one(node[1], scope, more)
            table = self.globals["string"] if isinstance(owner, str) else owner
            if not isinstance(table, Table):
                raise self.fail(f"attempt to index {_what(node[1], owner)}", node[4])
            given = [owner, *self.values(node[3], scope, more)]
            return self.call(table.get(node[2]), given, node[4], node)
        return [self.one(node, scope, more)]

    def call(self, function: Any, given: list[Any], line: int, node: Node | None) -> list[Any]:
        """Call a function."""
        if not callable(function):
            raise self.fail(f"attempt to call {_what(node, function)}", line)
        self._count()
        self.line = line
        self.depth += 1
        if self.depth > DEEPEST:
            self.depth = 0
            raise self.fail("stack overflow", line)
        found: list[Any] = function(given)
        self.depth -= 1
        for value in found:  # large values cost more than small ones
            self.steps += _weight(value)
        return found

    def is_value(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        return node[1]

    def is_one(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        return self.one(node[1], scope, more)

    def is_name(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        here: Scope | None = scope
        while here is not None:
            if node[1] in here.names:
                return here.names[node[1]]
            here = here.outer
        if node[1] not in self.globals:
            what = f"Script attempted to access nonexistent global variable '{node[1]}'"
            raise self.fail(what, node[2])
        return self.globals[node[1]]

    def is_index(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        table, key = self.one(node[1], scope, more), self.one(node[2], scope, more)
        if isinstance(table, str):
            table = self.globals["string"]
        if not isinstance(table, Table):
            raise self.fail(f"attempt to index {_what(node[1], table)}", node[3])
        return table.get(_key(key))

    def is_function(self, node: Node, scope: Scope, more: list[Any]) -> Function:
        def called(given: list[Any]) -> list[Any]:
            inner = Scope(scope)
            for at, name in enumerate(node[1]):
                inner.names[name] = given[at] if at < len(given) else None
            try:
                self.block(node[3], inner, given[len(node[1]) :] if node[2] else [])
            except _Return as found:
                return found.values
            return []

        return called

    def is_table(self, node: Node, scope: Scope, more: list[Any]) -> Table:
        table, at = Table(), 0
        for place, (key, value) in enumerate(node[1]):
            if key is not None:
                table.set(_key(self.one(key, scope, more)), self.one(value, scope, more))
                continue
            last = place == len(node[1]) - 1
            for item in self.many(value, scope, more) if last else [self.one(value, scope, more)]:
                at += 1
                table.set(float(at), item)
        return table

    def is_unary(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        value = self.one(node[2], scope, more)
        if node[1] == "not":
            return not _true(value)
        if node[1] == "#":
            if isinstance(value, str):
                return float(len(value))
            if isinstance(value, Table):
                return float(value.size())
            raise self.fail(f"attempt to get length of {_what(node[2], value)}", node[3])
        found = number(value)
        if found is None:
            what = f"attempt to perform arithmetic on {_what(node[2], value)}"
            raise self.fail(what, node[3])
        return -found

    def is_binary(self, node: Node, scope: Scope, more: list[Any]) -> Any:
        _, sign, first, second, line = node
        left = self.one(first, scope, more)
        if sign in ("and", "or"):
            return left if _true(left) == (sign == "or") else self.one(second, scope, more)
        right = self.one(second, scope, more)
        if sign in ("==", "~="):
            same = kind(left) == kind(right) and (
                left is right if isinstance(left, Table) else left == right)  # fmt: skip
            return same == (sign == "==")
        if sign in ("<", ">", "<=", ">="):
            return self._compare(sign, left, right, line)
        if sign == "..":
            return self._join(node, left, right)
        a, b = number(left), number(right)
        if a is None or b is None:
            wrong = (first, left) if a is None else (second, right)
            raise self.fail(f"attempt to perform arithmetic on {_what(*wrong)}", line)
        return _arithmetic(sign, a, b)

    def _join(self, node: Node, left: Any, right: Any) -> str:
        for part, value in ((node[2], left), (node[3], right)):
            if kind(value) not in ("string", "number"):
                raise self.fail(f"attempt to concatenate {_what(part, value)}", node[4])
        text = show(left) + show(right)
        if len(text) > LONGEST:
            raise LuaError("not enough memory")
        self.steps += _weight(text)
        return text

    def _compare(self, sign: str, left: Any, right: Any, line: int) -> bool:
        kinds = kind(left), kind(right)
        if kinds[0] != kinds[1] or kinds[0] not in ("number", "string"):
            what = f"two {kinds[0]} values" if kinds[0] == kinds[1] else (
                f"{kinds[0]} with {kinds[1]}")  # fmt: skip
            raise self.fail(f"attempt to compare {what}", line)
        if sign in (">", ">="):
            left, right = right, left
        return bool(left < right if sign in ("<", ">") else left <= right)


def _arithmetic(sign: str, a: float, b: float) -> float:
    nan = float("nan")
    try:
        if sign == "/":
            return a / b if b else nan if a == 0 else float("inf") * (1 if a > 0 else -1)
        if sign == "%":
            return a % b if b else nan
        if sign == "^":
            found = a**b
            return found if isinstance(found, float) else nan
        return {"+": a + b, "-": a - b, "*": a * b}[sign]
    except (OverflowError, ZeroDivisionError):
        return float("inf")


def _key(key: Any) -> Any:
    return float(key) if isinstance(key, int) and not isinstance(key, bool) else key


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // 1000
    return len(value.rows) // 10 if isinstance(value, Table) else 0


def _true(value: Any) -> bool:
    return value is not None and value is not False


def _what(node: Node | None, value: Any) -> str:
    """Say what a value is and where it stood, as Lua does."""
    shown = f"a {kind(value)} value"
    if node is None:
        return shown
    if node[0] == "name":
        return f"local '{node[1]}' ({shown})"
    if node[0] == "index" and node[2][0] == "value":
        name = node[2][1] if isinstance(node[2][1], str) else "?"
        return f"field '{name}' ({shown})"
    return f"method '{node[2]}' ({shown})" if node[0] == "method" else shown
