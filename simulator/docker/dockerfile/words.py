"""Cut the text after an instruction's name into flags and arguments; each instruction has its way.

Source: moby/buildkit `frontend/dockerfile/parser` (split_command, line_parsers), read 2026-11-23.
"""

from __future__ import annotations

import json
import re
from typing import Any

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import SPACES, is_space, quote

BLANKS = re.compile(r"[\t\v\f\r ]+")
NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"


def split_command(line: str, escape: str = "\\") -> tuple[str, list[str], str]:
    """Cut a whole instruction into its name, its flags and the rest."""
    parts = BLANKS.split(line.strip(SPACES), maxsplit=1)
    if len(parts) == 1:
        return parts[0], [], ""
    flags, rest = _split_flags(parts[1], escape)
    return parts[0], flags, rest.strip(SPACES)


def _split_flags(text: str, escape: str) -> tuple[list[str], str]:
    """Take the leading ``--words``; quotes and escapes are removed from them.

    BuildKit reads bytes here, not characters, so a flag that is not ASCII comes out garbled; so it
    does here.
    """
    line = text.encode().decode("latin-1")
    flags: list[str] = []
    at = 0
    while True:
        while at < len(line) and is_space(line[at]):
            at += 1
        if not line.startswith("--", at):
            return flags, _from_bytes(line[at:])
        word, quoted, at = _flag_word(line, at, escape)
        if word == "--":
            return flags, _from_bytes(line[at:])
        if quoted or word:
            flags.append(word)


def _flag_word(line: str, at: int, escape: str) -> tuple[str, bool, int]:
    out: list[str] = []
    open_quote, quoted = "", False
    while at < len(line):
        char = line[at]
        if not open_quote and is_space(char):
            break
        at += 1
        if char == open_quote:
            open_quote = ""
        elif not open_quote and char in "'\"":
            open_quote, quoted = char, True
        elif char != escape:
            out.append(char)
        elif at < len(line):
            out.append(line[at])
            at += 1
    return "".join(out), quoted, at


def _from_bytes(line: str) -> str:
    return line.encode("latin-1").decode(errors="replace")


def json_strings(text: str) -> list[str] | None:
    """Read a JSON array of strings.   Returns None when the text is no JSON array.

    Raises DockerfileError for an array that holds anything but strings.
    """
    text = text.lstrip(SPACES)
    if not text.startswith("["):
        return None
    try:
        values = json.loads(text, parse_constant=_refuse, parse_int=float, parse_float=float)
    except ValueError:
        return None
    except RecursionError:
        raise DockerfileError(NOT_STRINGS) from None
    if not all(isinstance(value, str) for value in values):
        raise DockerfileError(NOT_STRINGS)
    return [value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in values]


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def split_blanks(text: str) -> list[str]:
    """Split at blanks, with no regard to quotes."""
    return BLANKS.split(text) if text else []


def split_quoted(text: str, escape: str) -> list[str]:
    """Split at white space outside quotes; quotes and escapes stay in the words."""
    words: list[str] = []
    at, size = 0, len(text)
    while at < size:
        if is_space(text[at]):
            at += 1
            continue
        word, quoted, at = _quoted_word(text, at, escape)
        if quoted or word:
            words.append(word)
    return words


def _quoted_word(text: str, at: int, escape: str) -> tuple[str, bool, int]:
    out: list[str] = []
    open_quote, quoted = "", False
    while at < len(text):
        char = text[at]
        if not open_quote and is_space(char):
            break
        if char == open_quote:
            open_quote = ""
        elif not open_quote and char in "'\"":
            open_quote, quoted = char, True
        elif char == escape and open_quote != "'":
            if at + 1 == len(text):
                return "".join(out), quoted, at + 1
            out.append(char)
            at += 1
            char = text[at]
        out.append(char)
        at += 1
    return "".join(out), quoted, at


def name_value_triples(text: str, instruction: str, escape: str) -> list[str]:
    """Read ``a=1 b=2`` or the old ``a 1`` form of ENV and LABEL as name, value, separator triples.

    Raises DockerfileError in BuildKit's words.
    """
    words = split_quoted(text, escape)
    if not words:
        return []
    if "=" not in words[0]:
        parts = BLANKS.split(text, maxsplit=1)
        if len(parts) < 2:
            raise DockerfileError(f"{instruction} must have two arguments")
        return [parts[0], parts[1], ""]
    out: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise DockerfileError(
                f"Syntax error - can't find = in {quote(word)}. Must be of the form: name=value"
            )
        out += [name, value, "="]
    return out


def split_healthcheck(text: str) -> tuple[str, str]:
    """Cut HEALTHCHECK's text into its type (CMD, NONE) and the command."""
    raw = text.encode().decode("latin-1")
    end = next((i for i, char in enumerate(raw) if is_space(char)), len(raw))
    start = end
    while start < len(raw) and is_space(raw[start]):
        start += 1
    return _from_bytes(raw[:end]), _from_bytes(raw[start:])
