"""Expands words: braces, variables, substitutions, arithmetic, field splitting, file names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Protocol

from simulator import globs

from .arithmetic import ArithmeticFault, evaluate
from .lexer import Lexer, ShellSyntaxError
from .parameters import cased

Word = list[list[Any]]

MAX_WORD = 1 << 20
"""Characters that a word may expand to."""
MAX_BRACES = 10_000
"""Words that the braces in one word may make."""
_SPECIAL = re.compile(r"[*?\[]")
"""What makes a word a pattern of file names."""
_BRACES = re.compile(r"\{([^{}\s]*)\}")
_PLAIN = re.compile(r"[^*?\[{~]*")
"""A word of which nothing is expanded."""


class Scope(Protocol):
    """What an expansion needs to know of the shell."""

    def get(self, name: str) -> str | None:
        """Give a variable's value, or None when it is not set."""

    def set(self, name: str, value: str) -> None:
        """Set a variable (`${x:=y}`)."""

    def args(self) -> list[str]:
        """Give the positional parameters."""

    def elements(self, name: str) -> dict[str, str]:
        """Give the elements of an array."""

    def names(self, prefix: str) -> list[str]:
        """List the variables whose names begin so."""

    def option(self, name: str) -> bool:
        """Tell whether an option ("u") is on, or whether the shell is "bash" or "dash"."""

    def capture(self, script: str) -> str:
        """Run `$(script)` and give its output."""

    def from_script(self, script: str) -> str:
        """Run `<(script)` and give the path at which its output can be read."""

    def glob(self, pattern: str) -> list[str]:
        """Give the files that match a pattern."""


class ExpansionError(Exception):
    """`${x?message}` of a variable that is not set, or wrong arithmetic."""


class UnsetError(ExpansionError):
    """A variable that must be set and is not."""


def expand(word: Word, scope: Scope) -> list[str]:
    """Expand a word into fields."""
    if len(word) == 1 and word[0][0] == "lit" and (word[0][2] or _PLAIN.fullmatch(word[0][1])):
        return [word[0][1]]  # the most frequent case
    if scope.option("bash"):
        words = _braces(word, [MAX_BRACES])
        return [field for one in words for field in _fields(one, scope)]
    return _fields(word, scope)


class _Fields:
    """The fields that one word becomes."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.current: list[str] | None = None
        self.pattern = False
        self.size = 0

    def add(self, text: str) -> None:
        self.size += len(text) + 1
        if self.size > MAX_WORD:
            raise ExpansionError("Out of space")
        if self.current is None:
            self.current = []
        self.current.append(text)

    def end(self) -> None:
        if self.current is not None:
            self.done.append("".join(self.current))
        self.current = None


def _fields(word: Word, scope: Scope) -> list[str]:
    fields = _Fields()
    vanishes = False
    for part in word:
        values = _many(part, scope)
        if values is not None and part[-1]:
            vanishes = vanishes or not values
            for index, value in enumerate(values):
                if index:
                    fields.end()
                fields.add(_shield(value))
        elif values is not None:
            for index, value in enumerate(values):
                if index:
                    fields.end()
                _split(value, fields, scope)
        else:
            _add_part(part, fields, scope)
    if not (vanishes and not "".join(fields.current or []) and not fields.done):
        fields.end()
    return [found for field in fields.done for found in _glob(field, fields.pattern, scope)]


def _add_part(part: list[Any], fields: _Fields, scope: Scope) -> None:
    text, quoted = _part(part, scope)
    if quoted or part[0] == "lit":
        if quoted or text:
            fields.add(_shield(text) if quoted else text)
        fields.pattern = fields.pattern or (not quoted and bool(_SPECIAL.search(text)))
    else:
        _split(text, fields, scope)


def _split(text: str, fields: _Fields, scope: Scope) -> None:
    """Split what an unquoted expansion gave at the signs of IFS."""
    ifs = scope.get("IFS")
    at = 0
    for match in _separator(" \t\n" if ifs is None else ifs).finditer(text):
        piece, at = text[at : match.start()], match.end()
        if piece or (match[0].strip() and match.start() > 0):
            fields.add(piece)
        fields.end()
        fields.pattern = fields.pattern or bool(_SPECIAL.search(piece))
    if text[at:]:
        fields.add(text[at:])
        fields.pattern = fields.pattern or bool(_SPECIAL.search(text[at:]))


@lru_cache(maxsize=64)
def _separator(ifs: str) -> re.Pattern[str]:
    blank = "".join(char for char in ifs if char in " \t\n")
    other = "".join(re.escape(char) for char in ifs if char not in " \t\n")
    blanks = f"[{blank}]" if blank else ""
    if not other:
        return re.compile(f"{blanks}+" if blanks else r"(?!)")
    around = f"{blanks}*" if blanks else ""
    return re.compile(f"{around}[{other}]{around}" + (f"|{blanks}+" if blanks else ""))


def _braces(word: Word, left: list[int]) -> list[Word]:
    """Expand bash's `{a,b}` and `{1..3}`, where they stand unquoted in one piece.

    left: [how many words may still come of it].
    """
    for index, part in enumerate(word):
        match = _BRACES.search(part[1]) if part[0] == "lit" and not part[2] else None
        items = _brace_items(match[1]) if match else []
        if match and items:
            left[0] -= len(items)
            if left[0] < 0:
                raise ExpansionError("brace expansion: cannot allocate memory")
            before, after = part[1][: match.start()], part[1][match.end() :]
            return [
                found
                for item in items
                for found in _braces(
                    [*word[:index], ["lit", before + item + after, False], *word[index + 1 :]], left
                )
            ]
    return [word]


def _brace_items(body: str) -> list[str]:
    numbers = re.fullmatch(r"(-?\d{1,6})\.\.(-?\d{1,6})(?:\.\.(-?\d{1,6}))?", body)
    if numbers:
        first, last, step = int(numbers[1]), int(numbers[2]), abs(int(numbers[3] or 1)) or 1
        width = len(numbers[1]) if numbers[1].startswith("0") else 1
        span = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
        return [str(n).zfill(width) for n in span][:5000]
    letters = re.fullmatch(r"([A-Za-z])\.\.([A-Za-z])", body)
    if letters:
        first, last = ord(letters[1]), ord(letters[2])
        span = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        return [chr(n) for n in span]
    return body.split(",") if "," in body else []


def expand_text(word: Word, scope: Scope) -> str:
    """Expand a word into one text, as in an assignment: no splitting, no file names."""
    parts: list[str] = []
    size = 0
    for part in word:
        values = _many(part, scope)
        parts.append(_part(part, scope)[0] if values is None else " ".join(values))
        size += len(parts[-1])
        if size > MAX_WORD:
            raise ExpansionError("Out of space")
    text = "".join(parts)
    if word and word[0][0] == "lit" and not word[0][2] and (text == "~" or text.startswith("~/")):
        text = (scope.get("HOME") or "") + text[1:]
    return text


def expand_pattern(word: Word, scope: Scope) -> str:
    """Expand a pattern: quoted characters lose their meaning in patterns."""
    found: list[str] = []
    for part in word:
        text, quoted = _part(part, scope)
        found.append(globs.quoted(text) if quoted else text)
    return "".join(found)


_SHIELDS = {"*": "\ue000", "?": "\ue001", "[": "\ue002", "~": "\ue003"}


def _shield(text: str) -> str:
    for char, stand_in in _SHIELDS.items():
        text = text.replace(char, stand_in)
    return text


def bare(text: str) -> str:
    """Give what a shielded text stands for."""
    if text.isascii():
        return text
    for char, stand_in in _SHIELDS.items():
        text = text.replace(stand_in, char)
    return text


def guarded(text: str) -> str:
    """Give the pattern (`globs`) of a shielded text."""
    for char, stand_in in _SHIELDS.items():
        text = text.replace(stand_in, globs.quoted(char))
    return text


def _glob(field: str, pattern: bool, scope: Scope) -> list[str]:
    if field == "~" or field.startswith("~/"):
        field = (scope.get("HOME") or "") + field[1:]
    if pattern and _SPECIAL.search(field):
        found = scope.glob(field)
        if found or scope.option("nullglob"):
            return found
    return [bare(field)]


def _part(part: list[Any], scope: Scope) -> tuple[str, bool]:
    if part[0] == "lit":
        return part[1], part[2]
    if part[0] == "cmd":
        script = re.sub(r"^\s*<(?!<)", "cat ", part[1])  # bash's $(<file)
        return scope.capture(script).rstrip("\n"), part[2]
    if part[0] == "math":
        return str(arithmetic(part[1], scope)), part[2]
    if part[0] == "from":
        return scope.from_script(part[1]), True
    if part[0] == "array":
        return "", True
    values = _many(part, scope)
    return (_variable(part, scope) if values is None else " ".join(values)), part[-1]


def _many(part: list[Any], scope: Scope) -> list[str] | None:
    """Give the values of `$@`, `${a[@]}` and their like; None for what has one value."""
    if part[0] != "var" or part[3] == "length":
        return None
    _, name, index, op, argument, quoted = part
    if op == "names":
        values = scope.names(name)
    elif op == "keys":
        values = list(scope.elements(name))
    elif name in ("@", "*") and index is None:
        first = [scope.get("0") or ""] if op == ":" else []
        values = [*first, *scope.args()]
        index = name
    elif index in ("@", "*"):
        values = list(scope.elements(name).values())
    else:
        return None
    if op == ":":
        whole = " ".join(values)
        values = list(_slice(argument, values, scope, name in "@*")) if whole else []
    elif op[-1:] in ("-", "+", "?") and op[:1] in (":", "-", "+", "?"):
        missing = not values
        if missing == (op[-1] != "+"):
            values = [expand_text(argument, scope)]
    elif op and op not in ("names", "keys"):
        values = [_changed(value, op, argument, scope) for value in values]
    if quoted and index == "*":
        ifs = scope.get("IFS")
        return [(" " if ifs is None else ifs[:1]).join(values)]
    return values


def _slice(argument: list[Any], values: Any, scope: Scope, counted: bool) -> Any:
    """Cut `${x:offset:length}` out of a text or a list."""
    offset = arithmetic_of(argument[0], scope)
    if counted and offset < 0:
        offset += len(values)
    start = max(offset + len(values), 0) if offset < 0 else offset
    if argument[1] is None:
        return values[start:]
    length = arithmetic_of(argument[1], scope)
    return values[start : start + length] if length >= 0 else values[start:length]


def _changed(value: str, op: str, argument: Any, scope: Scope) -> str:
    """Apply an operator that makes another text of a value."""
    if op[0] in "#%":
        return globs.trimmed(value, op, expand_pattern(argument, scope))
    if scope.option("dash"):  # what follows is not of POSIX; busybox knows it, too
        raise ExpansionError("Bad substitution")
    if op[0] == "/":
        anchor, pattern, text = argument
        old, new = expand_pattern(pattern, scope), expand_text(text, scope)
        return globs.replaced(value, anchor or op, old, new)
    if op[0] in "^,":
        return cased(value, op)
    if op == ":":
        return str(_slice(argument, value, scope, False))
    return "'" + value.replace("'", "'\\''") + "'" if op == "@Q" else value


def _variable(part: list[Any], scope: Scope) -> str:
    _, name, index, op, argument, _ = part
    if op == "length" and (index in ("@", "*") or name in ("@", "*")):
        return str(len(scope.elements(name) if index else scope.args()))
    full = name if index is None else f"{name}[{expand_text(index, scope)}]"
    if op == "indirect":
        target = scope.get(full) or ""
        if argument is not None:
            return _variable(["var", target, None, *argument, part[-1]], scope)
        return scope.get(target) or ""
    value = scope.get(full)
    action = op[-1:] if op[:1] in (":", "-", "=", "+", "?") and op != ":" else ""
    if not action:
        if value is None and scope.option("u"):
            unset = "unbound variable" if scope.option("bash") else "parameter not set"
            raise UnsetError(f"{full}: {unset}")
        if op == "length":
            return str(len(value or ""))
        return _changed(value or "", op, argument, scope) if op else value or ""
    missing = value is None or (op.startswith(":") and value == "")
    if action == "+":
        return "" if missing else expand_text(argument, scope)
    if not missing:
        return value or ""
    text = expand_text(argument, scope)
    if action == "?":
        empty = "parameter null or not set" if scope.option("bash") else "parameter not set"
        if scope.option("dash") and op == ":?":
            empty += " or null"
        raise UnsetError(f"{name}: {text or empty}")
    if action == "=":
        scope.set(full, text)
    return text


def arithmetic(text: str, scope: Scope) -> int:
    """Work out `$((...))`; raises ExpansionError."""
    try:
        word = Lexer(text.replace('"', "")).quoted_text()
    except ShellSyntaxError as error:
        raise ExpansionError(f'arithmetic expression: {error}: "{text.strip()}"') from error
    return arithmetic_of(word, scope)


def kind_of(scope: Scope) -> str:
    """Name the shell: "bash", "dash" or "ash"."""
    return next((kind for kind in ("bash", "dash") if scope.option(kind)), "ash")


def arithmetic_of(word: Word, scope: Scope) -> int:
    """Work out a word as arithmetic; raises ExpansionError."""
    plain = expand_text(word, scope)
    try:
        return evaluate(plain, scope)
    except ArithmeticFault as fault:
        raise ExpansionError(fault.words(plain, kind_of(scope))) from fault
