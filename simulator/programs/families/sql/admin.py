"""Statements about databases, roles, privileges and settings; MySQL's SHOW."""

from __future__ import annotations

from typing import Any

from . import system
from .compiler import Scope
from .errors import my, pg
from .reader import Node
from .run import Column, Run
from .select import compiler
from .tables import fresh_catalogue
from .types import TEXT

Result = dict[str, Any]


def _cluster(run: Run) -> dict[str, Any]:
    return run.db.store.get("cluster") or {"databases": {}, "roles": {}}


def _save(run: Run, **parts: Any) -> None:
    run.db.store.put("cluster", {**_cluster(run), **parts})


def may(run: Run, what: str) -> bool:
    """Tell whether the connection's role has an attribute: superuser, createdb, createrole."""
    role = _cluster(run)["roles"].get(_me(run)) or {}
    return bool(role.get("superuser") or role.get(what))


def _me(run: Run) -> str:
    session = run.session
    return str(session["user"] if run.dialect == "postgres" else session["account"])


def create_database(run: Run, node: Node) -> Result:
    """Carry out CREATE DATABASE."""
    name, there = node["name"], system.databases(run.db)
    if run.dialect == "mysql":
        if name in there:
            if node["if_not"]:
                run.warnings.append(("Note", 1007, f"Can't create database '{name}'; database "
                                     "exists"))  # fmt: skip
                return {"tag": "", "count": 1}
            raise my(1007, f"Can't create database '{name}'; database exists")
        if not may(run, "superuser") and name not in _granted(run):
            raise my(1044, f"Access denied for user {_shown(run)} to database '{name}'", "42000")
    elif run.session.get("tx"):
        raise pg("25001", "CREATE DATABASE cannot run inside a transaction block")
    elif not may(run, "createdb"):
        raise pg("42501", "permission denied to create database")
    elif name in there:
        raise pg("42P04", f'database "{name}" already exists')
    owner = node["owner"] or run.session["user"]
    if run.dialect == "postgres" and owner not in _cluster(run)["roles"]:
        raise pg("42704", f'role "{owner}" does not exist')
    _save(run, databases={**_cluster(run)["databases"], name: {"owner": owner}})
    run.db.store.put(f"cat/{name}", fresh_catalogue(owner))
    return {"tag": "CREATE DATABASE", "count": 1}


def _granted(run: Run) -> list[str]:
    role = _cluster(run)["roles"].get(_me(run)) or {}
    return list(role.get("databases") or [])


def _shown(run: Run) -> str:
    user, _, host = run.session["account"].partition("@")
    return f"'{user}'@'{host}'"


def may_use(run: Run, name: str) -> bool:
    """Tell whether an account of MySQL may use a database."""
    granted = _granted(run)
    return may(run, "superuser") or name in granted or name == "information_schema"


def drop_database(run: Run, node: Node) -> Result:
    """Carry out DROP DATABASE."""
    name = node["names"][0]["parts"][-1]
    databases = dict(_cluster(run)["databases"])
    if name not in databases:
        if node["if_exists"]:
            if run.dialect == "postgres":
                run.notice(f'database "{name}" does not exist, skipping')
            return {"tag": "DROP DATABASE", "count": 0}
        if run.dialect == "postgres":
            raise pg("3D000", f'database "{name}" does not exist')
        raise my(1008, f"Can't drop database '{name}'; database doesn't exist")
    if run.dialect == "postgres":
        if name == run.session["database"]:
            raise pg("55006", "cannot drop the currently open database")
        others = [one for one in run.db.store.sessions.values() if one.get("database") == name]
        if others:
            count = len(others)
            raise pg("55006", f'database "{name}" is being accessed by other users',
                     detail=f"There {'is' if count == 1 else 'are'} {count} other session"
                     f"{'' if count == 1 else 's'} using the database.")  # fmt: skip
    elif not may_use(run, name):
        raise my(1044, f"Access denied for user {_shown(run)} to database '{name}'", "42000")
    del databases[name]
    catalogue = run.db.store.get(f"cat/{name}") or {"tables": {}}
    for key in catalogue["tables"]:
        run.db.store.put(f"rows/{name}/{key}", None)
    run.db.store.put(f"cat/{name}", None)
    _save(run, databases=databases)
    if run.dialect == "mysql" and run.session.get("database") == name:
        run.session["database"] = ""
    return {"tag": "DROP DATABASE", "count": len(catalogue["tables"])}


def create_role(run: Run, node: Node) -> Result:
    """Carry out CREATE ROLE and CREATE USER."""
    roles = dict(_cluster(run)["roles"])
    if run.dialect == "mysql":
        for one in node["users"]:
            key = f"{one['user']}@{one['host']}"
            if key in roles:
                if node["if_not"]:
                    continue
                raise my(1396, f"Operation CREATE USER failed for '{one['user']}'@'{one['host']}'")
            roles[key] = {"password": one["password"] or "", "superuser": False, "databases": []}
        _save(run, roles=roles)
        return {"tag": "", "count": 0}
    if not may(run, "createrole"):
        raise pg("42501", "permission denied to create role")
    if node["name"] in roles:
        raise pg("42710", f'role "{node["name"]}" already exists')
    roles[node["name"]] = _attributes(node, {"superuser": False, "login": node["login"]})
    _save(run, roles=roles)
    return {"tag": "CREATE ROLE"}


def _attributes(node: Node, row: dict[str, Any]) -> dict[str, Any]:
    names = ("superuser", "createdb", "createrole", "login", "password", "replication",
             "bypassrls", "inherit")  # fmt: skip
    return {**row, **{name: node[name] for name in names if name in node}}


def alter_role(run: Run, node: Node) -> Result:
    """Carry out ALTER ROLE."""
    roles = dict(_cluster(run)["roles"])
    if node["name"] not in roles:
        raise pg("42704", f'role "{node["name"]}" does not exist')
    roles[node["name"]] = _attributes(node, roles[node["name"]])
    if "setting" in node:
        old = roles[node["name"]].get("settings") or {}
        kept = {k: v for k, v in {**old, **node["setting"]}.items() if v is not None}
        roles[node["name"]]["settings"] = kept
    _save(run, roles=roles)
    return {"tag": "ALTER ROLE"}


def alter_user(run: Run, node: Node) -> Result:
    """Carry out MySQL's ALTER USER."""
    roles = dict(_cluster(run)["roles"])
    for one in node["users"]:
        key = f"{one['user']}@{one['host']}"
        if key not in roles:
            if node["if_exists"]:
                continue
            raise my(1396, f"Operation ALTER USER failed for '{one['user']}'@'{one['host']}'")
        if one["password"] is not None:
            roles[key] = {**roles[key], "password": one["password"]}
    _save(run, roles=roles)
    return {"tag": "", "count": 0}


def drop_role(run: Run, node: Node) -> Result:
    """Carry out DROP ROLE and DROP USER."""
    roles = dict(_cluster(run)["roles"])
    for one in node["names"]:
        key = f"{one['user']}@{one['host']}" if "user" in one else one["parts"][-1]
        if key not in roles:
            if node["if_exists"]:
                if run.dialect == "postgres":
                    run.notice(f'role "{key}" does not exist, skipping')
                continue
            if run.dialect == "postgres":
                raise pg("42704", f'role "{key}" does not exist')
            raise my(1396, f"Operation DROP USER failed for '{one['user']}'@'{one['host']}'")
        if key == _me(run) and run.dialect == "postgres":
            raise pg("55006", "current user cannot be dropped")
        del roles[key]
    _save(run, roles=roles)
    return {"tag": "DROP ROLE", "count": 0}


def grant(run: Run, node: Node) -> Result:
    """Carry out GRANT and REVOKE.

    # Simplified: GRANT on a table or a schema of PostgreSQL is accepted and not kept, because every
    role may read and write every table.
    """
    roles = dict(_cluster(run)["roles"])
    for one in node["to"]:
        if run.dialect == "postgres":
            known = one["user"] in roles or one["user"] in ("public", "current_user")
            if not known:
                raise pg("42704", f'role "{one["user"]}" does not exist')
            continue
        key = f"{one['user']}@{one['host']}"
        if key not in roles:
            raise my(1410, "You are not allowed to create a user with GRANT", "42000")
        row = dict(roles[key])
        place = node["on"][0] if node["on"] else "*"
        if place == "*" and len(node["on"] or []) == 2:
            row["superuser"] = node["k"] == "grant"
        else:
            base = place if place != "*" else run.db.name
            kept = [name for name in row.get("databases") or [] if name != base]
            row["databases"] = [*kept, base] if node["k"] == "grant" else kept
        roles[key] = row
    _save(run, roles=roles)
    return {"tag": node["k"].upper(), "count": 0}


def set_(run: Run, node: Node) -> Result:
    """Carry out SET."""
    settings = dict(run.session.get("settings") or {})
    variables = dict(run.session.get("variables") or {})
    for one in node["items"]:
        name, value = one["name"].lower(), one["value"]
        if run.dialect == "postgres":
            if name not in system.PG_SETTINGS and "." not in name and name not in ("role", "names"):
                raise pg("42704", f'unrecognized configuration parameter "{one["name"]}"')
            settings[name] = ", ".join(value)
            continue
        if name == "password":
            roles = dict(_cluster(run)["roles"])
            key = run.session["account"]
            roles[key] = {**roles[key], "password": value[0]}
            _save(run, roles=roles)
            continue
        if isinstance(value, dict):
            word = value["parts"][-1] if value["k"] == "col" and len(value["parts"]) == 1 else None
            value = word if word is not None else compiler(run, Scope([])).expr(value).fn([])
        else:
            value = {"on": 1, "off": 0}.get(str(value[0]).lower(), value[0])
        if name.startswith("@") and not name.startswith("@@"):
            variables[name] = (
                value if isinstance(value, (int, str)) or value is None else str(value)
            )
            continue
        short = name.lstrip("@").rpartition(".")[2]
        if short not in system.MY_VARIABLES and short != "names":
            raise my(1193, f"Unknown system variable '{short}'")
        settings[short] = {"on": 1, "off": 0}.get(str(value).lower(), value)
        settings[short] = str(settings[short])
    run.session.update(settings=settings, variables=variables)
    return {"tag": "SET", "count": 0}


def show_pg(run: Run, node: Node) -> Result:
    """Carry out PostgreSQL's SHOW."""
    name = node["name"].lower()
    known = {
        **system.PG_SETTINGS,
        "server_version": run.db.info["version"].split()[1],
        "data_directory": run.db.info.get("folder", ""),
        **{k: v for k, v in (run.db.info.get("settings") or {}).items() if k in system.PG_SETTINGS},
        **(run.session.get("settings") or {}),
    }
    if name == "all":
        rows = [[one, known[one], ""] for one in sorted(known)]
        columns = [Column(one, "", TEXT) for one in ("name", "setting", "description")]
        return {"tag": "SHOW", "columns": columns, "rows": rows}
    if name not in known:
        raise pg("42704", f'unrecognized configuration parameter "{node["name"]}"')
    shown_name = {"timezone": "TimeZone", "datestyle": "DateStyle"}.get(name, name)
    return {"tag": "SHOW", "columns": [Column(shown_name, "", TEXT)], "rows": [[known[name]]]}


def use(run: Run, node: Node) -> Result:
    """Carry out USE."""
    name = node["name"]
    if name not in system.databases(run.db):
        raise my(1049, f"Unknown database '{name}'", "42000")
    if not may_use(run, name):
        raise my(1044, f"Access denied for user {_shown(run)} to database '{name}'", "42000")
    run.session["database"] = name
    return {"tag": "", "count": 0, "changed": name}
