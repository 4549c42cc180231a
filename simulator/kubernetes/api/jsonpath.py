"""JSONPath templates as kubectl knows them: `{.items[*].metadata.name}{"\\n"}`.

Source: kubernetes client-go v0.32 util/jsonpath (fields, indexes, slices, filters, unions,
recursive descent, range).
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

Node = tuple[Any, ...]


class JsonPathError(Exception):
    """A template that cannot be read, or a path that leads nowhere."""


def render(template: str, data: Any, lenient: bool = False) -> str:
    """Fill a template in.   lenient: a missing field gives nothing, not an error."""
    out: list[str] = []
    _write(_parse(template), [data], data, out, lenient)
    return "".join(out)


def values(template: str, data: Any, lenient: bool = False) -> list[Any]:
    """Give the values that the first `{...}` of a template finds."""
    for node in _parse(template):
        if node[0] == "path":
            return _walk(node[1], [data], data, lenient)
    return []


def _write(
    nodes: tuple[Node, ...], current: list[Any], root: Any, out: list[str], lenient: bool
) -> None:
    for node in nodes:
        if node[0] == "text":
            out.append(node[1])
        elif node[0] == "path":
            found = _walk(node[1], current, root, lenient)
            out.append(" ".join(_text(value) for value in found))
        else:
            for item in _walk(node[1], current, root, lenient):
                _write(node[2], [item], root, out, lenient)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return str(value)


@lru_cache(maxsize=512)
def _parse(template: str) -> tuple[Node, ...]:
    nodes, rest = _sequence(template, inside=False)
    if rest:
        raise JsonPathError("unexpected {end}")
    return nodes


def _sequence(text: str, inside: bool) -> tuple[tuple[Node, ...], str]:
    nodes: list[Node] = []
    while text:
        if text[0] != "{":
            plain, _, _ = text.partition("{")
            nodes.append(("text", plain))
            text = text[len(plain) :]
            continue
        end = _closing(text)
        inner, text = text[1:end].strip(), text[end + 1 :]
        if inner == "end":
            if not inside:
                raise JsonPathError("not in range, nothing to end")
            return tuple(nodes), text
        if inner.startswith("range"):
            body, text = _sequence(text, inside=True)
            nodes.append(("range", _path(inner[5:].strip()), body))
        elif inner[:1] in "\"'" and inner:
            nodes.append(("text", _unquoted(inner)))
        else:
            nodes.append(("path", _path(inner)))
    if inside:
        raise JsonPathError("unterminated range, expected {end}")
    return tuple(nodes), ""


def _closing(text: str) -> int:
    quote = ""
    for n, char in enumerate(text):
        if quote:
            if char == quote and text[n - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "}":
            return n
    raise JsonPathError("unclosed action")


def _unquoted(text: str) -> str:
    if len(text) < 2 or text[-1] != text[0]:
        raise JsonPathError("unterminated quoted string")
    inner = text[1:-1]
    for escaped, char in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\'", "'")):
        inner = inner.replace(escaped, char)
    return inner.replace("\\\\", "\\")


@lru_cache(maxsize=512)
def _path(text: str) -> tuple[Node, ...]:
    """Read a path into steps: field, wildcard, index, slice, filter, union, recursion."""
    steps: list[Node] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char in "$@" and (at == 0):
            if char == "$":
                steps.append(("root",))
            at += 1
        elif text.startswith("..", at):
            steps.append(("recursive",))
            at += 1 if text[at + 2 : at + 3] not in ("", "[", "*") else 2
        elif char == ".":
            match = re.compile(r"\.((?:\\.|[^.\[\]{}\s|,()=!<>'\"@$])*)").match(text, at)
            name = match[1].replace("\\", "") if match else ""
            at = match.end() if match else at + 1
            if name == "*":
                steps.append(("wildcard",))
            elif name:
                steps.append(("field", name))
        elif char == "[":
            end = _bracket(text, at)
            steps.append(_index(text[at + 1 : end].strip()))
            at = end + 1
        elif char in " \t":
            at += 1
        elif at == 0 and re.match(r"[A-Za-z_]", char):
            raise JsonPathError(f"unrecognized identifier {re.match(r'[A-Za-z_0-9]+', text)[0]}")  # type: ignore[index]
        else:
            raise JsonPathError(f"unrecognized character in action: U+{ord(char):04X} '{char}'")
    return tuple(steps)


def _bracket(text: str, start: int) -> int:
    depth, quote = 0, ""
    for n in range(start, len(text)):
        char = text[n]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
            if depth == 0:
                return n
    raise JsonPathError("unterminated array")


def _index(inner: str) -> Node:
    if inner.startswith("?(") and inner.endswith(")"):
        return _filter(inner[2:-1].strip())
    if inner == "*":
        return ("wildcard",)
    if inner[:1] in ("'", '"') and inner:
        names = [_unquoted(part.strip()) for part in inner.split(",")]
        return ("fields", tuple(names))
    if re.fullmatch(r"-?\d*:-?\d*(:-?\d*)?", inner):
        return ("slice", tuple(int(p) if p else None for p in inner.split(":")))
    if re.fullmatch(r"-?\d+(,-?\d+)*", inner):
        return ("indexes", tuple(int(part) for part in inner.split(",")))
    raise JsonPathError(f"invalid array index {inner}")


def _filter(text: str) -> Node:
    match = re.fullmatch(r"(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)", text)
    if match is None:
        return ("filter", _operand(text), "exists", None)
    return ("filter", _operand(match[1]), match[2], _operand(match[3]))


def _operand(text: str) -> Node:
    text = text.strip()
    if text[:1] in ("'", '"'):
        return ("value", _unquoted(text))
    if re.fullmatch(r"-?\d+", text):
        return ("value", int(text))
    if re.fullmatch(r"-?\d*\.\d+", text):
        return ("value", float(text))
    if text in ("true", "false"):
        return ("value", text == "true")
    return ("path", _path(text))


def _walk(steps: tuple[Node, ...], current: list[Any], root: Any, lenient: bool) -> list[Any]:
    for step in steps:
        kind = step[0]
        if kind == "root":
            current = [root]
        elif kind == "recursive":
            current = [one for value in current for one in _all(value)]
            lenient = True
        else:
            current = [found for value in current for found in _step(step, value, root, lenient)]
    return current


def _all(value: Any) -> list[Any]:
    out = [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        out += _all(item)
    return out


def _step(step: Node, value: Any, root: Any, lenient: bool) -> list[Any]:
    kind = step[0]
    if kind in ("field", "fields"):
        names = (step[1],) if kind == "field" else step[1]
        found = [value[name] for name in names if isinstance(value, dict) and name in value]
        if not found and not lenient:
            raise JsonPathError(f"{names[0]} is not found")
        return found
    if kind == "wildcard":
        return list(value.values()) if isinstance(value, dict) else list(value or ())
    if not isinstance(value, list):
        if lenient or value is None:
            return []
        raise JsonPathError(f"{type(value).__name__} is not array or slice")
    if kind == "slice":
        return value[slice(*step[1])]
    if kind == "indexes":
        out = []
        for index in step[1]:
            if -len(value) <= index < len(value):
                out.append(value[index])
            else:
                raise JsonPathError(
                    f"array index out of bounds: index {index}, length {len(value)}"
                )
        return out
    return [item for item in value if _passes(step, item, root)]


def _passes(step: Node, item: Any, root: Any) -> bool:
    left = _operand_value(step[1], item, root)
    if step[2] == "exists":
        return bool(left)
    right = _operand_value(step[3], item, root)
    if not left or not right:
        return False
    a, b = left[0], right[0]
    if step[2] == "==":
        return bool(a == b)
    if step[2] == "!=":
        return bool(a != b)
    if type(a) is not type(b) or not isinstance(a, int | float | str):
        return False
    return bool({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[step[2]])


def _operand_value(operand: Node, item: Any, root: Any) -> list[Any]:
    if operand[0] == "value":
        return [operand[1]]
    return _walk(operand[1], [item], root, True)
