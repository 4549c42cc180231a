"""What `echo` and `printf` print: the same in a build's shell and in a running container's."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b",
          "f": "\f", "v": "\v", '"': '"', "'": "'"}  # fmt: skip
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)", re.S)
_FIELD = re.compile(r"(%%|%[-+ 0#]*(?:\d{0,4}|\*)(?:\.(?:\d{1,4}|\*))?[sdiuxXofceEgGbq])")
_STOP = re.compile(r"\A(?:[^\\]|\\[^c])*\\c", re.S)
_DIRECTIVE = re.compile(r"%[-+ 0#]*\d*.?")
"""The begin of a field that is none."""
_REAL = re.compile(r"\s*[-+]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][-+]?\d{1,3})?")
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
        if dash:
            break
    text = " ".join(words)
    if not escapes:
        return text + newline
    end = _until_stop(text)
    return unescape(text[:end]) + ("" if end < len(text) else newline)


def _until_stop(text: str) -> int:
    """Give where a `\\c` ends a text, or its length."""
    found = _STOP.search(text) if "\\c" in text else None
    return found.end() - 2 if found else len(text)


class Printed:
    """What `printf` does: the text that it writes, its complaints, and its status."""

    def __init__(self, kind: str = "bash") -> None:
        """Begin to print; kind: which shell's `printf` it is, or "gnu"."""
        self.kind = kind
        self.text = ""
        self.complaints: list[str] = []

    @property
    def status(self) -> int:
        """0, or 1 after a complaint."""
        return int(bool(self.complaints))


def formatted(form: str, words: list[str], kind: str = "bash") -> Printed:
    """Print words by a format, which begins anew until all words are used."""
    done = Printed(kind)
    pieces = _FIELD.split(form)
    fields = sum(1 for piece in pieces[1::2] if piece != "%%")
    rest = list(words)
    while True:
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                if wrong := _DIRECTIVE.search(piece):
                    done.text += unescape(piece[: wrong.start()])
                    done.complaints.append(_invalid(wrong[0], kind))
                    return done
                done.text += unescape(piece)
            elif piece == "%%":
                done.text += "%"
            elif _stops(done, piece, rest):
                return done
        if not rest or not fields:
            return done


def _invalid(directive: str, kind: str) -> str:
    if kind == "bash":
        what = "invalid" if len(directive) > 1 else "missing"
        return f"`{directive[-1]}': {what} format character"
    if kind == "dash" and directive == "%":
        return "missing format character"
    return f"{directive}: invalid {'directive' if kind == 'dash' else 'format'}"


def _stops(done: Printed, form: str, rest: list[str]) -> bool:
    """Print one word; tell whether a `\\c` in it ends the whole text."""
    while "*" in form:
        form = form.replace("*", str(_whole(rest.pop(0) if rest else "0", done)), 1)
    value = rest.pop(0) if rest else ""
    kind = form[-1]
    if kind in "diuxXo":
        number = _whole(value, done)
        if kind in "uxXo":
            number %= 1 << 64
        form = form.replace("#", "") if kind == "o" and number == 0 else form
        shown = (form[:-1] + ("d" if kind in "iu" else kind)) % number
        done.text += shown.replace("0o", "0", 1) if kind == "o" else shown
        return False
    if kind in "feEgG":
        done.text += form % _real(value, done)
        return False
    end = _until_stop(value) if kind == "b" else len(value)
    stops, value = end < len(value), value[:end]
    shown = {"b": unescape, "q": _quoted}.get(kind, str)(value)
    done.text += (form[:-1] + "s") % (shown[:1] if kind == "c" else shown)
    return stops


def _quoted(text: str) -> str:
    if not text:
        return "''"
    if re.search(r"[\n\t\r\x1b]", text):
        for char, sign in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\t", "\\t"),
                           ("\r", "\\r"), ("\x1b", "\\E")):  # fmt: skip
            text = text.replace(char, sign)
        return f"$'{text}'"
    return re.sub(r"([^\w@%+=:./,~#-]|^[~#])", r"\\\1", text)


def _wrong_number(value: str, read: str, done: Printed) -> None:
    """Complain of a word of which a number could be read only in part."""
    words = {"bash": f"{value}: invalid number", "ash": f"invalid number '{value}'"}
    partly = "not completely converted" if read.strip() else "expected numeric value"
    if value.strip() or done.kind == "gnu":
        done.complaints.append(words.get(done.kind, f"{value}: {partly}"))


def _real(value: str, done: Printed) -> float:
    found = _REAL.match(value)
    if found is None or found[0] != value:
        _wrong_number(value, found[0] if found else "", done)
    return float(found[0]) if found else 0.0


def _whole(value: str, done: Printed) -> int:
    """Read a number as C does: 0x1f, 017 and 'A (the character's code), too."""
    if value[:1] in ("'", '"'):
        return ord(value[1]) if len(value) > 1 else 0
    found = _NUMBER.match(value)
    if found is None or found[0] != value:
        _wrong_number(value, found[0] if found else "", done)
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
