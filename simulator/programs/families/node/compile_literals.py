"""The values of literals: numbers, strings with escapes, templates, regular expressions."""

from __future__ import annotations

import re
from typing import Any

from .numbers import read_number
from .syntax import Node, refuse, text_of
from .values import units, whole

SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})"
    r"|(\r\n|[\n\r\u2028\u2029])|(.))",
    re.S,
)


def number_value(text: str) -> tuple[Any, bool]:
    """Read a numeric literal: (value, whether it is a BigInt)."""
    text = text.replace("_", "")
    if text.endswith("n") and text[:2].lower() != "0x":
        return int(text[:-1], 0) if not text[:-1].isdigit() else int(text[:-1][:4000]), True
    if text.endswith("n"):
        return int(text[:-1], 16), True
    if re.fullmatch(r"0[0-7]+", text):
        return whole(int(text, 8)), False
    return read_number(text), False


def _one(match: re.Match[str]) -> str:
    long, four, two, octal, line, char = match.groups()
    if line is not None:
        return ""
    if octal is not None:
        return chr(int(octal, 8) & 0xFF)
    code = long or four or two
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return SIMPLE.get(char, char)


def unescaped(text: str) -> str:
    """Replace the escapes of a string or template by what they stand for."""
    if "\\" in text:
        text = _ESCAPE.sub(_one, text)
    return units(text)


def string_value(node: Node) -> str:
    """Read a string literal."""
    shown = text_of(node)
    if re.search(r"\\(?:u(?![0-9a-fA-F]{4}|\{)|x(?![0-9a-fA-F]{2}))", shown):
        wrong = "Unicode" if "\\u" in shown else "hexadecimal"
        raise refuse(node, f"Invalid {wrong} escape sequence")
    return unescaped(shown[1:-1])


def template_parts(node: Node) -> tuple[list[str], list[Node]]:
    """Take a template apart: its texts as written, and the expressions between them."""
    base = node.start_byte
    data = node.text
    texts, inner = [], []
    at = 1
    for child in node.named_children:
        if child.type == "template_substitution":
            texts.append(data[at : child.start_byte - base].decode("utf-8", "replace"))
            at = child.end_byte - base
            rows = [one for one in child.named_children if one.type != "comment"]
            if not rows:
                raise refuse(child, "Unexpected token '}'")
            inner.append(rows[0])
    texts.append(data[at:-1].decode("utf-8", "replace"))
    return [text.replace("\r\n", "\n") for text in texts], inner


def cooked(node: Node, text: str) -> str:
    """Give a template's text with its escapes replaced."""
    return unescaped(text)


def regex_parts(node: Node) -> tuple[str, str]:
    """Read a regular expression literal: (pattern, flags)."""
    pattern = node.child_by_field_name("pattern")
    flags = node.child_by_field_name("flags")
    shown = text_of(flags) if flags is not None else ""
    if re.search(r"[^dgimsuvy]|(.).*\1", shown):
        raise refuse(node, "Invalid regular expression flags")
    return units(text_of(pattern)) if pattern is not None else "", shown
