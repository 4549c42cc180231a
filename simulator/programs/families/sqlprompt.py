"""psql and mysql on a terminal: their greeting, their prompts, lines as they are typed."""

from __future__ import annotations

from typing import Any

from ..process import Process
from .sql import prompt


def work(
    p: Process, found: dict[str, Any], given: dict[str, str], command: str | None, file: str | None
) -> None:
    """Carry out what was asked for: a command, a file, standard input, or a dialogue."""
    is_pg = p.state["sql"] == "postgres"
    flags = {
        {
            "tuples-only": "t",
            "no-align": "A",
            "quiet": "q",
            "table": "t",
            "skip-column-names": "N",
        }.get(key, key): value
        for key, value in given.items()
    }
    p.state.update(flags=flags, stop="ON_ERROR_STOP" in given.get("set", ""), failed=False,
                   super=bool(found.get("superuser")), version=found.get("version", ""),
                   number=found.get("pid", 8))  # fmt: skip
    if command is not None:
        if command.strip().startswith("\\") and is_pg:
            prompt.meta(p, command.strip())
        elif is_pg:
            prompt.told(p, prompt.ask(p, {"sql": command}), command, "")
        else:
            prompt.script(p, command)
        prompt.leave(p, 1 if p.state["failed"] else 0)
        return
    text = p.view.text(file, p.cwd) if file and file != "-" else p.programs.stdin(p)
    if file and text is None:
        p.err(f"psql: error: {file}: No such file or directory\n")
        prompt.leave(p, 1)
    elif text or not p.programs.has_input(p):
        ended = prompt.script(p, text or "", f"psql:{file}" if file else "")
        code = (3 if p.state["stop"] and not ended and p.state["failed"] else 0) if is_pg else (
            1 if p.state["failed"] else 0)  # fmt: skip
        prompt.leave(p, code)
    else:
        p.out(_greeting(p) if p.on_terminal else "")
        _prompt(p)
        read(p)


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
