"""regexp: Go's regular expressions as Python's, and what Go has against a wrong one.

# Simplified: A Go program's regular expression that repeats a repetition, as (a+)*, is refused as
nested too deeply, because Python's matcher could take for ever on it; Go's cannot.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ..tokens import to_text
from ..values import new_list

CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\\x00-\\x7F", "blank": "\\t ",
    "cntrl": "\\x00-\\x1F\\x7F", "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~",
    "punct": "!-/:-@\\[-`{-~", "space": "\\t\\n\\v\\f\\r ", "upper": "A-Z", "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip
UNICODE = {"L": "A-Za-z\\x80-\\xff", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9",
           "P": "!-/:-@\\[-`{-~"}  # fmt: skip
MOST_TEXT = 20_000


@lru_cache(maxsize=256)
def pattern_of(text: str) -> Any:
    """Compile a regular expression: the compiled one, or a text of what is wrong."""
    ahead = re.search(r"\(\?<?[=!]", text)
    if ahead is not None:
        return f"invalid or unsupported Perl syntax: `{ahead[0]}`"
    plain = re.sub(r"\\.", "a", text).replace("*?", "*").replace("+?", "+")
    if len(text) > 1000 or re.search(r"[*+}]\)?[*+{]", plain):
        return f"expression nests repeat operators too deeply: `{text}`"
    try:
        return re.compile(translated(to_text(text)), re.ASCII)
    except re.error as error:
        return complaint(text, error)


def translated(text: str) -> str:
    """Write a regular expression of Go as one of Python."""
    out, at, inside = [], 0, False
    lines = bool(re.match(r"\(\?[a-z]*m", text))
    while at < len(text):
        sign, pair = text[at], text[at : at + 2]
        named = re.compile(r"\[:(\^?)(\w+):\]").match(text, at) if inside else None
        letters = re.compile(r"\\[pP](?:\{(\w+)\}|(\w))").match(text, at)
        if named is not None and named[2] in CLASSES and not named[1]:
            out.append(CLASSES[named[2]])
            at = named.end()
        elif letters is not None:
            known = UNICODE.get(letters[1] or letters[2], "A-Za-z")
            out.append(known if inside else f"[{'^' if pair[1] == 'P' else ''}{known}]")
            at = letters.end()
        elif sign == "\\":
            out.append({"\\z": "\\Z", "\\Q": "", "\\E": ""}.get(pair, pair))
            at += 2
        else:
            if sign == "[" and not inside:
                inside = True
            elif sign == "[" and inside:
                sign = "\\["
            elif sign == "]" and inside and out[-1] not in ("[", "^"):
                inside = False
            elif sign == "$" and not inside and not lines:
                sign = "\\Z"
            out.append(sign)
            at += 1
    return re.sub(r"\(\?P?<(?![=!])", "(?P<", "".join(out))


def complaint(text: str, error: re.error) -> str:
    """Say what is wrong as package regexp/syntax does."""
    message = str(error.msg)
    if message.startswith("missing ), unterminated"):
        return f"missing closing ): `{text}`"
    if message.startswith("unbalanced parenthesis"):
        return f"unexpected ): `{text}`"
    if message.startswith("unterminated character set"):
        at = error.pos or 0
        return f"missing closing ]: `{text[at:]}`"
    if message.startswith("nothing to repeat"):
        at = error.pos or 0
        return f"missing argument to repetition operator: `{text[at : at + 1]}`"
    if message.startswith("bad escape (end"):
        return "trailing backslash at end of expression: ``"
    if message.startswith("bad escape"):
        return f"invalid escape sequence: `{message.split()[-1]}`"
    if message.startswith("bad character range"):
        return f"invalid character class range: `{message.split()[-1]}`"
    return f"invalid or unsupported Perl syntax: `{text}`"


def _find(vm: Any, pattern: str, text: str, most: int) -> Any:
    """Give all matches: a slice of slices of group bounds."""
    compiled = pattern_of(pattern)
    rows: list[Any] = []
    if isinstance(compiled, str):
        return None
    for match in compiled.finditer(text[:MOST_TEXT]):
        bounds = [match.start(), match.end()]
        for number in range(1, (compiled.groups or 0) + 1):
            bounds += [match.start(number), match.end(number)]
        rows.append(new_list(bounds))
        if 0 < most <= len(rows):
            break
    return new_list(rows) if rows else None


def _groups(vm: Any, pattern: str) -> Any:
    compiled = pattern_of(pattern)
    if isinstance(compiled, str):
        return new_list([""])
    names = [""] * (compiled.groups + 1)
    for name, number in compiled.groupindex.items():
        names[number] = name
    return new_list(names)


def _check(vm: Any, pattern: str) -> str:
    found = pattern_of(pattern)
    return found if isinstance(found, str) else ""


NATIVES: dict[str, Any] = {
    "regexp.find": _find,
    "regexp.groups": _groups,
    "regexp.check": _check,
}
