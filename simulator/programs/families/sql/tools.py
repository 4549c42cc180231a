"""The small tools that come with psql, and what pg_restore checks before it connects."""

from __future__ import annotations

from collections.abc import Callable

from ...process import Process
from . import dumps, prompt


def opens(p: Process, name: str, given: dict[str, str], path: str) -> bool:
    """Check an archive before anybody connects; without a database its script is printed."""
    text = p.view.text(path, p.cwd) if path and path != "-" else p.programs.stdin(p)
    if text is None:
        p.err(f'{name}: error: could not open input file "{path}": No such file or directory\n')
    elif not text.startswith(dumps.ARCHIVE):
        words = "input file appears to be a text format dump. Please use psql." if (
            "PostgreSQL database" in text[:200]) else (
            "input file does not appear to be a valid archive")  # fmt: skip
        p.err(f"{name}: error: {words}\n")
    elif not given.get("dbname"):
        if given.get("file"):
            p.out(dumps.restored(p, text, given) or "")
            p.exit(0)
            return False
        p.err(f"{name}: error: one of -d/--dbname and -f/--file must be specified\n")
    else:
        p.state["archive"] = text
        return True
    p.exit(1)
    return False


def _database_tool(p: Process, name: str, given: dict[str, str], named: str) -> None:
    """Carry out createdb, dropdb, createuser, dropuser."""
    word = "CREATE" if name.startswith("create") else "DROP"
    kind = "DATABASE" if name.endswith("db") else "ROLE"
    more = f' OWNER "{given["owner"]}"' if given.get("owner") else ""
    if name == "createuser":
        more = " LOGIN" + (" SUPERUSER" if "s" in given or "superuser" in given else "")
    there = "IF EXISTS " if "if-exists" in given else ""
    answer = prompt.ask(p, {"sql": f'{word} {kind} {there}"{named}"{more}'})
    if "error" in answer:
        what = {
            "createdb": "database creation", "dropdb": "database removal",
            "createuser": "creation of new role", "dropuser": f'removal of role "{named}"',
        }[name]  # fmt: skip
        p.err(f"{name}: error: {what} failed: ERROR:  {answer['error']['message']}\n")
    prompt.leave(p, 1 if "error" in answer else 0)


TOOLS: dict[str, Callable[[Process, str, dict[str, str], str], None]] = {
    "createdb": _database_tool, "dropdb": _database_tool, "createuser": _database_tool,
    "dropuser": _database_tool,
    "pg_dump": lambda p, name, given, base: dumps.dump(p, name, given),
    "pg_dumpall": lambda p, name, given, base: dumps.dump_all(p, name, given),
    "pg_restore": lambda p, name, given, base: dumps.restore(p, name, given,
                                                             p.state.pop("archive")),
}  # fmt: skip
