"""psql and mysql on a terminal: their greeting, their prompts, lines as they are typed."""

from __future__ import annotations

from typing import Any

from ..process import Process
from .sql import prompt

_FLAGS = {
    "tuples-only": "t", "no-align": "A", "quiet": "q", "table": "t", "skip-column-names": "N",
    "expanded": "x", "raw": "r", "field-separator": "separator",
}  # fmt: skip


def work(p: Process, found: dict[str, Any], given: dict[str, str], order: list[list[str]]) -> None:
    """Carry out what was asked for: commands, files, standard input, or a dialogue.

    order: ["command" or "file", its text or path], one after the other.
    """
    is_pg = p.state["sql"] == "postgres"
    flags = {_FLAGS.get(key, key): value for key, value in given.items()}
    values: dict[str, str] = {}
    for one in given.get("set", "").split("\n") if given.get("set") else []:
        name, _, value = one.partition("=")
        values[name] = value
    for one in given.get("pset", "").split("\n") if is_pg and given.get("pset") else []:
        name, _, value = one.partition("=")
        known = {"null": "null", "footer": "footer", "fieldsep": "separator"}.get(name)
        if known:
            flags[known] = value
        elif value in ("csv", "unaligned"):
            flags["csv" if value == "csv" else "A"] = ""
    stop = values.get("ON_ERROR_STOP", "off").lower() not in ("off", "0", "false")
    p.state.update(flags=flags, stop=stop, failed=False, values=values,
                   super=bool(found.get("superuser")), version=found.get("version", ""),
                   number=found.get("pid", 8), to=given.get("output", ""))  # fmt: skip
    whole = is_pg and ("1" in given or "single-transaction" in given)
    if whole:
        prompt.ask(p, {"sql": "BEGIN"})
    if order:
        _in_order(p, order, is_pg, whole)
        return
    text = p.programs.stdin(p)
    if text or not p.programs.has_input(p):
        ended = prompt.script(p, text or "")
        code = (3 if p.state["stop"] and not ended and p.state["failed"] else 0) if is_pg else (
            1 if p.state["failed"] else 0)  # fmt: skip
        _end(p, code, whole)
    else:
        p.out(_greeting(p) if p.on_terminal else "")
        _prompt(p)
        read(p)


def _end(p: Process, code: int, whole: bool) -> None:
    if whole:
        prompt.ask(p, {"sql": "ROLLBACK" if p.state["failed"] else "COMMIT"})
    prompt.leave(p, code)


def _in_order(p: Process, order: list[list[str]], is_pg: bool, whole: bool) -> None:
    code = 0
    for kind, value in order:
        p.state["failed"] = False
        if kind == "command":
            _command(p, value, is_pg)
            code = 1 if p.state["failed"] else 0
        else:
            code = _file(p, value)
        if code and (p.state["stop"] or not is_pg):
            break
    _end(p, code, whole)


def _command(p: Process, text: str, is_pg: bool) -> None:
    if text.strip().startswith("\\") and is_pg:
        from .sql import backslash

        backslash.meta(p, text.strip())
    elif is_pg:
        prompt.told(p, prompt.ask(p, {"sql": text}), text, "")
    else:
        prompt.script(p, text)
    if p.state.get("copying"):
        _copy_in(p)


def _copy_in(p: Process) -> None:
    """Feed COPY ... FROM STDIN with what was piped in."""
    copying = p.state.pop("copying")
    text = (p.programs.stdin(p) or "").removesuffix("\n")
    lines = text.split("\n") if text else []
    if "\\." in lines:
        lines = lines[: lines.index("\\.")]
    prompt.told(p, prompt.ask(p, {"sql": copying["sql"], "copy": lines}), copying["sql"], "")


def _file(p: Process, path: str) -> int:
    """Carry out a file; answers psql's status."""
    if path == "-":
        text: str | None = p.programs.stdin(p)
    else:
        why = p.unreadable(path)
        text = None if why else p.view.text(path, p.cwd) or ""
        if why:
            p.err(f"psql: error: {path}: {why}\n")
            return 1
    p.state["script"] = path
    ended = prompt.script(p, text or "", f"psql:{path}" if path != "-" else "")
    return 3 if p.state["stop"] and not ended and p.state["failed"] else 0


def read(p: Process) -> None:
    """Take lines until a statement is whole; Ctrl-D ends."""
    while (line := p.read_line()) is not None:
        if not line:
            rest = p.state["pending"].strip()
            if rest and not p.on_terminal:
                prompt.send(p, rest)
            end = "\\q\n" if p.state["sql"] == "postgres" else "^DBye\n"
            p.out(end if p.on_terminal else "")
            prompt.leave(p, 1 if p.state["failed"] and p.state["sql"] == "mysql" else 0)
            return
        p.state["line"] += 1
        if not prompt.take(p, line):
            p.out("Bye\n" if p.state["sql"] == "mysql" and p.on_terminal else "")
            failed = p.state["failed"] and not p.on_terminal
            prompt.leave(p, (3 if p.state["sql"] == "postgres" else 1) if failed else 0)
            return
        _prompt(p)


def interrupt(p: Process) -> None:
    """Take Ctrl-C: the statement that was begun is dropped."""
    p.state["pending"] = ""
    p.out("\n")
    p.row["reading"] = True
    _prompt(p)


def _greeting(p: Process) -> str:
    if p.state["sql"] == "postgres":
        version = p.env.get("PG_VERSION", "17.0")
        more = f" (Debian {version})" if "-" in version else ""
        return f'psql ({version.partition("-")[0]}{more})\nType "help" for help.\n\n'
    return (
        "Welcome to the MySQL monitor.  Commands end with ; or \\g.\nYour MySQL connection id is "
        f"{p.state['number']}\nServer version: {p.state['version']} MySQL Community Server - GPL\n"
        "\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n"
    )


def _prompt(p: Process) -> None:
    if not p.on_terminal:
        return
    begun = bool(p.state["pending"].strip())
    if p.state["sql"] == "mysql":
        p.out("    -> " if begun else "mysql> ")
        return
    sign = "#" if p.state["super"] else ">"
    p.out(f"{p.state['auth']['database']}{'-' if begun else '='}{sign} ")
