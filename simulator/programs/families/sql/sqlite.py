"""SQLite: a database in a file, without a server. What is kept is plain data under keys.

`run(session, ...)` carries out one text for a connection (a plain dictionary made by `fresh`), and
answers as a server does (see the package's docstring), with "rowid" beside; errors are
{"error": {"name": "OperationalError" | "IntegrityError" | ..., "message"}}.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .errors import SqlError
from .session import Answer, Sessions
from .sqlite_text import (
    Names,
    Piece,
    closing,
    expression,
    name_of,
    split_commas,
    statements,
    words,
)
from .sqlite_words import CONSTRAINTS, create_table, insert, refuse
from .tables import fresh_catalogue

VERSION = "3.46.1"
_KEY = "cat/main"
_WRITES = ("insert", "replace", "update", "delete", "create", "drop", "alter")
_REFUSED = {"attach": "ATTACH", "detach": "DETACH"}


def fresh() -> dict[str, Any]:
    """Make a connection."""
    return {"id": "", "dialect": "postgres", "sqlite": True, "user": "main", "database": "main",
            "tx": None, "overlay": {}, "pid": 1, "client": None, "account": "", "rowid": 0,
            "changes": 0}  # fmt: skip


class Base:
    """One text on its way.   sessions: all connections to this file, by name."""

    def __init__(
        self, session: dict[str, Any], sessions: dict[str, Any], read: Callable[[str], Any],
        write: Callable[[str, Any], None], now: datetime, luck: Callable[[], float],
    ) -> None:  # fmt: skip
        self.session, self.sessions = session, sessions
        self.read, self.write = read, write
        info = {"version": VERSION, "folder": "", "port": 0, "address": None, "uptime": 0}
        self.engine = Sessions("postgres", sessions, self._read, write, info,
                               now.replace(microsecond=0), luck)  # fmt: skip
        self.target = ""

    def _read(self, key: str) -> Any:
        found = self.read(key)
        return fresh_catalogue("main") if found is None and key == _KEY else found

    def catalogue(self) -> dict[str, Any]:
        """Give the catalogue as this connection sees it."""
        change = (self.session.get("overlay") or {}).get(_KEY)
        return change["value"] if change else self._read(_KEY)  # type: ignore[no-any-return]

    def run(self, text: str) -> Answer:
        """Carry out a text of one statement or more; the answer is the last one's."""
        answer: Answer = {"columns": None, "rows": [], "tag": "", "count": -1, "us": 20}
        us = 0
        try:
            for parts in statements(text):
                answer = self._one(parts)
                us += int(answer.get("us") or 0)
                if "error" in answer:
                    return answer
        except SqlError as error:
            return {"error": told(error.fields, self.target), "us": 20}
        except RecursionError:
            return {"error": {"name": "OperationalError", "message": "Expression tree is too large "
                              "(maximum depth 1000)"}, "us": 20}  # fmt: skip
        return {**answer, "us": us, "tx": self.session.get("tx"), "rowid": self.session["rowid"]}

    def _one(self, parts: list[Piece]) -> Answer:
        solid = words(parts)
        first = solid[0].low
        names = Names(self.catalogue())
        if first == "pragma":
            return self._pragma(solid[1:], names)
        if first in _WRITES and self._locked():
            raise SqlError("database is locked", "55P03")
        text = self._text(parts, solid, first, names)
        before, tx = self.session.get("overlay"), self.session.get("tx")
        kept = self._advance(names) if first in ("insert", "replace") else None
        answer = self.engine.answer(self.session, {"sql": text})
        if kept is not None:
            self._advance(names, kept)
        if "error" in answer:
            if tx:
                self.session.update(overlay=before, tx=tx)
            return {"error": told(answer["error"], self.target), "us": answer["us"]}
        if first in ("insert", "replace", "update", "delete"):
            self.session["changes"] = answer["count"]
            if first in ("insert", "replace") and answer["count"] > 0:
                self.session["rowid"] = self._last_row(names)
        elif first not in ("select", "with", "values", "explain"):
            answer = {**answer, "count": -1}
        self._note(first, solid, parts)
        if answer["columns"] is not None:
            answer["decl"] = self._declared(solid, names, answer)
        us = 60 + (answer["us"] - 250 if first in ("select", "with") else 1500)
        return {**answer, "us": max(20, us)}

    def _text(self, parts: list[Piece], solid: list[Piece], first: str, names: Names) -> str:
        facts = {"last_insert_rowid": str(self.session["rowid"]), "random":
                 "(floor(random() * 4294967296) - 2147483648)::bigint", "sqlite_version":
                 f"'{VERSION}'", "changes": str(self.session["changes"])}  # fmt: skip
        low = [one.low for one in solid]
        if first in _REFUSED or low[:2] in (["create", "trigger"], ["create", "virtual"]):
            raise refuse(_REFUSED.get(first) or "CREATE " + low[1].upper())
        self.target = _target(solid)
        if first == "create" and "table" in low[:3]:
            return create_table(parts, names)
        if first in ("insert", "replace"):
            return insert(parts, names, facts)
        if first in ("begin", "end"):
            return "BEGIN" if first == "begin" else "COMMIT"
        if first in ("vacuum", "reindex", "analyze"):
            return "SELECT 1 WHERE 1 = 0"
        if first in ("commit", "rollback") and not self.session.get("tx"):
            raise SqlError(f"cannot {first} - no transaction is active", "25P01")
        if first == "alter" and "add" in low:
            at = next(n for n, one in enumerate(solid) if one.low == "add") + 1
            at += solid[at].low == "column"
            made = create_table([Piece("op", "x"), Piece("op", "("), *solid[at:], Piece("op", ")")],
                                names)  # fmt: skip
            return f"ALTER TABLE {names.quote(self.target)} ADD COLUMN {made[3:-1]}"
        text = expression(parts, names, facts)
        return (
            self._master(text, names) if "sqlite_master" in low or "sqlite_schema" in low else text
        )

    def _master(self, text: str, names: Names) -> str:
        """Put the table of tables in as a query."""
        rows = []
        for kind, part in (("table", "tables"), ("view", "views")):
            for key, row in self.catalogue()[part].items():
                name = key.partition(".")[2]
                cells = [kind, name, name, str(row.get("sql") or "")]
                shown = ", ".join("'" + one.replace("'", "''") + "'" for one in cells)
                rows.append(f"SELECT {shown}")
        heads = (f"'' AS {names.quote(one)}" for one in ("type", "name", "tbl_name", "sql"))
        head = f"SELECT {', '.join(heads)} WHERE 1 = 0"
        body = " UNION ALL ".join([head, *rows])
        return re.sub(r'"sqlite_(master|schema)"', f"({body}) AS sqlite_master", text, count=1)

    def _locked(self) -> bool:
        return any(other.get("overlay") for other in self.sessions.values()
                   if other["id"] != self.session["id"])  # fmt: skip

    def _rows(self, names: Names) -> tuple[str, dict[str, Any]]:
        table = names.known.get(self.target.lower(), self.target)
        key = f"rows/main/public.{table}"
        change = (self.session.get("overlay") or {}).get(key)
        return table, (change["value"] if change else self.read(key)) or {}

    def _advance(self, names: Names, before: int | None = None) -> int:
        """Let the next rowid be one more than the largest; `before`: the counter to go back to.

        With AUTOINCREMENT a number is not given twice, but one that was not used is.
        """
        table, rows = self._rows(names)
        row = names.table(table) or {"columns": []}
        for place, one in enumerate(row["columns"]):
            if one.get("serial"):
                counters = dict(self.read("counters") or {})
                key = f"main/seq/{str(one['serial']).rpartition('.')[2]}"
                now = int(counters.get(key, 0))
                kept = now if before is None else before
                if "autoincrement" not in str(row.get("sql") or "").lower():
                    kept = 0
                most = max(max((line[place] for line in rows.values()), default=0), kept)
                if now != most:
                    self.write("counters", {**counters, key: most})
                return most
        return 0

    def _last_row(self, names: Names) -> int:
        table, rows = self._rows(names)
        number = next(reversed(rows), "0")
        for place, one in enumerate((names.table(table) or {"columns": []})["columns"]):
            if one.get("serial") and number in rows:
                return int(rows[number][place])
        return int(number)

    def _note(self, first: str, solid: list[Piece], parts: list[Piece]) -> None:
        """Keep a table's own words, for sqlite_master and for converters of declared types."""
        low = [one.low for one in solid]
        if first != "create" or "table" not in low[:3] or "(" not in low:
            return
        catalogue = self.catalogue()
        key = f"public.{self.target}"
        row = catalogue["tables"].get(key)
        if row is None or row.get("sql"):
            return
        at = low.index("(")
        decl = {}
        for part in split_commas(solid[at + 1 : closing(solid, at)]):
            end = next((n for n, one in enumerate(part) if n and one.low in CONSTRAINTS), len(part))
            decl[name_of(part[0])] = " ".join(one.text for one in part[1:end])
        text = "".join(one.text for one in parts).strip()
        row = {**row, "sql": text, "decl": decl}
        made = {**catalogue, "tables": {**catalogue["tables"], key: row}}
        overlay = self.session.get("overlay") or {}
        if _KEY in overlay:
            self.session["overlay"] = {**overlay, _KEY: {**overlay[_KEY], "value": made}}
        else:
            self.write(_KEY, made)

    def _declared(self, solid: list[Piece], names: Names, answer: Answer) -> list[str]:
        """Give the declared type of each column of a result, "" where there is none."""
        found: dict[str, str] = {}
        for one in solid:
            row = names.table(name_of(one)) if one.kind in ("word", "quoted") else None
            found.update((row or {}).get("decl") or {})
        return [found.get(one["name"], "") for one in answer["columns"]]

    def _pragma(self, solid: list[Piece], names: Names) -> Answer:
        """Answer a PRAGMA: table_info, table_list and a few values; the rest is accepted."""
        word = solid[0].low if solid else ""
        value = name_of(solid[2]) if len(solid) > 2 else ""
        rows: list[list[Any]] = []
        columns: list[str] | None = None
        kept = self.session.setdefault("pragmas", {})
        if word == "table_info":
            columns = ["cid", "name", "type", "notnull", "dflt_value", "pk"]
            table = names.table(value)
            for n, one in enumerate(table["columns"] if table else ()):
                keys = [c for row in (table or {})["constraints"] if row["k"] == "primary"
                        for c in row["columns"]]  # fmt: skip
                pk = keys.index(one["name"]) + 1 if one["name"] in keys else 0
                shown = (table or {}).get("decl", {}).get(one["name"], "")
                rows.append([n, one["name"], shown, int(bool(one["not_null"]) and not pk), None,
                             pk])  # fmt: skip
        elif value:
            kept[word] = value
            if word == "journal_mode":
                columns, rows = ["journal_mode"], [[value.lower()]]
        else:
            known = {"foreign_keys": 0, "journal_mode": "delete", "user_version": 0}
            shown_value = kept.get(word, known.get(word))
            columns = [word]
            rows = [] if shown_value is None else [[shown_value]]
        return {"columns": None if columns is None else [{"name": one, "type": "text"} for one in
                columns], "rows": rows, "count": -1, "tag": "", "us": 20}  # fmt: skip


def _target(solid: list[Piece]) -> str:
    """Give the table that a statement changes."""
    low = [one.low for one in solid]
    for n, one in enumerate(low):
        if one in ("into", "update", "table", "from") and n + 1 < len(low):
            at = n + 1
            while at < len(low) - 1 and low[at] in ("if", "not", "exists", "or", "ignore",
                                                    "replace"):  # fmt: skip
                at += 1
            if at + 2 < len(low) and low[at + 1] == ".":
                at += 2
            return name_of(solid[at])
    return ""


def told(fields: dict[str, Any], table: str) -> dict[str, Any]:
    """Give an error in SQLite's words."""
    state, message = str(fields["sqlstate"]), str(fields["message"])
    detail = str(fields.get("detail") or "")
    quoted = re.findall(r'"([^"]*)"', message)
    first = quoted[0] if quoted else ""
    name = "IntegrityError" if state.startswith("23") else "OperationalError"
    if state == "42P01":
        message = f"no such table: {first.replace('public.', '')}"
    elif state == "42703":
        message = (f"table {quoted[1]} has no column named {first}" if len(quoted) > 1 else
                   f"no such column: {first or message.split()[1]}")  # fmt: skip
    elif state == "42601":
        near = re.search(r'at or near "(.*)"', message, re.S)
        message = (f'near "{near[1].strip(chr(34))}": syntax error' if near else
                   "incomplete input" if "end of input" in message else message)  # fmt: skip
    elif state == "42P07":
        message = f"table {first} already exists"
    elif state == "42883" and message.startswith("function"):
        message = f"no such function: {message.split()[1].partition('(')[0]}"
    elif state == "23505":
        keys = re.match(r"Key \((.*?)\)=", detail)
        places = [one.strip(' "') for one in (keys[1].split(",") if keys else [])]
        message = "UNIQUE constraint failed: " + ", ".join(f"{table}.{one}" for one in places)
    elif state == "23502":
        message = f"NOT NULL constraint failed: {table}.{first}"
    elif state == "23514":
        message = f"CHECK constraint failed: {quoted[-1] if quoted else table}"
    elif state in ("22P02", "42804"):
        name, message = "IntegrityError", f"datatype mismatch (modelled SQLite: {message})"
    return {"name": name, "message": message}
