"""psql and mysql at work: statements from -c, -e, a file, standard input or a terminal."""

from __future__ import annotations

import re
from typing import Any

from ...process import Process
from .errors import SqlError
from .lexer import tokens
from .shown import Style, cell, my_box, my_lines, my_vertical, pg_error, psql_table

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


_VERTICAL = re.compile(r"\\G\s*;?\s*$")


def complete(text: str, kind: str) -> tuple[list[str], str]:
    """Cut off the statements that are whole: (statements, what is left)."""
    found: list[str] = []
    begin, depth = 0, 0
    if kind == "mysql" and (match := _VERTICAL.search(text)):
        before, rest = complete(text[: match.start()], kind)
        return [*before, f"{rest}\\G"] if rest else before, text[match.end() :].strip()
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
    # What is left may be comments only, behind which a backslash begins a command.
    return found, rest if parts[-2:-1] and parts[-2].end > begin else ""


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
    if word.startswith("\\") and s["sql"] == "postgres" and not s["pending"].strip():
        from .backslash import meta

        return meta(p, word)
    if not s["pending"].strip() and word.startswith("\\"):
        return word.rstrip(";") != "\\q"
    if not s["pending"].strip() and word.rstrip(";").lower() in ("exit", "quit"):
        return False
    if s["sql"] == "mysql" and not s["pending"].strip() and word.lower().startswith("source "):
        return script(p, p.view.text(word[7:].rstrip(";").strip(), p.cwd) or "", prefix)
    line, ending = _ending(s, line)
    statements, s["pending"] = complete(s["pending"] + line, s["sql"])
    if ending and s["pending"].strip():
        statements, s["pending"] = [*statements, s["pending"]], ""
    for one in statements:
        s["ending"] = ending if one is statements[-1] else ""
        if one.strip() and not send(p, one.strip(), prefix) and not p.on_terminal:
            s["pending"] = ""
            return False
    return True


_ENDINGS = re.compile(r"\\(gx|gset|g|watch|crosstabview)\\b[^\n]*\s*$")


def _ending(s: dict[str, Any], line: str) -> tuple[str, str]:
    """Cut \\g, \\gx or \\gset off, with which a line of psql sends the statement."""
    match = _ENDINGS.search(line) if s["sql"] == "postgres" and "\\" in line else None
    if match is None or match[1] not in ("g", "gx", "gset"):
        return line, ""
    return line[: match.start()], match[0].strip()[1:]


_VARIABLE = re.compile(r"(?<![:\w]):(?:(['\"])(\w+)\1|(\w+))")


def filled(s: dict[str, Any], sql: str) -> str:
    """Put psql's variables in: :name, :'name', :"name"; not within strings."""
    values = s.get("values") or {}
    if not values or ":" not in sql:
        return sql

    def one(match: re.Match[str]) -> str:
        if match["skip"]:
            return match[0]
        sign, name = match[3], match[4] or match[5]
        if name not in values:
            return match[0]
        value = str(values[name])
        return f"{sign}{value.replace(sign, sign * 2)}{sign}" if sign else value

    pattern = r"(?P<skip>('(?:[^']|'')*'|\"[^\"]*\"))|" + _VARIABLE.pattern.replace(r"\1", r"\3")
    return re.sub(pattern, one, sql)


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
    if p.state["sql"] == "mysql":
        p.state["vertical"] = sql.endswith("\\G")
        sql = sql.removesuffix("\\G")
    whole = sql if p.state["sql"] == "mysql" else filled(p.state, sql) + ";"
    return told(p, ask(p, {"sql": whole}), whole, prefix)


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
    if s["sql"] == "postgres" and "restoring" in s:
        s["restoring"] += 1
        p.err(f"pg_restore: error: could not execute query: {pg_error(fault, '')}"
              f"Command was: {sql}\n\n")  # fmt: skip
        return not s.get("stop")
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
        _pg_result(p, one, us)
        return
    if one.get("changed"):
        p.out("Database changed\n" if p.on_terminal else "")
    elif one["columns"] is not None:
        table = p.on_terminal or "t" in s["flags"]
        if one["rows"] and (s.get("vertical") or "E" in s["flags"] or "vertical" in s["flags"]):
            p.out(my_vertical(one))
        elif one["rows"]:
            p.out(my_box(one) if table else
                  my_lines(one, "N" not in s["flags"], "r" in s["flags"]))  # fmt: skip
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


def style_of(s: dict[str, Any], **more: Any) -> Style:
    """Give how rows are shown now."""
    flags = s["flags"]
    return Style("A" in flags, "t" in flags, "csv" in flags, "x" in flags,
                 flags.get("separator", "|"), flags.get("null", ""),
                 footer=flags.get("footer", "on") != "off")._replace(**more)  # fmt: skip


def _pg_result(p: Process, one: dict[str, Any], us: int) -> None:
    s = p.state
    kind, _, name = str(s.get("ending") or "").partition(" ")
    if one["columns"] is not None and kind == "gset":
        rows = one["rows"]
        if len(rows) != 1:
            p.err("no rows returned for \\gset\n" if not rows else
                  "more than one row returned for \\gset\n")  # fmt: skip
            return
        kept = s.setdefault("values", {})
        for column, value in zip(one["columns"], rows[0], strict=True):
            if value is not None:
                kept[name.strip() + column["name"]] = cell(value, "postgres")
        return
    if one["columns"] is not None:
        if "restoring" not in s:
            expanded = {"expanded": True} if kind == "gx" else {}
            write(p, psql_table(one, style_of(s, **expanded)))
    elif isinstance(one.get("copy"), list):
        write(p, "".join(line + "\n" for line in one["copy"]))
        return
    rows_too = one["tag"].partition(" ")[0] in ("INSERT", "UPDATE", "DELETE")
    if one["tag"] and "q" not in s["flags"] and (one["columns"] is None or rows_too):
        write(p, one["tag"] + "\n")
    if s.get("timing"):
        p.out(f"Time: {us / 1000:.3f} ms\n")


def write(p: Process, text: str) -> None:
    """Write results: to the file that -o or \\o names, else to standard output."""
    path = p.state.get("to")
    if not path:
        p.out(text)
        return
    old = p.view.text(path, p.cwd) or ""
    p.view.write(path, old + text, p.cwd, uid=p.uid, gid=int(p.row["gid"]))
