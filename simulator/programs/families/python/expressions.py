"""Evaluates Python expressions over plain values."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import library
from .values import UNKNOWN, PyError, tag, to_repr, to_text, truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

MAX_RESULT = 1 << 20
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: lambda a, b: a is b or a == b,
    ast.IsNot: lambda a, b: not (a is b or a == b),
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


def evaluate(i: Interpreter, node: ast.expr) -> Any:
    """Give the value of an expression; raises PyError."""
    handler = _TABLE.get(type(node))
    return handler(i, node) if handler is not None else UNKNOWN


def _constant(i: Interpreter, node: ast.Constant) -> Any:
    if isinstance(node.value, bytes):
        return {"$": "bytes", "text": node.value.decode("utf-8", "replace")}
    if isinstance(node.value, str | int | float | bool) or node.value is None:
        return node.value
    return UNKNOWN


def _name(i: Interpreter, node: ast.Name) -> Any:
    if node.id in ("__name__", "__file__"):
        return i.state["globals"].get(node.id, "__main__")
    return i.get(node.id)


def _text(i: Interpreter, node: ast.JoinedStr) -> str:
    parts = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            found = evaluate(i, value.value)
            text = to_repr(found) if value.conversion == 114 else to_text(found)
            if value.format_spec is not None:
                spec = to_text(evaluate(i, value.format_spec))
                text = _formatted(found, spec, text)
            parts.append(text)
        else:
            parts.append(to_text(evaluate(i, value)))
    return "".join(parts)


def _formatted(value: Any, spec: str, text: str) -> str:
    if any(len(run) > 4 for run in "".join(c if c.isdigit() else " " for c in spec).split()):
        return text
    try:
        return format(value if isinstance(value, int | float | str) else text, spec)
    except (ValueError, TypeError):
        return text


def _list(i: Interpreter, node: Any) -> list[Any]:
    found: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            value = evaluate(i, item.value)
            found += value if isinstance(value, list) else []
        else:
            found.append(evaluate(i, item))
    return found


def _dict(i: Interpreter, node: ast.Dict) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            more = evaluate(i, value)
            found.update(more if isinstance(more, dict) else {})
        else:
            name = evaluate(i, key)
            found[name if isinstance(name, str) else to_text(name)] = evaluate(i, value)
    return found


def _binary(i: Interpreter, node: ast.BinOp) -> Any:
    left, right = evaluate(i, node.left), evaluate(i, node.right)
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        values = right if isinstance(right, list) else [right]
        try:
            return left % tuple(v if isinstance(v, int | float) else to_text(v) for v in values)
        except (TypeError, ValueError) as error:
            raise PyError(type(error).__name__, str(error)) from error
    if tag(left) == "?" or tag(right) == "?":
        return UNKNOWN
    if isinstance(node.op, ast.Mult | ast.Pow | ast.LShift) and _too_large(node.op, left, right):
        held = i.p.row["memory"]
        i.p.use_memory(1 << 40)
        i.p.row["memory"] = held  # without a limit, the kernel refuses what no machine has
        raise PyError("MemoryError", "")
    try:
        return OPERATORS[type(node.op)](left, right)
    except ZeroDivisionError as error:
        words = "division by zero"
        raise PyError("ZeroDivisionError", words) from error
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise PyError("TypeError", str(error)) from error


def _too_large(op: ast.operator, left: Any, right: Any) -> bool:
    if isinstance(op, ast.Mult):
        text, count = (left, right) if isinstance(left, str | list) else (right, left)
        if isinstance(text, str | list):
            return isinstance(count, int) and len(text) * count > MAX_RESULT
        return isinstance(left, int) and isinstance(right, int) and (
            left.bit_length() + right.bit_length() > 4096)  # fmt: skip
    if isinstance(op, ast.Pow):
        return isinstance(left, int) and isinstance(right, int) and (
            abs(right) * max(1, left.bit_length()) > 4096)  # fmt: skip
    return isinstance(right, int) and right > 4096


def _unary(i: Interpreter, node: ast.UnaryOp) -> Any:
    value = evaluate(i, node.operand)
    if isinstance(node.op, ast.Not):
        return not truth(value)
    if isinstance(value, int | float):
        return -value if isinstance(node.op, ast.USub) else value
    return UNKNOWN


def _bool(i: Interpreter, node: ast.BoolOp) -> Any:
    value: Any = None
    for each in node.values:
        value = evaluate(i, each)
        if truth(value) != isinstance(node.op, ast.And):
            return value
    return value


def _compare(i: Interpreter, node: ast.Compare) -> Any:
    left = evaluate(i, node.left)
    for op, each in zip(node.ops, node.comparators, strict=True):
        right = evaluate(i, each)
        if tag(left) == "?" or tag(right) == "?":
            return False
        if tag(right) == "lib" and right["name"] == "os.environ":
            right = i.p.env
        try:
            if not COMPARE[type(op)](left, right):
                return False
        except TypeError as error:
            raise PyError("TypeError", str(error)) from error
        left = right
    return True


def _choice(i: Interpreter, node: ast.IfExp) -> Any:
    return evaluate(i, node.body if truth(evaluate(i, node.test)) else node.orelse)


def _attribute(i: Interpreter, node: ast.Attribute) -> Any:
    return library.attribute(i, evaluate(i, node.value), node.attr)


def _subscript(i: Interpreter, node: ast.Subscript) -> Any:
    value = evaluate(i, node.value)
    if isinstance(node.slice, ast.Slice):
        if not isinstance(value, list | str):
            return UNKNOWN
        ends = [None if part is None else evaluate(i, part)
                for part in (node.slice.lower, node.slice.upper, node.slice.step)]  # fmt: skip
        return value[slice(*[end if isinstance(end, int) and end != 0 else
                             (end if n < 2 else None) for n, end in enumerate(ends)])]  # fmt: skip
    key = evaluate(i, node.slice)
    if tag(value) == "lib" and value["name"] == "os.environ":
        if to_text(key) not in i.p.env:
            raise PyError("KeyError", to_repr(key))
        return i.p.env[to_text(key)]
    if isinstance(value, dict) and not tag(value):
        name = key if isinstance(key, str) else to_text(key)
        if name not in value:
            raise PyError("KeyError", to_repr(key))
        return value[name]
    if isinstance(value, list | str) and isinstance(key, int):
        if not -len(value) <= key < len(value):
            what = "string" if isinstance(value, str) else "list"
            raise PyError("IndexError", f"{what} index out of range")
        return value[key]
    return UNKNOWN


def _call(i: Interpreter, node: ast.Call) -> Any:
    i.at(node)
    args = _list(i, ast.List(elts=node.args, ctx=ast.Load()))
    kw = {k.arg: evaluate(i, k.value) for k in node.keywords if k.arg}
    if isinstance(node.func, ast.Attribute):
        holder = evaluate(i, node.func.value)
        if tag(holder) not in ("lib", "obj", "self", "class"):
            return library.method(i, holder, node.func.attr, args, kw)
        if tag(holder) == "obj" and holder.get("serves"):
            return i.construct(f"{holder['type']}.{node.func.attr}", [holder, *args], kw)
        if tag(holder) == "obj":
            return library.method(i, holder, node.func.attr, args, kw)
        if tag(holder) == "self":
            unit = holder["methods"].get(node.func.attr)
            return i.call_function(unit, [holder, *args], kw) if unit else UNKNOWN
        function = library.attribute(i, holder, node.func.attr)
    else:
        function = evaluate(i, node.func)
    if tag(function) == "fn":
        return i.call_function(function["name"], args, kw)
    if tag(function) == "class":
        return _instance(i, function, args, kw)
    if tag(function) == "lib":
        return i.construct(function["name"], args, kw)
    return UNKNOWN


def _instance(i: Interpreter, cls: dict[str, Any], args: list[Any], kw: dict[str, Any]) -> Any:
    value: dict[str, Any] = {"$": "self", "class": cls["name"], "methods": cls["methods"],
                             "fields": {}}  # fmt: skip
    unit = cls["methods"].get("__init__")
    if unit:
        i.call_function(unit, [value, *args], kw)
    return value


def _comprehension(i: Interpreter, node: Any) -> Any:
    found: list[Any] = []
    generator = node.generators[0]
    items = evaluate(i, generator.iter)
    if isinstance(items, dict) and not tag(items):
        items = list(items)
    for item in items[:10_000] if isinstance(items, list | str) else []:
        i.assign(generator.target, item)
        if all(truth(evaluate(i, test)) for test in generator.ifs):
            if isinstance(node, ast.DictComp):
                found.append([to_text(evaluate(i, node.key)), evaluate(i, node.value)])
            else:
                found.append(evaluate(i, node.elt))
    return dict(found) if isinstance(node, ast.DictComp) else found


_TABLE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Constant: _constant, ast.Name: _name, ast.JoinedStr: _text, ast.List: _list,
    ast.Tuple: _list, ast.Set: _list, ast.Dict: _dict, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _bool, ast.Compare: _compare, ast.IfExp: _choice, ast.Attribute: _attribute,
    ast.Subscript: _subscript, ast.Call: _call, ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension, ast.SetComp: _comprehension, ast.DictComp: _comprehension,
    ast.Await: lambda i, node: evaluate(i, node.value),
    ast.Lambda: lambda i, node: UNKNOWN, ast.Starred: lambda i, node: evaluate(i, node.value),
    ast.NamedExpr: lambda i, node: (i.assign(node.target, evaluate(i, node.value)),
                                    evaluate(i, node.target))[1],
}  # fmt: skip
