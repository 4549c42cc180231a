"""The part of Go's text/template that people use in `--format`.

Fields, pipelines, variables, if/else, range, with, and the functions json, len, index, eq, ne, lt,
gt, and, or, not, printf, println, join, split, upper, lower, title, truncate, slice, pad.
"""

from __future__ import annotations

import json
import re
from typing import Any


class TemplateError(Exception):
    """A template that Go would refuse, in its words."""


_TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|`[^`]*`|:=|[|(),=]|-?\d+(?:\.\d+)?|\$?\.?[A-Za-z_][\w]*'
    r"(?:\.[A-Za-z_]\w*)*|\$(?:\.[A-Za-z_]\w*)*|(?:\.[A-Za-z_]\w*)+|\.)"
)


def render(template: str, value: Any, methods: dict[str, Any] | None = None) -> str:
    """Fill a template with plain data; `methods` are functions like `.Label`."""
    nodes, rest = _parse(_split(template), 0, ())
    if rest < len(_split(template)):
        raise TemplateError("unexpected {{end}}")
    return "".join(_Run(value, methods or {}).nodes(nodes, value))


def syntax_complaint(template: str) -> str | None:
    """Say what is wrong with a template's form, as Go's parser names it; None for nothing."""
    try:
        _parse(_split(template), 0, ())
    except TemplateError as error:
        return f"template: :1: {error}"
    return None


def unescape(template: str) -> str:
    r"""Read `\t` and `\n` in a `--format` text, as the client does."""
    return template.replace("\\t", "\t").replace("\\n", "\n")


def _split(template: str) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    at = 0
    for match in re.finditer(r"\{\{(-\s)?(.*?)(\s-)?\}\}", template, re.S):
        text = template[at : match.start()]
        if match[1]:
            text = text.rstrip()
        if parts and parts[-1][0] == "trim":
            parts.pop()
            text = text.lstrip()
        parts.append(("text", text))
        action = match[2].strip()
        if not action:
            raise TemplateError("missing value for command")
        if not action.startswith("/*"):
            parts.append(("action", action))
        if match[3]:
            parts.append(("trim", ""))
        at = match.end()
    tail = template[at:]
    if "{{" in tail:
        raise TemplateError("unclosed action")
    if parts and parts[-1][0] == "trim":
        parts.pop()
        tail = tail.lstrip()
    parts.append(("text", tail))
    return parts


def _parse(parts: list[tuple[str, str]], at: int, ends: tuple[str, ...]) -> tuple[list[Any], int]:
    nodes: list[Any] = []
    while at < len(parts):
        kind, text = parts[at]
        word = text.split(None, 1)[0] if kind == "action" else ""
        if kind == "text":
            nodes.append(["text", text])
        elif word in ends:
            return nodes, at
        elif word in ("if", "range", "with"):
            body, at = _parse(parts, at + 1, ("else", "end"))
            other: list[Any] = []
            if at < len(parts) and parts[at][1].startswith("else"):
                rest = parts[at][1][4:].strip()
                if rest:
                    parts = [*parts[:at], ("action", rest), *parts[at + 1 :]]
                    inner, at = _parse_one(parts, at)
                    other = [inner]
                    nodes.append([word, text[len(word) :].strip(), body, other])
                    at += 1
                    continue
                other, at = _parse(parts, at + 1, ("end",))
            if at >= len(parts):
                raise TemplateError("unexpected EOF")
            nodes.append([word, text[len(word) :].strip(), body, other])
        elif word == "end" or word == "else":
            raise TemplateError(f"unexpected {{{{{word}}}}}")
        else:
            nodes.append(["pipe", text])
        at += 1
    if ends:
        raise TemplateError("unexpected EOF")
    return nodes, at


def _parse_one(parts: list[tuple[str, str]], at: int) -> tuple[Any, int]:
    """Parse the `if` of an `else if`; it shares the outer `end`."""
    word, _, condition = parts[at][1].partition(" ")
    body, at = _parse(parts, at + 1, ("else", "end"))
    other: list[Any] = []
    if at < len(parts) and parts[at][1] == "else":
        other, at = _parse(parts, at + 1, ("end",))
    return [word, condition.strip(), body, other], at


class _Run:
    def __init__(self, root: Any, methods: dict[str, Any]) -> None:
        self.variables: dict[str, Any] = {"$": root}
        self.methods = methods

    def nodes(self, nodes: list[Any], dot: Any) -> list[str]:
        found: list[str] = []
        for node in nodes:
            if node[0] == "text":
                found.append(node[1])
            elif node[0] == "pipe":
                text = self.pipe(node[1], dot)
                found.append("" if text is _NOTHING else show(text))
            elif node[0] == "range":
                found += self._range(node, dot)
            else:
                value = self.pipe(node[1], dot)
                if truth(value):
                    found += self.nodes(node[2], value if node[0] == "with" else dot)
                else:
                    found += self.nodes(node[3], dot)
        return found

    def _range(self, node: list[Any], dot: Any) -> list[str]:
        names: list[str] = []
        source = node[1]
        if ":=" in source:
            head, _, source = source.partition(":=")
            names = [name.strip() for name in head.split(",")]
        value = self.pipe(source.strip(), dot)
        pairs: list[tuple[Any, Any]] = []
        if isinstance(value, dict):
            pairs = sorted(value.items())
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        if not pairs:
            return self.nodes(node[3], dot)
        found: list[str] = []
        for key, item in pairs:
            if len(names) == 1:
                self.variables[names[0]] = item
            elif names:
                self.variables[names[0]], self.variables[names[1]] = key, item
            found += self.nodes(node[2], item)
        return found

    def pipe(self, text: str, dot: Any) -> Any:
        if re.match(r"^\$\w+\s*:=", text):
            name, _, rest = text.partition(":=")
            self.variables[name.strip()] = self.pipe(rest.strip(), dot)
            return _NOTHING
        tokens = _tokens(text)
        value, at = self._pipeline(tokens, 0, dot)
        if at < len(tokens):
            raise TemplateError(f'unexpected "{tokens[at]}" in operand')
        return value

    def _pipeline(self, tokens: list[str], at: int, dot: Any) -> tuple[Any, int]:
        value, at = self._command(tokens, at, dot, _NOTHING)
        while at < len(tokens) and tokens[at] == "|":
            value, at = self._command(tokens, at + 1, dot, value)
        return value, at

    def _command(self, tokens: list[str], at: int, dot: Any, piped: Any) -> tuple[Any, int]:
        if at >= len(tokens):
            raise TemplateError("missing value for command")
        first = tokens[at]
        operands: list[Any] = []
        name = ""
        if re.fullmatch(r"[A-Za-z_]\w*", first) and first not in ("true", "false", "nil"):
            name, at = first, at + 1
            if name not in FUNCTIONS:
                raise TemplateError(f'function "{name}" not defined')
        elif first.startswith(".") and first[1:] in self.methods:
            name, at = first, at + 1
        while at < len(tokens) and tokens[at] not in ("|", ")"):
            value, at = self._operand(tokens, at, dot)
            operands.append(value)
        if piped is not _NOTHING:
            operands.append(piped)
        if name.startswith("."):
            return self.methods[name[1:]](*operands), at
        if name:
            return self._called(name, operands), at
        return operands[0], at

    def _called(self, name: str, operands: list[Any]) -> Any:
        try:
            return FUNCTIONS[name](*operands)
        except (TypeError, IndexError, KeyError, ValueError) as error:
            raise TemplateError(f"error calling {name}: {error}") from error

    def _operand(self, tokens: list[str], at: int, dot: Any) -> tuple[Any, int]:
        token = tokens[at]
        if token == "(":
            value, at = self._pipeline(tokens, at + 1, dot)
            at += 1
            if at < len(tokens) and re.match(r"^\.\w", tokens[at]):
                return self._path(value, tokens[at][1:]), at + 1
            return value, at
        if token[0] == '"':
            return json.loads(token), at + 1
        if token[0] == "`":
            return token[1:-1], at + 1
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return (float(token) if "." in token else int(token)), at + 1
        if token in ("true", "false", "nil"):
            return {"true": True, "false": False, "nil": None}[token], at + 1
        if token == ".":
            return dot, at + 1
        if token.startswith("$"):
            head, _, path = token.partition(".")
            if head not in self.variables:
                raise TemplateError(f'undefined variable "{head}"')
            value = self.variables[head]
            return (self._path(value, path) if path else value), at + 1
        if token.startswith("."):
            return self._path(dot, token[1:]), at + 1
        if token in FUNCTIONS:
            return self._called(token, []), at + 1
        raise TemplateError(f'unexpected "{token}" in operand')

    def _path(self, value: Any, path: str) -> Any:
        for name in path.split("."):
            if isinstance(value, dict):
                if name not in value and not value.get("$open"):
                    raise TemplateError(f"map has no entry for key {json.dumps(name)}")
                value = value.get(name)
            elif value is None:
                return None
            else:
                raise TemplateError(f"can't evaluate field {name} in type {_go_type(value)}")
        return value


class _Nothing:
    pass


_NOTHING = _Nothing()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise TemplateError(f"unexpected {json.dumps(text[at])} in command")
        tokens.append(match[1])
        at = match.end()
    return tokens


def _go_type(value: Any) -> str:
    return {str: "string", int: "int", bool: "bool", float: "float64", list: "[]interface {}"}.get(
        type(value), "interface {}"
    )


def truth(value: Any) -> bool:
    """Tell whether Go's templates take a value as true."""
    return value is not _NOTHING and bool(value)


def show(value: Any) -> str:
    """Write a value as Go's fmt prints it."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{show_inner(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(show_inner(item) for item in value) + "]"
    return str(value)


def show_inner(value: Any) -> str:
    """Write a value inside a map or a list."""
    return "<nil>" if value is None else ("{}" if value == {} else show(value))


def to_json(value: Any) -> str:
    """Write JSON as Go's encoder does."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list | str):
            value = value[int(key)]
    return value


def _printf(form: str, *values: Any) -> str:
    rest = list(values)

    def put(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else ""
        kind = match[0][-1]
        if kind == "q":
            return json.dumps(str(value), ensure_ascii=False)
        if kind in "vs":
            return (match[0][:-1] + "s") % show(value)
        return match[0] % value

    return re.sub(r"%%|%[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z]", put, form)


FUNCTIONS: dict[str, Any] = {
    "json": to_json,
    "len": lambda v: len(v or ""),
    "index": _index,
    "eq": lambda a, *b: any(a == other for other in b),
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": lambda *v: next((x for x in v if not truth(x)), v[-1]),
    "or": lambda *v: next((x for x in v if truth(x)), v[-1]),
    "not": lambda v: not truth(v),
    "print": lambda *v: " ".join(show(x) for x in v),
    "println": lambda *v: " ".join(show(x) for x in v) + "\n",
    "printf": _printf,
    "join": lambda items, sep: sep.join(show(x) for x in items or []),
    "split": lambda text, sep: text.split(sep),
    "upper": lambda text: str(text).upper(),
    "lower": lambda text: str(text).lower(),
    "title": lambda text: str(text).title(),
    "truncate": lambda text, n: str(text)[: int(n)],
    "pad": lambda text, left, right: " " * left + str(text) + " " * right if text else "",
    "slice": lambda v, *at: v[slice(*[int(x) for x in at])] if len(at) > 1 else v[int(at[0]) :],
    "html": str,
    "urlquery": str,
}
