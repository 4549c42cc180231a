"""Built-in commands for variables, options and lines: local, declare, read, getopts, let, mapfile.

Source: "Bourne Shell Builtins" and "Bash Builtins" of the Bash Reference Manual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.docker.shellmodel import printing
from simulator.shell import complaints
from simulator.shell.builtins import declare, getopts, mapfile, read_options, store_read

if TYPE_CHECKING:
    from .runner import Runner

Builtin = Callable[["Runner", list[str], "str | None", bool], "int | None"]


def _local(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return declare(r, argv, is_local=True)


def _declare(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return declare(r, argv)


def _getopts(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return getopts(r, argv, r.err)


def _mapfile(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return mapfile(r, argv, stdin or r.input() or "")


def _read(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """Read a line into variables; at the end of input they become empty and the status is 1."""
    inherited = r.input()
    text = stdin if stdin is not None else inherited
    unit = read_options(argv[1:])[0].get("u")
    if unit:
        row = r.descriptor(unit)
        r.source, text = unit, row[1] if isinstance(row, list) else ""
    if not r.is_typed(text):
        return take_line(r, argv, text, stdin is inherited or bool(r.source))
    r.err(read_options(argv[1:])[0].get("p", ""))
    text = r.p.read_line()
    if text is None:
        r.state["wait"] = ["read", argv, checked]
        return None
    return take_line(r, argv, text)


def take_line(r: Runner, argv: list[str], text: str | None, inherited: bool = False) -> int:
    """Put what `read` has got into its variables; inherited: what is left over stays there."""
    status, rest = store_read(r, argv, text)
    if inherited and text:
        r.consume(rest)
    return status


def _let(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    value = 0
    for word in argv[1:]:
        value = r.number(word)
    return int(value == 0)


def print_words(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """echo, as each shell has it."""
    r.out(printing.echoed(argv[1:], dash=r.option("dash")))
    return 0


def print_format(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """printf; with bash's `-v name` into a variable."""
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    variable = args[1] if args[:1] == ["-v"] and len(args) > 2 and r.option("bash") else ""
    args = args[2:] if variable else args
    if not args:
        r.err(complaints.printf_usage(r.state, r.line))
        return 2
    done = printing.formatted(args[0], args[1:], str(r.state["kind"]))
    for text in done.complaints:
        r.err(f"{complaints.where(r.state, r.line, 'printf')}{text}\n")
    if variable:
        r.set(variable, done.text)
    else:
        r.out(done.text)
    return done.status


ALL: dict[str, Builtin] = {
    "local": _local, "declare": _declare, "typeset": _declare, "read": _read,
    "getopts": _getopts, "let": _let, "mapfile": _mapfile, "readarray": _mapfile,
}  # fmt: skip
