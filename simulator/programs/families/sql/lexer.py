"""From a statement's text to its tokens, by the rules of each dialect.

Sources: src/backend/parser/scan.l (PostgreSQL 18), sql/sql_lex.cc (MySQL 8.4).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .errors import SqlError, out_of_memory, pg, syntax

MAX_TOKENS = 30_000
"""Tokens of one statement: what can be read within the time that a statement may cost."""


class Token(NamedTuple):
    """kind: word, quoted, string, number, op, param, variable, end; at and end: its place."""

    kind: str
    value: str
    at: int
    end: int


_PG = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<comment>/\*)
    |(?P<dollar>\$(?P<tag>[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
    |(?P<param>\$\d{1,5})
    |(?P<escape>[eE]')
    |(?P<bits>[bBxX]'[0-9a-fA-F]*')
    |(?P<quote>')
    |(?P<ident>")
    |(?P<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    |(?P<op>::|:=|=>|\.\.|[-+*/<>=~!@\#%^&|`?]+|[()\[\],;:.])""",
    re.X,
)
_MY = re.compile(
    r"""(?P<space>\s+|--(?=\s|$)[^\n]*|\#[^\n]*)
    |(?P<open>/\*[!+]\d*\ ?|/\*M!\d*\ ?)
    |(?P<close>\*/)
    |(?P<comment>/\*)
    |(?P<bits>[bBxX]'[0-9a-fA-F]*'|0x[0-9a-fA-F]+)
    |(?P<quote>['"])
    |(?P<ident>`)
    |(?P<variable>@@?(?:[\w$]+\.)?[\w$]+|@(?=['"`]))
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_$\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    |(?P<param>\?)
    |(?P<op><=>|->>|->|<>|!=|<=|>=|<<|>>|:=|\|\||&&|[-+*/<>=~!%^&|()\[\],;:.])""",
    re.X,
)
_STRING = re.compile(r"(?:[^']|'')*'")
_STRINGS = {"'": re.compile(r"(?:[^'\\]|''|\\.)*+'", re.S),
            '"': re.compile(r'(?:[^"\\]|""|\\.)*+"', re.S)}  # fmt: skip
_IDENT = {'"': re.compile(r'(?:[^"]|"")*"'), "`": re.compile(r"(?:[^`]|``)*`")}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|.)", re.S)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_MY_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a",
             "%": "\\%", "_": "\\_"}  # fmt: skip


@lru_cache(maxsize=256)
def tokens(text: str, dialect: str) -> tuple[Token, ...]:
    """Read all tokens, a last one of kind "end" included; raises SqlError."""
    found: list[Token] = []
    at, size = 0, len(text)
    pattern = _PG if dialect == "postgres" else _MY
    while at < size:
        match = pattern.match(text, at)
        if match is None:
            raise syntax(dialect, text, at, text[at])
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        if kind in ("space", "open", "close"):
            at = match.end()
            continue
        if kind == "comment":
            at = _comment_end(text, at, dialect)
            continue
        token = _token(text, dialect, str(kind), match)
        last = found[-1] if found else token
        follows = token.kind == last.kind == "string" and token is not last
        if follows and (dialect == "mysql" or "\n" in text[last.end : token.at]):
            found.pop()
            token = Token("string", last.value + token.value, last.at, token.end)
        found.append(token)
        if len(found) > MAX_TOKENS:
            raise out_of_memory(dialect, size)
        at = token.end
    found.append(Token("end", "", size, size))
    return tuple(found)


def _token(text: str, dialect: str, kind: str, match: re.Match[str]) -> Token:
    at, end, whole = match.start(), match.end(), match[0]
    if kind == "quote":
        pattern = _STRING if dialect == "postgres" else _STRINGS[whole]
        end = _closed(pattern, text, at, end, dialect, "quoted string")
        inner = text[at + 1 : end - 1].replace(whole * 2, whole)
        return Token("string", inner if dialect == "postgres" else _my_unescaped(inner), at, end)
    if kind == "escape":
        end = _closed(_STRINGS["'"], text, at, end, dialect, "quoted string")
        return Token("string", _unescaped(text[at + 2 : end - 1].replace("''", "'")), at, end)
    if kind == "ident":
        end = _closed(_IDENT[whole], text, at, end, dialect, "quoted identifier")
        inner = text[at + 1 : end - 1].replace(whole * 2, whole)
        if not inner and dialect == "postgres":
            raise pg("42601", 'zero-length delimited identifier at or near """"', at)
        return Token("quoted", inner, at, end)
    if kind == "dollar":
        close = text.find(whole, end)
        if close < 0:
            raise pg("42601", f'unterminated dollar-quoted string at or near "{text[at:]}"', at)
        return Token("string", text[end:close], at, close + len(whole))
    if kind == "bits":
        return Token("bits", whole, at, end)
    if kind == "number":
        return _number(text, dialect, at, end)
    if kind == "op" and dialect == "postgres":
        end = at + len(_pg_operator(whole))
        return Token("op", text[at:end], at, end)
    return Token(kind, whole, at, end)


def _number(text: str, dialect: str, at: int, end: int) -> Token:
    if dialect == "postgres":
        if text[at:end].endswith(".") and text[end : end + 1] == ".":
            end -= 1
        after = re.compile(r"[A-Za-z_\x80-\U0010ffff]+").match(text, end)
        if after is not None:
            shown = text[at : after.end()]
            raise pg("42601", f'trailing junk after numeric literal at or near "{shown}"', at)
    elif re.compile(r"[A-Za-z_$]").match(text, end) and text[at:end].isdigit():
        word = re.compile(r"[\w$]+").match(text, at)
        assert word is not None
        return Token("word", word[0], at, word.end())
    return Token("number", text[at:end].replace("_", ""), at, end)


def _pg_operator(whole: str) -> str:
    """Cut an operator as PostgreSQL does: before a comment, and without a last + or - mostly."""
    for sign in ("/*", "--"):
        cut = whole.find(sign)
        if cut > 0:
            whole = whole[:cut]
    if len(whole) > 1 and whole[-1] in "+-" and not re.search(r"[~!@#%^&|`?]", whole):
        whole = whole.rstrip("+-") or whole[0]
    return whole


def _closed(pattern: re.Pattern[str], text: str, at: int, end: int, dialect: str, what: str) -> int:
    match = pattern.match(text, end)
    if match is None:
        if dialect == "postgres":
            raise pg("42601", f'unterminated {what} at or near "{text[at:]}"', at)
        raise syntax(dialect, text, at, text[at:])
    return match.end()


def _comment_end(text: str, at: int, dialect: str) -> int:
    if dialect == "mysql":
        end = text.find("*/", at)
        if end < 0:
            raise syntax(dialect, text, at, text[at:])
        return end + 2
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    raise pg("42601", f'unterminated /* comment at or near "{text[at:]}"', at)


def _unescaped(text: str) -> str:
    """Read PostgreSQL's escapes of E'...'."""

    def one(match: re.Match[str]) -> str:
        word = match[1]
        if word[0] in "xu" and len(word) > 1:
            return chr(int(word[1:], 16))
        if word[0] in "01234567":
            return chr(int(word, 8) & 255)
        return _NAMED.get(word, word)

    return _ESCAPE.sub(one, text)


def _my_unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: _MY_NAMED.get(match[1], match[1]), text, flags=re.S)


def check_text(text: str, dialect: str) -> None:
    """Refuse what no server takes: a zero byte; raises SqlError."""
    if "\0" in text and dialect == "postgres":
        raise SqlError('invalid byte sequence for encoding "UTF8": 0x00', "22021")
