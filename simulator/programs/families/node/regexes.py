"""Regular expressions: JavaScript's patterns made Python's, and none that takes for ever."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from simulator.patterns import may_take_for_ever

from ...vm import Machine
from .intrinsics import intrinsic
from .objects import make_array, make_object
from .values import Obj, Prop

LONGEST_PATTERN = 1000
SEARCHED = {0: 65536, 1: 16384, 2: 2000, 3: 300, 4: 90}
"""Characters of a text that are searched, by the pattern's open repetitions.

# Simplified: A JavaScript regular expression with many `*` and `+` sees only the beginning of a
long text, and a pattern for which the search could take for ever matches nothing.
"""


@lru_cache(maxsize=500)
def python_regex(pattern: str, flags: str) -> re.Pattern[str] | str | None:
    """Translate a pattern; None when it is refused, the reason when it is wrong."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    text = _translate(pattern, flags)
    bits = (re.I if "i" in flags else 0) | (re.M if "m" in flags else 0)
    bits |= re.S if "s" in flags else 0
    try:
        made = re.compile(text, bits)
    except re.error as error:
        return _reason(str(error))
    except (OverflowError, RecursionError):
        return None
    return None if may_take_for_ever(_plain(text)) else made


def _plain(text: str) -> str:
    return re.sub(r"\(\?(?:P<\w+>|[=!]|<[=!])", "(", text)


def _reason(error: str) -> str:
    if "unterminated subpattern" in error or "missing )" in error:
        return "Unterminated group"
    if "unbalanced" in error:
        return "Unmatched ')'"
    if "nothing to repeat" in error or "multiple repeat" in error:
        return "Nothing to repeat"
    if "unterminated character set" in error:
        return "Unterminated character class"
    return "Invalid group" if "group" in error else "Invalid escape"


def _translate(pattern: str, flags: str) -> str:
    out: list[str] = []
    at, in_class = 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            piece, at = _escape(pattern, at, in_class)
            out.append(piece)
            continue
        if in_class:
            in_class = char != "]"
            out.append("\\[" if char == "[" else char)
        elif char == "[":
            in_class = True
            if pattern.startswith("[^]", at):
                out.append("(?s:.)")
                at, in_class = at + 3, False
                continue
            if pattern.startswith("[]", at):
                out.append("(?!)")
                at, in_class = at + 2, False
                continue
            out.append(char)
        elif pattern.startswith("(?<", at) and pattern[at + 3 : at + 4] not in ("=", "!"):
            out.append("(?P<")
            at += 2
        elif char == "$" and "m" not in flags:
            out.append(r"\Z")
        elif char == "." and "s" not in flags:
            out.append(r"[^\n\r\u2028\u2029]")
        else:
            out.append(char)
        at += 1
    return "".join(out)


def _escape(pattern: str, at: int, in_class: bool) -> tuple[str, int]:
    char = pattern[at + 1]
    if char == "d":
        return "0-9" if in_class else "[0-9]", at + 2
    if char == "w":
        return "A-Za-z0-9_" if in_class else "[A-Za-z0-9_]", at + 2
    if char == "W" and not in_class:
        return "[^A-Za-z0-9_]", at + 2
    if char == "u":
        match = re.compile(r"\\u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))").match(pattern, at)
        if match:
            code = int(match[1] or match[2], 16)
            return re.escape(chr(min(code, 0x10FFFF))), match.end()
        return "u", at + 2
    if char == "k":
        match = re.compile(r"\\k<(\w+)>").match(pattern, at)
        if match:
            return f"(?P={match[1]})", match.end()
        return "k", at + 2
    if char in "pP":
        match = re.compile(r"\\[pP]\{(\w+)(?:=(\w+))?\}").match(pattern, at)
        if match:
            inside = {"L": "^\\W\\d_", "Lu": "A-ZÀ-Þ", "Ll": "a-zß-ÿ", "N": "0-9", "Nd": "0-9"}
            body = inside.get(match[1], "^\\W\\d_")
            body = body if char == "p" else ("^" + body if body[0] != "^" else body[1:])
            return f"[{body}]", match.end()
    if char == "b" and in_class:
        return "\\x08", at + 2
    if char.isalpha() and char not in "bBdDsSwWnrtfvx":
        return char, at + 2
    if char == "/" or char == "-":
        return re.escape(char), at + 2
    return pattern[at : at + 2], at + 2


def make_regex(vm: Machine, pattern: str, flags: str) -> Obj:
    """Make a RegExp; raises Thrown for a pattern that is none."""
    found = python_regex(pattern, flags)
    if isinstance(found, str):
        from .errors import throw

        raise throw(vm, "SyntaxError",
                    f"Invalid regular expression: /{pattern}/{flags}: {found}")  # fmt: skip
    made = Obj(intrinsic(vm, "RegExp.prototype"), "RegExp", [pattern, flags])
    made.props["lastIndex"] = Prop(0, configurable=False)
    return made


def match_at(regex: Obj, text: str, at: int, sticky: bool = False) -> re.Match[str] | None:
    """Search from a place."""
    found = python_regex(*regex.data)
    if not isinstance(found, re.Pattern) or at > len(text):
        return None
    end = at + _reach(regex.data[0])
    return found.match(text, at, end) if sticky else found.search(text, at, end)


def _reach(pattern: str) -> int:
    return SEARCHED.get(len(re.findall(r"(?<!\\)[*+]|\{\d+,\}", pattern)), 50)


def match_array(vm: Machine, match: re.Match[str], text: str) -> Any:
    """Make what `exec` answers."""
    made = make_array(vm, [match.group(), *match.groups()])
    made.props["index"] = match.start()
    made.props["input"] = text
    names = match.groupdict()
    made.props["groups"] = make_object(vm, names) if names else None
    if names:
        made.props["groups"].proto = None
    return made
