"""`${...}`: reading it, and what each of its operators makes of a value.

Source: "Shell Parameter Expansion" of the Bash Reference Manual; POSIX, 2.6.2.
"""

from __future__ import annotations

import re
from typing import Any

from .lexer import Lexer, Part, ShellSyntaxError

_HEAD = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_OPERATOR = re.compile(r":?[-=+?]|##?|%%?|//?|\^\^?|,,?|:|@[QUuLEPAaKk]$", re.S)


def read_expansion(body: str, quoted: bool) -> Part:
    """Read what is between `${` and `}`; raises ShellSyntaxError."""
    if body[:1] == "#" and len(body) > 1 and (found := _named(body[1:])) and not found[2]:
        return ["var", found[0], found[1], "length", None, quoted]
    if body[:1] == "!" and len(body) > 1:
        if (found := _named(body[1:])) and not found[2]:
            kind = "keys" if found[1] in ("@", "*") else "indirect"
            return ["var", found[0], found[1], kind, None, quoted]
        if re.fullmatch(r"![A-Za-z_][A-Za-z0-9_]*[@*]", body):
            return ["var", body[1:-1], None, "names", None, quoted]
        if found and found[1] is None and (match := _OPERATOR.match(found[2])):
            argument = _argument(match[0], found[2][match.end() :])
            return ["var", found[0], None, "indirect", [match[0], argument], quoted]
    named = _named(body)
    if named is None:
        raise ShellSyntaxError("Bad substitution")
    name, index, rest = named
    if not rest:
        return ["var", name, index, "", None, quoted]
    match = _OPERATOR.match(rest)
    if match is None:
        raise ShellSyntaxError("Bad substitution")
    return ["var", name, index, match[0], _argument(match[0], rest[match.end() :]), quoted]


def _named(body: str) -> tuple[str, Any, str] | None:
    """Take a name and its index off the front: (name, index, rest); None when there is none.

    index: None, "@", "*" or a word.
    """
    match = _HEAD.match(body)
    if match is None:
        return None
    rest = body[match.end() :]
    if not rest.startswith("["):
        return match[0], None, rest
    end = Lexer(rest)._close(1, "[", "]")
    inner = rest[1:end]
    return match[0], inner if inner in ("@", "*") else word_of(inner), rest[end + 1 :]


def _argument(operator: str, rest: str) -> Any:
    if operator in ("/", "//"):
        anchor = rest[0] if rest[:1] in ("#", "%") else ""
        pattern, replacement = _cut(rest[len(anchor) :], "/")
        return [anchor, word_of(pattern), word_of(replacement)]
    if operator == ":":
        offset, length = _cut(rest, ":")
        return [word_of(offset), word_of(length) if ":" in rest else None]
    return word_of(rest)


def _cut(text: str, mark: str) -> tuple[str, str]:
    """Split at the first mark that is not quoted nor inside `${...}`."""
    at, depth, quote = 0, 0, ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "{(":
            depth += 1
        elif char in "})":
            depth -= 1
        elif char == mark and depth == 0:
            return text[:at], text[at + 1 :]
        at += 1
    return text, ""


def word_of(text: str) -> list[Part]:
    """Read a text as one word."""
    return Lexer(text)._word("")


def cased(value: str, operator: str) -> str:
    """Change the first letter (`^`, `,`) or all letters (`^^`, `,,`) to upper or lower case."""
    first = value[:1] if len(operator) == 1 else value
    changed = first.upper() if operator[0] == "^" else first.lower()
    return changed + value[len(first) :]
