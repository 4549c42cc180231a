"""SQLite's statements as texts that the engine reads as PostgreSQL's; tokens by SQLite's rules.

Source: SQLite's documentation, "SQL As Understood By SQLite" and "Datatypes In SQLite".

# Simplified: SQLite is the modelled PostgreSQL with SQLite's words around it: a column keeps values
of the type that its declared type stands for, foreign keys are not enforced, a column without a
type keeps texts, and triggers, virtual tables and ATTACH are refused.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, NamedTuple

from .errors import SqlError

_WORDS = """abort add after all alter always analyze and as asc attach autoincrement
before begin between by cascade case cast check collate column commit conflict constraint create
cross current_date current_time current_timestamp default deferrable deferred delete desc detach
distinct drop each else end escape except exclusive exists explain fail filter for foreign from full
glob group having if ignore immediate in index indexed initially inner insert instead intersect into
is isnull join left like limit natural no not nothing notnull null of offset on or order outer over
partition pragma primary raise recursive references reindex release rename replace restrict
returning right rollback savepoint select set table temp temporary then to transaction trigger union
unique update using vacuum values view virtual when where window with without do true false nulls
first last"""
KEYWORDS = frozenset(_WORDS.split())
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<blob>[xX]'[0-9a-fA-F]*')
    |(?P<string>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    |(?P<op>==|<>|!=|<=|>=|\|\||<<|>>|->>|->|[-+*/<>=~!%^&|()\[\],;:.?@])""",
    re.X | re.S,
)
BEFORE_NAMES = ("into", "table", "references", "on", "exists", "update", "from", "join", "with",
                "index", "view", "as", "using")  # fmt: skip
NOW = "to_char(now(), 'YYYY-MM-DD HH24:MI:SS')"
_MOMENTS = {"datetime": NOW, "date": "to_char(now(), 'YYYY-MM-DD')",
            "time": "to_char(now(), 'HH24:MI:SS')"}  # fmt: skip


class Piece(NamedTuple):
    """kind: space, blob, string, quoted, number, word, op."""

    kind: str
    text: str

    @property
    def low(self) -> str:
        """The word in small letters; "" for what is no bare word."""
        return self.text.lower() if self.kind in ("word", "op") else ""


def pieces(text: str) -> list[Piece]:
    """Read all tokens; raises SqlError."""
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SqlError(f'unrecognized token: "{text[at : at + 40]}"', "42601")
        found.append(Piece(str(match.lastgroup), match[0]))
        at = match.end()
    return found


def statements(text: str) -> list[list[Piece]]:
    """Cut a text at its semicolons; what is empty is left out."""
    found: list[list[Piece]] = [[]]
    for one in pieces(text):
        if one.text == ";" and one.kind == "op":
            found.append([])
        else:
            found[-1].append(one)
    return [part for part in found if any(one.kind != "space" for one in part)]


def affinity(words: str) -> str:
    """Give the engine's type for a declared type."""
    word = words.lower()
    if "int" in word or word.startswith("bool"):
        return "bigint"
    if any(one in word for one in ("real", "floa", "doub", "num", "dec")):
        return "double precision"
    return "bytea" if "blob" in word else "text"


def name_of(piece: Piece) -> str:
    """Give the name that a token writes."""
    if piece.kind != "quoted":
        return piece.text
    return piece.text[1:-1].replace(piece.text[0] * 2, piece.text[0])


class Names:
    """The names that a database knows, by their small letters."""

    def __init__(self, catalogue: dict[str, Any]) -> None:
        self.tables = {key.partition(".")[2]: row for key, row in catalogue["tables"].items()}
        self.known: dict[str, str] = {}
        for key, row in self.tables.items():
            for one in row["columns"]:
                self.known[one["name"].lower()] = one["name"]
            self.known[key.lower()] = key
        for key in catalogue["views"]:
            self.known[key.partition(".")[2].lower()] = key.partition(".")[2]

    def table(self, name: str) -> dict[str, Any] | None:
        """Find a table's definition; case does not count."""
        return self.tables.get(self.known.get(name.lower(), name))

    def quote(self, name: str) -> str:
        """Write a name as the engine reads it."""
        known = self.known.get(name.lower(), name)
        return '"' + known.replace('"', '""') + '"'


def words(parts: list[Piece]) -> list[Piece]:
    """Leave spaces and comments out."""
    return [one for one in parts if one.kind != "space"]


def closing(parts: list[Piece], at: int) -> int:
    """Give the place of the bracket that closes the one at `at`."""
    depth = 0
    for n in range(at, len(parts)):
        depth += {"(": 1, ")": -1}.get(parts[n].low, 0)
        if depth == 0:
            return n
    raise SqlError("incomplete input", "42601")


def split_commas(parts: list[Piece]) -> list[list[Piece]]:
    """Cut at the commas that stand in no bracket."""
    found: list[list[Piece]] = [[]]
    depth = 0
    for one in parts:
        depth += {"(": 1, ")": -1}.get(one.low, 0)
        if one.low == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(one)
    return found


def expression(parts: list[Piece], names: Names, facts: dict[str, str] | None = None) -> str:
    """Write tokens of a query or expression as the engine reads them."""
    told: list[str] = []
    solid = [n for n, one in enumerate(parts) if one.kind != "space"]
    following = dict(pairwise(solid))
    skip, last = -1, ""
    for n, one in enumerate(parts):
        if n <= skip:
            continue
        if one.kind == "space":
            told.append(" " if one.text.startswith(("--", "/*")) else one.text)
            continue
        after = parts[following[n]].low if n in following else ""
        if after == "(" and one.kind == "word" and last not in BEFORE_NAMES:
            end = closing(parts, following[n])
            made = _call(one.low, parts[following[n] + 1 : end], names, facts or {})
            if made is not None:
                told.append(made)
                skip, last = end, ")"
                continue
        told.append(_piece(one, after, last, names))
        last = one.low
    return "".join(told)


def _piece(one: Piece, after: str, last: str, names: Names) -> str:
    if one.kind == "blob":
        return f"'\\x{one.text[2:-1]}'::bytea"
    if one.kind == "quoted":
        name = name_of(one)
        text = one.text[0] == '"' and last in ("=", "==", ",", "(", "like", "<>", "!=") and (
            after != "." and name.lower() not in names.known)  # fmt: skip
        return "'" + name.replace("'", "''") + "'" if text and last != "(" else names.quote(name)
    if one.kind != "word":
        return "=" if one.text == "==" else one.text
    if last == "as" and after == ")" and one.low in ("integer", "int", "real", "text", "numeric",
                                                     "float", "blob"):  # fmt: skip
        return affinity(one.low)
    if one.low in ("true", "false"):
        return "1" if one.low == "true" else "0"
    if one.low == "like":
        return "ILIKE"
    if one.low.startswith("current_") and one.low in KEYWORDS:
        return _MOMENTS[{"date": "date", "time": "time"}.get(one.low[8:], "datetime")]
    is_word = one.low in KEYWORDS and last != "." and not (
        one.low in ("no", "of", "first", "last", "temp", "view", "after", "before", "add", "end",
                    "begin", "always", "plan") and one.low in names.known)  # fmt: skip
    if one.low == "excluded" and after == ".":
        return "excluded"
    calls = after == "(" and last not in BEFORE_NAMES
    return one.text if is_word or calls else names.quote(one.text)


_PLAIN = {"ifnull": "coalesce", "substring": "substr", "char_length": "length", "char": "chr"}


def _call(name: str, inside: list[Piece], names: Names, facts: dict[str, str]) -> str | None:
    """Write a call that the engine writes otherwise; None for all others."""
    args = split_commas(inside)
    if name in facts:
        return facts[name]
    if name in _MOMENTS:
        given = [words(one) for one in args]
        if given == [[]] or (
            len(given[0]) == 1
            and given[0][0].text == "'now'"
            and all(one and one[0].text.lower() in ("'localtime'", "'utc'") for one in given[1:])
        ):
            return _MOMENTS[name]
        if len(given) == 1:
            size = {"datetime": 19, "date": 10}.get(name)
            inner = expression(inside, names)
            return f"substr({inner}, 1, {size})" if size else f"substr({inner}, 12, 8)"
    if name in ("strftime", "julianday", "printf", "format", "json_extract", *_MOMENTS):
        raise SqlError(f"no such function: {name} (not in the modelled SQLite)", "42883")
    return _written(name, [expression(one, names, facts).strip() for one in args])


def _written(name: str, inner: list[str]) -> str | None:
    if name == "group_concat":
        between = inner[1] if len(inner) > 1 else "','"
        return f"string_agg(CAST({inner[0]} AS text), {between})"
    if name == "round":
        digits = inner[1] if len(inner) > 1 else "0"
        return f"CAST(round(CAST({inner[0]} AS numeric), {digits}) AS double precision)"
    if name in ("max", "min") and len(inner) > 1:
        return f"{'greatest' if name == 'max' else 'least'}({', '.join(inner)})"
    if name in ("total",):
        return f"coalesce(sum({inner[0]}), 0)::double precision"
    if name in _PLAIN:
        return f"{_PLAIN[name]}({', '.join(inner)})"
    return None
