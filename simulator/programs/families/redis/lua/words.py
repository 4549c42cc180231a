"""Cuts a Lua script into words."""

from __future__ import annotations

import re
from typing import Any

KEYWORDS = ("and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in",
            "local", "nil", "not", "or", "repeat", "return", "then", "true", "until",
            "while")  # fmt: skip
_TOKEN = re.compile(
    r"(?P<space>[ \t\r\f\v]+|\n|--\[\[.*?\]\]|--(?!\[\[)[^\n]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<long>\[\[.*?\]\])"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<sign>\.\.\.|\.\.|==|~=|<=|>=|[-+*/%^#<>=(){}\[\];:,.])",
    re.S,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
            "\n": "\n"}  # fmt: skip
Token = tuple[str, Any, int]
"""(kind, value, line): kind is a keyword or sign itself, "name", "number", "text" or "<eof>"."""


class LuaSyntaxError(Exception):
    """The script cannot be read; the text is Lua's own."""


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        found = match[1]
        return chr(min(int(found), 255)) if found.isdigit() else _ESCAPES.get(found, found)

    return re.sub(r"\\(\d{1,3}|.)", one, text, flags=re.S | re.A)


def words_of(script: str) -> list[Token]:
    """Cut a script into words; LuaSyntaxError for what is none."""
    found: list[Token] = []
    at, line = 0, 1
    while at < len(script):
        match = _TOKEN.match(script, at)
        if match is None:
            near = script[at : at + 1]
            if near in "\"'":
                raise LuaSyntaxError(f"user_script:{line}: unfinished string near '<eof>'")
            raise LuaSyntaxError(f"user_script:{line}: unexpected symbol near '{near}'")
        kind, text = str(match.lastgroup), match[0]
        if kind == "name":
            found.append((text if text in KEYWORDS else "name", text, line))
        elif kind == "number":
            value = int(text, 16) if text[:2].lower() == "0x" else float(text)
            found.append(("number", value, line))
        elif kind == "long":
            found.append(("text", text[2:-2].removeprefix("\n"), line))
        elif kind == "text":
            found.append(("text", _unescaped(text[1:-1]), line))
        elif kind == "sign":
            found.append((text, text, line))
        line += text.count("\n")
        at = match.end()
    return [*found, ("<eof>", "<eof>", line)]
