"""What `echo` and `printf` print: the same in a build's shell and in a running container's."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b",
          "f": "\f", "v": "\v", '"': '"', "'": "'"}  # fmt: skip
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)", re.S)
_FIELD = re.compile(r"(%%|%[-+ 0#]*\d{0,4}(?:\.\d{1,4})?[sdiuxXofceEgGbq])")
_NUMBER = re.compile(r"\s*([-+]?)(0[xX][0-9a-fA-F]{1,15}|\d{1,18})")


def unescape(text: str) -> str:
    """Replace the backslash escapes of `echo -e` and `printf`; an unknown one stays."""

    def one(match: re.Match[str]) -> str:
        body = match[1]
        if body[0] == "x" and len(body) > 1:
            return chr(int(body[1:], 16))
        if body[0] in "01234567":
            return chr(int(body, 8) & 255)
        return _PLAIN.get(body, "\\" + body)

    return _ESCAPE.sub(one, text)


def echoed(words: list[str], dash: bool = False) -> str:
    """Give what `echo` prints.   dash: escapes always count, and `-n` is the only flag."""
    words, newline, escapes = list(words), "\n", dash
    while words and re.fullmatch("-n" if dash else r"-[neE]+", words[0]):
        word = words.pop(0)
        newline = "" if "n" in word else newline
        escapes = escapes or "e" in word
    text = " ".join(words)
    return (unescape(text) if escapes else text) + newline


def formatted(form: str, words: list[str]) -> str:
    """Give what `printf` prints: the form again and again, until all words are used."""
    pieces = _FIELD.split(form)
    fields = sum(1 for piece in pieces[1::2] if piece != "%%")
    rest, text = list(words), ""
    while True:
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                text += unescape(piece)
            elif piece == "%%":
                text += "%"
            else:
                text += _field(piece, rest.pop(0) if rest else "")
        if not rest or not fields:
            return text


def _field(form: str, value: str) -> str:
    kind = form[-1]
    if kind in "sbqc":
        shown = unescape(value) if kind == "b" else value
        return (form[:-1] + "s") % (shown[:1] if kind == "c" else shown)
    if kind in "diuxXo":
        return (form[:-1] + ("d" if kind in "iu" else kind)) % _whole(value)
    try:
        return form % float(value or "0")
    except ValueError:
        return form % 0.0


def _whole(value: str) -> int:
    """Read a number as C does: 0x1f, 017 and 'A (the character's code), too."""
    if value[:1] in ("'", '"') and len(value) > 1:
        return ord(value[1])
    found = _NUMBER.match(value)
    if found is None:
        return 0
    digits = found[2].lower()
    octal = re.fullmatch(r"0[0-7]+", digits)
    number = int(digits, 16 if digits.startswith("0x") else 8 if octal else 10)
    return -number if found[1] == "-" else number


_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


def named_variables(text: str) -> list[str]:
    """List the variables that a text refers to, as `envsubst -v` does."""
    return [match[1] or match[2] for match in _REFERENCE.finditer(text)]


def substituted(text: str, words: list[str], env: Mapping[str, str]) -> str:
    """Put variables into a text, as envsubst does; a first word names those that count."""
    named = named_variables(words[0]) if words else None

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return env.get(name, "") if named is None or name in named else match[0]

    return _REFERENCE.sub(value, text)
