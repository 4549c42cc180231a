"""The part of Go's templates that `-o go-template` is used for: fields, range, if, functions.

Source: Go text/template, as kubectl offers it.
"""

from __future__ import annotations

import base64
import re
from typing import Any

Node = tuple[Any, ...]


class TemplateError(Exception):
    """A template that cannot be read or filled in."""


def execute(template: str, data: Any) -> str:
    """Fill a template in."""
    tokens = re.split(r"(\{\{.*?\}\})", template, flags=re.DOTALL)
    nodes, rest, _ = _block(tokens, 0)
    if rest < len(tokens):
        raise TemplateError("unexpected {{end}}")
    out: list[str] = []
    _write(nodes, data, {"$": data}, out)
    return "".join(out)


def _block(tokens: list[str], at: int) -> tuple[list[Node], int, str]:
    """Read nodes up to `end` or `else`; answers what stopped it."""
    nodes: list[Node] = []
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if not token.startswith("{{"):
            nodes.append(("text", token))
            continue
        action = token[2:-2].strip("-").strip()
        word = action.split(" ", 1)[0]
        if action == "end" or word == "else":
            return nodes, at, action
        if word in ("range", "if", "with"):
            body, at, stop = _block(tokens, at)
            other: list[Node] = []
            if stop.startswith("else"):
                other, at, stop = _block(tokens, at)
            if stop != "end":
                raise TemplateError("unexpected EOF")
            nodes.append((word, action[len(word) :].strip(), body, other))
        elif not action.startswith("/*"):
            nodes.append(("value", action))
    return nodes, at, ""


def _write(nodes: list[Node], dot: Any, names: dict[str, Any], out: list[str]) -> None:
    for node in nodes:
        if node[0] == "text":
            out.append(node[1])
        elif node[0] == "value":
            match = re.fullmatch(r"(\$\w+)\s*:?=\s*(.+)", node[1])
            if match:
                names[match[1]] = _pipeline(match[2], dot, names)
            else:
                out.append(_text(_pipeline(node[1], dot, names)))
        elif node[0] == "range":
            _range(node, dot, names, out)
        else:
            value = _pipeline(node[1], dot, names)
            inner = value if node[0] == "with" else dot
            _write(node[2] if value else node[3], inner if value else dot, dict(names), out)


def _range(node: Node, dot: Any, names: dict[str, Any], out: list[str]) -> None:
    match = re.fullmatch(r"(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*(.+)", node[1], re.DOTALL)
    value = _pipeline(match[3] if match else node[1], dot, names)
    pairs = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value or ()))
    if not pairs:
        _write(node[3], dot, dict(names), out)
    for key, item in pairs:
        inner = dict(names)
        if match:
            inner[match[2]] = item
            if match[1]:
                inner[match[1]] = key
        _write(node[2], item, inner, out)


def _pipeline(text: str, dot: Any, names: dict[str, Any]) -> Any:
    value: Any = None
    for n, part in enumerate(_split(text, "|")):
        words = [w for w in _split(part.strip(), " ") if w]
        if not words:
            raise TemplateError("missing value for command")
        arguments = [_operand(word, dot, names) for word in words[1:]]
        if words[0] in _FUNCTIONS:
            value = _call(words[0], [*arguments, value] if n else arguments)
        else:
            value = _operand(words[0], dot, names)
    return value


def _split(text: str, by: str) -> list[str]:
    parts, depth, quote, start = [], 0, "", 0
    for n, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in '"`':
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == by and depth == 0:
            parts.append(text[start:n])
            start = n + 1
    return [*parts, text[start:]]


def _operand(word: str, dot: Any, names: dict[str, Any]) -> Any:
    if word[0] in '"`':
        return word[1:-1].replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')
    if word.startswith("("):
        return _pipeline(word[1:-1], dot, names)
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    if word in ("true", "false", "nil"):
        return {"true": True, "false": False, "nil": None}[word]
    if word.startswith("$"):
        name, _, rest = word.partition(".")
        if name not in names:
            raise TemplateError(f'undefined variable "{name}"')
        return _walk(names[name], rest)
    if word.startswith("."):
        return _walk(dot, word[1:])
    raise TemplateError(f'function "{word}" not defined')


def _walk(value: Any, path: str) -> Any:
    for step in [part for part in path.split(".") if part]:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _call(name: str, arguments: list[Any]) -> Any:
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, IndexError, KeyError, ValueError) as error:
        raise TemplateError(f"error calling {name}: {error}") from error


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _printf(format: str, *arguments: Any) -> str:
    return re.sub(r"%[vqd]", "%s", format) % tuple(_text(a) for a in arguments)


_FUNCTIONS: dict[str, Any] = {
    "index": _index,
    "len": len,
    "not": lambda value: not value,
    "eq": lambda a, *others: any(a == b for b in others),
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "gt": lambda a, b: a > b,
    "and": lambda *values: next((v for v in values if not v), values[-1]),
    "or": lambda *values: next((v for v in values if v), values[-1]),
    "printf": _printf,
    "print": lambda *values: "".join(_text(v) for v in values),
    "println": lambda *values: " ".join(_text(v) for v in values) + "\n",
    "base64decode": lambda text: base64.b64decode(text).decode("utf-8", "replace"),
}


def _text(value: Any) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{_text(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(_text(v) for v in value) + "]"
    return str(value)
