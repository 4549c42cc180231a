"""pg_dump, pg_dumpall and pg_restore at work, once they have connected.

# Simplified: An archive of `pg_dump -Fc` is a text in a form of our own, which only the modelled
pg_restore reads.

# Simplified: pg_dumpall writes the passwords of roles as they are; a real server keeps and dumps
only what a SCRAM exchange needs to check them.
"""

from __future__ import annotations

import json
from typing import Any

from ...process import Process
from . import pg_dump, prompt
from .deparse import ident, quoted
from .pg_dump import Wishes

ARCHIVE = "PGDMP"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ROLE_FLAGS = (("superuser", "SUPERUSER"), ("inherit", "INHERIT"), ("createrole", "CREATEROLE"),
               ("createdb", "CREATEDB"), ("login", "LOGIN"), ("replication", "REPLICATION"),
               ("bypassrls", "BYPASSRLS"))  # fmt: skip


def wishes(given: dict[str, str]) -> Wishes:
    """Read the options of pg_dump and pg_restore."""

    def has(*names: str) -> bool:
        return any(name in given for name in names)

    def listed(*names: str) -> tuple[str, ...]:
        return tuple(one for name in names for one in given.get(name, "").split("\n") if one)

    inserts = "columns" if has("column-inserts", "attribute-inserts") else (
        "plain" if has("inserts", "rows-per-insert") else "")  # fmt: skip
    return Wishes(
        listed("table"), listed("schema"), listed("exclude-table"), not has("s", "schema-only"),
        not has("a", "data-only"), has("c", "clean"), has("if-exists"), has("C", "create"),
        not has("O", "no-owner"), inserts,
    )  # fmt: skip


def _version(p: Process, text: str) -> str:
    """Give a version as a dump names it: `17.2 (Debian 17.2-1.pgdg120+1)`."""
    words = text.split()
    debian = " ".join(words[2:4]) if len(words) > 3 and words[2] == "(Debian" else ""
    return f"{words[1]} {debian}".strip()


def head(p: Process, found: dict[str, Any]) -> dict[str, str]:
    """Give what the first lines of a dump name."""
    own = p.env.get("PG_VERSION", "")
    mine = own.partition("-")[0] + (f" (Debian {own})" if "-" in own else "")
    luck = p.luck()
    server = _version(p, found["version"])
    number = int(server.partition(".")[0]) if server.partition(".")[0].isdigit() else 17
    key = "".join(_LETTERS[int(luck.random() * len(_LETTERS))] for _ in range(63))
    return {
        "key": key if number >= 13 else "", "server": server, "client": mine or server,
        "base": found["database"], "owner": found["owner"], "locale": "en_US.utf8",
        "more": "SET transaction_timeout = 0;\n" if number >= 17 else "",
    }  # fmt: skip


def described(p: Process) -> dict[str, Any] | None:
    """Ask the server for its catalogue; None when it has refused."""
    answer = prompt.ask(p, {"describe": True})
    found: dict[str, Any] | None = answer.get("described")
    return found


def _sections(p: Process, name: str, found: dict[str, Any], wish: Wishes) -> Any:
    """Write the sections of the database; None when the server refuses something."""
    failed: list[str] = []

    def rows(table: str, columns: list[str]) -> list[str]:
        sql = f"COPY {table} ({', '.join(columns)}) TO stdout;"
        answer = prompt.ask(p, {"sql": sql})
        if "error" in answer:
            failed.append(f"{name}: error: query failed: ERROR:  {answer['error']['message']}\n"
                          f"{name}: detail: Query was: {sql}\n")  # fmt: skip
        return list(answer.get("copy") or [])

    made = pg_dump.sections(found, wish, rows)
    if failed:
        p.err(failed[0])
        return None
    return made


def dump(p: Process, name: str, given: dict[str, str]) -> None:
    """Carry out pg_dump."""
    found, wish = described(p), wishes(given)
    if found is None:
        prompt.leave(p, 1)
        return
    made = _sections(p, name, found, wish)
    if made is None:
        prompt.leave(p, 1)
        return
    if wish.tables and not any(one["type"] in ("TABLE", "TABLE DATA", "VIEW") for one in made):
        p.err(f"{name}: error: no matching tables were found\n")
        prompt.leave(p, 1)
        return
    form = given.get("format", "p")[:1]
    if form in ("d", "t"):
        p.err(f"{name}: error: archives of this format are not modelled in this simulator\n")
        prompt.leave(p, 1)
        return
    top = head(p, found)
    if form == "c":
        text = ARCHIVE + json.dumps({"head": top, "sections": made}, ensure_ascii=False) + "\n"
    else:
        text = pg_dump.script(made, wish, top)
    prompt.leave(p, 0 if _written(p, name, given.get("file"), text) else 1)


def _written(p: Process, name: str, path: str | None, text: str) -> bool:
    if not path or path == "-":
        p.out(text)
        return True
    why = p.refusal(path)
    if why:
        p.err(f'{name}: error: could not open output file "{path}": {why}\n')
        return False
    p.view.write(path, text, p.cwd, uid=p.uid, gid=int(p.row["gid"]))
    return True


def dump_all(p: Process, name: str, given: dict[str, str]) -> None:
    """Carry out pg_dumpall: the roles, then every database."""
    found, wish = described(p), wishes(given)
    if found is None:
        prompt.leave(p, 1)
        return
    top = head(p, found)
    guard = f"\\restrict {top['key']}\n\n" if top["key"] else ""
    text = f"--\n-- PostgreSQL database cluster dump\n--\n\n{guard}"
    text += ("SET default_transaction_read_only = off;\n\nSET client_encoding = 'UTF8';\n"
             "SET standard_conforming_strings = on;\n\n")  # fmt: skip
    text += _roles(found, wish)
    text += f"\\unrestrict {top['key']}\n\n" if top["key"] else ""
    if "globals-only" not in given and "g" not in given and "roles-only" not in given:
        text += "--\n-- Databases\n--\n\n"
        for one in sorted(found["databases"], key=lambda row: (row["name"] != "template1",
                                                               row["name"])):  # fmt: skip
            if one["name"] != "template0":
                part = _database(p, name, one["name"], wish)
                if part is None:
                    prompt.leave(p, 1)
                    return
                text += part
    text += "--\n-- PostgreSQL database cluster dump complete\n--\n\n"
    prompt.leave(p, 0 if _written(p, name, given.get("file"), text) else 1)


def _roles(found: dict[str, Any], wish: Wishes) -> str:
    text = ""
    if wish.clean:
        text += "--\n-- Drop databases (except postgres and template1)\n--\n\n"
        for one in found["databases"]:
            if one["name"] not in ("postgres", "template0", "template1"):
                text += f"DROP DATABASE {'IF EXISTS ' if wish.if_exists else ''}"
                text += f"{ident(one['name'])};\n"
        text += "\n\n\n\n"
    text += "--\n-- Roles\n--\n\n"
    for name, row in sorted(found["roles"].items()):
        flags = " ".join(word if row.get(key, key == "inherit") or (
            key == "bypassrls" and row["superuser"] and row.get("replication")) else f"NO{word}"
            for key, word in _ROLE_FLAGS)  # fmt: skip
        secret = f" PASSWORD {quoted(row['password'])}" if row.get("password") else ""
        text += f"CREATE ROLE {ident(name)};\nALTER ROLE {ident(name)} WITH {flags}{secret};\n"
    return text + "\n--\n-- User Configurations\n--\n\n\n\n\n\n\n\n\n"


def _database(p: Process, name: str, base: str, wish: Wishes) -> str | None:
    """Dump one database over a connection of its own."""
    prompt.ask(p, {"close": True})
    p.state["times"] = int(p.state["times"]) + 1
    p.state["auth"] = {**p.state["auth"], "database": base}
    found = described(p)
    made = _sections(p, name, found, wish) if found is not None else None
    if found is None or made is None:
        return None
    known = base in ("postgres", "template1")
    text = pg_dump.script(made, wish._replace(create=not known, clean=False), head(p, found))
    connect = f"\\connect {base}\n\n" if known else ""
    return f'--\n-- Database "{base}" dump\n--\n\n{connect}{text}'


def restored(p: Process, text: str, given: dict[str, str]) -> str | None:
    """Give the script of an archive as pg_restore runs or prints it; None when it is none."""
    if not text.startswith(ARCHIVE):
        return None
    archive = json.loads(text.removeprefix(ARCHIVE))
    wish = wishes(given)
    made = archive["sections"]
    if not wish.definitions:
        made = [one for one in made if one["type"] in ("TABLE DATA", "SEQUENCE SET")]
    if not wish.data:
        made = [one for one in made if one["type"] not in ("TABLE DATA", "SEQUENCE SET")]
    if wish.tables:
        made = [one for one in made if one["name"] in wish.tables
                and one["type"] in ("TABLE", "TABLE DATA", "VIEW")]  # fmt: skip
    return pg_dump.script(made, wish, archive["head"])


def restore(p: Process, name: str, given: dict[str, str], text: str) -> None:
    """Carry out pg_restore into a database; errors are counted and passed over."""
    whole = restored(p, text, given) or ""
    stop = "exit-on-error" in given or "e" in given
    p.state.update(flags={"q": "", "quiet": ""}, stop=stop, failed=False, restoring=0)
    prompt.script(p, whole)
    count = int(p.state.get("restoring") or 0)
    if count:
        p.err(f"{name}: warning: errors ignored on restore: {count}\n")
    prompt.leave(p, 1 if count else 0)
