"""JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from ...vm import Machine, Thrown
from .convert import to_text
from .errors import throw
from .natives_core import arg
from .numbers import number_text, read_number
from .objects import class_name, get_now, is_callable, keys_of, make_array, make_object
from .registry import namespace, native
from .values import HOLE, NULL, Arr, Big, BigInt, Obj, plain, units

DEEPEST = 200
namespace("JSON")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_BLANK = re.compile(r"[ \t\n\r]*")


def quote(text: str) -> str:
    """Write a string in JSON; lone surrogates are escaped."""
    shown = json.dumps(plain(text), ensure_ascii=False) if text.isascii() else None
    if shown is not None:
        return shown.replace("\x7f", "\x7f")
    out = json.dumps(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"),
                     ensure_ascii=False)  # fmt: skip
    return units(re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", out))


class Writer:
    """Writes one value."""

    def __init__(self, vm: Machine, replacer: Any, indent: str) -> None:
        self.vm, self.indent = vm, indent
        self.call = replacer if is_callable(replacer) else None
        self.names: list[str] | None = None
        if isinstance(replacer, Arr):
            self.names = [to_text(vm, one) for one in replacer.items]
        self.stack: list[Any] = []

    def write(self, holder: Any, key: str, value: Any) -> str | None:
        """Give a value's text; None when it has none."""
        vm = self.vm
        vm.ops += 1
        if isinstance(value, Obj) or type(value) is BigInt:
            method = get_now(vm, value, "toJSON")
            if is_callable(method):
                value = vm.call_now(method, [key], {"this": value})
        if self.call is not None:
            value = vm.call_now(self.call, [key, value], {"this": holder})
        if isinstance(value, Obj) and value.kind in ("String", "Number", "Boolean"):
            value = value.data if value.data is not None else value
        if not isinstance(value, Obj):
            return self.primitive(value)
        if is_callable(value):
            return None
        if any(value is one for one in self.stack):
            raise throw(vm, "TypeError", self.circle(value, key))
        if len(self.stack) > DEEPEST:
            raise throw(vm, "RangeError", "Maximum call stack size exceeded")
        self.stack.append(value)
        text = self.array(value) if isinstance(value, Arr) else self.object(value)
        self.stack.pop()
        return text

    def circle(self, value: Any, key: str) -> str:
        """Say how an object contains itself."""
        name = class_name(self.vm, value, "Object")
        head = "Converting circular structure to JSON\n    --> starting at object with constructor "
        at = next(n for n, one in enumerate(self.stack) if one is value)
        if at == len(self.stack) - 1:
            return f"{head}'{name}'\n    --- property '{key}' closes the circle"
        inner = self.stack[at + 1]
        first = next((k for k in keys_of(self.vm, value)
                      if get_now(self.vm, value, k) is inner), "")  # fmt: skip
        rows = [f"{head}'{name}'", f"    |     property '{first}' -> object with constructor "
                f"'{class_name(self.vm, inner, 'Object')}'"]  # fmt: skip
        return "\n".join([*rows, f"    --- property '{key}' closes the circle"])

    def primitive(self, value: Any) -> str | None:
        if type(value) is str:
            return quote(value)
        if type(value) is Big:
            return quote(value.text)
        if value is NULL:
            return "null"
        if type(value) is bool:
            return "true" if value else "false"
        if type(value) in (int, float):
            return number_text(value) if value - value == 0 else "null"
        if type(value) is BigInt:
            raise throw(self.vm, "TypeError", "Do not know how to serialize a BigInt")
        return None

    def array(self, value: Arr) -> str:
        rows = [self.write(value, str(n), None if one is HOLE else one) or "null"
                for n, one in enumerate(value.items)]  # fmt: skip
        return self.joined(rows, "[", "]")

    def object(self, value: Obj) -> str:
        colon = ": " if self.indent else ":"
        rows = []
        keys = self.names if self.names is not None else keys_of(self.vm, value)
        for key in keys:
            text = self.write(value, key, get_now(self.vm, value, key))
            if text is not None:
                rows.append(f"{quote(key)}{colon}{text}")
        return self.joined(rows, "{", "}")

    def joined(self, rows: list[str], open_: str, close: str) -> str:
        """Join the rows of an array or object."""
        if not rows:
            return open_ + close
        if not self.indent:
            return f"{open_}{','.join(rows)}{close}"
        pad = "\n" + self.indent * len(self.stack)
        return f"{open_}{pad}{f',{pad}'.join(rows)}{pad[: -len(self.indent)]}{close}"


@native("JSON.stringify", 3)
def _stringify(vm: Any, this: Any, args: list[Any]) -> Any:
    space = arg(args, 2)
    indent = ""
    if type(space) is str:
        indent = space[:10]
    elif type(space) in (int, float):
        indent = " " * max(0, min(10, int(space) if space == space else 0))
    value = arg(args, 0)
    holder = make_object(vm, {"": value})
    return Writer(vm, arg(args, 1), indent).write(holder, "", value)


class Reader:
    """Reads one text, with V8's words for what is wrong in it."""

    def __init__(self, vm: Machine, text: str) -> None:
        self.vm, self.text, self.at = vm, text, 0

    def blank(self) -> None:
        """Skip white space."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def wrong(self) -> Thrown:
        """Make the error for what stands here."""
        text, at = self.text, self.at
        if at >= len(text):
            return throw(self.vm, "SyntaxError", "Unexpected end of JSON input")
        char = text[at]
        shown = f'"{text}"' if len(text) <= 40 else None
        if shown is None:
            low, high = max(0, at - 10), min(len(text), at + 10)
            head, tail = "..." if low else "", "..." if high < len(text) else ""
            shown = f'{head}"{text[low:high]}"{tail}'
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        place = f"in JSON at position {at} (line {line} column {column})"
        if char == '"':
            if _STRING.match(text, at):
                return throw(self.vm, "SyntaxError", f"Unexpected string {place}")
            return throw(self.vm, "SyntaxError", "Unterminated string in JSON at position "
                         f"{len(text)} (line {line} column {len(text) + 1})")  # fmt: skip
        return throw(
            self.vm, "SyntaxError", f"Unexpected token '{char}', {shown} is not valid JSON"
        )

    def expected(self, words: str) -> Thrown:
        """Make the error for something else than what must follow."""
        if self.at >= len(self.text):
            return throw(self.vm, "SyntaxError", f"{words} in JSON at position {self.at} (line "
                         f"{self.text.count(chr(10)) + 1} column {self.at + 1})")  # fmt: skip
        return self.wrong() if not words.startswith("Expected") else throw(
            self.vm, "SyntaxError", f"{words} in JSON at position {self.at} (line "
            f"{self.text.count(chr(10), 0, self.at) + 1} column "
            f"{self.at - self.text.rfind(chr(10), 0, self.at)})")  # fmt: skip

    def value(self, depth: int) -> Any:
        """Read a value."""
        self.blank()
        text, at = self.text, self.at
        char = text[at : at + 1]
        self.vm.ops += 1
        if depth > DEEPEST:
            raise throw(self.vm, "RangeError", "Maximum call stack size exceeded")
        if char == "{":
            return self.object(depth)
        if char == "[":
            return self.array(depth)
        if char == '"':
            return self.string()
        for word, value in (("true", True), ("false", False), ("null", NULL)):
            if text.startswith(word, at):
                self.at += len(word)
                return value
        match = _NUMBER.match(text, at)
        if match is None:
            raise self.wrong()
        self.at = match.end()
        return read_number(match[0])

    def string(self) -> str:
        """Read a string."""
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.wrong()
        self.at = match.end()
        return units(str(json.loads(match[0])))

    def array(self, depth: int) -> Any:
        """Read an array."""
        self.at += 1
        items: list[Any] = []
        self.blank()
        if self.text[self.at : self.at + 1] == "]":
            self.at += 1
            return make_array(self.vm, items)
        while True:
            items.append(self.value(depth + 1))
            self.blank()
            char = self.text[self.at : self.at + 1]
            if char not in (",", "]") or not char:
                raise self.expected("Expected ',' or ']' after array element")
            self.at += 1
            if char == "]":
                return make_array(self.vm, items)

    def object(self, depth: int) -> Any:
        """Read an object."""
        self.at += 1
        made = make_object(self.vm)
        self.blank()
        if self.text[self.at : self.at + 1] == "}":
            self.at += 1
            return made
        first = True
        while True:
            self.blank()
            if self.text[self.at : self.at + 1] != '"':
                raise self.expected("Expected property name or '}'" if first
                                    else "Expected double-quoted property name")  # fmt: skip
            key = self.string()
            self.blank()
            if self.text[self.at : self.at + 1] != ":":
                raise self.expected("Expected ':' after property name")
            self.at += 1
            made.props[key] = self.value(depth + 1)
            self.blank()
            char = self.text[self.at : self.at + 1]
            if char not in (",", "}") or not char:
                raise self.expected("Expected ',' or '}' after property value")
            self.at += 1
            first = False
            if char == "}":
                return made


def parse_json(vm: Machine, text: str) -> Any:
    """Read a JSON text; raises Thrown."""
    reader = Reader(vm, text)
    value = reader.value(0)
    reader.blank()
    if reader.at < len(text):
        place = f"at position {reader.at} (line {text.count(chr(10), 0, reader.at) + 1} column " \
                f"{reader.at - text.rfind(chr(10), 0, reader.at)})"  # fmt: skip
        raise throw(vm, "SyntaxError",
                    f"Unexpected non-whitespace character after JSON {place}")  # fmt: skip
    return value


@native("sys.parseJson", 1)
def _parse(vm: Any, this: Any, args: list[Any]) -> Any:
    value = arg(args, 0)
    if value is None:
        raise throw(vm, "SyntaxError", '"undefined" is not valid JSON')
    text = to_text(vm, value)
    if text == "[object Object]":
        raise throw(vm, "SyntaxError", '"[object Object]" is not valid JSON')
    return parse_json(vm, text)
