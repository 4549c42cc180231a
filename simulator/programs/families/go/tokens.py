"""Words of a Go source: names, literals, operators, and the semicolons that line ends stand for.

Sources: the Go specification (Lexical elements); the words of errors are those of the gc compiler.
"""

from __future__ import annotations

import re
from typing import NamedTuple

KEYWORDS = frozenset(
    [
        "break",
        "case",
        "chan",
        "const",
        "continue",
        "default",
        "defer",
        "else",
        "fallthrough",
        "for",
        "func",
        "go",
        "goto",
        "if",
        "import",
        "interface",
        "map",
        "package",
        "range",
        "return",
        "select",
        "struct",
        "switch",
        "type",
        "var",
    ]
)
MAX_SOURCE = 200_000
"""Characters of one source file that the model reads."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<line>\n)|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<imaginary>(?:\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?|\.\d+)i\b)"
    r"|(?P<float>0[xX][\da-fA-F_.]+[pP][+-]?\d+|\d[\d_]*\.[\d_]*(?:[eE][+-]?\d+)?"
    r"|\d[\d_]*[eE][+-]?\d+|\.\d[\d_]*(?:[eE][+-]?\d+)?)"
    r"|(?P<int>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*)"
    r"|(?P<raw>`[^`]*`)|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<rune>'(?:[^'\\\n]|\\.)[^'\n]*'|'\\'')"
    r"|(?P<op><<=|>>=|&\^=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|\+=|-=|\*=|/=|%=|&=|\|=|\^="
    r"|<<|>>|&\^|[-+*/%&|^<>=!()\[\]{},;.:~])",
    re.S,
)
_ENDS = frozenset(["name", "int", "float", "imaginary", "rune", "string"])
_ENDING = frozenset(["break", "continue", "fallthrough", "return", "++", "--", ")", "]", "}"])


class SourceError(Exception):
    """What a compiler has against a source: a line, a column (bytes), and its words."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(text)
        self.line, self.column, self.text = line, column, text


class Token(NamedTuple):
    """kind: name, keyword, int, float, imaginary, rune, string, op, ";" or "EOF"."""

    kind: str
    text: str
    line: int
    column: int


def tokens(text: str) -> list[Token]:
    """Split a source into tokens; raises SourceError."""
    found: list[Token] = []
    at, line, start, ends = 0, 1, 0, False
    plain = text.isascii()

    def column(place: int) -> int:
        return place - start + 1 if plain else len(text[start:place].encode()) + 1

    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _wrong(text, at, line, column(at))
        kind, word = match.lastgroup or "", match[0]
        if kind == "line" or (kind == "comment" and "\n" in word):
            if ends:
                found.append(Token(";", "newline", line, column(at)))
                ends = False
        elif kind == "name":
            kind = "keyword" if word in KEYWORDS else "name"
            found.append(Token(kind, word, line, column(at)))
            ends = kind == "name" or word in _ENDING
        elif kind not in ("space", "comment"):
            if kind == "op" and word == ";":
                found.append(Token(";", "semicolon", line, column(at)))
            else:
                kind = "string" if kind == "raw" else kind
                found.append(Token(kind, word, line, column(at)))
            ends = kind in _ENDS or word in _ENDING
        at = match.end()
        breaks = word.count("\n")
        if breaks:
            line += breaks
            start = at - len(word) + word.rfind("\n") + 1
    if ends:
        found.append(Token(";", "EOF", line, column(at)))
    found.append(Token("EOF", "EOF", line, column(at)))
    return found


def _wrong(text: str, at: int, line: int, column: int) -> SourceError:
    sign = text[at]
    if sign == '"':
        rest = text[at + 1 : text.find("\n", at) if "\n" in text[at:] else len(text)]
        ended = at + 1 + len(rest) >= len(text)
        return SourceError(line, column, "string not terminated" if ended else "newline in string")
    if sign == "`":
        return SourceError(line, column, "string not terminated")
    if sign == "'":
        if text.startswith("''", at):
            return SourceError(line, column, "empty rune literal or unescaped ' in rune literal")
        return SourceError(line, column, "rune literal not terminated")
    if text.startswith("/*", at):
        return SourceError(line, column, "comment not terminated")
    shown = f" {sign!r}" if sign.isprintable() else ""
    return SourceError(line, column, f"invalid character U+{ord(sign):04X}{shown}")


_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))|\\(.?)",
    re.S,
)
_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
}


def to_bytes(text: str) -> str:
    """Write a text as Go keeps it: one character of this string for each byte of UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def to_text(value: str) -> str:
    """Write a Go string as text; bytes that are no UTF-8 become the replacement character."""
    return value if value.isascii() else value.encode("latin-1").decode("utf-8", "replace")


def unquoted(token: Token) -> str:
    """Give the bytes of a string literal; raises SourceError."""
    if token.text[0] == "`":
        return to_bytes(token.text[1:-1].replace("\r", ""))
    return _plain(token, token.text[1:-1], False)


def _plain(token: Token, body: str, rune: bool) -> str:
    if "\\" not in body:
        return body if rune else to_bytes(body)
    pieces, at = [], 0
    for match in _ESCAPE.finditer(body):
        piece = body[at : match.start()]
        pieces.append(piece if rune else to_bytes(piece))
        at = match.end()
        if match[1]:
            pieces.append(_SIMPLE[match[1]])
        elif match[2] or match[3]:
            pieces.append(chr(int(match[2], 8) & 255 if match[2] else int(match[3], 16)))
        elif match[4] or match[5]:
            code = int(match[4] or match[5], 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise SourceError(
                    token.line, token.column, f"escape is invalid Unicode code point U+{code:04X}"
                )
            pieces.append(chr(code) if rune else to_bytes(chr(code)))
        else:
            raise SourceError(token.line, token.column + match.start() + 1, "unknown escape")
    rest = body[at:]
    pieces.append(rest if rune else to_bytes(rest))
    return "".join(pieces)


def rune_of(token: Token) -> int:
    """Give the code point of a rune literal; raises SourceError."""
    value = _plain(token, token.text[1:-1], True)
    if len(value) != 1:
        raise SourceError(token.line, token.column, "more than one character in rune literal")
    return ord(value)


def int_of(token: Token) -> int:
    """Give the value of an integer literal; raises SourceError."""
    text = token.text.replace("_", "")
    try:
        if len(text) > 1 and text[0] == "0" and text[1].isdigit():
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        bad = next((sign for sign in text[1:] if sign in "89"), "8")
        raise SourceError(
            token.line, token.column, f"invalid digit {bad!r} in octal literal"
        ) from None


def float_of(token: Token) -> float:
    """Give the value of a floating-point literal."""
    text = token.text.replace("_", "").rstrip("i")
    if text[:2] in ("0x", "0X"):
        return float.fromhex(text)
    return float(text)
