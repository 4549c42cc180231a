"""Word expansion: parameters, command substitution, arithmetic, splitting, file names.

Source: POSIX.1-2017, Shell Command Language, section 2.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator import globs
from simulator.docker.shellmodel.arithmetic import evaluate
from simulator.docker.shellmodel.nodes import Part, Word
from simulator.docker.shellmodel.process import TooLong

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

PATH_MAX = 4096
"""A longer pattern matches no path."""
PLACE_FILES = 10
"""Looking into one more folder costs as much as going by so many files."""
GLOB = re.compile(r"[*?\[]")
MAX_WORD = 1 << 20
"""Characters that one word may expand to."""
"""Length above which `${x%pattern}` leaves a value as it is, to keep every line quick."""


class ExpansionError(Exception):
    """A parameter that `${x:?}` or `set -u` demands but that is not set."""


def fields(shell: Shell, word: Word) -> list[str]:
    """Expand a word into fields: split where unquoted, file names matched."""
    found: list[tuple[str, str]] = []  # text, and the same with quoted glob characters escaped
    current: list[tuple[str, bool]] = []
    seen = False
    total = 0
    for part in word:
        if part.kind == "var" and part.text == "@" and not part.operator:
            for index, value in enumerate(shell.positional):
                if index:
                    found.append(_join(current))
                    current = []
                current.append((value, part.quoted))
                seen = True
            continue
        text = value_of(shell, part)
        total = _check_size(total + len(text))
        if part.quoted or part.kind == "text":
            current.append((text, part.quoted))
            seen = seen or part.quoted or bool(text)
            continue
        pieces = text.split()
        if text[:1].isspace() and seen:
            found.append(_join(current))
            current, seen = [], False
        for index, piece in enumerate(pieces):
            if index:
                found.append(_join(current))
                current = []
            current.append((piece, False))
            seen = True
        if pieces and text[-1:].isspace():
            found.append(_join(current))
            current, seen = [], False
    if seen or current:
        found.append(_join(current))
    result: list[str] = []
    for text, pattern in found:
        for name, braced in _braces(shell, text, pattern):
            result += _file_names(shell, name, braced)
    return result


def _join(pieces: list[tuple[str, bool]]) -> tuple[str, str]:
    text = "".join(piece for piece, _ in pieces)
    pattern = "".join(
        re.sub(r"([*?\[{,}])", "\0\\1", piece) if quoted else piece for piece, quoted in pieces
    )
    return text, pattern


def _braces(shell: Shell, text: str, pattern: str) -> list[tuple[str, str]]:
    """Expand `{a,b}` where the shell does (bash, not dash)."""
    if shell.flavour != "bash":
        return [(text, pattern)]
    match = re.search(r"(?<!\0)\{([^{}\0]*,[^{}\0]*)\}", pattern)
    if match is None:
        return [(text, pattern)]
    rows = []
    for choice in match[1].split(",")[:64]:
        chosen = pattern[: match.start()] + choice + pattern[match.end() :]
        rows += _braces(shell, chosen.replace("\0", ""), chosen)
    return rows[:256]


def _file_names(shell: Shell, text: str, pattern: str) -> list[str]:
    """Match a pattern against the tree; a pattern without a match stays as it is."""
    bare = re.sub(r"\0.", "", pattern)
    if not GLOB.search(bare) or "f" in shell.options or len(pattern) > PATH_MAX:
        return [text]
    key = f"{shell.cwd}\0{text}\0{pattern}"
    if key not in shell.globs:
        shell.globs[key] = _matches(shell, text, pattern)
    return shell.globs[key]


def _children(shell: Shell, places: list[str]) -> Callable[[str], list[str]]:
    """Give what lists a folder; for many folders the tree is gone through once."""
    if len(places) < 4:
        return lambda place: shell.tree.children(place or "/")
    table: dict[str, list[str]] = {}
    for path in shell.tree.files:
        folder, _, name = path.rpartition("/")
        table.setdefault(folder or "/", []).append(name)
    return lambda place: sorted(table.get(shell.tree.resolve(place or "/"), ()))


def _matches(shell: Shell, text: str, pattern: str) -> list[str]:
    absolute = pattern if pattern.startswith("/") else shell.cwd.rstrip("/") + "/" + pattern
    places = [""]
    for step in [part for part in absolute.split("/") if part]:
        plain = step.replace("\0", "")
        if not GLOB.search(re.sub(r"\0.", "", step)):
            places = [f"{place}/{plain}" for place in places]
            continue
        wanted = re.sub(r"\0(.)", lambda m: globs.quoted(m[1]), step)
        shell.clock.look_around(len(shell.tree.files) + PLACE_FILES * len(places))
        names = _children(shell, places)
        places = [
            f"{place}/{name}"
            for place in places
            if shell.tree.is_dir(place or "/")
            for name in names(place)
            if globs.fits(name, wanted) and (not name.startswith(".") or step.startswith("."))
        ][:2000]
    found = [
        place
        for place in places
        if shell.tree.exists(place) or shell.tree.resolve(place, follow=False) in shell.tree.files
    ]
    if not found:
        return [text]
    if not pattern.startswith("/"):
        cut = len(shell.cwd.rstrip("/")) + 1
        lead = re.match(r"(\./)*", text)
        found = [(lead[0] if lead else "") + place[cut:] for place in found]
    return found


def text_of(shell: Shell, word: Word) -> str:
    """Expand a word without splitting, as in an assignment or a here-document."""
    pieces, size = [], 0
    for part in word:
        pieces.append(value_of(shell, part))
        size = _check_size(size + len(pieces[-1]))
    return "".join(pieces)


def _check_size(size: int) -> int:
    """Stop a script whose words grow without end."""
    if size > MAX_WORD:
        raise TooLong("a word longer than the model holds")
    return size


def pattern_of(shell: Shell, word: Word) -> str:
    """Expand a word to a pattern for `case`: quoted characters match themselves."""
    pieces = []
    for part in word:
        text = value_of(shell, part)
        pieces.append(globs.quoted(text) if part.quoted else text)
    return "".join(pieces)


def value_of(shell: Shell, part: Part) -> str:
    """Return what one part of a word stands for."""
    if part.kind == "text":
        if part.quoted or not part.text.startswith("~"):
            return part.text
        if part.text == "~" or part.text.startswith("~/"):
            return (shell.get("HOME") or "/root") + part.text[1:]
        return part.text
    if part.kind == "cmd":
        return shell.capture(part.text).rstrip("\n")
    if part.kind == "math":
        return str(evaluate(part.text, shell))
    return _parameter(shell, part)


def _parameter(shell: Shell, part: Part) -> str:
    value = shell.get(part.text)
    operator, argument = part.operator, part.argument or []
    if operator == "length":
        return str(len(value or ""))
    if operator[:1] == ":" and len(operator) == 2:
        missing = not value
        operator = operator[1]
    else:
        missing = value is None
    if operator == "-":
        return text_of(shell, argument) if missing else str(value)
    if operator == "=":
        if missing:
            value = text_of(shell, argument)
            shell.variables[part.text] = value
        return str(value)
    if operator == "+":
        return "" if missing else text_of(shell, argument)
    if operator == "?":
        if missing:
            message = text_of(shell, argument) or "parameter not set or null"
            raise ExpansionError(f"{part.text}: {message}")
        return str(value)
    if value is None:
        if "u" in shell.options and part.text not in "@*#?$!-":
            raise ExpansionError(f"{part.text}: parameter not set")
        value = ""
    if operator[:1] in ("/", ":", "^", ",") and operator and shell.flavour == "dash":
        raise ExpansionError("Bad substitution")
    if operator == ":":
        return _slice(value, text_of(shell, argument), shell)
    return _trim(shell, value, operator, argument) if operator else value


def _slice(value: str, text: str, shell: Shell) -> str:
    """Cut `${x:offset:length}` (bash)."""
    start_text, _, length_text = text.partition(":")
    start = evaluate(start_text, shell)
    start = max(0, len(value) + start) if start < 0 else start
    if not length_text:
        return value[start:]
    length = evaluate(length_text, shell)
    return value[start : start + length] if length >= 0 else value[start:length]


def _trim(shell: Shell, value: str, operator: str, argument: Word) -> str:
    """Cut off a prefix or suffix, or replace, by a pattern."""
    if operator[0] != "/":
        return globs.trimmed(value, operator, pattern_of(shell, argument))
    pattern, text = _halves(argument)
    old = pattern_of(shell, pattern)
    if operator == "/" and old[:1] in ("#", "%") and not pattern[0].quoted:
        operator, old = old[0], old[1:]
    return globs.replaced(value, operator, old, text_of(shell, text))


def _halves(argument: Word) -> tuple[Word, Word]:
    """Split `old/new` at the first slash that is not quoted."""
    for at, part in enumerate(argument):
        if part.kind == "text" and not part.quoted and "/" in part.text:
            before, _, after = part.text.partition("/")
            head = [*argument[:at], *([Part("text", before)] if before else [])]
            return head, [Part("text", after), *argument[at + 1 :]]
    return argument, []
