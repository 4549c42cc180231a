"""psql and mysql at work: statements from -c, -e, a file, standard input or a terminal.

# Simplified: Of psql's backslash commands \\q, \\dt, \\d, \\l, \\du, \\c, \\conninfo, \\x, \\timing
and \\? are known; EXPLAIN, dumps and window functions are not modelled.
"""

from __future__ import annotations

from typing import Any

from ...process import Process
from .errors import SqlError
from .lexer import tokens
from .shown import my_box, my_lines, pg_error, psql_table

SLOW_US = 100_000
"""Shorter than this a client's end is not put off."""


def ask(p: Process, more: dict[str, Any]) -> dict[str, Any]:
    """Send a request to the server that this client has connected to."""
    from simulator.network.resolve import Source

    s = p.state
    wish = {"session": f"{p.container['Id'][:12]}/{p.pid}/{s['times']}", "auth": s["auth"],
            "client": _address(p), **more}  # fmt: skip
    p.flush()
    if not s["host"]:
        return p.programs.respond(p.container["Id"], s["port"], {**wish, "local": True})
    if s["host"] in ("localhost", "127.0.0.1"):
        wish["client"] = "127.0.0.1"
    route = p.engine.network.connect(Source(p.box["machine"], p.container), s["host"], s["port"])
    if route.error or route.container is None:
        return {"error": {"severity": "FATAL", "sqlstate": "08006", "code": 2013, "message":
                          "terminating connection due to administrator command", "detail": None,
                          "hint": None, "position": None}, "results": []}  # fmt: skip
    answer = p.programs.respond(route.container, route.port, wish)
    s["us"] = int(s.get("us", 0)) + route.rtt_us
    return answer


def _address(p: Process) -> str:
    settings = p.container["NetworkSettings"]
    found = [row["IPAddress"] for row in settings["Networks"].values() if row["IPAddress"]]
    return str(settings["IPAddress"] or (found[0] if found else "") or p.container["drydock"].get(
        "ip") or "10.0.0.2")  # fmt: skip


def connect(p: Process, kind: str, host: str, port: int, auth: dict[str, str]) -> dict[str, Any]:
    """Connect; answers what the server says, {} when it is none that speaks SQL."""
    p.state.update(sql=kind, host=host, port=port, auth=auth, pending="", us=0, line=0,
                   times=int(p.state.get("times", 0)) + 1)  # fmt: skip
    found = ask(p, {})
    return found if "results" in found else {}


def leave(p: Process, code: int) -> None:
    """Say goodbye and end, after the time that the statements took."""
    ask(p, {"close": True})
    us = int(p.state.get("us", 0))
    p.exit(code, us if us > SLOW_US else 0)


def complete(text: str, kind: str) -> tuple[list[str], str]:
    """Cut off the statements that are whole: (statements, what is left)."""
    found, begin, depth = [], 0, 0
    try:
        parts = tokens(text, kind)
    except SqlError:
        return [], text  # a string that is not closed yet
    for token in parts:
        if token.kind == "op" and token.value in "()":
            depth += 1 if token.value == "(" else -1
        if token.kind == "op" and token.value == ";" and (depth <= 0 or kind == "mysql"):
            found.append(text[begin : token.at])
            begin, depth = token.end, 0
    rest = text[begin:]
    return found, rest if rest.strip() else ""


def script(p: Process, text: str, prefix: str = "") -> bool:
    """Carry out a whole text; False when it ended with an error."""
    for number, line in enumerate(text.split("\n"), 1):
        p.state["line"] = number
        if not take(p, line + "\n", prefix):
            return False
    rest = p.state["pending"]
    p.state["pending"] = ""
    return send(p, rest.strip(), prefix) if rest.strip() else True


def take(p: Process, line: str, prefix: str = "") -> bool:
    """Take one line; False when work ends here."""
    s, word = p.state, line.strip()
    if s.get("copying"):
        return _copied(p, line.rstrip("\n"), prefix)
    if not s["pending"].strip() and word.startswith("\\"):
        return meta(p, word) if s["sql"] == "postgres" else word.rstrip(";") != "\\q"
    if not s["pending"].strip() and word.rstrip(";").lower() in ("exit", "quit"):
        return False
    if s["sql"] == "mysql" and not s["pending"].strip() and word.lower().startswith("source "):
        return script(p, p.view.text(word[7:].rstrip(";").strip(), p.cwd) or "", prefix)
    statements, s["pending"] = complete(s["pending"] + line, s["sql"])
    for one in statements:
        if one.strip() and not send(p, one.strip(), prefix) and not p.on_terminal:
            s["pending"] = ""
            return False
    return True


def _copied(p: Process, line: str, prefix: str) -> bool:
    s = p.state
    if line != "\\.":
        s["copying"]["lines"].append(line)
        return True
    copying = s.pop("copying")
    answer = ask(p, {"sql": copying["sql"], "copy": copying["lines"]})
    return told(p, answer, copying["sql"], prefix)


def send(p: Process, sql: str, prefix: str = "") -> bool:
    """Send a statement and show its results; False when a script ends with it."""
    answer = ask(p, {"sql": sql if p.state["sql"] == "mysql" else sql + ";"})
    return told(p, answer, sql if p.state["sql"] == "mysql" else sql + ";", prefix)


def told(p: Process, answer: dict[str, Any], sql: str, prefix: str) -> bool:
    """Show an answer."""
    s = p.state
    s["us"] = int(s.get("us", 0)) + int(answer.get("us", 0))
    for one in answer.get("results") or []:
        if one.get("copy") == "in":
            s["copying"] = {"sql": sql, "lines": []}
        _result(p, one, int(answer.get("us", 0)))
    fault = answer.get("error")
    if fault is None:
        return True
    if s["sql"] == "postgres":
        place = f"{prefix}:{s['line']}: " if prefix else ""
        p.err(pg_error(fault, sql, place))
        s["failed"] = True
        return not s.get("stop")
    where = "" if p.on_terminal else f" at line {max(int(s['line']), 1)}"
    p.err(f"ERROR {fault['code'] or 1105} ({fault['sqlstate']}){where}: {fault['message']}\n"
          + ("\n" if p.on_terminal else ""))  # fmt: skip
    s["failed"] = True
    return bool(p.on_terminal)


def _result(p: Process, one: dict[str, Any], us: int) -> None:
    s = p.state
    for notice in one.get("notices") or []:
        p.err(f"{notice['severity']}:  {notice['message']}\n")
    if s["sql"] == "postgres":
        if one["columns"] is not None:
            p.out(psql_table(one, "A" in s["flags"], "t" in s["flags"], "csv" in s["flags"],
                             s["flags"].get("separator", "|")))  # fmt: skip
        elif isinstance(one.get("copy"), list):
            p.out("".join(line + "\n" for line in one["copy"]))
        if (
            one["tag"]
            and "q" not in s["flags"]
            and (
                one["columns"] is None
                or one["tag"].partition(" ")[0] in ("INSERT", "UPDATE", "DELETE")
            )
        ):
            p.out(one["tag"] + "\n")
        if s.get("timing"):
            p.out(f"Time: {us / 1000:.3f} ms\n")
        return
    if one.get("changed"):
        p.out("Database changed\n" if p.on_terminal else "")
    elif one["columns"] is not None:
        table = p.on_terminal or "t" in s["flags"]
        if one["rows"]:
            p.out(my_box(one) if table else my_lines(one, "N" not in s["flags"]))
        count = len(one["rows"])
        if p.on_terminal:
            rows = f"{count} row{'' if count == 1 else 's'} in set" if count else "Empty set"
            p.out(f"{rows} ({us / 1e6:.2f} sec)\n\n")
    elif p.on_terminal:
        count = one["count"]
        p.out(f"Query OK, {count} row{'' if count == 1 else 's'} affected ({us / 1e6:.2f} sec)\n")
        if "matched" in one:
            p.out(f"Rows matched: {one['matched']}  Changed: {count}  Warnings: 0\n")
        p.out("\n")


_LIST = {
    "\\l": "SELECT datname AS \"Name\" FROM pg_database ORDER BY 1",
    "\\dt": "SELECT schemaname AS \"Schema\", tablename AS \"Name\", 'table' AS \"Type\", "
            "tableowner AS \"Owner\" FROM pg_tables ORDER BY 1, 2",
    "\\du": "SELECT rolname AS \"Role name\", rolsuper AS \"Superuser\", rolcreatedb AS "
            "\"Create DB\" FROM pg_roles ORDER BY 1",
}  # fmt: skip
_TITLES = {"\\l": "List of databases", "\\dt": "List of relations", "\\du": "List of roles"}


def meta(p: Process, word: str) -> bool:
    """Carry out a backslash command of psql; False ends."""
    parts = word.rstrip(";").split()
    name = parts[0].rstrip("+")
    s = p.state
    if name == "\\q":
        return False
    if name in _LIST or (name == "\\d" and len(parts) == 1):
        name = "\\dt" if name == "\\d" else name
        answer = ask(p, {"sql": _LIST[name]})
        if name == "\\dt" and not answer.get("rows"):
            p.err("Did not find any relations.\n")
            return True
        lines = psql_table(answer, "A" in s["flags"], "t" in s["flags"], False, "|")
        width = len(lines.split("\n", 1)[0])
        title = (
            "" if s["flags"].keys() & {"A", "t"} else _TITLES[name].center(width).rstrip() + "\n"
        )
        p.out(title + lines)  # fmt: skip
    elif name == "\\d":
        _describe(p, parts[1])
    elif name in ("\\c", "\\connect") and len(parts) > 1:
        old = s["auth"]
        ask(p, {"close": True})
        s["times"] += 1
        s["auth"] = {**old, "database": parts[1]}
        answer = ask(p, {})
        if "error" in answer:
            p.err(f"connection to server failed: FATAL:  {answer['error']['message']}\n"
                  "Previous connection kept\n")  # fmt: skip
            s["auth"] = old
        else:
            p.out(f'You are now connected to database "{parts[1]}" as user "{old["user"]}".\n')
    elif name == "\\timing":
        s["timing"] = not s.get("timing")
        p.out(f"Timing is {'on' if s['timing'] else 'off'}.\n")
    elif name == "\\conninfo":
        where = f'on host "{s["host"]}"' if s["host"] else 'via socket in "/var/run/postgresql"'
        p.out(f'You are connected to database "{s["auth"]["database"]}" as user '
              f'"{s["auth"]["user"]}" {where} at port "{s["port"]}".\n')  # fmt: skip
    elif name in ("\\?", "\\x", "\\set", "\\pset", "\\echo", "\\encoding"):
        p.out(" ".join(parts[1:]) + "\n" if name == "\\echo" else "")
    else:
        p.err(f"invalid command {parts[0]}\nTry \\? for help.\n")
    return True


def _describe(p: Process, name: str) -> None:
    quoted = name.rpartition(".")[2].replace("'", "''")
    sql = (
        'SELECT column_name AS "Column", data_type AS "Type", CASE is_nullable WHEN \'NO\' THEN '
        "'not null' ELSE '' END AS \"Nullable\", coalesce(column_default, '') AS \"Default\" "
        f"FROM information_schema.columns WHERE table_name = '{quoted}' ORDER BY ordinal_position"
    )
    answer = ask(p, {"sql": sql})
    if not answer.get("rows"):
        p.err(f'Did not find any relation named "{name}".\n')
        return
    lines = psql_table(answer, False, False, False, "|")
    width = len(lines.split("\n", 1)[0])
    p.out(f'Table "public.{quoted}"'.center(width).rstrip() + "\n"
          + lines.rpartition("(")[0] + "\n")  # fmt: skip
