"""Connections of a server: who may come in, and what becomes of a text that is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import admin, alter, copying, ctes, ddl, dml, my_show, objects, plans
from .bind import bind
from .describe import describe
from .errors import SqlError, my, not_supported, pg, too_deep
from .lexer import check_text, tokens
from .parser import parse
from .reader import Node
from .run import ROW_NS, Column, Run
from .select import _body, query
from .store import Store
from .tables import Database
from .types import Type
from .values import keep, show

Answer = dict[str, Any]
PARSE_US, COMMIT_US = 250, 900
"""Simulated time to plan a statement, and to write the log to disk (assumed: an SSD)."""
_DDL = ("create table", "drop table", "alter table", "create index", "create view", "truncate",
        "drop view", "drop index", "create database", "drop database", "create role", "drop role",
        "grant", "revoke", "alter user")  # fmt: skip
_CHANGES: dict[str, Callable[[Run, Node], Answer]] = {
    "insert": dml.insert, "update": dml.update, "delete": dml.delete,
    "create table": ddl.create_table, "alter table": alter.alter_table,
    "drop table": ddl.drop_table,
    "truncate": ddl.truncate, "create index": alter.create_index, "create view": ddl.create_view,
    "create database": admin.create_database, "drop database": admin.drop_database,
    "create role": admin.create_role, "alter role": admin.alter_role,
    "alter user": admin.alter_user, "drop role": admin.drop_role, "grant": admin.grant,
    "revoke": admin.grant, "set": admin.set_, "use": admin.use, **objects.STATEMENTS,
}  # fmt: skip


def split(text: str, dialect: str) -> list[tuple[int, str]]:
    """Cut a text into its statements, each with where it begins; raises SqlError."""
    found, begin = [], 0
    depth = 0
    for token in tokens(text, dialect):
        if token.kind == "op" and token.value in "()":
            depth += 1 if token.value == "(" else -1
        if token.kind == "end" or (token.value == ";" and token.kind == "op" and depth <= 0):
            part = text[begin : token.at]
            if part.strip():
                found.append((begin, part))
            begin, depth = token.end, 0
    return found


class Sessions:
    """What a server's connections share.

    read, write: of a key; files: {"read": path -> (text, why not), "write": (path, text) -> why
    not} of the server's file system, None where there is none.
    """

    def __init__(
        self, dialect: str, sessions: dict[str, Any], read: Callable[[str], Any],
        write: Callable[[str, Any], None], info: dict[str, Any], now: datetime,
        luck: Callable[[], float], files: Any = None,
    ) -> None:  # fmt: skip
        self.dialect, self.sessions, self.info, self.files = dialect, sessions, info, files
        self.read, self.write, self.now, self.luck = read, write, now, luck

    def answer(self, session: dict[str, Any], request: dict[str, Any]) -> Answer:
        """Carry out a text of one or more statements."""
        store = Store(self.read, self.write, self.sessions, session)
        try:
            return self._answer(store, session, request)
        finally:
            store.keep_counters()

    def described(self, session: dict[str, Any]) -> Answer:
        """Describe the session's database to a client's own commands (see describe.py)."""
        store = Store(self.read, self.write, self.sessions, session)
        run = Run(self.dialect, Database(store, session, self.info), session, self.now, self.luck)
        return {"described": describe(run), "us": PARSE_US * 20, "results": []}

    def _answer(self, store: Store, session: dict[str, Any], request: dict[str, Any]) -> Answer:
        text = str(request["sql"])
        us, results = 0, []
        before = store.overlay
        session["last"] = text[:1000]
        offset, run = 0, None
        try:
            check_text(text, self.dialect)
            if request.get("params") is not None:
                text = bind(text, request["params"], request.get("style", "format"), self.dialect)
            parts = split(text, self.dialect)
            for place, part in parts or [(0, "")]:
                offset = place
                run = Run(self.dialect, Database(store, session, self.info), session, self.now,
                          self.luck, part)  # fmt: skip
                results.append(self._one(run, store, part, request))
                us += PARSE_US + run.us + run.work * ROW_NS // 1000
                if not session.get("tx") and self.dialect == "mysql":
                    us += COMMIT_US if store.commit() else 0
        except SqlError as error:
            return self._failed(store, session, before, error, offset, results, us, run)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
            # The engine met what it has no words for; `python -m tests.fuzz sql` looks for these.
            inner = pg("XX000", f"internal error: {type(fault).__name__}")
            return self._failed(store, session, before, inner, offset, results, us, run)
        except RecursionError:
            deep = too_deep(self.dialect)
            return self._failed(store, session, before, deep, offset, results, us, run)
        if not session.get("tx"):
            us += COMMIT_US if store.commit() else 0
            session.pop("locks", None)
        session["overlay"] = store.overlay
        last = results[-1]
        return {**last, "us": us, "results": results}

    def _failed(
        self, store: Store, session: dict[str, Any], before: Any, error: SqlError, offset: int,
        results: list[Answer], us: int, run: Run | None,
    ) -> Answer:  # fmt: skip
        if self.dialect == "postgres":
            store.overlay = before if session.get("tx") else {}
            if session.get("tx"):
                session["tx"] = "failed"
        else:
            if not session.get("tx"):
                store.overlay = {}
        session["overlay"] = store.overlay
        fields = dict(error.fields)
        if fields["position"] is not None:
            fields["position"] += offset
        session["warnings"] = [["Error", fields["code"] or 1105, fields["message"]]]
        return {"error": fields, "results": results, "us": us + PARSE_US + (run.us if run else 0),
                "notices": run.notices if run else []}  # fmt: skip

    def _one(self, run: Run, store: Store, text: str, request: dict[str, Any]) -> Answer:
        node = parse(text, self.dialect)
        session = run.session
        if (
            self.dialect == "postgres"
            and session.get("tx") == "failed"
            and (node["k"] not in ("commit", "rollback", "rollback to"))
        ):
            raise pg("25P02", "current transaction is aborted, commands ignored until end of "
                     "transaction block")  # fmt: skip
        before = store.overlay
        if self.dialect == "mysql" and node["k"] in _DDL:
            store.commit()
            session["tx"] = None
        try:
            made = self._execute(run, store, node, request)
        except SqlError:
            if self.dialect == "mysql":
                store.overlay = before
            raise
        if self.dialect == "mysql":
            if node["k"] in _DDL or (str((session.get("settings") or {}).get(
                    "autocommit", "1")) == "1" and not session.get("tx")):  # fmt: skip
                store.commit()
            elif not session.get("tx") and store.overlay:
                session["tx"] = "in"
        return self._told(run, made)

    def _told(self, run: Run, made: Answer) -> Answer:
        """Give a result as plain data."""
        columns: list[Column] | None = made.get("columns")
        rows = made.get("rows") or []
        session = run.session
        if self.dialect == "mysql":
            session["insert_id"] = run.insert_id or session.get("insert_id", 0)
            session["row_count"] = -1 if columns is not None else made.get("count", 0)
            session["warnings"] = [list(one) for one in run.warnings]
        size = sum(len(one) for row in rows for one in row if isinstance(one, str))
        run.hold(size)
        told = {
            "columns": None if columns is None else [
                {"name": one.name, "type": one.type.name + ("[]" if one.type.array else "")}
                for one in columns],
            "rows": [[_plain(value, one.type, self.dialect)
                      for value, one in zip(row, columns or [], strict=False)] for row in rows],
            "tag": made.get("tag", ""), "count": made.get("count", len(rows)),
            "insert_id": run.insert_id, "notices": run.notices,
            "warnings": [list(one) for one in run.warnings],
        }  # fmt: skip
        for key in ("changed", "matched", "copy"):
            if key in made:
                told[key] = made[key]
        return told

    def _execute(self, run: Run, store: Store, node: Node, request: dict[str, Any]) -> Answer:
        kind = node["k"]
        if kind == "explain":
            return plans.explain(run, node, lambda inner: self._execute(run, store, inner, request))
        if kind == "query":
            columns, rows = query(run, node)
            return {"columns": columns, "rows": rows, "tag": f"SELECT {len(rows)}"}
        if kind in _CHANGES:
            if node.get("with"):
                ctes.prepare(run, node, None, query, _body)
            return _CHANGES[kind](run, node)
        method = getattr(self, "_" + kind.replace(" ", "_"), None)
        if method is None:
            raise not_supported(self.dialect, kind.upper())
        found: Answer = method(run, store, node, request)
        return found

    # Transactions

    def _begin(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        if run.session.get("tx") and self.dialect == "postgres":
            run.notice("there is already a transaction in progress", "WARNING", "25001")
        elif self.dialect == "mysql":
            store.commit()
        run.session.update(tx=run.session.get("tx") or "in", savepoints=[])
        return {"tag": "BEGIN", "count": 0}

    def _commit(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        tx, run.session["tx"] = run.session.get("tx"), None
        if tx == "failed":
            store.overlay = {}
            return {"tag": "ROLLBACK", "count": 0}
        if not tx and self.dialect == "postgres":
            run.notice("there is no transaction in progress", "WARNING", "25P01")
        run.us += COMMIT_US if store.commit() else 0
        return {"tag": "COMMIT", "count": 0}

    def _rollback(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        if not run.session.get("tx") and self.dialect == "postgres":
            run.notice("there is no transaction in progress", "WARNING", "25P01")
        run.session["tx"] = None
        store.overlay = {}
        return {"tag": "ROLLBACK", "count": 0}

    def _savepoint(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        if not run.session.get("tx") and self.dialect == "postgres":
            raise pg("25P01", "SAVEPOINT can only be used in transaction blocks")
        kept = list(run.session.get("savepoints") or [])
        run.session["savepoints"] = [*kept, [node["name"], store.overlay]][-20:]
        return {"tag": "SAVEPOINT", "count": 0}

    def _release(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        self._saved(run, node["name"])
        return {"tag": "RELEASE", "count": 0}

    def _rollback_to(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        store.overlay = self._saved(run, node["name"])
        run.session["tx"] = "in"
        return {"tag": "ROLLBACK", "count": 0}

    def _saved(self, run: Run, name: str) -> Any:
        for one, overlay in reversed(run.session.get("savepoints") or []):
            if one == name:
                return overlay
        if self.dialect == "postgres":
            raise pg("3B001", f'savepoint "{name}" does not exist')
        raise my(1305, f"SAVEPOINT {name} does not exist", "42000")

    # The rest

    def _empty(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        if self.dialect == "mysql":
            raise my(1065, "Query was empty", "42000")
        return {"tag": ""}

    def _refused(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        raise not_supported(self.dialect, node["what"])

    def _accepted(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        tags = {"lock": "LOCK TABLE", "discard": "DISCARD ALL"}
        word = node["word"]
        return {
            "tag": tags.get(word, word.upper()) if self.dialect == "postgres" else "",
            "count": 0,
        }

    def _show(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        return (
            admin.show_pg(run, node) if self.dialect == "postgres" else my_show.show_my(run, node)
        )

    def _copy(self, run: Run, store: Store, node: Node, request: Any) -> Answer:
        """Carry out COPY; what is copied in comes as request["copy"]: a list of lines."""
        return copying.copy(run, node, request.get("copy"), self.files)


def _plain(value: Any, kind: Type, dialect: str) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else show(value, kind)
    if isinstance(value, list):
        return keep(value) if kind.array and kind.name != "record" else show(value, kind, dialect)
    return show(value, kind, dialect)
