"""The prompts of psql and mysql: statements are read to their semicolon.

# Simplified: The databases of a lab hold no tables: at the prompts of psql and mysql a SELECT of
# constants is answered, any other statement is taken and the prompt says that nothing was done.
"""

from __future__ import annotations

import re

from ..process import Process

NOTHING = "drydock: the databases of a lab hold no tables, so nothing was done\n"


def begin(p: Process, kind: str, database: str, user: str) -> None:
    """Greet, and show the first prompt; kind: "postgres" or "mysql"."""
    p.state.update(sql=kind, database=database, user=user, pending="")
    if p.on_terminal:
        p.out(_greeting(p, kind))
    _prompt(p)
    read(p)


def read(p: Process) -> None:
    """Take lines until a statement is whole; Ctrl-D ends."""
    while (line := p.read_line()) is not None:
        if not line:
            p.out(("\\q\n" if p.state["sql"] == "postgres" else "^DBye\n") if p.on_terminal else "")
            p.exit(0)
            return
        word = line.strip().rstrip(";")
        if not p.state["pending"] and word in ("\\q", "exit", "quit"):
            p.out("Bye\n" if p.state["sql"] == "mysql" and p.on_terminal else "")
            p.exit(0)
            return
        if not p.state["pending"] and word.startswith("\\"):
            _meta(p, word)
        else:
            text = p.state["pending"] + line
            whole, mark, rest = text.rpartition(";")
            p.state["pending"] = rest if mark and rest.strip() else "" if mark else text
            if not p.state["pending"].strip():
                p.state["pending"] = ""
            for statement in whole.split(";") if mark else ():
                if statement.strip():
                    _answer(p, statement.strip())
        _prompt(p)


def interrupt(p: Process) -> None:
    """Take Ctrl-C: the statement that was begun is dropped."""
    p.state["pending"] = ""
    p.out("\n")
    p.row["reading"] = True
    _prompt(p)


def _greeting(p: Process, kind: str) -> str:
    if kind == "postgres":
        version = p.env.get("PG_VERSION", "17.0")
        more = f" (Debian {version})" if "-" in version else ""
        return f'psql ({version.partition("-")[0]}{more})\nType "help" for help.\n\n'
    version = p.env.get("MYSQL_VERSION", "8.4.0").partition("-")[0]
    return (
        "Welcome to the MySQL monitor.  Commands end with ; or \\g.\nYour MySQL connection id is "
        f"8\nServer version: {version} MySQL Community Server - GPL\n\nType 'help;' or '\\h' for "
        "help. Type '\\c' to clear the current input statement.\n\n"
    )


def _prompt(p: Process) -> None:
    if not p.on_terminal:
        return
    begun = bool(p.state["pending"])
    if p.state["sql"] == "mysql":
        p.out("    -> " if begun else "mysql> ")
        return
    sign = "#" if p.state["user"] == "postgres" else ">"
    p.out(f"{p.state['database']}{'-' if begun else '='}{sign} ")


def _meta(p: Process, word: str) -> None:
    """Carry out a backslash command of psql."""
    if word == "\\conninfo":
        p.out(f'You are connected to database "{p.state["database"]}" as user '
              f'"{p.state["user"]}" via socket in "/var/run/postgresql" at port "5432".\n'
              )  # fmt: skip
    elif word.split()[0] in ("\\dt", "\\d", "\\dt+", "\\d+"):
        p.err("Did not find any relations.\n")
    else:
        p.err(f"invalid command {word.split()[0]}\nTry \\? for help.\n")


def _answer(p: Process, statement: str) -> None:
    value = constant(statement)
    if value is None:
        p.err(NOTHING)
        return
    name, text = value
    if p.state["sql"] == "postgres":
        heading = "?column?"
        width = max(len(heading), len(text)) + 2
        cell = f" {text:>{width - 2}}" if text.lstrip("-").isdigit() else f" {text}"
        p.out(f" {heading} \n{'-' * width}\n{cell}\n(1 row)\n\n")
        return
    width = max(len(name), len(text)) + 2
    rule = f"+{'-' * width}+\n"
    cell = f"{text:>{width - 2}}" if text.lstrip("-").isdigit() else f"{text:<{width - 2}}"
    p.out(f"{rule}| {name:<{width - 2}} |\n{rule}| {cell} |\n{rule}1 row in set (0.00 sec)\n\n")


def constant(statement: str) -> tuple[str, str] | None:
    """Evaluate `SELECT` of one constant: (how it is written, its value); None for anything else."""
    match = re.fullmatch(r"select\s+(-?\d{1,12}|'[^']*'|(-?\d{1,6})\s*([-+*])\s*(-?\d{1,6}))",
                         statement, re.I)  # fmt: skip
    if match is None:
        return None
    written = match[1]
    if match[3]:
        left, right = int(match[2]), int(match[4])
        value = {"+": left + right, "-": left - right, "*": left * right}[match[3]]
        return written, str(value)
    return written.strip("'"), written.strip("'")
